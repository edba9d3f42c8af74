"""Tell those who watch a company of its filing, in the transaction of what happened: once per account, kind, accession.

The fan-out is one statement in Postgres, however many watch. Up to `SENT_AT_ONCE_MAX` messages leave right after the
commit; what is above goes with the next sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core import outbox
from auspex.core.clock import format_instant
from auspex.core.database import Connection, fetch_all, fetch_one, load_sql
from auspex.core.limits import NOTIFICATION_BODY_CHARACTERS_MAX, NOTIFICATION_TITLE_CHARACTERS_MAX
from auspex.core.messages import Cause
from auspex.core.outbox import Outgoing
from auspex.filings import filing_store
from auspex.filings.watch_words import HEADLINES, Told, analyzed_words, detected_words

SQL = load_sql(Path(__file__).with_suffix(".sql"))
DETECTED, ANALYZED = "filing.detected", "filing.analyzed"
SENT_AT_ONCE_MAX = 100


@dataclass(frozen=True, slots=True)
class WatchNews:
    """What watchers of `ciks` are told about a filing, if they wish for it (`detected`, `analyzed`, `guidance`).

    `kind` is the notification's and the webhook's; the accession is its subject.
    """

    accession: str
    ciks: tuple[int, ...]
    kind: str
    wish: str
    words: Told
    data: dict[str, Any] = field(default_factory=dict)


def tell_detected(connection: Connection, *, accession: str, ciks: Sequence[int], cause: Cause, at: datetime) -> int:
    """Tell the watchers of some companies of a filing just come upon; return how many were told now.

    A filing that somebody had asked for earlier is told as detected then, and as analysed if it is that already.
    """
    row = filing_store.load_filing(connection, accession)
    header = filing_store.header_of(row)
    who = _who(connection, header.cik)
    words = detected_words(header, who=who["shown"], detected_at=row["detected_at"])
    news = WatchNews(accession, tuple(ciks), DETECTED, "detected", words, _data(row, who))
    told = _tell_watchers(connection, news, row=row, topic=who["topic"], cause=cause, at=at)
    if row["analyzed_at"] is not None:
        told += _tell_analyzed(connection, row, ciks, cause=cause, at=at)
    return told


def tell_analyzed(connection: Connection, *, accession: str, cause: Cause, at: datetime) -> int:
    """Tell the watchers of the companies under which the watch came upon a filing why it matters; return how many."""
    ciks = [row["cik"] for row in fetch_all(connection, SQL["list_sighted_companies"], {"accession": accession})]
    if not ciks:
        return 0
    return _tell_analyzed(connection, filing_store.load_filing(connection, accession), ciks, cause=cause, at=at)


def tell_sighted(
    connection: Connection, *, accession: str, kind: str, wish: str, headline: str, body: str, data: dict[str, Any],
    cause: Cause, at: datetime,
) -> int:  # fmt: skip
    """Tell the watchers of the companies under which the watch came upon a filing something more; return how many.

    The title is the company's name and `headline`.
    """
    ciks = [row["cik"] for row in fetch_all(connection, SQL["list_sighted_companies"], {"accession": accession})]
    if not ciks:
        return 0
    row = filing_store.load_filing(connection, accession)
    who = _who(connection, row["cik"])
    words = Told(title=f"{who['shown']}: {headline}", body=body)
    news = WatchNews(accession, tuple(ciks), kind, wish, words, _data(row, who) | data)
    return _tell_watchers(connection, news, row=row, topic=who["topic"], cause=cause, at=at)


def _tell_watchers(
    connection: Connection, news: WatchNews, *, row: dict[str, Any], topic: str, cause: Cause, at: datetime
) -> int:
    """Tell every watcher who wishes for it, and their webhooks; return how many accounts were told now.

    `row` is the filing's. Accounts that were told of this kind and accession before are passed over.
    """
    rows = fetch_all(
        connection,
        SQL["tell_watchers"],
        {
            "ciks": sorted(news.ciks), "form": row["form"], "filing_date": row["filing_date"], "wish": news.wish,
            "kind": news.kind, "subject": news.accession, "topic": topic,
            "title": " ".join(news.words.title.split())[:NOTIFICATION_TITLE_CHARACTERS_MAX],
            "body": news.words.body[:NOTIFICATION_BODY_CHARACTERS_MAX], "data": Jsonb(news.data),
            "request_id": cause.request_id, "traceparent": cause.traceparent, "at": at,
        },
    )  # fmt: skip
    sent = [Outgoing(r["outbox_id"], r["queue"], r["body"]) for r in rows if r["outbox_id"] is not None]
    outbox.adopt(sent[:SENT_AT_ONCE_MAX])
    return len({r["account_id"] for r in rows})


def _tell_analyzed(
    connection: Connection, row: dict[str, Any], ciks: Sequence[int], *, cause: Cause, at: datetime
) -> int:
    header = filing_store.header_of(row)
    filing = {"accession": header.accession, "run": row["run"]}
    analyzed = fetch_one(connection, SQL["read_analysis"], filing)
    payload: dict[str, Any] = analyzed["payload"] if analyzed else {}
    changes = {_key(change): change for change in payload.get("changes", ())}
    yearly = header.base_form == "10-K"
    kpis = fetch_all(connection, SQL["list_headline_kpis"], filing | {"metrics": list(HEADLINES), "yearly": yearly})
    who = _who(connection, header.cik)
    # Before the first scan of a company its fiscal year is not known, and a quarter's number would be a guess.
    named = {} if who["fiscal_year_end"] else {"fiscal_period": None}
    figures = [kpi | _changed(changes.get(_key(kpi))) | named for kpi in kpis]
    guidance = fetch_all(connection, SQL["list_guidance"], filing)
    severities: dict[str, str] = payload.get("severities", {})
    words = analyzed_words(header, who=who["shown"], figures=figures, guidance=guidance, severities=severities)
    why = {
        "figures": [{k: str(v) if v is not None else None for k, v in figure.items()} for figure in figures],
        "guidance": [{k: str(v) if v is not None else None for k, v in item.items()} for item in guidance[:10]],
        "severities": severities,
    }
    news = WatchNews(header.accession, tuple(ciks), ANALYZED, "analyzed", words, _data(row, who) | why)
    return _tell_watchers(connection, news, row=row, topic=who["topic"], cause=cause, at=at)


def _who(connection: Connection, cik: int) -> dict[str, Any]:
    company = filing_store.find_company(connection, cik)
    ticker, name = (company["ticker"], company["name"]) if company else (None, f"CIK {cik}")
    return {
        "ticker": ticker, "name": name, "shown": ticker or name, "topic": ticker or str(cik),
        "fiscal_year_end": company["fiscal_year_end"] if company else None,
    }  # fmt: skip


def _data(row: dict[str, Any], who: dict[str, Any]) -> dict[str, Any]:
    accepted, detected = row["accepted_at"], row["detected_at"]
    return {
        "accession": row["accession"], "cik": row["cik"], "ticker": who["ticker"], "company": who["name"],
        "form": row["form"], "items": list(row["items"]), "filing_date": row["filing_date"].isoformat(),
        "accepted_at": format_instant(accepted) if accepted else None, "detected_at": format_instant(detected),
        "links": {"self": f"/v1/filings/accessions/{row['accession']}"},
    }  # fmt: skip


def _key(figure: dict[str, Any]) -> tuple[str, ...]:
    return (figure["metric"], figure["basis"], figure["period_type"], str(figure["period_end"]))


def _changed(change: dict[str, Any] | None) -> dict[str, Any]:
    return {"change_pct": change["change_pct"], "reason": change["reason"]} if change else {}
