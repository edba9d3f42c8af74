"""Items of forms: tables of contents and cross-references lose, slices join to the text (FILINGS 7.4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evals.filings_sections import evaluate

from auspex.filings.model import NormalizedDocument
from auspex.filings.reading.items import (
    Severity,
    by_severity,
    item_numbers_from_titles,
    item_severity,
    section_title,
)
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.sections import section_at, split_sections

BODY = "Words of this item. " * 30
ANNUAL = [
    ("Item 1.", "Business"),
    ("Item 1A.", "Risk Factors"),
    ("Item 7.", "Management’s Discussion and Analysis"),
    ("Item 7A.", "Quantitative and Qualitative Disclosures About Market Risk"),
    ("Item 8.", "Financial Statements and Supplementary Data"),
]


def keys(text: str, form: str, document_type: str | None = None) -> list[str]:
    document = NormalizedDocument(text)
    sections = split_sections(document, form=form, document_type=document_type or form)
    assert "".join(section.text for section in sections) == text
    return [section.section_key for section in sections]


def annual_report() -> str:
    contents = "\n".join(f"{number} | {title} | {page}" for page, (number, title) in enumerate(ANNUAL, start=3))
    items = "\n".join(f"{number} {title}\n{BODY}" for number, title in ANNUAL)
    return f"Cover\n\nTable of Contents\nPART I\n{contents}\n\nForward-looking statements\n{BODY}\nPART I\n{items}"


def test_a_table_of_contents_loses_to_the_headings() -> None:
    text = annual_report()
    assert keys(text, "10-K") == ["front", "item1", "item1a", "item7", "item7a", "item8"]
    sections = split_sections(NormalizedDocument(text), form="10-K/A", document_type="10-K/A")
    assert sections[1].text.startswith("PART I\nItem 1. Business")
    assert all(len(section.text) > len(BODY) for section in sections)


def test_a_cross_reference_at_the_start_of_a_line_loses() -> None:
    text = annual_report().replace(
        BODY, f"{BODY}\nItem 8 of this report contains more.\nItem 1A. Risk Factors\nsee there.\n", 3
    )
    assert keys(text, "10-K") == ["front", "item1", "item1a", "item7", "item7a", "item8"]


def test_a_missing_heading_is_found_in_the_contents() -> None:
    text = (
        "Item 1. Financial Statements\nStatement of Earnings | 3\nItem 2. Management’s Discussion | 23\n"
        "Item 4. Controls | 29\n"
        "PART II\nItem 1. Legal Proceedings | 29\nItem 6. Exhibits | 30\n\nStatement of Earnings\n"
        f"{BODY * 8}\nItem 2. Management’s Discussion\n{BODY * 4}\nItem 4. Controls and Procedures\n{BODY}\n"
        f"PART II\nItem 1. Legal Proceedings\n{BODY}\nItem 6. Exhibits\n{BODY}"
    )
    assert keys(text, "10-Q") == ["part1item1", "part1item2", "part1item4", "part2item1", "part2item6"]


def test_parts_are_told_by_titles_where_part_lines_are_misplaced() -> None:
    text = (
        f"PART I\nItem 1. Financial Statements\n{BODY}\nItem 4. Controls and Procedures\n{BODY}\n"
        f"Item 1. Legal proceedings\n{BODY}\nItem 5. Other information\n{BODY}\nPART II\nItem 6. Exhibits\n{BODY}"
    )
    assert keys(text, "10-Q") == ["part1item1", "part1item4", "part2item1", "part2item5", "part2item6"]


def test_joint_items_make_one_section() -> None:
    text = f"Items 1 and 2. Business and Properties\n{BODY}\nItem 3. Legal Proceedings\n{BODY}"
    assert keys(text, "10-K") == ["item1", "item3"]


def test_a_heading_may_have_its_number_alone_on_its_line() -> None:
    text = f"ITEM 1.\nBUSINESS\n{BODY}\nITEM 1A.\nRISK FACTORS\n{BODY}"
    sections = split_sections(NormalizedDocument(text), form="10-K", document_type="10-K")
    assert [(section.section_key, section.title) for section in sections] == [
        ("item1", "ITEM 1. BUSINESS"),
        ("item1a", "ITEM 1A. RISK FACTORS"),
    ]


def test_current_reports_are_cut_at_their_items() -> None:
    text = f"Cover\nItem 2.02 Results of Operations\n{BODY}\nItem 9.01. | Exhibits\n(d) Exhibits\nSIGNATURE"
    assert keys(text, "8-K") == ["front", "item2.02", "item9.01"]
    assert keys(f"Cover\nITEM 5. OTHER EVENTS\n{BODY}\nItem 7. Exhibits\nNone", "8-K") == ["front", "item5", "item7"]


@pytest.mark.parametrize(
    ("form", "kind"), [("10-K", "EX-10.1"), ("10-K", "10-K"), ("S-3", "S-3"), ("8-K", "EX-101.SCH")]
)
def test_without_headings_the_whole_text_is_the_body(form: str, kind: str) -> None:
    assert keys("No headings here.\nItem of interest", form, kind) == ["body"]


def test_an_index_that_points_elsewhere_is_no_set_of_headings() -> None:
    index = "\n".join(f"{number} {title}" for number, title in ANNUAL)
    assert keys(f"{BODY * 5}\n{index}\n{BODY}", "10-K") == ["body"]


def test_a_release_is_cut_at_its_headings_but_not_in_its_tables() -> None:
    html = (
        f"<p><b>BIG RELEASE</b></p><p><b>Great quarter</b></p><p>{BODY}</p><p><b>Outlook</b></p><p>{BODY}</p>"
        "<table><tr><td><b>Total</b></td><td><b>1</b></td></tr></table>"
    )
    document = normalize(f"<html><body>{html}</body></html>".encode(), filename="a.htm")
    sections = split_sections(document, form="8-K", document_type="EX-99.1")
    assert [(section.section_key, section.title) for section in sections] == [
        ("ex99.1-1", "BIG RELEASE"),
        ("ex99.1-2", "Outlook"),
    ]
    assert "".join(section.text for section in sections) == document.text


def test_an_empty_text_has_no_section() -> None:
    assert split_sections(NormalizedDocument(""), form="10-K", document_type="10-K") == ()


LINES = st.lists(
    st.sampled_from(["Item 1. Business", "Item 1A. Risk Factors | 9", "ITEM 7.", "Item 7A", "PART II", "",
                     "Item 2.02 Results", "Items 1 and 2. Business", "  item 8: Financial Statements", "words, words",
                     "•", "Item 99"]),
    max_size=30,
)  # fmt: skip


@given(LINES, st.sampled_from(["10-K", "10-Q", "8-K", "10-K/A", "EX-99.1"]))
@settings(max_examples=400, deadline=None)
def test_slices_always_join_to_the_text_in_order(lines: list[str], kind: str) -> None:
    text = "\n".join(lines)
    form = "8-K" if kind.startswith("EX") else kind
    sections = split_sections(NormalizedDocument(text), form=form, document_type=kind)
    assert "".join(section.text for section in sections) == text
    assert [section.ordinal for section in sections] == list(range(len(sections)))
    assert all(text[section.start : section.end] == section.text for section in sections)
    assert len({section.section_key for section in sections}) == len(sections)
    if sections:
        assert section_at(sections, len(text) - 1) == sections[-1]


def test_severity_of_items_follows_the_specification() -> None:
    high = {"1.03", "1.05", "2.06", "3.01", "4.01", "4.02"}
    medium = {"1.01", "1.02", "2.01", "2.02", "2.04", "2.05", "5.01", "5.02"}
    assert {item_severity(item) for item in high} == {Severity.HIGH}
    assert {item_severity(item) for item in medium} == {Severity.MEDIUM}
    assert item_severity("7.01") is item_severity("9.01") is Severity.LOW
    assert by_severity(("9.01", "5.02", "4.02", "2.02")) == ("4.02", "2.02", "5.02", "9.01")


def test_titles_of_a_header_become_numbers() -> None:
    titles = (
        "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers: Pay",
        "Financial Statements and Exhibits",
        "Something of which nobody knows",
    )
    assert item_numbers_from_titles(titles) == ("5.02", "9.01")
    assert section_title("item1a", "10-K/A") == "Risk Factors"
    assert section_title("item2.02", "8-K") == "Results of Operations and Financial Condition"


def test_recorded_reports_reach_the_gates(shared_data: Path) -> None:
    found = evaluate(shared_data / "filings", every=8)
    assert found["section_recall"] >= 0.995
    assert found["section_precision"] >= 0.98
    assert found["section_large_with_body"] >= 0.99
