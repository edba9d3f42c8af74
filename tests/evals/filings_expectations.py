"""Measure expectations on recorded companyfacts quarters (FILINGS 7.10, 11.8): walk forward, by what was filed.

For each recorded issuer and each quarter: its history are the figures filed before the quarter's own first report, the
expectation is made of them alone, and scored by the first report. Baseline is the quarter a year before.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from auspex.filings.expectation_scores import pinball_losses
from auspex.filings.extraction.expectations import Expectation, expect_from_history
from auspex.filings.extraction.metrics import BY_NAME, METRICS
from auspex.filings.extraction.periods import classify_period
from auspex.filings.model import PeriodType

METRIC_NAMES = ("revenue", "net_income", "operating_income", "eps_diluted")
QUARTER_DAYS = (80, 100)


@dataclass(frozen=True, slots=True)
class Filed:
    """One row of companyfacts: a figure of a span and the day it was filed."""

    start: date
    end: date
    value: Decimal
    filed: date


@dataclass(frozen=True, slots=True)
class Forecast:
    """An expectation of one quarter and what came."""

    company: str
    metric: str
    end: date
    expectation: Expectation
    last_year: Decimal
    actual: Decimal

    @property
    def inside(self) -> bool:
        """Whether the figure came inside the interval."""
        return self.expectation.q10 <= self.actual <= self.expectation.q90


def evaluate(data_folder: Path) -> dict[str, float | int]:
    """Return coverage of the 80 % interval and pinball losses against the year before, over all issuers' quarters."""
    made = [
        forecast
        for path in sorted((data_folder / "edgar" / "companyfacts").glob("CIK*.json.gz"))
        for forecast in walk(json.loads(gzip.decompress(path.read_bytes()), parse_float=Decimal, parse_int=Decimal))
    ]
    own, naive = (sum(losses) / max(1, len(made)) for losses in zip(*(_losses(each) for each in made), strict=True))
    by_company: dict[str, list[bool]] = defaultdict(list)
    for each in made:
        by_company[each.company].append(each.inside)
    for company, inside in by_company.items():
        print(f"{company}: coverage {sum(inside) / len(inside):.3f} of {len(inside)}", file=sys.stderr)
    for metric in METRIC_NAMES:
        inside = [each.inside for each in made if each.metric == metric]
        if inside:
            print(f"{metric}: coverage {sum(inside) / len(inside):.3f} of {len(inside)}", file=sys.stderr)
    return {
        "expectation_coverage_80": sum(each.inside for each in made) / max(1, len(made)),
        "expectation_n": len(made),
        "expectation_pinball": own,
        "expectation_pinball_last_year": naive,
        "expectation_skill": 1 - own / naive if naive else 0.0,
    }


def walk(payload: dict[str, Any]) -> Iterator[Forecast]:
    """Forecast every quarter of one issuer from what was filed before its first report."""
    for name in METRIC_NAMES:
        rows = list(_rows(payload, name))
        firsts: dict[date, Filed] = {}
        for row in sorted(_quarters(rows, derive=BY_NAME[name].may_be_subtracted), key=lambda row: row.filed):
            firsts.setdefault(row.end, row)
        for end, first in sorted(firsts.items()):
            known = [row for row in rows if row.filed < first.filed]
            history = _latest(_quarters(known, derive=BY_NAME[name].may_be_subtracted))
            run = _run_before(history, end)
            found = expect_from_history([value for _, value in run])
            if found is not None:
                yield Forecast(payload["entityName"], name, end, found, run[-4][1], first.value)


def _rows(payload: dict[str, Any], name: str) -> Iterator[Filed]:
    """Yield every filed row of a metric: for each span and filing the first of its concepts that it carries."""
    seen: set[tuple[str, str, str]] = set()
    for concept in next(metric for metric in METRICS if metric.name == name).concepts:
        body = payload["facts"].get("us-gaap", {}).get(concept.removeprefix("us-gaap:"), {})
        for rows in body.get("units", {}).values():
            for row in rows:
                key = (row.get("start", ""), row["end"], row["accn"])
                if "start" in row and key not in seen:
                    seen.add(key)
                    start, end, filed = (date.fromisoformat(row[part]) for part in ("start", "end", "filed"))
                    yield Filed(start, end, Decimal(row["val"]), filed)


def _quarters(rows: list[Filed], *, derive: bool) -> list[Filed]:
    """Return reported quarters, and those that a year to date less the one before it gives, known when both were."""
    kinds = {row: classify_period(row.start, row.end) for row in rows}
    quarters = [row for row, kind in kinds.items() if kind is PeriodType.QUARTER]
    stated = {row.end for row in quarters}
    if not derive:
        return quarters
    by_start: dict[date, list[Filed]] = defaultdict(list)
    for row in rows:
        by_start[row.start].append(row)
    for whole in rows:
        if whole.end in stated or kinds[whole] in {PeriodType.QUARTER, PeriodType.OTHER, PeriodType.INSTANT}:
            continue
        for part in by_start[whole.start]:
            if QUARTER_DAYS[0] <= (whole.end - part.end).days <= QUARTER_DAYS[1]:
                start, filed = part.end + timedelta(days=1), max(whole.filed, part.filed)
                quarters.append(Filed(start, whole.end, whole.value - part.value, filed))
    return quarters


def _latest(quarters: list[Filed]) -> list[tuple[date, Decimal]]:
    latest: dict[date, Filed] = {}
    for row in sorted(quarters, key=lambda row: row.filed):
        latest[row.end] = row
    return sorted((end, row.value) for end, row in latest.items())


def _run_before(history: list[tuple[date, Decimal]], end: date) -> list[tuple[date, Decimal]]:
    """Return the quarters without a gap that lead up to one; none where the one right before it is not known."""
    run: list[tuple[date, Decimal]] = []
    following = end
    for day, value in reversed(history):
        if day >= end:
            continue
        if not QUARTER_DAYS[0] <= (following - day).days <= QUARTER_DAYS[1]:
            break
        run.append((day, value))
        following = day
    return run[::-1][-24:]


def _losses(each: Forecast) -> tuple[float, float]:
    scale = abs(float(each.last_year)) or 1.0
    expected = each.expectation
    quantiles = (float(expected.q10), float(expected.q50), float(expected.q90))
    value, naive = float(each.actual), (float(each.last_year),) * 3
    return (
        pinball_losses(quantiles, value, scale=scale)["pinball"],
        pinball_losses(naive, value, scale=scale)["pinball"],
    )


if __name__ == "__main__":
    print(json.dumps(evaluate(Path(sys.argv[1]))))
