"""The FinanceBench development half as filings of our own shape: one document a filing, one section a page."""

from __future__ import annotations

import calendar
import gzip
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from auspex.filings.model import FilingDocument, FilingHeader, Section

FOLDER = "financebench"
TITLE_LINES = 3
TITLE_WITHIN_LINES = 8
_FORMS = {"10k": "10-K", "10q": "10-Q", "8k": "8-K", "Earnings": "8-K"}
_DATE = r"(" + "|".join(calendar.month_name[1:]) + r")\s+(\d{1,2})\s*,\s*(\d{4})"
_ENDED = re.compile(r"(?:year|period|quarter|months)[a-z]*\s+ended:?\s+" + _DATE, re.IGNORECASE)
_ANY_DATE = re.compile(_DATE)
_HEADING = re.compile(r"[A-Z(](?=.*[A-Za-z]{3}).{2,78}[^.,;:]$")
_DATED = re.compile(r"dated-(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class BenchFiling:
    """One filing: `pages` are canonical texts in order; ids are made up, dates are read from its first pages."""

    name: str
    company: str
    cik: int
    accession: str
    form: str
    report_date: date
    pages: tuple[str, ...]

    @property
    def header(self) -> FilingHeader:
        """The header that EDGAR would give."""
        filed = self.report_date + timedelta(days=45)
        return FilingHeader(
            accession=self.accession,
            cik=self.cik,
            form=self.form,
            items=(),
            filing_date=filed,
            report_date=self.report_date,
            accepted_at=datetime(filed.year, filed.month, filed.day, 21, tzinfo=UTC),
            primary_document=f"{self.name}.txt",
        )

    @cached_property
    def document(self) -> FilingDocument:
        """The pages as the sections of one document; `section_key` is `page<n>`, counted from 0."""
        sections = []
        start = 0
        for number, text in enumerate(self.pages):
            sections.append(Section(f"page{number}", number, page_title(text), start, start + len(text), text))
            start += len(text)
        return FilingDocument(1, self.form, f"{self.name}.txt", "".join(self.pages), tuple(sections))


def load_filings(data_folder: Path) -> tuple[BenchFiling, ...]:
    """Read the 35 filings in order of their names."""
    folder = data_folder / FOLDER
    described: dict[str, dict[str, Any]] = {}
    with (folder / "document_information.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            described[row["doc_name"]] = row
    pages: dict[str, list[str]] = {}
    with gzip.open(folder / "pages.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            stored = pages.setdefault(row["doc"], [])
            if row["page"] != len(stored):
                raise ValueError(f"{row['doc']}: page {row['page']} follows page {len(stored) - 1}")
            stored.append(canonical_page(row["text"]))
    companies = sorted({described[name]["company"] for name in pages})
    return tuple(
        BenchFiling(
            name=name,
            company=described[name]["company"],
            cik=companies.index(described[name]["company"]) + 1,
            accession=f"0000000000-99-{number:06d}",
            form=_FORMS[described[name]["doc_type"]],
            report_date=_report_date(name, described[name], pages[name]),
            pages=tuple(pages[name]),
        )
        for number, name in enumerate(sorted(pages), start=1)
    )


def load_questions(data_folder: Path) -> list[dict[str, Any]]:
    """Read the 76 questions as they are published."""
    with (data_folder / FOLDER / "questions.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def load_gold_pages(data_folder: Path) -> dict[str, frozenset[str]]:
    """Return the gold pages (`<doc>#<page>`) of each question that has any."""
    qrels: dict[str, dict[str, int]] = json.loads((data_folder / FOLDER / "page_qrels.json").read_text("utf-8"))
    return {
        question: frozenset(page for page, grade in pages.items() if grade > 0) for question, pages in qrels.items()
    }


def canonical_page(text: str) -> str:
    """Bring a page into canonical form: NFC, single blanks, trimmed lines without empty ones (FILINGS 7.3)."""
    plain = unicodedata.normalize("NFC", text).replace("\x00", "").replace("\u00a0", " ")
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in plain.split("\n"))
    kept = "\n".join(line for line in lines if line)
    return f"{kept}\n" if kept else ""


def page_title(text: str) -> str:
    """Return the heading-like lines that open a page, at most three: what stands in for a section's title."""
    opening = text.split("\n")[:TITLE_WITHIN_LINES]
    return " ".join(
        [line for line in opening if _HEADING.match(line) and line.lower() not in {"table of contents", "index"}][
            :TITLE_LINES
        ]
    )


def _report_date(name: str, described: dict[str, Any], pages: list[str]) -> date:
    """Read what EDGAR would state: a report's period end, a release's own date, an event's date (in its name)."""
    if dated := _DATED.search(name):
        return date.fromisoformat(dated[1])
    opening = " ".join(" ".join(pages[:2]).split())
    found = (_ANY_DATE if described["doc_type"] == "Earnings" else _ENDED).search(opening)
    if found is None:
        raise ValueError(f"{name}: no date on its first pages")
    month = [each.lower() for each in calendar.month_name].index(found[1].lower())
    return date(int(found[3]), month, int(found[2]))
