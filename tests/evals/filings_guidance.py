"""Measure guidance extraction on hand-labelled samples (FILINGS 10.5, 11.7).

A labelled item is right when low, high, unit, basis and fiscal period all are. `guidance_extra` counts numeric items
that nobody labelled.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from pathlib import Path

from tests.evals.guidance_samples import DEV, Label, Sample
from tests.evals.guidance_samples_second import SECOND
from tests.evals.guidance_samples_unseen import HELD_OUT, THIRD

from auspex.filings.extraction.guidance import extract_guidance
from auspex.filings.extraction.guidance_item import GuidanceItem
from auspex.filings.model import Basis, FilingDocument, FilingHeader, Kpi, Method, PeriodType
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.sections import split_sections


def evaluate(data_folder: Path) -> dict[str, float | int]:
    """Return accuracy over all labelled items, over the held-out ones alone, and how many items nobody labelled."""
    right, total, extra = score(DEV + SECOND + THIRD + HELD_OUT)
    held_right, held_total, _ = score(HELD_OUT)
    return {
        "guidance_accuracy": right / total,
        "guidance_items": total,
        "guidance_extra": extra,
        "guidance_held_out_accuracy": held_right / held_total,
        "guidance_held_out_items": held_total,
    }


def score(samples: tuple[Sample, ...]) -> tuple[int, int, int]:
    """Return how many labels are found rightly, how many there are, and how many found items have no label."""
    right = total = extra = 0
    for sample in samples:
        found = {label_of(item) for item in read_sample(sample) if item.is_numeric}
        wanted = {_exact(label) for label in sample.labels}
        right += len(found & wanted)
        total += len(wanted)
        extra += len({item[:3] for item in found} - {label[:3] for label in wanted})
        for missed in sorted(wanted - found, key=str):
            print(f"{sample.name}: missed {missed}", file=sys.stderr)
        for surplus in sorted(found - wanted, key=str):
            print(f"{sample.name}: said {surplus}", file=sys.stderr)
    return right, total, extra


def read_sample(sample: Sample) -> tuple[GuidanceItem, ...]:
    """Extract the guidance of one sample release."""
    document = document_of(sample.html)
    header = FilingHeader("0000000000-00-000000", 1, "8-K", ("2.02",), sample.filed, None, None, "a.htm")
    return extract_guidance(header, [document], [_reported(sample)], fiscal_year_end=sample.year_end)


def document_of(html: str, *, kind: str = "EX-99.1", form: str = "8-K") -> FilingDocument:
    """Normalise and split one document's body."""
    normal = normalize(f"<html><body>{html}</body></html>".encode(), filename="a.htm")
    sections = split_sections(normal, form=form, document_type=kind)
    return FilingDocument(
        1, kind, "a.htm", normal.text, sections, normal.tables, normal.facts, normal.headings, normal.properties
    )


def label_of(item: GuidanceItem) -> Label:
    """Return an item in the form of a label, numbers in plain digits."""
    low, high = (None if value is None else _plain(value) for value in (item.low, item.high))
    return (item.metric, item.basis.value, item.period.label, low, high, item.unit or "")


def _exact(label: Label) -> Label:
    low, high = (None if value is None else _plain(Decimal(value)) for value in label[3:5])
    return (*label[:3], low, high, label[5])


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _reported(sample: Sample) -> Kpi:
    """Return a figure of the last period that the sample reports: where its future begins."""
    year = sample.report_label.startswith("FY")
    return Kpi(
        metric="revenue", label="Revenue", value=Decimal(1), unit="USD", scale_shown=6, period_start=sample.report_end,
        period_end=sample.report_end, period_type=PeriodType.YEAR if year else PeriodType.QUARTER,
        fiscal_period=sample.report_label, basis=Basis.GAAP, method=Method.TABLE, span=None, quote=None,
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(evaluate(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())))
