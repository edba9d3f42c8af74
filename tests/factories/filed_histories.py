"""Random histories of one company's filings and amendments, and what of them was right on a day: plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.factories.stored_filings import Connection, accession_number, store_filing

from auspex.filings import amendments, filing_store
from auspex.filings.index.index_store import index_chunks
from auspex.filings.model import Chunk, FilingHeader

CIK = 77
NAME = "Example Corp"
BEGIN = datetime(2021, 1, 1, tzinfo=UTC)
YEARS = (date(2020, 12, 31), date(2021, 12, 31))
SECTIONS = ("item1", "item7", "item8")
METRICS = ("revenue", "net_income")
RESTATING_CHARACTERS = 600
REFERRING_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Filed:
    """One filing: the figures it states, in millions by (metric, year end), and its sections, restated or referred to.

    `day` is when it became known, in days after 2021 began.
    """

    number: int
    form: str
    report_date: date
    day: int
    figures: tuple[tuple[str, date, int], ...]
    sections: tuple[tuple[str, bool], ...]

    @property
    def accession(self) -> str:
        """Its accession number."""
        return accession_number(self.number, cik=CIK)

    @property
    def known_at(self) -> datetime:
        """When the public could know it."""
        return BEGIN + timedelta(days=self.day)

    @property
    def is_amendment(self) -> bool:
        """Whether it amends."""
        return self.form.endswith("/A")


@st.composite
def histories(draw: st.DrawFn) -> list[Filed]:
    """Draw filings in the order in which they arrive here, which need not be the order of their days."""
    count = draw(st.integers(2, 6))
    days = draw(st.lists(st.integers(0, 400), min_size=count, max_size=count, unique=True))
    values = draw(st.lists(st.integers(100, 9_999), min_size=4 * count, max_size=4 * count, unique=True))
    filed = []
    for number, day in enumerate(days, start=1):
        form = draw(st.sampled_from(["10-K", "10-K/A", "10-K/A", "8-K"]))
        stated = draw(st.lists(st.sampled_from([(m, y) for m in METRICS for y in YEARS]), unique=True, max_size=4))
        sections = draw(st.lists(st.sampled_from(SECTIONS), unique=True, min_size=1))
        whole = [draw(st.booleans()) for _ in sections]
        figures = tuple((metric, year, values.pop()) for metric, year in stated)
        report_date = draw(st.sampled_from(YEARS))
        filed.append(Filed(number, form, report_date, day, figures, tuple(zip(sections, whole, strict=True))))
    return filed


def arrive(connection: Connection, filed: Filed) -> None:
    """Store, analyse and index a filing with the functions of the stages, when they write."""
    figures = "\n".join(_line(metric, value) for metric, _, value in filed.figures)
    texts = [(key, key, _text(key, filed, whole=whole)) for key, whole in filed.sections]
    texts.append(("front", "Cover", figures or "Nothing."))
    ids = store_filing(
        connection, accession=filed.accession, cik=CIK, form=filed.form, report_date=filed.report_date,
        detected_at=filed.known_at, company=NAME, sections=texts,
    )  # fmt: skip
    header = FilingHeader(
        filed.accession, CIK, filed.form, (), filed.known_at.date(), filed.report_date, filed.known_at, "main.htm"
    )
    filing_store.mark_fetched(connection, header, sample=True, at=filed.known_at)
    _store_figures(connection, filed, ids[1, len(filed.sections)])
    amendments.note_restated_figures(connection, accession=filed.accession, at=filed.known_at)
    chunks = [Chunk(i, "text", 1, i, 0, 40, "", text[:40], 8) for i, (_, _, text) in enumerate(texts)]
    index_chunks(
        connection, accession=filed.accession, cik=CIK, form=filed.form, period_end=filed.report_date,
        known_at=filed.known_at, index_version=1, section_ids=ids, chunks=chunks, embeddings=axes(len(chunks)),
    )  # fmt: skip
    amendments.supersede_new_chunks(connection, accession=filed.accession)
    amendments.supersede_sections(connection, accession=filed.accession, at=filed.known_at)
    filing_store.mark_indexed(connection, accession=filed.accession, index_version=1, payload={}, at=filed.known_at)


def axes(rows: int) -> NDArray[np.float32]:
    """Return unit vectors that tell nothing apart."""
    vectors = np.zeros((rows, 384), dtype=np.float32)
    vectors[:, 0] = 1.0
    return vectors


def expected_figures(filed: Sequence[Filed], at: datetime) -> dict[tuple[str, date], int]:
    """Return what is right of each figure at an instant: a report before a release, then what was known last."""
    known = sorted((f for f in filed if f.known_at <= at), key=lambda f: (f.form != "8-K", f.known_at))
    return {(metric, year): value for f in known for metric, year, value in f.figures}


def expected_sections(filed: Sequence[Filed], at: datetime) -> set[tuple[str, str]]:
    """Return (accession, section) of what default retrieval may find at an instant."""
    found = set()
    for each in filed:
        later = [f for f in _report_of(filed, each) if f.day > each.day]
        chain: list[Filed] = []
        for f in later:
            if not f.is_amendment:
                break
            chain.append(f)
        for key in [*(key for key, _ in each.sections), "front"]:
            restated = [f.known_at for f in chain if (key, True) in f.sections]
            if each.known_at <= at and all(moment > at for moment in restated):
                found.add((each.accession, key))
    return found


def expected_amends(filed: Sequence[Filed]) -> dict[str, str | None]:
    """Return what each filing amends once all have arrived."""
    found: dict[str, str | None] = {}
    for each in filed:
        before = [f for f in _report_of(filed, each) if f.day < each.day]
        found[each.accession] = before[-1].accession if before and each.is_amendment else None
    return found


def _report_of(filed: Sequence[Filed], one: Filed) -> list[Filed]:
    same = (
        f
        for f in filed
        if f.report_date == one.report_date and f.form.removesuffix("/A") == one.form.removesuffix("/A")
    )
    return sorted(same, key=lambda f: f.day)


def _text(key: str, filed: Filed, *, whole: bool) -> str:
    length = RESTATING_CHARACTERS if whole else REFERRING_CHARACTERS
    return f"The {key} of filing {filed.number} on the business of the company. ".ljust(length, "x")


def _line(metric: str, value: int) -> str:
    return f"{'Net sales' if metric == 'revenue' else 'Net income'} | {value:,}"


def _store_figures(connection: Connection, filed: Filed, section_id: str) -> None:
    start = 0
    for place, (metric, year, value) in enumerate(filed.figures):
        line = _line(metric, value)
        connection.execute(
            """INSERT INTO filings.kpis (kpi_id, accession, run, cik, metric, label, value, unit, scale_shown,
                 period_start, period_end, period_type, fiscal_period, basis, method, section_id, char_start, char_end,
                 quote, preliminary, known_at)
               VALUES (%s, %s, 1, %s, %s, %s, %s, 'USD', 6, %s, %s, 'year', %s, 'gaap', 'xbrl', %s, %s, %s, %s, %s,
                 %s)""",
            (f"kpi-{filed.number}-{place}", filed.accession, CIK, metric, metric, value * 1_000_000,
             date(year.year, 1, 1), year, f"FY{year.year}", section_id, start, start + len(line), line,
             filed.form == "8-K", filed.known_at),
        )  # fmt: skip
        start += len(line) + 1
