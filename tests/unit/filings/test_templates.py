"""The engines of ask templates: relevance, periods, new sentences, surprises, shifts of guidance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evals.filings_guidance import read_sample
from tests.evals.guidance_samples import DEV, Sample
from tests.evals.guidance_samples_second import SECOND
from tests.evals.guidance_samples_unseen import HELD_OUT, THIRD
from tests.factories.answer_evidence import COMPANY, Filing, figures_of

from auspex.filings.answers.answer import check_draft
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import FigureIndex, Source
from auspex.filings.extraction.expectations import is_surprise, surprise_from
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodKind, PeriodRef
from auspex.filings.extraction.guidance_item import Shape
from auspex.filings.model import Basis, PeriodType
from auspex.filings.templates.changes import state_change
from auspex.filings.templates.guidance_shift import given_with, is_proven, pair_up, state_shift
from auspex.filings.templates.model import Expectation, Guidance, RecentFiling, Rule
from auspex.filings.templates.periods import compared_with, definite_at, quarter_closed_by, read_period
from auspex.filings.templates.relevance import rate_relevance
from auspex.filings.templates.risk_flags import jaccard, new_sentences
from auspex.filings.templates.surprises import state_surprise

RULES = (
    Rule("10-Q", None, Decimal("1.0")), Rule("8-K", "2.02", Decimal("0.9")), Rule("10-K", None, Decimal("0.7")),
    Rule("8-K", None, Decimal("0.4")),
)  # fmt: skip
Q3, Q3_BEFORE = PeriodRef(PeriodKind.QUARTER, 2024, 3), PeriodRef(PeriodKind.QUARTER, 2023, 3)
BILLION = 1_000_000_000
VOCABULARY = ["supply", "chain", "war", "price", "tax", "law", "data", "breach", "rates", "trade"]
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=5)


def filed(form: str, *items: str) -> RecentFiling:
    return RecentFiling("0000000001-24-000001", form, form.removesuffix("/A"), items, date(2024, 11, 1))


class TestRelevance:
    @pytest.mark.parametrize(
        ("filings", "label", "score"),
        [
            ([filed("10-Q")], "high", "1.0"),
            ([filed("8-K", "9.01", "2.02")], "high", "0.9"),
            ([filed("8-K", "5.02"), filed("10-K/A")], "medium", "0.7"),
            ([filed("8-K", "5.02")], "low", "0.4"),
            ([filed("8-K", "5.02")] * 6 + [filed("10-Q")], "low", "0.4"),
            ([], "low", "0"),
        ],
    )
    def test_is_the_best_weight_of_the_last_six_filings(
        self, filings: list[RecentFiling], label: str, score: str
    ) -> None:
        found = rate_relevance(filings, RULES)
        assert (found.label, found.score) == (label, Decimal(score))

    def test_says_what_is_there_and_what_would_fit(self) -> None:
        low = rate_relevance([filed("8-K", "5.02")], RULES).coverage_brief
        assert low == (
            "Last 1 indexed filings: 8-K (5.02) of 2024-11-01. Filings that would fit: 10-Q, 8-K item 2.02, 10-K."
        )
        assert rate_relevance([filed("10-Q")], RULES).coverage_brief.endswith("Best fit: 10-Q of 2024-11-01, weight 1.")


class TestPeriods:
    @pytest.mark.parametrize(
        ("words", "label"),
        [
            ("Q3 2024", "Q3 FY2024"), ("FY2024", "FY2024"), (" last quarter ", "latest quarter"),
            ("2024-09-30", "2024-09-30"), ("9M 2024", "9M FY2024"), ("soon", None), ("Q3", None),
            ("Q3 2024 or so", None), ("Q3 2024 and Q4 2024", None), ("", None),
        ],
    )  # fmt: skip
    def test_are_read_when_they_name_exactly_one(self, words: str, label: str | None) -> None:
        found = read_period(words)
        assert (found.label if found else None) == label

    def test_are_compared_with_the_one_before_or_the_one_named(self) -> None:
        year = PeriodRef(PeriodKind.YEAR, 2024)
        assert compared_with(Q3, None) == PeriodRef(PeriodKind.QUARTER, 2024, 2)
        assert compared_with(Q3, "prior_year") == Q3_BEFORE
        assert compared_with(year, None) == compared_with(year, "prior_quarter") == PeriodRef(PeriodKind.YEAR, 2023)
        assert compared_with(Q3, year) == year
        assert compared_with(PeriodRef(PeriodKind.DATE, day=date(2024, 1, 1)), "prior_year") is None

    @pytest.mark.parametrize(
        ("day", "label"), [("2024-10-29", "Q3 FY2024"), ("2024-10-01", "Q3 FY2024"), ("2024-09-30", "Q2 FY2024"),
                           ("2025-02-14", "Q4 FY2024"), ("2024-12-31", "Q3 FY2024")],
    )  # fmt: skip
    def test_the_last_quarter_is_the_one_that_had_closed(self, day: str, label: str) -> None:
        told, calendar = date.fromisoformat(day), FiscalCalendar()
        assert quarter_closed_by(told, calendar).label == label
        assert definite_at(None, told, calendar).label == label
        last_year = definite_at(PeriodRef(PeriodKind.LATEST_YEAR), told, calendar)
        assert last_year.label == ("FY2024" if label == "Q4 FY2024" else "FY2023")


class TestRisks:
    BEFORE = "We depend on a single supplier of diffraction gratings. Competition may reduce our prices and margins."

    def test_only_sentences_unlike_any_before_are_new(self) -> None:
        text = (
            "We depend on a single supplier of diffraction gratings.\nOur plant in Cork was closed by a flood in May. "
            "Competition may soon reduce our prices and margins. See above."
        )
        found = [text[start:end] for start, end in new_sentences(text, self.BEFORE)]
        assert found == ["Our plant in Cork was closed by a flood in May."]

    def test_nothing_is_new_in_what_was_said_before_and_all_is_new_in_the_first(self) -> None:
        assert new_sentences(self.BEFORE, self.BEFORE) == []
        assert len(new_sentences(self.BEFORE, "")) == 2

    @given(text=st.lists(WORDS, max_size=12), before=st.lists(WORDS, max_size=12))
    def test_skipping_those_that_cannot_resemble_changes_nothing(
        self, text: list[list[str]], before: list[list[str]]
    ) -> None:
        told, earlier = ("\n".join(" ".join(words) for words in part) for part in (text, before))
        known = [frozenset(words) for words in before if len(set(words)) >= 5]
        expected = [
            " ".join(words)
            for words in text
            if len(set(words)) >= 5 and all(jaccard(frozenset(words), each) < 0.8 for each in known)
        ]
        assert [told[start:end] for start, end in new_sentences(told, earlier)] == expected


def two_years() -> Filing:
    filing = Filing(calendar=FiscalCalendar("1231"))
    filing.add("revenue", "94,036", "94036000000", date(2024, 9, 30), PeriodType.QUARTER)
    filing.add("revenue", "85,777", "85777000000", date(2023, 9, 30), PeriodType.QUARTER)
    filing.add("net_income", "120", "120000000", date(2024, 9, 30), PeriodType.QUARTER)
    filing.add("net_income", "(30)", "-30000000", date(2023, 9, 30), PeriodType.QUARTER)
    return filing


class TestChanges:
    def test_have_a_share_unless_the_earlier_figure_makes_it_misleading(self) -> None:
        index, sections = two_years().read()
        draft = Draft(COMPANY, index.calendar, "formula", asked=[Q3_BEFORE, Q3])
        grew, turned = (state_change(draft, m, index, Q3, Q3_BEFORE).fields for m in ("revenue", "net_income"))
        assert (grew["change_abs"], grew["change_pct"]) == (Decimal(8_259_000_000), Decimal("0.096285"))
        assert (turned["change_abs"], turned["change_pct"], turned["reason"]) == (
            Decimal(150_000_000), None, "previous_negative",
        )  # fmt: skip
        assert check_draft(draft, sections, basis=Basis.GAAP)[1] == ()

    def test_of_what_nobody_reported_say_so(self) -> None:
        index, _ = two_years().read()
        draft = Draft(COMPANY, index.calendar, "formula")
        assert state_change(draft, "capex", index, Q3, Q3_BEFORE).fields["missing"] == "no_figure"
        assert state_change(draft, "not_a_metric", index, Q3, None).fields["missing"] == "no_figure"
        assert draft.lines == []


def expectation(q10: int, q50: int, q90: int, issued_at: datetime) -> Expectation:
    return Expectation(
        f"exp_{issued_at.date()}", "revenue", Basis.GAAP, PeriodType.QUARTER, date(2024, 9, 30), "USD",
        Decimal(q10) * BILLION, Decimal(q50) * BILLION, Decimal(q90) * BILLION, "yearly_growth", issued_at,
    )  # fmt: skip


class TestSurprises:
    def test_are_flagged_from_two_expected_deviations_on(self) -> None:
        bounds = {"q10": Decimal(100), "q90": Decimal("125.631")}
        assert surprise_from(**bounds) == Decimal(20)
        assert is_surprise(Decimal(130), q50=Decimal(110), **bounds)
        assert not is_surprise(Decimal("129.99"), q50=Decimal(110), **bounds)

    def test_are_measured_by_the_last_expectation_before_the_figure_was_known(self) -> None:
        index, sections = two_years().read()
        issued = [
            expectation(80, 82, 84, datetime(2024, 10, 1, tzinfo=UTC)),
            expectation(90, 93, 96, datetime(2024, 10, 20, tzinfo=UTC)),
            expectation(94, 94, 94, datetime(2025, 3, 1, tzinfo=UTC)),
        ]
        draft = Draft(COMPANY, index.calendar, "kpi", asked=[Q3])
        fields = state_surprise(draft, "revenue", index, Q3, issued).fields
        assert check_draft(draft, sections, basis=Basis.GAAP)[1] == ()
        assert fields["expectation"]["expectation_id"] == "exp_2024-10-20"
        assert (fields["flagged"], fields["deviation"]) == (False, Decimal(1_036_000_000))
        early = state_surprise(draft, "revenue", index, Q3, issued[:1]).fields
        assert early["flagged"] is True

    def test_of_a_derived_figure_are_measured_by_the_last_expectation_before_its_last_input(self) -> None:
        calendar = FiscalCalendar("1231")
        autumn = Filing(calendar=calendar, accession="0000320193-24-000101", form="10-Q")
        autumn.add("revenue", "270,000", "270000000000", date(2024, 9, 30), PeriodType.NINE_MONTHS)
        winter = Filing(calendar=calendar, accession="0000320193-25-000007")
        winter.add("revenue", "364,000", "364000000000", date(2024, 12, 31), PeriodType.YEAR)
        (nine, year), _ = figures_of([autumn, winter])
        year = replace(year, sources=(replace(year.source, known_at=datetime(2025, 2, 1, tzinfo=UTC)),))
        issued = [
            replace(
                expectation(80, 82, 84, datetime(issue.year, issue.month, 20, tzinfo=UTC)),
                period_end=date(2024, 12, 31),
            )
            for issue in (date(2024, 10, 1), date(2024, 12, 1), date(2025, 2, 1))
        ]
        q4 = PeriodRef(PeriodKind.QUARTER, 2024, 4)
        draft = Draft(COMPANY, calendar, "kpi", asked=[q4])
        fields = state_surprise(draft, "revenue", FigureIndex([nine, year], calendar), q4, issued).fields
        assert (fields["value"], fields["expectation"]["expectation_id"]) == (94 * BILLION, "exp_2024-12-20")

    def test_without_an_expectation_are_unknown(self) -> None:
        index, _ = two_years().read()
        fields = state_surprise(Draft(COMPANY, index.calendar, "kpi"), "revenue", index, Q3, []).fields
        assert (fields["missing"], fields["flagged"], fields["value"]) == ("no_expectation", None, 94_036_000_000)


def guidance(number: int, day: str, quote: str, low: str | None, high: str | None, **more: str) -> Guidance:
    known_at = datetime.fromisoformat(f"{day}T20:00:00+00:00")
    source = Source(
        f"0000000001-24-{number:06d}", "8-K", 1, "ex99.htm", f"sec-{number}", "ex99.1-1", 0, len(quote), quote, "", "",
        known_at,
    )  # fmt: skip
    bottom, top = (None if value is None else Decimal(value) for value in (low, high))
    given_values = {"shape": "range", "unit": "USD", "fiscal_period": "FY2024"} | more
    return Guidance(
        f"gdn_{number}", "revenue", Basis.GAAP, PeriodType.YEAR, given_values["fiscal_period"],
        Shape(given_values["shape"]), bottom, top, given_values["unit"], source,
    )  # fmt: skip


MAY = guidance(1, "2024-05-02", "between $37.0 and $38.0 billion", "37000000000", "38000000000")
AUGUST = guidance(2, "2024-08-01", "$38.5 billion, plus or minus 2%", "37730000000", "39270000000")


class TestGuidanceShifts:
    def test_compare_what_was_given_with_two_reports(self) -> None:
        calendar = FiscalCalendar()
        now, before = (given_with([MAY, AUGUST], PeriodRef(PeriodKind.QUARTER, 2024, n), calendar) for n in (2, 1))
        ((item, previous),) = pair_up(now, before)
        assert (item, previous) == (AUGUST, MAY)
        draft = Draft(COMPANY, calendar, "extractive")
        row = state_shift(draft, item, previous)
        assert (row.fields["action"], row.fields["change_low"]) == ("raise", Decimal(730_000_000))
        assert (row.sources, row.compare_sources) == ((AUGUST.source,), (MAY.source,))
        assert given_with([MAY], PeriodRef(PeriodKind.YEAR, 2023), calendar) == []

    def test_of_one_report_the_last_word_counts(self) -> None:
        corrected = replace(
            MAY, guidance_id="gdn_9", source=replace(MAY.source, known_at=datetime(2024, 5, 9, tzinfo=UTC))
        )
        found = given_with([corrected, MAY], PeriodRef(PeriodKind.QUARTER, 2024, 1), FiscalCalendar())
        assert found == [corrected]

    @pytest.mark.parametrize(
        ("low", "high", "action"),
        [
            ("37000000000", "38000000000", "reaffirm"), ("36000000000", "38000000000", "cut"),
            ("37500000000", "37800000000", "narrow"), ("36000000000", "39000000000", "widen"),
        ],
    )  # fmt: skip
    def test_are_named_by_their_signs(self, low: str, high: str, action: str) -> None:
        item = guidance(3, "2024-08-01", "", low, high)
        assert state_shift(Draft(COMPANY, FiscalCalendar(), "extractive"), item, MAY).fields["action"] == action

    def test_without_an_earlier_item_say_so_and_a_withdrawal_is_one(self) -> None:
        draft = Draft(COMPANY, FiscalCalendar(), "extractive")
        alone = state_shift(draft, MAY, None).fields
        assert (alone["missing"], alone["action"]) == ("no_comparison", None)
        withdrawn = guidance(4, "2024-08-01", "we withdraw our outlook", None, None, shape="withdrawn")
        assert state_shift(draft, withdrawn, MAY).fields["action"] == "withdraw"
        euros = guidance(5, "2024-08-01", "", "38000000000", "39000000000", unit="EUR")
        assert state_shift(draft, euros, MAY).fields["action"] is None

    def test_bounds_must_stand_in_their_quote(self) -> None:
        assert is_proven(MAY)
        assert is_proven(AUGUST)
        assert not is_proven(replace(MAY, high=Decimal(39_000_000_000)))
        assert not is_proven(replace(AUGUST, low=Decimal(37_000_000_000)))

    @pytest.mark.parametrize(
        ("quote", "low", "high"),
        [
            ("Gross margin of 75.0%, plus or minus 50 basis points", "0.745", "0.755"),
            ("Gross margin of 52%, plus or minus 1%", "0.51", "0.53"),
            ("Revenue growth of 5-6 percent", "0.05", "0.06"),
            ("Revenue of $2.0 billion, plus or minus $50 million", "1950000000", "2050000000"),
            ("GAAP and own margins of 74.4% and 75.0%, respectively, plus or minus 50 basis points", "0.739", "0.749"),
            ("Revenue to decline 5-6 percent", "-0.06", "-0.05"),
            ("Net sales | 37,000 | 38,000", "37000000000", "38000000000"),
            ("Net sales | 37,500 plus or minus 2%", "36750000000", "38250000000"),
        ],
    )  # fmt: skip
    def test_bounds_are_read_from_their_quote_as_they_were_when_the_item_was(
        self, quote: str, low: str, high: str
    ) -> None:
        said = guidance(5, "2024-08-01", quote, low, high)
        assert is_proven(said)
        assert not is_proven(replace(said, high=Decimal(high) * Decimal("1.07")))

    @pytest.mark.parametrize("sample", [*DEV, *SECOND, *THIRD, *HELD_OUT], ids=lambda sample: sample.name)
    def test_whatever_the_rules_read_is_proven(self, sample: Sample) -> None:
        for item in read_sample(sample):
            source = replace(MAY.source, quote=item.quote)
            assert is_proven(replace(MAY, low=item.low, high=item.high, source=source)), item
