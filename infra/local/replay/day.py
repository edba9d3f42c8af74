"""A simulated day over the recordings: its filings appear one after another in feed, submissions and master index.

`POST /__filing_day {"begins_at", "seconds"}` begins it: the filings of the script are accepted evenly over that
time, on the machine's clock, or on the one that `{"now": …}` sets and moves. `{"mended": true}` has the poisoned
filing readable.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from infra.local.replay import compose, day_filings, listings
from infra.local.replay.store import PAST_END, Store, Stored

NEW_YORK = ZoneInfo("America/New_York")
SECONDS_MAX = 86_400
FICTIONAL_FROM = 9_999_000_000
"""A CIK above this is of a company that does not exist."""
POISONED = day_filings.FIRST_CIK + day_filings.POISON
TICKERS = "/www/files/company_tickers.json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the day says about a path; `stored` None: nothing is recorded there."""

    stored: Stored | None


class SimulatedDay:
    """One day at a time; without one every path is the recordings' own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._filings: list[dict[str, Any]] = []
        self._companies = store.companies | day_filings.fictional_companies()
        self._now: datetime | None = None
        self._mended = False

    def steer(self, body: Any) -> dict[str, Any]:
        """Begin a day, move its clock, mend what is poisoned; an empty object ends it. Raises ValueError, TypeError."""
        if not isinstance(body, dict):
            raise TypeError("an object with begins_at and seconds, or now, or mended")
        with self._lock:
            if not body:
                self._filings, self._now, self._mended = [], None, False
            if "begins_at" in body:
                self._begin(_instant(body["begins_at"]), float(body.get("seconds", 300)))
            if "now" in body:
                self._now = _instant(body["now"])
            if "mended" in body:
                self._mended = body["mended"] is True
            return self._described()

    def describe(self) -> dict[str, Any]:
        """Return what is filed on the day and how far it is."""
        with self._lock:
            return self._described()

    def answer(self, target: str) -> Answer | None:
        """Return what the day says about a path; None: ask the recordings."""
        with self._lock:
            if not self._filings:
                return None
            parts = urlsplit(target)
            if target.startswith(listings.FEED_PREFIX):
                return self._feed(int(parse_qs(parts.query).get("start", ["0"])[0]))
            return self._listing(parts.path) or self._paper(parts.path)

    def _begin(self, begins_at: datetime, seconds: float) -> None:
        if not 0 < seconds <= SECONDS_MAX:
            raise ValueError(f"seconds lie between 0 and {SECONDS_MAX}")
        filings = day_filings.script(self._store.filings, self._companies)
        for place, filing in enumerate(filings):
            accepted = (begins_at + timedelta(seconds=seconds * place / len(filings))).replace(microsecond=0)
            local = accepted.astimezone(NEW_YORK)
            filing |= {
                "accepted_at": local, "filing_date": local.date().isoformat(), "accepted": f"{local:%Y-%m-%d %H:%M:%S}",
                "accepted_utc": f"{accepted.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
                "filing_date_from": "simulated day",
            }  # fmt: skip
            filing.setdefault("report_date", filing["filing_date"])
        self._filings, self._mended = filings, False

    def _released(self) -> list[dict[str, Any]]:
        now = self._now or datetime.now(UTC)
        return [filing for filing in self._filings if filing["accepted_at"] <= now]

    def _described(self) -> dict[str, Any]:
        unrecorded = {day_filings.FIRST_CIK + n for n in day_filings.UNRECORDED}
        rows = [
            {
                "accession": filing["accession"], "cik": filing["cik"], "form": filing["form"],
                "read": filing["form"] in day_filings.READ_FORMS, "recorded": filing["cik"] not in unrecorded,
                "poisoned": filing["cik"] == POISONED,
                "accepted_at": filing["accepted_at"].astimezone(UTC).isoformat(),
            }
            for filing in self._filings
        ]  # fmt: skip
        return {"filings": rows, "released": len(self._released()), "mended": self._mended}

    def _feed(self, start: int) -> Answer:
        released = sorted(self._released(), key=lambda f: (f["accepted_at"], f["accession"]), reverse=True)
        if start > len(released):
            return Answer(PAST_END)
        title = "a simulated day"
        return _made("application/atom+xml", listings.feed_page(released, self._companies, start=start, title=title))

    def _listing(self, path: str) -> Answer | None:
        day = listings.index_day(path)
        if day is not None and day.isoformat() == self._filings[0]["filing_date"]:
            return _made("text/plain", listings.master_index(day, self._released(), self._companies))
        if path == TICKERS:
            return _made("application/json", self._tickers())
        if path.startswith("/data/submissions/CIK") and path.removesuffix(".json")[-10:].isdecimal():
            cik = int(path.removesuffix(".json")[-10:])
            if any(filing["cik"] == cik for filing in self._filings):
                filed = [filing for filing in self._released() if filing["cik"] == cik]
                sample = cik > FICTIONAL_FROM
                return _made(
                    "application/json", compose.submissions(cik, self._companies[str(cik)], filed, sample=sample)
                )
        return None

    def _paper(self, path: str) -> Answer | None:
        """Answer an index page or a document of the day's filings."""
        folder, _, name = path.rpartition("/")
        for filing in self._filings:
            if folder != f"/www{compose.folder(filing)}":
                continue
            if filing not in self._released():
                return _made("text/html", b"<!-- generated: true --><html><body>Not found</body></html>\n", status=404)
            if filing.get("fictional") and day_filings.body_of(filing["cik"], name) is None:
                return Answer(None)
            if filing["cik"] == POISONED and not self._mended:
                return _made("text/html", day_filings.MAINTENANCE)
            if name == f"{filing['accession']}-index.html":
                return _made("text/html", compose.index_page(filing, self._companies[str(filing["cik"])]))
            if filing.get("fictional"):
                body = day_filings.body_of(filing["cik"], name)
                known = name in {document["filename"] for document in filing["documents"]}
                return _made("text/html", body) if known and body is not None else Answer(None)
        return None

    def _tickers(self) -> bytes:
        stored = self._store.answer(TICKERS)
        rows = list(json.loads(stored.body).values()) if stored else []
        known = {row["cik_str"] for row in rows}
        rows += [
            {"cik_str": int(cik), "ticker": ticker, "title": company["name"]}
            for cik, company in self._companies.items()
            for ticker in company["tickers"]
            if int(cik) not in known
        ]
        return json.dumps({str(n): row for n, row in enumerate(rows)}).encode()


def _made(content_type: str, body: bytes, *, status: int = 200) -> Answer:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Answer(
        Stored(status=status, content_type=content_type, source="generated", body=body, packed=None, etag=etag)
    )


def _instant(stated: object) -> datetime:
    if not isinstance(stated, str):
        raise TypeError("an instant is text")
    at = datetime.fromisoformat(stated.replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise ValueError("an instant has a zone")
    return at
