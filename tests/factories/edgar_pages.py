"""Pages of EDGAR made by hand: the feed of latest filings and the daily master index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
FEED = "/www/cgi-bin/browse-edgar?action=getcurrent&count=100&start={start}&owner=include&output=atom"
_FEED = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Latest Filings - sample: true</title>
{entries}</feed>
"""
_ENTRY = """<entry>
<title>{form} - {name} ({cik:010d}) ({role})</title>
<summary type="html">
 &lt;b&gt;Filed:&lt;/b&gt; {filed} &lt;b&gt;AccNo:&lt;/b&gt; {accession} &lt;b&gt;Size:&lt;/b&gt; 9 KB
{items}</summary>
<updated>{updated}</updated>
<category scheme="https://www.sec.gov/" label="form type" term="{form}"/>
<id>urn:tag:sec.gov,2008:accession-number={accession}</id>
</entry>
"""
_INDEX = """Description:           Master Index of EDGAR Dissemination Feed
Comments:              sample: true

CIK|Company Name|Form Type|Date Filed|File Name
--------------------------------------------------------------------------------
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A filing as feed and index list it."""

    accession: str
    cik: int
    accepted_at: datetime
    form: str = "8-K"
    items: tuple[str, ...] = ()
    role: str = "Filer"
    name: str = "Sample Corp"


def feed_page(*listed: Listed) -> bytes:
    """Return a page of the feed with these entries, in the order given."""
    entries = "".join(
        _ENTRY.format(
            form=one.form, name=one.name, cik=one.cik, role=one.role, accession=one.accession,
            filed=one.accepted_at.astimezone(NEW_YORK).date(),
            items="".join(f"&lt;br&gt;Item {item}: Something\n" for item in one.items),
            updated=one.accepted_at.astimezone(NEW_YORK).isoformat(timespec="seconds"),
        )
        for one in listed
    )  # fmt: skip
    return _FEED.format(entries=entries).encode("latin-1")


def feed_path(page: int = 0) -> str:
    """Return where the replay server has a page of the feed, in the form it looks up."""
    return FEED.format(start=page * 100)


def index_path(day: date) -> str:
    """Return where the replay server has the master index of a day."""
    return f"/www/Archives/edgar/daily-index/{day:%Y}/QTR{(day.month - 1) // 3 + 1}/master.{day:%Y%m%d}.idx"


def index_file(listed: Sequence[Listed]) -> bytes:
    """Return a master index with these filings."""
    rows = (
        f"{one.cik}|{one.name}|{one.form}|{one.accepted_at.astimezone(NEW_YORK):%Y%m%d}"
        f"|edgar/data/{one.cik}/{one.accession}.txt\n"
        for one in listed
    )
    return (_INDEX + "".join(rows)).encode("latin-1")
