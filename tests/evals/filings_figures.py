"""Measure EPS and revenue extraction on recorded 10-K and 10-Q filings (FILINGS 10.4).

Readings, scored jointly on presence, value, scale, period and basis:
`figures_*`: the document with its inline XBRL, against the companyfacts rows of its accession, which the extractor
never sees (the filings of the recorded issuers of which a document is recorded, too); `eps_revenue_*`: every recorded
10-K and 10-Q with all its tags removed, so that only printed tables are left, against the companyfacts rows where they
are recorded, else against the tags that were removed; `figures_table_current_*`: of these the periods that end with
the report, the others are its comparative columns. A truth is a (metric, period).
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from auspex.filings.extraction.kpi_facts import LocatedFact, choose_facts
from auspex.filings.extraction.kpis import extract_kpis
from auspex.filings.extraction.periods import classify_period
from auspex.filings.model import Basis, Fact, FilingDocument, FilingHeader, Kpi, PeriodType
from auspex.filings.reading.dates import read_date
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.sections import split_sections
from auspex.filings.reading.xbrl import read_companyfacts

METRICS = ("eps_diluted", "revenue")
_CIKS = {"AAPL": 320193, "NVDA": 1045810, "GOOG": 1652044}
_NAME = re.compile(r"(10-[KQ])_([A-Z]+)_(\d{10}-\d{2}-\d{6})\.html\.gz")

Truth = dict[tuple[str, PeriodType, date], tuple[Decimal, str]]


@dataclass
class Score:
    """Counts of truths, and of those that were reported rightly."""

    total: int = 0
    right: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Right over all."""
        return self.right / max(1, self.total)

    def add(self, truth: Truth, kpis: Iterable[Kpi], name: str) -> None:
        """Score one filing."""
        found = {(k.metric, k.period_type, k.period_end): (k.value, k.unit) for k in kpis if k.basis is Basis.GAAP}
        for key, expected in truth.items():
            self.total += 1
            if found.get(key) == expected:
                self.right += 1
            else:
                self.misses.append(f"{name}: {key[0]} {key[1]} {key[2]}: expected {expected}, found {found.get(key)}")


def evaluate(data_folder: Path, *, every: int = 1) -> dict[str, float | int]:
    """Score the recorded 10-K and 10-Q of `<data_folder>/sections`, each n-th for `every` = n; shares are 0 to 1."""
    inline, table, current = Score(), Score(), Score()
    filings = judged = 0
    for path in sorted((data_folder / "sections").glob("10-*.html.gz"))[::every]:
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        form, ticker, accession = match.groups()
        header, document = _read(path, form, accession)
        hidden = _companyfacts(data_folder, ticker, accession)
        filings += 1
        if hidden:
            kpis = extract_kpis(header, [document], (), previous=()).kpis
            inline.add(_truth(hidden, form), kpis, path.name)
        truth = _truth(hidden or document.facts, form)
        if truth:
            judged += 1
            bare = FilingDocument(1, form, document.filename, document.text, document.sections, document.tables)
            kpis = extract_kpis(header, [bare], (), previous=()).kpis
            table.add(truth, kpis, path.name)
            current.add({key: value for key, value in truth.items() if key[2] == header.report_date}, kpis, path.name)
    for miss in [*inline.misses, *table.misses]:
        print(miss, file=sys.stderr)
    return {
        "figures_accuracy": inline.share,
        "figures_n": inline.total,
        "eps_revenue_accuracy": table.share,
        "eps_revenue_n": table.total,
        "eps_revenue_filings_n": judged,
        "figures_filings_n": filings,
        "figures_table_current_accuracy": current.share,
        "figures_table_current_n": current.total,
    }


def _read(path: Path, form: str, accession: str) -> tuple[FilingHeader, FilingDocument]:
    normalized = normalize(gzip.decompress(path.read_bytes()), filename=path.name.removesuffix(".gz"))
    sections = split_sections(normalized, form=form, document_type=form)
    document = FilingDocument(1, form, path.name, normalized.text, sections, normalized.tables, normalized.facts,
                              normalized.headings, normalized.properties)  # fmt: skip
    report_date = read_date(normalized.properties.get("DocumentPeriodEndDate", ""))
    filed = date(2000 + int(accession.split("-")[1]), 12, 31)
    return FilingHeader(accession, 0, form, (), filed, report_date, None, path.name), document


def _companyfacts(data_folder: Path, ticker: str, accession: str) -> Sequence[Fact]:
    if ticker not in _CIKS:
        return ()
    files = sorted((data_folder / "edgar" / "companyfacts").glob(f"CIK{_CIKS[ticker]:010d}_*.json.gz"))
    payloads = (gzip.decompress(file.read_bytes()) for file in files)
    return [fact for payload in payloads for fact in read_companyfacts(payload, accession=accession)]


def _truth(facts: Sequence[Fact], form: str) -> Truth:
    """Choose the true figures among tagged facts: years of a 10-K, quarters and years to date of a 10-Q."""
    plain = [LocatedFact(fact, None) for fact in facts if not fact.dims_hash and fact.value is not None]
    wanted = {PeriodType.YEAR} if form == "10-K" else {PeriodType.QUARTER, PeriodType.HALF, PeriodType.NINE_MONTHS}
    found: Truth = {}
    for chosen in choose_facts(plain):
        fact = chosen.located.fact
        kind = classify_period(fact.period_start, fact.period_end)
        if chosen.metric.name in METRICS and kind in wanted and fact.value is not None:
            found.setdefault((chosen.metric.name, kind, fact.period_end), (fact.value, fact.unit))
    return found


if __name__ == "__main__":
    print(json.dumps(evaluate(Path(sys.argv[1]))))
