"""Node `enrich` of the graph `analysis`: a provider's summary of a filing, stored under the fence (FILINGS 7.11).

The core's results never wait for it longer than a few deferrals, and are never changed by it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.clock import Clock
from auspex.core.database import Connection, connect, transaction
from auspex.core.limits import ENRICH_DEFERRALS_MAX
from auspex.filings import kpi_store
from auspex.filings.answers.claims import Words, texts_to_stem
from auspex.filings.answers.evidence_store import list_lexemes, read_idf
from auspex.filings.company_reads import load_companies
from auspex.filings.enrichment import (
    OUTPUT_TOKENS_MAX,
    SCHEMA,
    Item,
    Selection,
    check_items,
    context_of,
    messages_for,
    read_claims,
    reflect,
    select_sections,
)
from auspex.filings.extraction.figures import Fault
from auspex.filings.extraction.fiscal_periods import CALENDAR_YEAR_END, FiscalCalendar
from auspex.filings.graph import GraphRun
from auspex.filings.messages import AnalyzeFiling
from auspex.filings.model import FilingDocument, FilingHeader
from auspex.platform.consumer import Defer, Delivery
from auspex.platform.deliveries import DeadLetter, store_dead_letter
from auspex.providers.contract import LlmRequest, LlmResult, LlmUnavailable

PURPOSE = "filings-enrich"
WAITING_ON = "provider"
INVALID = "llm_invalid:"
RUNS_MAX = 3
LASTING = frozenset({"not_configured", "capability_missing", "request"})
"""Reasons for which no wait helps."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A fetched filing as the node reads it."""

    header: FilingHeader
    documents: tuple[FilingDocument, ...]
    section_ids: Mapping[tuple[int, int], str]
    hashes: list[str]


class _StaleError(Exception):
    """The provider was changed before its answer could be stored."""


def enrich_filing(
    graph: GraphRun, delivery: Delivery[AnalyzeFiling], filing: Readable, *, clock: Clock
) -> dict[str, Any]:
    """Return how the node ended (`outcome`); proven items are stored with it. Raises Defer while no provider answers.

    `enriched`, `llm_invalid:<code>`, `unavailable:<reason>` or `nothing_to_read`: once noted it is not done again.
    """
    kept: dict[str, Any] = {}

    def compute() -> dict[str, Any]:
        state, found = _ask(filing, delivery, clock)
        kept.update(found)
        return state

    def store(connection: Connection) -> None:
        if kept:
            _store(connection, delivery.body, kept["items"], kept["result"], clock)

    try:
        state: dict[str, Any] = graph.node("enrich", compute, inputs=[filing.hashes], store=store)
    except _StaleError:
        result: LlmResult = kept["result"]
        with transaction() as connection:  # the rollback took the fence's note of the refusal with it
            _passes(connection, result, clock)
        raise Defer(1, reason="the provider was changed", waiting_on=WAITING_ON) from None
    return state


def note_invalid(connection: Connection, delivery: Delivery[AnalyzeFiling], outcome: str, *, clock: Clock) -> None:
    """Keep for operators that nothing a provider said of a filing was proven; the filing itself goes on.

    The body is no message of a queue (a redrive finds the filing analysed), and kills no filing.
    """
    body, envelope = delivery.body, delivery.envelope
    store_dead_letter(
        connection,
        DeadLetter(
            queue="filings-analysis", message_id=f"enrich:{body.accession}:{body.run}", stage=delivery.stage,
            node="enrich", reason=outcome, error="No item of the provider's answers could be proven.",
            body=json.dumps({"enrichment": {"of": body.accession, "run": body.run}}), attempts=delivery.attempt,
            job_id=envelope.job_id, account_id=envelope.account_id, request_id=envelope.request_id,
        ),
        at=clock.now(),
    )  # fmt: skip


