"""Answers drafted from evidence alone: every figure with its proof, every refusal with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.factories.answer_evidence import CALENDAR, COMPANY, Filing, annual_report, figures_of

from auspex.filings.answers.answer import check_draft, finish_answer
from auspex.filings.answers.answer_figures import draft_figures
from auspex.filings.answers.answer_sentences import draft_sentences, score
from auspex.filings.answers.evidence import FigureIndex, Passage, Sentence
from auspex.filings.answers.questions import parse_question
from auspex.filings.answers.refusals import RefusedError
from auspex.filings.model import Answer, Basis, PeriodType

TODAY = date(2025, 1, 1)


def ask(text: str, *filings: Filing) -> Answer:
    figures, sections = figures_of(filings or [annual_report()])
    draft = draft_figures(parse_question(text, [COMPANY], TODAY), COMPANY, FigureIndex(figures, CALENDAR))
    answer, faults = finish_answer(draft, sections, basis=Basis.GAAP)
    assert faults == ()
    return answer


def refusal(text: str, *filings: Filing) -> tuple[str, str | None]:
    figures, _ = figures_of(filings or [annual_report()])
    with pytest.raises(RefusedError) as caught:
        draft_figures(parse_question(text, [COMPANY], TODAY), COMPANY, FigureIndex(figures, CALENDAR))
    return caught.value.reason, caught.value.missing


def quarters() -> Filing:
    """Apple's fiscal 2025 in millions: the year, its first nine months, and earnings per share of both."""
    year, nine = date(2025, 9, 27), date(2025, 6, 28)
    filing = Filing(accession="0000320193-25-000079")
    filing.add("revenue", "416,161", "416161000000", year, PeriodType.YEAR)
    filing.add("revenue", "313,695", "313695000000", nine, PeriodType.NINE_MONTHS)
    filing.add("net_income", "112,010", "112010000000", year, PeriodType.YEAR)
    filing.add("net_income", "84,544", "84544000000", nine, PeriodType.NINE_MONTHS)
    filing.add("eps_diluted", "7.46", "7.46", year, PeriodType.YEAR, scale=0)
    filing.add("eps_diluted", "5.62", "5.62", nine, PeriodType.NINE_MONTHS, scale=0)
    return filing


def test_a_figure_is_stated_with_unit_and_period_and_cited() -> None:
    answer = ask("What was Apple's capex in FY2024?")
    assert answer.evidence_class == "kpi"
    assert answer.answer_markdown == (
        "Capital expenditure of Apple Inc., FY2024 (year ended 2024-09-28): **USD 9,447 million** [1]"
    )
    assert answer.figures[0].value == Decimal(9_447_000_000)
    assert [citation.quote for citation in answer.citations] == ["Capital expenditure | (9,447)"]
    assert answer.citations[0].verified


def test_the_asked_unit_is_used_without_losing_a_digit() -> None:
    assert "**USD 9.447 billion**" in ask("What was Apple's capex in FY2024? Answer in USD billions.").answer_markdown


def test_a_ratio_shows_its_formula_and_cites_each_input() -> None:
    answer = ask("What was Apple's gross margin in FY2024?")
    assert answer.evidence_class == "formula"
    assert "**46.21%** = `gross_profit_fy2024 ÷ revenue_fy2024`" in answer.answer_markdown
    (derivation,) = answer.derivations
    inputs = derivation["inputs"]
    assert isinstance(inputs, dict)
    assert {name: each["citation_index"] for name, each in inputs.items()} == {
        "gross_profit_fy2024": 0,
        "revenue_fy2024": 1,
    }
    assert len(answer.citations) == 2


def test_averages_use_both_balance_dates() -> None:
    answer = ask("What was Apple's return on assets in FY2024?")
    assert answer.figures[0].value == pytest.approx(Decimal(93_736) / ((Decimal(364_980) + Decimal(352_583)) / 2))
    assert "total_assets_fy2023" in answer.answer_markdown


def test_a_comparison_gives_both_figures_and_both_changes() -> None:
    answer = ask("How did Apple's revenue change in FY2024 compared with the prior year?")
    text = answer.answer_markdown
    for part in ("**USD 7,750 million**", "**2.02%**", "USD 391,035 million", "USD 383,285 million"):
        assert part in text
    assert [figure.derivation_index for figure in answer.figures] == [0, 1, None, None]


