"""Stage `backfill`: list some companies' filings, older pages of EDGAR too, and begin what is not there (FILINGS 4).

What was listed is committed even when the next company has to wait: the job's placeholder then becomes the filings that
were found and a placeholder of the companies that are left, which travel in a message of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from auspex.core import outbox
from auspex.core.clock import Clock
from auspex.core.database import connect, transaction
from auspex.core.faults import fault_point
from auspex.core.messages import wrap
from auspex.core.problems import Problem, SourceNotConfigured
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_submissions import Submissions, SubmittedFiling
from auspex.filings.followed_forms import followed_forms
from auspex.filings.messages import UNIT_KIND, BackfillCompanies, backfill_unit
from auspex.filings.request_filings import Listing, request_filings, wait_for_filings
from auspex.filings.source_errors import SourceError
from auspex.filings.source_outcomes import edgar_outcomes
from auspex.platform.consumer import Defer, Delivery
from auspex.platform.jobs import advance_unit, fail_unit


@dataclass(frozen=True, slots=True)
class Ports:
    """What the stage reaches beyond Postgres."""

    edgar: EdgarClient
    clock: Clock


@dataclass(slots=True)
class _Round:
    """What one delivery got done: listings, companies EDGAR refuses for good, and groups that are left for later."""

    listed: list[Listing] = field(default_factory=list)
    refused: dict[int, Problem] = field(default_factory=dict)
    left: list[list[int]] = field(default_factory=list)
    wait: Defer | None = None


def list_backfill(delivery: Delivery[BackfillCompanies], *, ports: Ports) -> None:
    """List the message's companies and have the job wait for their filings. Safe to repeat.

    Raises Defer while EDGAR pauses and nothing was listed yet.
    """
    try:
        done = _list_companies(delivery, ports)
    except Defer as defer:
        _report_waiting(delivery.body, defer, ports.clock)
        raise
    fault_point("backfill.listed")
    delivery.ensure_wanted()
    _store(delivery, done, ports.clock)


def _list_companies(delivery: Delivery[BackfillCompanies], ports: Ports) -> _Round:
    """Ask EDGAR for one company after the other. One that fails is left alone, so that it fails for itself."""
    ciks, done = delivery.body.ciks, _Round()
    for number, cik in enumerate(ciks):
        if number and delivery.is_short_of_time():
            done.left = [ciks[number:]]
            break
        try:
            done.listed.append(_list_company(cik, delivery.body, ports.edgar))
        except Defer as defer:
            if not number:
                raise
            done.left, done.wait = [ciks[number:]], defer
            break
        except SourceNotConfigured:
            raise
        except Problem as problem:
            if len(ciks) == 1:
                raise
            done.refused[cik] = problem
        except SourceError:
            if len(ciks) == 1:
                raise
            done.left.append([cik])
    return done


def _list_company(cik: int, body: BackfillCompanies, edgar: EdgarClient) -> Listing:
    with edgar_outcomes():
        submissions = edgar.submissions(cik)
        return Listing(submissions, tuple(_wanted(edgar, submissions, body)))


def _wanted(edgar: EdgarClient, submissions: Submissions, body: BackfillCompanies) -> Iterator[SubmittedFiling]:
    """Yield the newest filings that the request asks for; older pages are read only as far as they are needed."""
    forms = set(body.forms or followed_forms())
    fitting = (
        filing
        for filing in edgar.every_filing(submissions, since=body.since, until=body.until)
        if filing.form in forms
        and filing.filing_date is not None
        and (body.since is None or filing.filing_date >= body.since)
        and (body.until is None or filing.filing_date <= body.until)
    )
    return itertools.islice(fitting, body.limit)


def _store(delivery: Delivery[BackfillCompanies], done: _Round, clock: Clock) -> None:
    """Store what was found, turn the placeholder into it, and send what is left: one transaction."""
    at, body, cause = clock.now(), delivery.body, delivery.cause
    refused = [_part(body, [cik]) for cik in done.refused]
    rest = [_part(body, ciks) for ciks in done.left]
    seconds = done.wait.seconds or 0 if done.wait else 0
    with transaction() as connection:
        delivery.mark(connection, at=at)
        for listing in done.listed:
            request_filings(connection, listing, enrich=body.enrich, cause=cause, at=at)
        fetches = [fetch for listing in done.listed for fetch in listing.fetches(enrich=body.enrich)]
        wait_for_filings(
            connection, placeholder=body.unit_key, fetches=fetches, further=[*refused, *rest], cause=cause, at=at,
            with_stored=body.include_existing,
        )  # fmt: skip
        for company, problem in zip(refused, done.refused.values(), strict=True):
            fail_unit(connection, kind=UNIT_KIND, unit_key=company.unit_key, problem=problem, at=at)
        for part in rest:
            key = f"backfill:{cause.job_id}:{part.unit_key}"
            outbox.enqueue(connection, wrap(part, dedup_key=key, cause=cause), at=at, delay_seconds=seconds)
    if done.wait is not None:
        _report_waiting(rest[0], done.wait, clock)


def _part(body: BackfillCompanies, ciks: list[int]) -> BackfillCompanies:
    """Return the message that lists some of a message's companies."""
    return body.model_copy(update={"ciks": ciks, "unit_key": backfill_unit(ciks)})


def _report_waiting(body: BackfillCompanies, defer: Defer, clock: Clock) -> None:
    advance_unit(
        connect(), kind=UNIT_KIND, unit_key=body.unit_key, stage="backfill:waiting", progress=0,
        waiting_on=defer.waiting_on, at=clock.now(),
    )  # fmt: skip
