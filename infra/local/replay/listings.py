"""Compose the lists that EDGAR publishes of filings: the feed of the latest, and the master index of a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from typing import Any

Filing = dict[str, Any]
FEED_PREFIX = "/www/cgi-bin/browse-edgar?action=getcurrent"
INDEX_PREFIX = "/www/Archives/edgar/daily-index/"
ENTRIES_PER_PAGE = 100

_FEED = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<!-- {mark} -->
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Latest Filings - {title}</title>
<id>https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent</id>
{entries}</feed>
"""
_ENTRY = """<entry>
<title>{form} - {name} ({cik:010d}) (Filer)</title>
<link rel="alternate" type="text/html" href="https://www.sec.gov{folder}/{accession}-index.htm"/>
<summary type="html">
 &lt;b&gt;Filed:&lt;/b&gt; {filed} &lt;b&gt;AccNo:&lt;/b&gt; {accession} &lt;b&gt;Size:&lt;/b&gt; {size} KB
{items}</summary>
<updated>{updated}</updated>
<category scheme="https://www.sec.gov/" label="form type" term="{form}"/>
<id>urn:tag:sec.gov,2008:accession-number={accession}</id>
</entry>
"""
_INDEX = """Description:           Master Index of EDGAR Dissemination Feed
Last Data Received:    {day:%b %d, %Y}
Comments:              {mark}

CIK|Company Name|Form Type|Date Filed|File Name
--------------------------------------------------------------------------------
"""


def feed_page(filings: Sequence[Filing], companies: dict[str, dict[str, Any]], *, start: int, title: str) -> bytes:
    """Compose one page of the feed; `filings` newest first, each with `accepted_at` (New York) and `filing_date`."""
    entries = "".join(_entry(filing, companies) for filing in filings[start : start + ENTRIES_PER_PAGE])
    return _FEED.format(mark="generated: true", title=escape(title), entries=entries).encode("latin-1", "replace")


def master_index(day: date, filings: Sequence[Filing], companies: dict[str, dict[str, Any]]) -> bytes:
    """Compose the master index of a day from the filings filed on it, by CIK."""
    rows = (
        f"{filing['cik']}|{companies[str(filing['cik'])]['name']}|{filing['form']}|{day:%Y%m%d}"
        f"|edgar/data/{filing['cik']}/{filing['accession']}.txt\n"
        for filing in sorted(filings, key=lambda filing: (filing["cik"], filing["accession"]))
    )
    return (_INDEX.format(day=day, mark="generated: true") + "".join(rows)).encode("latin-1", "replace")


def index_day(path: str) -> date | None:
    """Return the day of a master index's path, None for any other file."""
    name = path.rpartition("/")[2]
    digits = name.removeprefix("master.").removesuffix(".idx")
    if (
        not path.startswith(INDEX_PREFIX)
        or name != f"master.{digits}.idx"
        or len(digits) != 8
        or not digits.isdecimal()
    ):
        return None
    try:
        return datetime.strptime(digits, "%Y%m%d").date()  # noqa: DTZ007 - a day, no instant
    except ValueError:
        return None


def _entry(filing: Filing, companies: dict[str, dict[str, Any]]) -> str:
    accession, cik = filing["accession"], filing["cik"]
    return _ENTRY.format(
        form=escape(filing["form"]), name=escape(companies[str(cik)]["name"]), cik=cik, accession=accession,
        folder=f"/Archives/edgar/data/{cik}/{accession.replace('-', '')}", filed=filing["filing_date"],
        size=sum(int(document.get("bytes", 0)) for document in filing["documents"]) // 1024 + 1,
        items="".join(f"&lt;br&gt;Item {item}: see the filing\n" for item in filing.get("items", ())),
        updated=filing["accepted_at"].isoformat(timespec="seconds"),
    )  # fmt: skip