def test_two_named_years_without_a_word_of_change_are_two_figures() -> None:
    answer = ask("What was Apple's revenue in FY2023 and FY2024?")
    assert [figure.value for figure in answer.figures] == [Decimal(383_285_000_000), Decimal(391_035_000_000)]
    assert answer.derivations == ()


def test_an_undefined_change_says_why() -> None:
    filing = Filing().add("net_income", "(5)", "-5000000", date(2023, 9, 30), PeriodType.YEAR)
    filing.add("net_income", "7", "7000000", date(2024, 9, 28), PeriodType.YEAR)
    answer = ask("How did Apple's net income change in FY2024 compared with the prior year?", filing)
    assert "Relative change: not defined, the earlier figure is negative" in answer.answer_markdown
    assert "**USD 12 million**" in answer.answer_markdown


def test_a_fourth_quarter_is_derived_from_year_to_date_with_both_inputs_cited() -> None:
    answer = ask("What was Apple's revenue in Q4 FY2025?", quarters())
    assert "**USD 102,466 million** = `revenue_fy2025 − revenue_9m_fy2025`" in answer.answer_markdown
    assert len(answer.citations) == 2
    assert ask("What was Apple's net income in Q4 FY2025?", quarters()).figures[0].value == Decimal(27_466_000_000)


def test_earnings_per_share_are_never_subtracted() -> None:
    assert refusal("What was Apple's diluted EPS in Q4 FY2025?", quarters())[0] == "period_missing"


def test_the_quarter_is_not_answered_with_the_nine_months() -> None:
    day = date(2024, 6, 29)
    filing = Filing(form="10-Q").add("eps_diluted", "1.40", "1.40", day, PeriodType.QUARTER, scale=0)
    filing.add("eps_diluted", "5.11", "5.11", day, PeriodType.NINE_MONTHS, scale=0)
    assert ask("What was Apple's EPS in Q3 2024?", filing).figures[0].value == Decimal("1.40")
    assert ask("What was Apple's EPS in the quarter ended June 29, 2024?", filing).figures[0].value == Decimal("1.40")
    assert ask("What was Apple's EPS last quarter?", filing).figures[0].value == Decimal("1.40")
    assert ask("What was Apple's EPS in the first nine months of 2024?", filing).figures[0].value == Decimal("5.11")


def test_another_period_is_never_answered_instead() -> None:
    assert refusal("What was Apple's revenue in FY2019?") == ("period_missing", "revenue for FY2019")
    assert refusal("What was Apple's revenue growth in FY2023?")[0] == "period_missing"
    assert refusal("What was Apple's goodwill in FY2024?") == ("no_evidence", "goodwill for FY2024")


def test_non_gaap_is_never_answered_with_gaap() -> None:
    assert refusal("What was Apple's adjusted net income in FY2024?") == ("period_missing", "net income for FY2024")


def test_a_ratio_over_negative_equity_is_not_defined() -> None:
    filing = Filing().add("net_income", "(22)", "-22000000", date(2024, 9, 28), PeriodType.YEAR)
    filing.add("equity", "(17)", "-17000000", date(2024, 9, 28), PeriodType.INSTANT)
    filing.add("equity", "(15)", "-15000000", date(2023, 9, 30), PeriodType.INSTANT)
    reason, missing = refusal("What was Apple's return on equity in FY2024?", filing)
    assert reason == "no_evidence"
    assert missing is not None
    assert "negative" in missing


def test_gross_profit_that_is_not_printed_comes_from_revenue_and_costs() -> None:
    filing = Filing().add("revenue", "100", "100000000", date(2024, 9, 28), PeriodType.YEAR)
    filing.add("cost_of_revenue", "60", "60000000", date(2024, 9, 28), PeriodType.YEAR)
    answer = ask("What was Apple's gross profit in FY2024?", filing)
    assert "**USD 40 million** = `revenue_fy2024 − cost_of_revenue_fy2024`" in answer.answer_markdown


