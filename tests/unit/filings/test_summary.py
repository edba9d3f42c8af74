"""Extractive summaries: verbatim sentences with their places (FILINGS 7.7)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from auspex.filings.extraction.kpis import extract_kpis
from auspex.filings.extraction.summary import BULLETS_MAX, summarize
from auspex.filings.model import FilingDocument, FilingHeader, Kpi, SummaryBullet
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.sections import split_sections

COVER = "<p>FORM 8-K</p><p>Indicate by check mark whether the registrant is an emerging growth company as defined.</p>"
SIGNED = "<p>Pursuant to the requirements of the Securities Exchange Act of 1934, the registrant has signed.</p>"
STATEMENT = (
    "<p>STATEMENTS OF INCOME</p><p>(In thousands, except per share data)</p><table><tr><td></td>"
    "<td>Three Months Ended June 30, 2024</td></tr><tr><td>Net sales</td><td>293,618</td></tr><tr><td>Gross profit</td>"
    "<td>140,071</td></tr><tr><td>Net income</td><td>44,172</td></tr>"
    "<tr><td>Diluted earnings per share</td><td>0.88</td></tr>"
    "</table>"
)


def document(html: str, kind: str, form: str, sequence: int) -> FilingDocument:
    normal = normalize(f"<html><body>{html}</body></html>".encode(), filename="a.htm")
    sections = split_sections(normal, form=form, document_type=kind)
    return FilingDocument(sequence, kind, "a.htm", normal.text, sections, normal.tables, normal.facts, normal.headings)


def header(form: str, *items: str) -> FilingHeader:
    return FilingHeader("a", 1, form, items, date(2024, 7, 30), date(2024, 6, 30), None, "a.htm")


def summary_of(
    head: FilingHeader, documents: Sequence[FilingDocument], kpis: Sequence[Kpi]
) -> tuple[SummaryBullet, ...]:
    bullets = summarize(head, documents, kpis)
    by_sequence = {one.sequence: one for one in documents}
    for bullet in bullets:
        section = by_sequence[bullet.span.document_sequence].sections[bullet.span.section_ordinal]
        assert section.text[bullet.span.start : bullet.span.end] == bullet.text
    assert len(bullets) <= BULLETS_MAX
    return bullets


def test_a_release_is_told_by_the_first_sentences_with_its_figures() -> None:
    prose = (
        "<p>Widget Co. today announced that it is very happy with all of this.</p>"
        "<p>Net sales of the quarter decreased 3.2 percent to $293.6 million because of the weather.</p>"
        "<p>Net income was $44.2 million, or $0.88 per share on a diluted basis. The dividend was $0.35 per share.</p>"
        "<p>Again, net sales were $293.6 million and nobody needs to read this twice in one summary.</p>"
    )
    head = header("8-K", "2.02", "9.01")
    documents = [document(COVER, "8-K", "8-K", 1), document(prose + STATEMENT, "EX-99.1", "8-K", 2)]
    kpis = extract_kpis(head, documents, (), previous=()).kpis
    assert {bullet.text for bullet in summary_of(head, documents, kpis)} == {
        "Net sales of the quarter decreased 3.2 percent to $293.6 million because of the weather.",
        "Net income was $44.2 million, or $0.88 per share on a diluted basis.",
    }


def test_other_current_reports_are_told_by_two_sentences_of_each_item_by_severity() -> None:
    html = (
        f"{COVER}<p><b>Item 7.01 Regulation FD Disclosure.</b></p>"
        "<p>The company issued a press release about it all.</p>"
        "<p><b>Item 4.02 Non-Reliance on Previously Issued Financial Statements.</b></p>"
        "<p>The board concluded that the statements of 2023 should no longer be relied upon. "
        f"The error concerns the valuation of inventory. A third sentence is not needed here at all.</p>{SIGNED}"
    )
    documents = [document(html, "8-K", "8-K", 1)]
    assert [bullet.text for bullet in summary_of(header("8-K", "4.02", "7.01"), documents, ())] == [
        "The board concluded that the statements of 2023 should no longer be relied upon.",
        "The error concerns the valuation of inventory.",
        "The company issued a press release about it all.",
    ]


def test_a_report_is_told_by_its_discussion() -> None:
    html = (
        f"<p>Item 1. Financial Statements</p>{STATEMENT}"
        "<p>We earned net income of $44.2 million, says a note outside.</p>"
        "<p>Item 2. Management’s Discussion and Analysis</p>"
        "<p>Our net income of $44.2 million was lower than expected.</p>"
        "<p>Item 4. Controls and Procedures</p><p>Controls were effective at the reasonable assurance level.</p>"
    )
    documents = [document(html, "10-Q", "10-Q", 1)]
    kpis = extract_kpis(header("10-Q"), documents, (), previous=()).kpis
    assert [bullet.text for bullet in summary_of(header("10-Q"), documents, kpis)] == [
        "Our net income of $44.2 million was lower than expected."
    ]


def test_a_filing_without_sentences_has_an_empty_summary() -> None:
    assert summarize(header("8-K", "9.01"), [document("<p>FORM 8-K</p>", "8-K", "8-K", 1)], ()) == ()
