"""What a question names becomes a filter; what it does not say is not guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.answers.companies import KnownCompany, find_companies
from auspex.filings.answers.questions import Compare, Intent, parse_question
from auspex.filings.answers.vocabulary import load_vocabulary
from auspex.filings.extraction.fiscal_periods import FiscalCalendar, PeriodRef, earlier, learn_calendar, parse_periods
from auspex.filings.model import Basis, PeriodType

TODAY = date(2025, 1, 1)
WORDS = [
    "what",
    "was",
    "the",
    "revenue",
    "of",
    "Apple",
    "in",
    "FY2018",
    "Q3",
    "2024",
    "(",
    ")",
    "?",
    ".",
    ",",
    "is defined as:",
    "average",
    "capex",
    "divided by",
    "365",
    "*",
    "+",
    "% margin",
    "between",
    "prior quarter",
    "cash flow statement",
    "$AAPL",
    "'s",
    "as a % of",
    "growth",
    "last year",
    "define",
    "net margin",
    "as",
]
COMPANIES = [
    KnownCompany(320193, "Apple Inc.", "AAPL", ("AAPL",)),
    KnownCompany(1018724, "AMAZON COM INC", "AMZN", ("AMZN",)),
    KnownCompany(66740, "3M CO", "MMM", ("MMM",)),
    KnownCompany(789570, "MGM Resorts International", "MGM", ("MGM",)),
    KnownCompany(1560385, "Liberty Media Corp", "FWONK", ("FWONK",), ("Liberty",)),
    KnownCompany(1570585, "Liberty Global Ltd.", "LBTYA", ("LBTYA",), ("Liberty",)),
    KnownCompany(764478, "BEST BUY CO INC", "BBY", ("BBY",)),
    KnownCompany(2488, "ADVANCED MICRO DEVICES INC", "AMD", ("AMD",)),
    KnownCompany(40704, "GENERAL MILLS INC", "GIS", ("GIS",)),
    KnownCompany(27419, "TARGET CORP", "TGT", ("TGT",)),
]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("FY2018", ["FY2018"]),
        ("in fiscal year 2018", ["FY2018"]),
        ("FY22", ["FY2022"]),
        ("Q3 2024", ["Q3 FY2024"]),
        ("Q2 of FY2023", ["Q2 FY2023"]),
        ("FY2023Q1", ["Q1 FY2023"]),
        ("third quarter of fiscal 2024", ["Q3 FY2024"]),
        ("3Q24", ["Q3 FY2024"]),
        ("H1 FY2023", ["H1 FY2023"]),
        ("first nine months of 2024", ["9M FY2024"]),
        ("last quarter", ["latest quarter"]),
        ("the most recent fiscal year", ["latest year"]),
        ("the quarter ended June 29, 2024", ["2024-06-29"]),
        ("on 1st July 2022", ["2022-07-01"]),
        ("FY2017 - FY2019", ["FY2017", "FY2019"]),
        ("1.5% Notes due 2026", []),
        ("$2,018 and 2018.5", []),
        ("between FY 2023 and Q2 of FY2024", ["FY2023", "Q2 FY2024"]),
        ("February 30, 2024", []),
    ],
)
def test_periods_are_read_as_people_write_them(text: str, labels: list[str]) -> None:
    assert [ref.label for ref in parse_periods(text)] == labels


@pytest.mark.parametrize(
    ("year_end", "day", "position"),
    [
        ("0928", date(2024, 6, 29), (2024, 3)),
        ("0928", date(2023, 12, 30), (2024, 1)),
        ("0928", date(2024, 9, 28), (2024, 4)),
        ("1231", date(2022, 1, 1), (2021, 4)),
        ("0131", date(2018, 1, 31), (2018, 4)),
        ("0128", date(2023, 2, 3), (2023, 4)),
        ("0531", date(2023, 8, 31), (2024, 1)),
        ("0229", date(2023, 2, 28), (2023, 4)),
    ],
)
def test_a_day_has_its_fiscal_year_and_quarter(year_end: str, day: date, position: tuple[int, int]) -> None:
    assert FiscalCalendar(year_end).position(day) == position


def test_a_company_that_names_its_year_after_its_beginning_is_believed() -> None:
    calendar = learn_calendar("0203", [(date(2024, 2, 3), "FY2023"), (date(2023, 10, 28), "Q3 FY2023")])
    assert calendar.label(date(2024, 2, 3), PeriodType.YEAR) == "FY2023"
    assert learn_calendar("0203", []).label(date(2024, 2, 3), PeriodType.YEAR) == "FY2024"


def test_a_named_year_matches_the_year_and_its_closing_balance_only() -> None:
    calendar = FiscalCalendar("0928")
    (ref,) = parse_periods("FY2024")
    day = date(2024, 9, 28)
    assert calendar.matches(ref, period_end=day, period_type=PeriodType.YEAR)
    assert calendar.matches(ref, period_end=day, period_type=PeriodType.INSTANT)
    assert not calendar.matches(ref, period_end=day, period_type=PeriodType.QUARTER)
    assert not calendar.matches(ref, period_end=date(2024, 6, 29), period_type=PeriodType.INSTANT)
    assert not calendar.matches(ref, period_end=date(2023, 9, 30), period_type=PeriodType.YEAR)


def test_stepping_back_crosses_the_year() -> None:
    (ref,) = parse_periods("Q1 2024")
    assert earlier(ref, quarters=1).label == "Q4 FY2023"
    assert earlier(ref, years=1).label == "Q1 FY2023"
    with pytest.raises(ValueError, match="not a quarter"):
        earlier(PeriodRef(parse_periods("FY2024")[0].kind, 2024), quarters=1)


@pytest.mark.parametrize(
    ("text", "ciks"),
    [
        ("What was Apple's capex?", [320193]),
        ("$aapl revenue", [320193]),
        ("AAPL revenue", [320193]),
        ("apple pie revenue", []),
        ("What did Amazon.com earn?", [1018724]),
        ("3M's net sales", [66740]),
        ("MGM revenue in 2018", [789570]),
        ("mgm", []),
        ("revenue of Best Buy Co., Inc.", [764478]),
        ("the best revenue", []),
        ("General remarks on revenue", []),
        ("General Mills sales", [40704]),
        ("AMD's R&D", [2488]),
        ("What was Liberty's revenue?", [1560385, 1570585]),
        ("Liberty Media revenue", [1560385]),
        ("a target for revenue", []),
        ("Target revenue", [27419]),
        ("EPS of Apple and Amazon", [320193, 1018724]),
    ],
)
def test_companies_are_found_by_name_ticker_or_alias(text: str, ciks: list[int]) -> None:
    found = [company.cik for mention in find_companies(text, COMPANIES) for company in mention.companies]
    assert found == ciks


def test_a_figure_question_is_understood_whole() -> None:
    question = parse_question("What was Apple's capex in FY2018 (in USD millions)?", COMPANIES, TODAY)
    assert question.ciks == (320193,)
    assert [ref.label for ref in question.periods] == ["FY2018"]
    assert question.intent == Intent.FIGURE
    assert question.target is not None
    assert question.target.key == "capex"
    assert question.scale == 6
    assert ("purchases of property, plant and equipment", 0.6) in question.expansions
    assert (
        "consolidated statements of cash flows operating investing financing activities",
        1.0,
    ) in question.expansions


@pytest.mark.parametrize(
    ("text", "intent", "compare"),
    [
        ("How did Apple's revenue change compared with the prior year?", Intent.COMPARISON, Compare.PRIOR_YEAR),
        ("How did Apple's revenue change compared with the prior quarter?", Intent.COMPARISON, Compare.PRIOR_QUARTER),
        ("Did Apple's gross margin improve between FY2022 and FY2023?", Intent.COMPARISON, Compare.NAMED),
        ("What was Apple's revenue growth in FY2023?", Intent.GROWTH, Compare.PRIOR_YEAR),
        ("What was Apple's average net margin FY2021 - FY2023?", Intent.AVERAGE, None),
        ("What was Apple's iPhone revenue in FY2023?", Intent.TEXT, None),
        ("What was Apple's revenue in China in FY2023?", Intent.TEXT, None),
        ("Why did Apple's revenue fall in FY2023?", Intent.TEXT, None),
        ("What drove the change in Apple's operating margin?", Intent.TEXT, None),
        ("What percent of Apple's revenue came in Q4?", Intent.TEXT, None),
    ],
)
def test_only_figures_that_are_wholly_understood_are_looked_up(
    text: str, intent: Intent, compare: Compare | None
) -> None:
    question = parse_question(text, COMPANIES, TODAY)
    assert (question.intent, question.compare) == (intent, compare)


def test_a_stated_definition_outranks_the_catalogue() -> None:
    text = (
        "What is Apple's FY2024 days payable outstanding (DPO)? DPO is defined as: 365 * (average accounts payable "
        "between FY2023 and FY2024) / (FY2024 COGS + change in inventory between FY2023 and FY2024). "
        "Round your answer to two decimal places."
    )
    question = parse_question(text, COMPANIES, TODAY)
    assert question.target is not None
    assert question.target.template == "365 × avg(payables) ÷ (cost_of_revenue + delta(inventory))"
    assert question.decimals == 2
    assert [ref.label for ref in question.periods] == ["FY2024"]


def test_a_definition_that_cannot_be_read_is_not_replaced_by_another() -> None:
    text = "What is Apple's FY2024 quick ratio? Quick ratio is defined as: liquid assets by age / current liabilities."
    question = parse_question(text, COMPANIES, TODAY)
    assert question.target is not None
    assert question.target.template is None


def test_adjusted_figures_are_another_basis_and_advice_is_recognised() -> None:
    assert parse_question("What was Apple's adjusted net income?", COMPANIES, TODAY).basis == Basis.NON_GAAP
    assert parse_question("What was Apple's unadjusted operating income?", COMPANIES, TODAY).basis == Basis.GAAP
    assert parse_question("Should I buy Apple?", COMPANIES, TODAY).advice
    assert not parse_question("Did Apple buy back shares?", COMPANIES, TODAY).advice


def test_a_window_holds_the_report_and_the_release_of_a_period_but_not_the_report_before() -> None:
    question = parse_question("What was Apple's revenue in FY2024?", COMPANIES, TODAY)
    window = question.window(FiscalCalendar("0928"))
    assert window is not None
    first, last = window
    assert first <= date(2024, 9, 28) <= last
    assert first <= date(2024, 10, 31) <= last
    assert date(2023, 9, 30) < first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What drove the increase in merchandise inventories?", "increase merchandise inventories"),
        ("What are the major acquisitions that were done in FY2022?", "acquisitions"),
        ("Which region performed worst?", "region"),
        ("How much more?", "much more"),
    ],
)
def test_words_that_only_ask_are_no_evidence(text: str, words: str) -> None:
    assert parse_question(text, (), TODAY).evidence == words


@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_no_jumble_of_words_breaks_the_parser(words: list[str]) -> None:
    question = parse_question(" ".join(words), COMPANIES, TODAY)
    assert (question.target is None) == (question.intent == Intent.TEXT)
    assert all(period.end <= len(question.text) for period in question.periods)


def test_every_metric_of_a_formula_is_in_the_vocabulary() -> None:
    from auspex.filings.answers.formulas import FORMULAS, names, parse

    known = set(load_vocabulary().metrics)
    used = {name for formula in FORMULAS.values() for name in names(parse(formula.template))}
    assert used <= known
    assert {key for kind, key in load_vocabulary().phrases.values() if kind == "formula"} <= set(FORMULAS)