def _ask(filing: Readable, delivery: Delivery[AnalyzeFiling], clock: Clock) -> tuple[dict[str, Any], dict[str, Any]]:
    selection = select_sections(filing.header, filing.documents, filing.section_ids)
    cut = {"sections": [q.chunk_id for q in selection.given], "left_out": list(selection.left_out)}
    if not selection.given:
        return {"outcome": "nothing_to_read", **cut}, {}
    for runs_left in reversed(range(RUNS_MAX)):
        try:
            items, result, faults = _run(filing, selection, delivery, clock)
            break
        except LlmUnavailable as error:
            if error.redo and runs_left:
                continue
            return {"outcome": _outcome_of(error, delivery), **cut}, {}
    if not items:
        code = faults[0].kind if faults else "empty"
        return {"outcome": f"{INVALID}{code}", **cut}, {}
    told = {"provider": result.provider, "model": result.model, "dropped": len(faults)}
    return {"outcome": "enriched", **told, **cut}, {"items": items, "result": result}


def _outcome_of(error: LlmUnavailable, delivery: Delivery[AnalyzeFiling]) -> str:
    """Say why there is no enrichment. Raises Defer while waiting may help."""
    if error.reason == "bad_output":
        return f"{INVALID}bad_output"
    if error.reason not in LASTING and delivery.envelope.deferrals < ENRICH_DEFERRALS_MAX:
        raise Defer(error.retry_after_seconds, reason=f"provider {error.reason}", waiting_on=WAITING_ON) from error
    return f"unavailable:{error.reason}"


def _run(
    filing: Readable, selection: Selection, delivery: Delivery[AnalyzeFiling], clock: Clock
) -> tuple[list[Item], LlmResult, tuple[Fault, ...]]:
    """Ask, check, reflect once on what is invalid. Raises LlmUnavailable."""
    from auspex.providers.gateway import complete  # noqa: PLC0415 - filings without enrichment do not pay for it

    (company,) = load_companies(connect(), [str(filing.header.cik)], pointer="")
    calendar = FiscalCalendar(company.fiscal_year_end or CALENDAR_YEAR_END)
    context = context_of(selection, names=(company.name, *company.aliases), calendar=calendar)

    def check(result: LlmResult) -> tuple[list[Item], tuple[Fault, ...]]:
        claims = read_claims(result.parsed)
        texts = texts_to_stem([claim for _, claim in claims], context)
        lexemes = dict(zip(texts, list_lexemes(connect(), texts), strict=True))
        known: frozenset[str] = frozenset().union(*lexemes.values())
        idf = read_idf(connect(), known) or dict.fromkeys(known, 1.0)  # the first filing of all has no corpus yet
        return check_items(claims, context, Words(lexemes, idf))

    messages = messages_for(filing.header, selection)
    request = LlmRequest(
        purpose=PURPOSE, messages=messages, max_output_tokens=OUTPUT_TOKENS_MAX, ref_id=filing.header.accession,
        deadline=time.monotonic() + delivery.remaining_seconds() / 2, json_schema=SCHEMA,
    )  # fmt: skip
    result = complete(request, clock=clock)
    items, faults = check(result)
    if not faults and items:
        return items, result, ()
    again = replace(request, messages=reflect(messages, result.text, faults), epoch=result.epoch)
    try:
        second = complete(again, clock=clock)
    except LlmUnavailable as error:
        if error.redo or not items:
            raise
        return items, result, faults
    better, still = check(second)
    return (better, second, still) if better or not items else (items, result, faults)


def _store(connection: Connection, body: AnalyzeFiling, items: list[Item], result: LlmResult, clock: Clock) -> None:
    """Write the items and what they cost, the fence last. Raises when the provider's epoch is over."""
    kpi_store.insert_enrichment(
        connection, accession=body.accession, run=body.run, items=Jsonb([asdict(item) for item in items]),
        provider=f"{result.provider}/{result.model}", tokens_in=result.usage.tokens_in,
        tokens_out=result.usage.tokens_out, usd_micros=result.cost_micro_usd,
    )  # fmt: skip
    if not _passes(connection, result, clock):
        raise _StaleError


def _passes(connection: Connection, result: LlmResult, clock: Clock) -> bool:
    from auspex.providers.lease import accept_result  # noqa: PLC0415 - as above

    return accept_result(connection, epoch=result.epoch, call_id=result.call_id, at=clock.now())
