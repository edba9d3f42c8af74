"""Hold what companies promised and we expected against what they reported, and expect anew (FILINGS 5, 7.9, 7.10).

An analysis queues its company; each is worked off in two transactions. The second tells the scorebook and releases the
company, so that one that died in between is done again; both may be repeated.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from auspex.core.database import Connection, connect, transaction
from auspex.core.faults import fault_point
from auspex.core.limits import ARCHIVE_ROWS_MAX, SCORED_COMPANIES_MAX
from auspex.core.messages import Cause
from auspex.core.telemetry import count, logger
from auspex.filings import filing_store, guidance_store, ledger_store
from auspex.filings.expectation_scores import (
    PRODUCT,
    expectation_prediction,
    expectation_subject,
    guidance_subject,
    target_of,
)
from auspex.filings.extraction.actuals import Actual, Sought, due_at, find_first, find_restated, metrics_behind
from auspex.filings.extraction.expected_figures import EXPECTED, Wanted, list_wanted
from auspex.filings.extraction.fiscal_periods import CALENDAR_YEAR_END, learn_calendar
from auspex.filings.extraction.guidance_item import Shape
from auspex.filings.extraction.guidance_ledger import Outcome, Stated, outcome_of
from auspex.filings.tell_guidance import tell_resolved
from auspex.platform.scorebook.archive import archive_predictions, record_outcomes
from auspex.platform.scorebook.model import Outcome as ScoredOutcome

RESTATED_WITHIN_DAYS = 800
"""For how long after a promise came out a restatement of its actual is looked for."""


def score_guidance(at: datetime) -> dict[str, Any]:
    """Score the companies that wait, a bounded number a run, and return the counts; `waiting` are left for the next.

    A company that cannot be scored goes to the end of the queue. Raises the last error after all others are done.
    """
    totals: Counter[str] = Counter(companies=0, resolved=0, restated=0, expectations=0)
    broken = None
    for row in ledger_store.claim_companies(connect(), rows_max=SCORED_COMPANIES_MAX):
        cik = int(row["cik"])
        try:
            totals.update(_score(cik, queued_at=row["queued_at"], at=at))
        except Exception as error:  # noqa: BLE001 - one company must not keep the others from their outcomes
            logger().exception("a company's guidance cannot be scored", extra={"cik": cik})
            broken = error
            with transaction() as connection:
                guidance_store.queue_company(connection, cik=cik, at=at)
    count("GuidanceResolved", totals["resolved"])
    count("ExpectationsIssued", totals["expectations"])
    if broken is not None:
        raise broken
    return dict(totals) | {"waiting": ledger_store.count_waiting(connect())}


def _score(cik: int, *, queued_at: datetime, at: datetime) -> dict[str, int]:
    """Score a company and return its counts, none where another scoring has it."""
    with transaction() as connection:
        if not ledger_store.lock_company(connection, cik):
            return {}
        resolved, restated = _resolve(connection, cik, at=at)
        tell_resolved(connection, resolved, cause=Cause(), at=at)
        issued = _issue(connection, cik, at=at)
        fault_point("filings-score-guidance.uncommitted")
    fault_point("filings-score-guidance.resolved")
    with transaction() as connection:
        ledger_store.release_company(connection, cik=cik, queued_at=queued_at)
        _record(connection, cik, at=at)
    return {"companies": 1, "resolved": len(resolved), "restated": restated, "expectations": issued}


def _resolve(connection: Connection, cik: int, *, at: datetime) -> tuple[list[tuple[Stated, Actual, Outcome]], int]:
    """Store outcomes of what has been reported, and the first restatement of what was resolved earlier."""
    promises = [stated for stated in ledger_store.list_promises(connection, cik=cik, at=at) if _is_due(stated, at)]
    reported = _reported(connection, cik, [stated.sought.metric for stated in promises], at=at)
    resolved: list[tuple[Stated, Actual, Outcome]] = []
    restated = 0
    for stated in promises:
        first = find_first(stated.sought, reported)
        if first is None:
            continue
        if not stated.resolved:
            outcome = outcome_of(stated.promise, first.value, metric=stated.sought.metric)
            if ledger_store.insert_outcome(connection, stated, first, outcome, restated=False, at=at):
                resolved.append((stated, first, outcome))
        later = find_restated(first, stated.sought, reported)
        if later is not None:
            outcome = outcome_of(stated.promise, later.value, metric=stated.sought.metric)
            restated += ledger_store.insert_outcome(connection, stated, later, outcome, restated=True, at=at)
    return resolved, restated


def _is_due(stated: Stated, at: datetime) -> bool:
    """Whether an outcome, or a restatement of it, may be found of a promise that came before its period's end."""
    due = due_at(stated.sought.period_end)
    if stated.promise.shape is Shape.WITHDRAWN or due > at or stated.sought.said_at >= due or stated.restated:
        return False
    settled = stated.resolved_at
    return settled is None or at - settled <= timedelta(days=RESTATED_WITHIN_DAYS)


