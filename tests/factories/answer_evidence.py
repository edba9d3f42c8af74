"""Evidence for answers made by hand: figures with quotes that really stand in a stored section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from auspex.filings.answers.citations import StoredSection, hash_text
from auspex.filings.answers.companies import KnownCompany
from auspex.filings.answers.evidence import EvidenceFigure, FigureIndex, Source
from auspex.filings.answers.vocabulary import load_vocabulary
from auspex.filings.extraction.fiscal_periods import FiscalCalendar
from auspex.filings.model import Basis, Method, PeriodType

COMPANY = KnownCompany(320193, "Apple Inc.", "AAPL", ("AAPL",), (), "0928")
CALENDAR = FiscalCalendar("0928")
FILED = datetime(2024, 11, 1, tzinfo=UTC)


@dataclass
class Filing:
    """A filing of one section that grows by a row for every figure."""

    company: KnownCompany = COMPANY
    calendar: FiscalCalendar = CALENDAR
    accession: str = "0000320193-24-000123"
    form: str = "10-K"
    rows: list[tuple[str, str, Decimal, date, PeriodType, Basis, int]] = field(default_factory=list)

    def add(
        self,
        metric: str,
        shown: str,
        value: str,
        end: date,
        length: PeriodType,
        *,
        basis: Basis = Basis.GAAP,
        scale: int = 6,
    ) -> Filing:
        """Add a row `label | shown`; `value` is in base units."""
        self.rows.append((metric, shown, Decimal(value), end, length, basis, scale))
        return self

    def read(self) -> tuple[FigureIndex, dict[str, StoredSection]]:
        """Return the figures and the stored section they are quoted from."""
        figures, sections = figures_of([self])
        return FigureIndex(figures, self.calendar), sections


def figures_of(filings: Sequence[Filing]) -> tuple[list[EvidenceFigure], dict[str, StoredSection]]:
    """Return the figures of several filings with their stored sections by id."""
    figures: list[EvidenceFigure] = []
    sections: dict[str, StoredSection] = {}
    for filing in filings:
        lines = [f"{load_vocabulary().metrics[row[0]].label} | {row[1]}" for row in filing.rows]
        text = "\n".join(lines)
        section_id = f"sec-{filing.accession}"
        section = StoredSection(
            section_id, filing.accession, filing.form, "main.htm", "item8", text, hash_text(text), "urn:test"
        )
        sections[section_id] = section
        start = 0
        for line, (metric, _, value, end, length, basis, scale) in zip(lines, filing.rows, strict=True):
            source = Source(
                filing.accession,
                filing.form,
                filing.company.cik,
                "main.htm",
                section_id,
                "item8",
                start,
                start + len(line),
                line,
                section.text_sha256,
                "urn:test",
                FILED,
            )
            known = load_vocabulary().metrics[metric]
            figures.append(
                EvidenceFigure(
                    metric,
                    known.label,
                    value,
                    known.unit,
                    "USD",
                    scale,
                    end,
                    length,
                    basis,
                    Method.XBRL,
                    filing.company.cik,
                    (source,),
                    outflow=known.outflow,
                )
            )
            start += len(line) + 1
    return figures, sections


def annual_report() -> Filing:
    """Apple's fiscal years 2023 and 2024, as printed in millions."""
    now, before = date(2024, 9, 28), date(2023, 9, 30)
    filing = Filing()
    year, instant = PeriodType.YEAR, PeriodType.INSTANT
    for metric, length, new, old in (
        ("revenue", year, 391_035, 383_285),
        ("cost_of_revenue", year, 210_352, 214_137),
        ("gross_profit", year, 180_683, 169_148),
        ("operating_income", year, 123_216, 114_301),
        ("net_income", year, 93_736, 96_995),
        ("operating_cash_flow", year, 118_254, 110_543),
        ("capex", year, 9_447, 10_959),
        ("depreciation_amortization", year, 11_445, 11_519),
        ("dividends", year, 15_234, 15_025),
        ("total_assets", instant, 364_980, 352_583),
        ("current_assets", instant, 152_987, 143_566),
        ("current_liabilities", instant, 176_392, 145_308),
        ("inventory", instant, 7_286, 6_331),
        ("receivables", instant, 33_410, 29_508),
        ("payables", instant, 68_960, 62_611),
        ("long_term_debt", instant, 85_750, 95_281),
        ("equity", instant, 56_950, 62_146),
        ("property_plant_equipment", instant, 45_680, 43_715),
    ):
        for value, end in ((new, now), (old, before)):
            shown = f"({value:,})" if metric in {"capex", "dividends"} else f"{value:,}"
            filing.add(metric, shown, str(value * 1_000_000), end, length)
    filing.add("eps_diluted", "6.08", "6.08", now, year, scale=0)
    filing.add("eps_diluted", "6.13", "6.13", before, year, scale=0)
    return filing
