"""Prepared questions about a company: list them, run one, read what was run.
Route: GET /v1/filings/ask-templates, POST /v1/filings/ask-templates/{template_key}/runs,
       GET /v1/filings/ask-template-runs · Writes: filings.asks
Reads: filings.kpis, guidance, expectations, sections
Fails: not-found, unknown-ticker, validation-failed, idempotency-key-reused"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Path, Query
from pydantic import AwareDatetime, Field

from auspex.core.clock import current_clock
from auspex.core.database import connect
from auspex.core.fingerprints import sha256_of_json
from auspex.core.limits import PERIOD_CHARACTERS_MAX
from auspex.filings.ask_store import AskQuery, list_asks
from auspex.filings.prices import ASK_PRICE
from auspex.filings.representations import CompanyName
from auspex.filings.run_template import RunTemplate, run_template
from auspex.filings.template_reads import list_templates
from auspex.filings.template_representations import AskTemplateOut, TemplateRunOut
from auspex.platform.endpoint import CallCharge, Caller, IdempotencyKey, endpoint
from auspex.platform.replies import PAGE_LIMIT_DEFAULT, Cursor, Page, PageLimit, Request

api = endpoint(__name__, scope="filings:read")
TemplateKey = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,49}$", examples=["qoq_changes"])]


class CreateRun(Request):
    """Which company and periods; without `period` the latest, without `compare_to` the one before it."""

    ticker: CompanyName
    period: Annotated[
        str | None,
        Field(
            max_length=PERIOD_CHARACTERS_MAX,
            examples=["Q3 FY2024"],
            description="`Q3 2024`, `FY2024`, `last quarter`, a date",
        ),
    ] = None
    compare_to: Annotated[
        str | None,
        Field(
            max_length=PERIOD_CHARACTERS_MAX,
            examples=["prior_year"],
            description="`prior_quarter`, `prior_year`, or a period",
        ),
    ] = None
    as_of: AwareDatetime | None = None
    force: bool = False
    provider: Literal["auto", "none"] = "auto"


@api.get("/v1/filings/ask-templates", page_of=AskTemplateOut)
async def list_ask_templates(
    caller: Caller, limit: PageLimit = PAGE_LIMIT_DEFAULT, cursor: Cursor = None
) -> Page[AskTemplateOut]:
    """List the templates that this account may run, with the filings that serve each."""
    found = list_templates(connect(), account_id=caller.account_id, limit=limit, cursor=cursor)
    return Page(rows=[AskTemplateOut.of(template) for template in found.templates], next_cursor=found.next_cursor)


@api.post("/v1/filings/ask-templates/{template_key}/runs", response_model=TemplateRunOut, price=ASK_PRICE)
async def run_ask_template(
    template_key: TemplateKey, body: CreateRun, caller: Caller, charge: CallCharge, idempotency_key: IdempotencyKey
) -> TemplateRunOut:
    """Run a template over what was known: a table whose figures are cited, and prose over the same evidence.

    Where little of what is indexed serves the template, nothing is run and charged unless `force` says so.
    """
    command = RunTemplate(
        account_id=caller.account_id,
        template_key=template_key,
        ticker=body.ticker,
        period=body.period,
        compare_to=body.compare_to,
        is_forced=body.force,
        as_of=body.as_of,
        provider=body.provider,
        idempotency_key=idempotency_key,
        request_sha256=sha256_of_json(body.model_dump(mode="json") | {"template_key": template_key}),
    )
    paid = run_template(clock=current_clock(), command=command, reservation_id=charge.reserved_id())
    charge.note_settled(paid.tokens)
    return TemplateRunOut.of(paid.ask)


async def _query(
    *,
    template_key: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{0,49}$", examples=["qoq_changes"])] = None,
    ticker: Annotated[CompanyName | None, Query(description="Ticker or CIK as it was given", examples=["AAPL"])] = None,
    refused: Annotated[bool | None, Query()] = None,
    asked_from: Annotated[AwareDatetime | None, Query(description="RFC 3339")] = None,
    asked_to: Annotated[AwareDatetime | None, Query(description="RFC 3339, exclusive")] = None,
) -> AskQuery:
    return AskQuery(
        of_templates=True, template_key=template_key, ticker=ticker, refused=refused, asked_from=asked_from,
        asked_to=asked_to,
    )  # fmt: skip


@api.get("/v1/filings/ask-template-runs", page_of=TemplateRunOut)
async def list_ask_template_runs(
    caller: Caller,
    query: Annotated[AskQuery, Depends(_query)],
    limit: PageLimit = PAGE_LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Page[TemplateRunOut]:
    """List this account's runs, newest first, as they were answered."""
    found = list_asks(connect(), account_id=caller.account_id, query=query, limit=limit, cursor=cursor)
    return Page(rows=[TemplateRunOut.of(ask) for ask in found.asks], next_cursor=found.next_cursor)


handler = api.handler