def _reported(connection: Connection, cik: int, metrics: list[str], *, at: datetime) -> list[Actual]:
    behind = sorted({name for metric in metrics for name in metrics_behind(metric)})
    return [actual for actual, _ in ledger_store.list_actuals(connection, cik=cik, metrics=behind, at=at)]


def _issue(connection: Connection, cik: int, *, at: datetime) -> int:
    """Issue what can be expected now and was not expected of the same inputs before; return how many."""
    promises = ledger_store.list_promises(connection, cik=cik, at=at)
    ahead = [stated.sought.metric for stated in promises if due_at(stated.sought.period_end) > at]
    behind = sorted({*EXPECTED, *(name for metric in ahead for name in metrics_behind(metric))})
    labelled = ledger_store.list_actuals(connection, cik=cik, metrics=behind, at=at)
    company = filing_store.find_company(connection, cik)
    calendar = learn_calendar(
        (company["fiscal_year_end"] if company else None) or CALENDAR_YEAR_END,
        [(actual.period_end, label) for actual, label in labelled if label is not None],
    )
    actuals = [actual for actual, _ in labelled]
    known = {
        (e.sought.metric, e.sought.basis, e.sought.period_type, e.fiscal_period): e.inputs
        for e in ledger_store.list_expectations(connection, cik=cik, since=at.date())
    }
    wanted = [
        each
        for each in list_wanted(promises, actuals, calendar=calendar, at=at)
        if known.get((each.sought.metric, each.sought.basis, each.sought.period_type, each.fiscal_period))
        != each.inputs
    ]
    for each in wanted:
        _archive(connection, cik, each, at=at)
    return len(wanted)


def _archive(connection: Connection, cik: int, wanted: Wanted, *, at: datetime) -> None:
    sought, expectation = wanted.sought, wanted.expectation
    prediction = expectation_prediction(cik, sought, expectation, wanted.baselines, wanted.fiscal_period)
    (archived,) = archive_predictions(connection, product=PRODUCT, predictions=[prediction], at=at)
    baseline = wanted.baselines.guidance_midpoint
    columns = {
        "cik": cik, "metric": sought.metric, "basis": sought.basis.value, "fiscal_period": wanted.fiscal_period,
        "period_type": sought.period_type.value, "period_end": sought.period_end, "unit": sought.unit,
        "q10": expectation.q10, "q50": expectation.q50, "q90": expectation.q90,
        "baseline": wanted.baselines.last_year if baseline is None else baseline, "method": expectation.route.value,
        "inputs": wanted.inputs, "prediction_id": archived.prediction_id,
    }  # fmt: skip
    ledger_store.insert_expectation(connection, columns, at=at)


def _record(connection: Connection, cik: int, *, at: datetime) -> None:
    """Tell the scorebook the first reported figures of what was promised and expected; repeating changes nothing."""
    promises = [s for s in ledger_store.list_promises(connection, cik=cik, at=at) if s.resolved]
    since = (at - timedelta(days=RESTATED_WITHIN_DAYS)).date()
    expected = ledger_store.list_expectations(connection, cik=cik, since=since)
    metrics = [*(s.sought.metric for s in promises), *(e.sought.metric for e in expected)]
    reported = _reported(connection, cik, metrics, at=at)
    outcomes: list[ScoredOutcome] = []
    for stated in promises:
        sought = stated.sought
        subject = guidance_subject(
            stated.accession, metric=sought.metric, basis=sought.basis, fiscal_period=stated.fiscal_period
        )
        outcomes += _outcome(subject, sought, reported, promised=True)
    for each in expected:
        subject = expectation_subject(cik, each.sought, each.fiscal_period)
        outcomes += _outcome(subject, each.sought, reported, promised=False)
    for first in range(0, len(outcomes), ARCHIVE_ROWS_MAX):
        record_outcomes(connection, product=PRODUCT, outcomes=outcomes[first : first + ARCHIVE_ROWS_MAX], at=at)


def _outcome(subject: str, sought: Sought, reported: list[Actual], *, promised: bool) -> list[ScoredOutcome]:
    first = find_first(sought, reported)
    if first is None:
        return []
    return [
        ScoredOutcome(
            subject=subject, target=target_of(sought, promised=promised), occurred_at=first.known_at,
            value={"actual": format(first.value, "f"), "accession": first.accession}, source="edgar",
        )
    ]  # fmt: skip