def test_one_changed_stored_character_refuses_the_answer() -> None:
    figures, sections = figures_of([annual_report()])
    question = parse_question("What was Apple's revenue in FY2024?", [COMPANY], TODAY)
    draft = draft_figures(question, COMPANY, FigureIndex(figures, CALENDAR))
    (name,) = sections
    for place in (0, 20, len(sections[name].text) - 1):
        text = sections[name].text
        spoiled = {name: replace(sections[name], text=text[:place] + "#" + text[place + 1 :])}
        answer, faults = finish_answer(draft, spoiled, basis=Basis.GAAP)
        assert answer.refused
        assert answer.reason == "figure_unverified"
        assert faults


def test_a_figure_its_quote_does_not_show_is_withheld() -> None:
    figures, sections = figures_of([annual_report()])
    wrong = [replace(f, value=f.value + 1) if f.metric == "revenue" else f for f in figures]
    question = parse_question("What was Apple's revenue in FY2024?", [COMPANY], TODAY)
    draft = draft_figures(question, COMPANY, FigureIndex(wrong, CALENDAR))
    assert {fault.kind for fault in check_draft(draft, sections, basis=Basis.GAAP)[1]} == {"figure"}


def test_a_figure_of_another_company_is_withheld() -> None:
    figures, sections = figures_of([annual_report()])
    foreign = [replace(f, cik=1) for f in figures]
    question = parse_question("What was Apple's revenue in FY2024?", [COMPANY], TODAY)
    draft = draft_figures(question, COMPANY, FigureIndex(foreign, CALENDAR))
    assert "company" in {fault.kind for fault in check_draft(draft, sections, basis=Basis.GAAP)[1]}


def passages(*texts: str) -> tuple[list[Passage], dict[str, object]]:
    figures, sections = figures_of([annual_report()])
    (section,) = sections.values()
    source = figures[0].source
    stored = replace(section, text="\n".join(texts))
    made = []
    start = 0
    for rank, text in enumerate(texts, start=1):
        words = frozenset(text.lower().strip(".").split())
        sentence = Sentence(start, start + len(text), text, words)
        made.append(
            Passage(rank, replace(source, start=start, end=start + len(text), quote=text), "text", (sentence,), words)
        )
        start += len(text) + 1
    return made, {"section": stored}


IDF = {"supply": 2.0, "constraints": 3.0, "silicon": 3.0}


def test_sentences_are_quoted_verbatim_best_first() -> None:
    made, _ = passages("Weather was mild in spring here.", "Silicon supply constraints eased during the year.")
    question = parse_question("Why did silicon supply constraints ease?", [COMPANY], TODAY)
    draft = draft_sentences(question, made, IDF, company=COMPANY, names={320193: "Apple Inc."}, calendar=CALENDAR)
    assert draft.lines[0] == "> Silicon supply constraints eased during the year."
    assert len(draft.sources) == 1


def test_too_little_of_the_question_covered_is_no_evidence() -> None:
    made, _ = passages("Supply was fine in spring and summer.")
    question = parse_question("Why did silicon supply constraints ease?", [COMPANY], TODAY)
    with pytest.raises(RefusedError, match="no_evidence"):
        draft_sentences(question, made, IDF, company=COMPANY, names={}, calendar=CALENDAR)


def test_a_sentence_of_another_year_is_left_out() -> None:
    made, _ = passages(
        "Silicon supply constraints hurt sales in 2021.", "Silicon supply constraints eased in fiscal 2023."
    )
    question = parse_question("Why did silicon supply constraints ease in FY2023?", [COMPANY], TODAY)
    draft = draft_sentences(question, made, IDF, company=COMPANY, names={320193: "Apple Inc."}, calendar=CALENDAR)
    assert [line for line in draft.lines if line.startswith("> ")] == [
        "> Silicon supply constraints eased in fiscal 2023."
    ]


def test_the_score_weighs_coverage_and_rank_as_specified() -> None:
    sentence = Sentence(0, 1, "x", frozenset({"supply", "silicon"}))
    assert score(sentence, 1, IDF) == pytest.approx(0.7 * 5 / 8 + 0.3)
    assert score(sentence, 8, IDF) == pytest.approx(0.7 * 5 / 8 + 0.3 * (1 - 7 / 8))
