"""A quote is verified against stored bytes, or it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.answer_evidence import annual_report, figures_of

from auspex.filings.answers.citations import StoredSection, hash_text, verify_sources, verify_span

TEXT = "Net sales were $94,036 million — a “record”. Größe: 5 µm."


def section(text: str = TEXT) -> StoredSection:
    return StoredSection("s1", "0000320193-24-000123", "10-Q", "main.htm", "part1item2", text, hash_text(text), "urn:x")


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_exactly_the_text_between_the_offsets_is_valid(start: int, end: int) -> None:
    result = verify_span(section(), start=start, end=end, quote=TEXT[start:end])
    assert result.valid == (start < end)
    assert result.reason == (None if start < end else "span_outside")


@given(st.text(min_size=1, max_size=80), st.data())
def test_changing_one_stored_character_refuses_every_citation_of_the_section(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[place]))
    kept = section(text)
    changed = replace(kept, text=text[:place] + other + text[place + 1 :])
    for start in range(len(text)):
        quote = text[start : start + 1]
        assert not verify_span(changed, start=start, end=start + 1, quote=quote, text_sha256=kept.text_sha256).valid


@pytest.mark.parametrize(
    ("start", "end", "quote", "reason"),
    [
        (0, 9, "Net sales", None),
        (0, 9, "net sales", "quote_differs"),
        (0, 10, "Net sales", "quote_differs"),
        (5, 5, "", "span_outside"),
        (9, 3, "x", "span_outside"),
        (0, 10_000, "x", "span_outside"),
        (-1, 3, "x", "span_outside"),
    ],
)
def test_each_way_of_being_wrong_has_its_reason(start: int, end: int, quote: str, reason: str | None) -> None:
    assert verify_span(section(), start=start, end=end, quote=quote).reason == reason


def test_a_text_that_no_longer_has_its_stored_hash_proves_nothing() -> None:
    stored = replace(section(), text_sha256=hash_text("another text"))
    assert verify_span(stored, start=0, end=9, quote="Net sales").reason == "text_changed"
    assert verify_span(None, start=0, end=9, quote="Net sales").reason == "section_missing"


def test_equal_looking_characters_are_not_equal_bytes() -> None:
    composed, decomposed = "Gr\u00f6\u00dfe", "Gro\u0308\u00dfe"
    assert not verify_span(section(decomposed), start=0, end=6, quote=composed).valid


def test_sources_become_citations_marked_by_what_is_stored_now() -> None:
    figures, sections = figures_of([annual_report()])
    sources = [figure.source for figure in figures]
    assert all(citation.verified for citation in verify_sources(sources, sections))
    (name,) = sections
    spoiled = {name: replace(sections[name], text=sections[name].text.replace("391,035", "391,036"))}
    assert not any(citation.verified for citation in verify_sources(sources, spoiled))
