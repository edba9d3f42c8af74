"""Answer rows of a batch, each by itself: what is wrong with one is its own error, and its neighbours are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from auspex.core.database import Connection
from auspex.core.problems import DatabaseUnavailable, Problem
from auspex.core.telemetry import logger
from auspex.oracle.answer_fixture import answer
from auspex.oracle.batch_scores import outcome_of, score_row
from auspex.oracle.engine.basis import market_probabilities
from auspex.oracle.model import OUTCOMES, Depth, ModelFamily
from auspex.oracle.resolve_fixture import resolve_fixture
from auspex.oracle.run_store import RowResult
from auspex.oracle.stored_rows import StoredRow
from auspex.oracle.weekly_versions import PastWeeks


@dataclass(frozen=True, slots=True)
class RowOptions:
    """What holds for all rows of a batch; `fits` has past weeks fitted that no stored version serves."""

    depth: Depth
    model: ModelFamily
    use_market: bool
    fits: bool

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> RowOptions:
        """Read the options of a run."""
        depth, model = Depth(options["depth"]), ModelFamily(options["model"])
        return cls(depth, model, bool(options["use_market"]), options["as_of"] == "row")


def answer_rows(
    connection: Connection, rows: Sequence[tuple[int, dict[str, Any]]], *, options: Mapping[str, Any], at: datetime
) -> list[RowResult]:
    """Return an answer or an error for every row.

    Raises only when the database stops answering: nothing else that is wrong with a row is a reason to try the others
    again.
    """
    chosen = RowOptions.of(options)
    weeks = PastWeeks(connection, at=at)
    return [_answer_or_error(connection, number, value, chosen, weeks, at=at) for number, value in rows]


def _answer_or_error(
    connection: Connection, number: int, value: dict[str, Any], options: RowOptions, weeks: PastWeeks, *, at: datetime
) -> RowResult:
    try:
        return RowResult(number, result=_answer(connection, value, options, weeks, at=at))
    except (DatabaseUnavailable, psycopg.OperationalError):
        raise
    except Problem as problem:
        return RowResult(number, error={"code": problem.code, "detail": problem.detail, "errors": problem.errors})
    except Exception:  # noqa: BLE001 - a poisoned row must not keep its neighbours from being answered
        logger().exception("a row failed", extra={"row": number})
        detail = "This row could not be answered."
        return RowResult(number, error={"code": "row-failed", "detail": detail, "errors": []})


def _answer(
    connection: Connection, value: dict[str, Any], options: RowOptions, weeks: PastWeeks, *, at: datetime
) -> dict[str, Any]:
    row = StoredRow(value)
    boundary = weeks.boundary(row.day, fits=options.fits)
    if options.fits and row.competition is not None and not row.has_strengths(options.model):
        weeks.ensure(row.competition, boundary)
    request = row.to_request(options.model, as_of=boundary, use_market=options.use_market)
    fixture = resolve_fixture(connection, request, at=at).fixture
    found = answer(fixture, depth=options.depth)
    return {
        "answer": found,
        "params_version": fixture.params_version,
        "scores": _scores(row, found, weeks, boundary),
    }


def _scores(row: StoredRow, found: Mapping[str, Any], weeks: PastWeeks, boundary: date) -> dict[str, Any] | None:
    """Score a row that states its result, beside the league's base rate of earlier days and the market."""
    if row.result is None:
        return None
    has_draws = row.sport.has_draws
    base = None if row.competition is None else weeks.base_rate(row.competition, boundary)
    market = None if row.market is None else market_probabilities(row.market, row.devig)
    references = {"base_rate": base, "market": market}
    shares = [found["probabilities"][outcome.value] for outcome in OUTCOMES]
    return score_row(
        _three_or_two(shares, has_draws=has_draws),
        outcome_of(*row.result, has_draws=has_draws),
        {
            name: None if shares is None else _three_or_two([float(share) for share in shares], has_draws=has_draws)
            for name, shares in references.items()
        },
    )


def _three_or_two(shares: Sequence[float], *, has_draws: bool) -> list[float]:
    return list(shares) if has_draws else [shares[0], shares[2]]
