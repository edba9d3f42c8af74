"""Chunks cover every character, stay within what the model reads, and quote nothing but stored text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auspex.filings.index.chunking import (
    CHUNK_TOKENS_MAX,
    CONTEXT_TOKENS_MAX,
    CompanyName,
    chunk_filing,
    embedded_text,
)
from auspex.filings.index.passages import OVERLAP_TOKENS_MAX
from auspex.filings.model import (
    Basis,
    Cell,
    Chunk,
    FilingDocument,
    FilingHeader,
    Kpi,
    Method,
    PeriodType,
    Section,
    Span,
    SummaryBullet,
    Table,
)

HEADER = FilingHeader(
    accession="0000000001-24-000001",
    cik=1,
    form="10-Q",
    items=(),
    filing_date=date(2024, 8, 1),
    report_date=date(2024, 6, 29),
    accepted_at=None,
    primary_document="q.htm",
)
COMPANY = CompanyName("EXMP", "Example Corporation")


def count_tokens(text: str) -> int:
    """Count like WordPiece does: words in pieces of four letters, every mark on its own, blanks free."""
    return sum((len(piece) + 3) // 4 for piece in re.findall(r"\w+|[^\w\s]", text))


def document(*texts: str, tables: tuple[Table, ...] = (), titles: tuple[str, ...] = ()) -> FilingDocument:
    sections = []
    start = 0
    for ordinal, text in enumerate(texts):
        title = titles[ordinal] if titles else "Item 2. Management's Discussion"
        sections.append(Section(f"item{ordinal}", ordinal, title, start, start + len(text), text))
        start += len(text)
    return FilingDocument(1, "10-Q", "q.htm", "".join(texts), tuple(sections), tables)


def chunks_of(
    *documents: FilingDocument, kpis: tuple[Kpi, ...] = (), bullets: tuple[SummaryBullet, ...] = ()
) -> tuple[Chunk, ...]:
    return chunk_filing(HEADER, COMPANY, documents, kpis, bullets, count_tokens=count_tokens)


def income_table(text: str, start: int, *, rows: int) -> Table:
    cells = tuple(
        Cell(row, 1, "1", start, start + 1, header=("Three Months Ended", "June 29, 2024"), row_label=f"Line {row}")
        for row in range(rows)
    )
    return Table(start, start + len(text), "Condensed Statements of Income (in millions)", 6, "USD", cells)


prose = st.lists(
    st.sampled_from(
        [
            "Revenue grew in all regions.",
            "cash",
            "No. 5 of Inc. fell!",
            "Overview",
            " ",
            "\n",
            "\n\n",
            "x" * 700,
            "-" * 400,
            "Net sales | 94,036 | 85,777\n",
            "2024 | 2023\n",
            "é",
            "日本語の文。",
            "Costs rose by 4.5%? Yes, they did.",
            "\t",
        ]
    ),
    max_size=60,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(prose, min_size=1, max_size=3), cuts=st.lists(st.integers(0, 400), max_size=8))
@example(texts=["\n \n"], cuts=[])
@example(texts=["a" * 3000], cuts=[])
def test_every_character_of_every_section_lies_in_a_chunk(texts: list[str], cuts: list[int]) -> None:
    whole = "".join(texts)
    tables = tuple(income_table(whole[cut : cut + 120], cut, rows=2) for cut in cuts if cut + 120 <= len(whole))
    chunks = chunks_of(document(*texts, tables=tables))

    for ordinal, text in enumerate(texts):
        covered = set[int]()
        for chunk in chunks:
            if chunk.section_ordinal == ordinal:
                assert chunk.text == text[chunk.start : chunk.end]
                covered.update(range(chunk.start, chunk.end))
        assert covered == set(range(len(text)))
    assert all(count_tokens(chunk.context) <= CONTEXT_TOKENS_MAX for chunk in chunks)
    assert all(chunk.tokens == count_tokens(embedded_text(chunk)) <= CHUNK_TOKENS_MAX for chunk in chunks)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))


def test_the_same_filing_gives_the_same_chunks() -> None:
    filing = document("Revenue grew. " * 200, "Costs fell.\n" * 100)

    assert chunks_of(filing) == chunks_of(filing)


def test_paragraphs_are_packed_and_neighbours_share_one_short_sentence() -> None:
    sentence = "Operating expenses of segment {} rose because we hired engineers for the new platform. "
    text = "".join(sentence.format(number) for number in range(60))
    first, second, *_ = chunks_of(document(text))

    shared = text[second.start : first.end]
    assert shared.strip().startswith("Operating expenses")
    assert shared.count("Operating") == 1
    assert count_tokens(shared) <= OVERLAP_TOKENS_MAX
    assert first.tokens > CHUNK_TOKENS_MAX - 40


def test_a_heading_stays_with_what_it_heads() -> None:
    body = "We use cash for dividends and for buying back shares of our own stock this year. " * 9
    text = f"{body}\nLiquidity and Capital Resources\n{body}\n"
    chunks = chunks_of(document(text))

    (headed,) = [chunk for chunk in chunks if "Liquidity and Capital Resources" in chunk.text]
    assert headed.text.startswith("Liquidity and Capital Resources")


def test_a_table_that_fits_is_one_chunk_with_caption_and_scale() -> None:
    before = "The table shows our results.\n"
    table = "2024 | 2023\nNet sales | 94,036 | 85,777\nCost of sales | 50,000 | 45,000\n"
    text = f"{before}{table}After it more text follows.\n"
    chunks = chunks_of(document(text, tables=(income_table(table.rstrip(), len(before), rows=3),)))

    assert [(chunk.kind, chunk.text) for chunk in chunks] == [
        ("text", before),
        ("table", table),
        ("text", "After it more text follows.\n"),
    ]
    assert "in millions" in chunks[1].context
    assert "Condensed Statements of Income" in chunks[1].context


def test_a_long_table_is_cut_between_rows_and_each_part_names_its_columns() -> None:
    rows = [f"Line item number {row} | {row},036 | {row},777\n" for row in range(120)]
    table = "".join(rows)
    chunks = chunks_of(document(table, tables=(income_table(table.rstrip(), 0, rows=120),)))

    assert len(chunks) > 2
    assert "".join(chunk.text for chunk in chunks) == table
    assert all(chunk.text.endswith("\n") and chunk.text.startswith("Line item") for chunk in chunks)
    assert all("Three Months Ended June 29, 2024" in chunk.context for chunk in chunks)


def test_of_nested_tables_the_inner_one_counts_and_layout_is_text() -> None:
    inner = "2024 | 2023\nNet sales | 94,036 | 85,777\n"
    text = f"Left column of a page\n{inner}Right column of a page\n"
    outer_table = replace(income_table(text, 0, rows=1), caption="outer")
    inner_table = replace(income_table(inner, text.index(inner), rows=2), caption="inner")
    bullets = "• | We grew.\n• | We hired.\n"
    layout = replace(income_table(bullets, 0, rows=2), caption="layout")

    kinds = [
        (chunk.kind, "inner" in chunk.context) for chunk in chunks_of(document(text, tables=(outer_table, inner_table)))
    ]
    assert kinds == [("text", False), ("table", True), ("text", False)]
    assert [chunk.kind for chunk in chunks_of(document(bullets, tables=(layout,)))] == ["text"]


def test_a_context_says_whose_text_it_is_and_survives_endless_names() -> None:
    (chunk,) = chunks_of(document("We grew.\n"))
    assert chunk.context == "EXMP Example Corporation 10-Q June 29, 2024; Item 2. Management's Discussion"

    endless = CompanyName("EXMP", "Very Long Name " * 40)
    filing = document("We grew.\n", titles=("Title " * 90,))
    (long,) = chunk_filing(HEADER, endless, [filing], (), (), count_tokens=count_tokens)
    assert count_tokens(long.context) <= CONTEXT_TOKENS_MAX
    assert "10-Q June 29, 2024" in long.context


def kpi(span: Span | None, *, metric: str = "revenue", basis: Basis = Basis.GAAP) -> Kpi:
    return Kpi(
        metric=metric,
        label="Net sales",
        value=Decimal(94_036_000_000),
        unit="USD",
        scale_shown=6,
        period_start=date(2024, 3, 31),
        period_end=date(2024, 6, 29),
        period_type=PeriodType.QUARTER,
        fiscal_period="Q3 FY2024",
        basis=basis,
        method=Method.XBRL,
        span=span,
        quote="94,036",
    )


def test_figures_and_summary_sentences_get_chunks_that_point_at_their_spans() -> None:
    text = "Net sales | 94,036 | 85,777\nWe grew.\n"
    figure, sentence = Span(1, 0, 0, 27), Span(1, 0, 28, 36)
    chunks = chunks_of(
        document(text),
        kpis=(kpi(figure), kpi(figure, basis=Basis.NON_GAAP), kpi(None)),
        bullets=(SummaryBullet("We grew.", sentence),),
    )

    assert [chunk.kind for chunk in chunks] == ["text", "kpi", "kpi", "summary"]
    gaap, other, summary = chunks[1:]
    assert gaap.text == other.text == "Net sales | 94,036 | 85,777"
    assert "Net sales; quarter ended June 29, 2024" in gaap.context
    assert "non-GAAP Net sales" in other.context
    assert (summary.text, summary.start, summary.end) == ("We grew.", 28, 36)
    assert "Q3 FY2024" in chunks[0].context


def test_the_same_figure_twice_is_one_chunk() -> None:
    figure = Span(1, 0, 0, 9)

    chunks = chunks_of(document("Net sales | 94,036\n"), kpis=(kpi(figure), kpi(figure)))

    assert [chunk.kind for chunk in chunks] == ["text", "kpi"]


def test_a_filing_without_text_has_no_chunks() -> None:
    assert chunks_of(document("")) == ()


def test_a_span_of_a_section_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        chunks_of(document("We grew.\n"), kpis=(kpi(Span(1, 7, 0, 2)),))


def test_a_promise_is_a_chunk_of_its_own_that_points_at_its_sentence() -> None:
    text = "Revenue grew. We expect revenue of $540 million to $560 million. Costs fell."
    start = text.index("We expect")
    span = Span(1, 0, start, text.index(" Costs"))
    chunks = chunk_filing(
        HEADER, COMPANY, [document(text)], (), (), guidance=[(span, "revenue Q4 FY2024")], count_tokens=count_tokens
    )
    (promise,) = (chunk for chunk in chunks if chunk.kind == "guidance")
    assert promise.text == "We expect revenue of $540 million to $560 million."
    assert promise.context.endswith("guidance outlook revenue Q4 FY2024")
