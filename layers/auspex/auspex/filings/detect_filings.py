"""Take in filings that the watch came upon: store, tell, fetch, in the caller's transaction (FILINGS 4, 5).

Feed, scan and daily index race on the same accession; whoever inserts its row sends its fetch, the others do nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from auspex.core.database import Connection, fetch_all, load_sql
from auspex.core.messages import Cause
from auspex.filings import filing_store
from auspex.filings.followed_forms import followed_forms
from auspex.filings.model import FilingHeader
from auspex.filings.request_filings import send_fetch
from auspex.filings.tell_watchers import tell_detected

SQL = load_sql(Path(__file__).with_suffix(".sql"))
NOT_FOLLOWED = "form-not-followed"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A filing as its source shows it, and every company of ours that it names (the header's first)."""

    header: FilingHeader
    ciks: tuple[int, ...]
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Detected:
    """What was new: filings to be fetched, filings of other forms, and how many accounts were told."""

    fetched: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    told: int = 0


def detect_filings(
    connection: Connection, sightings: Sequence[Sighting], *, source: str, cause: Cause, at: datetime
) -> Detected:
    """Store what is not stored (`skipped` where its form is not followed), send its fetch, tell its watchers.

    The companies are stored already. Filings are taken in the order of their accessions, so that two of these at once
    stand in line.
    """
    seen = {sighting.header.accession: sighting for sighting in sightings}
    ordered = [seen[accession] for accession in sorted(seen)]
    forms = set(followed_forms())
    followed = [sighting for sighting in ordered if sighting.header.form in forms]
    new = filing_store.insert_filings(
        connection,
        [(s.header, "detected" if s.header.form in forms else "skipped", s.sample) for s in ordered],
        source=source, why_skipped=NOT_FOLLOWED, at=at,
    )  # fmt: skip
    fetched = [sighting for sighting in followed if sighting.header.accession in new]
    for sighting in fetched:
        send_fetch(connection, sighting.header.accession, sighting.header.cik, cause=cause, at=at)
    told = sum(
        tell_detected(connection, accession=accession, ciks=ciks, cause=cause, at=at)
        for accession, ciks in _note_sightings(connection, followed, source, at).items()
    )
    names = {sighting.header.accession for sighting in followed}
    return Detected(tuple(s.header.accession for s in fetched), tuple(sorted(new - names)), told)


def _note_sightings(
    connection: Connection, sightings: Sequence[Sighting], source: str, at: datetime
) -> dict[str, list[int]]:
    """Note under which companies the watch came upon which filing; return what is new of that."""
    pairs = sorted({(sighting.header.accession, cik) for sighting in sightings for cik in sighting.ciks})
    rows = fetch_all(
        connection,
        SQL["insert_sightings"],
        {"accessions": [a for a, _ in pairs], "ciks": [cik for _, cik in pairs], "source": source, "at": at},
    )
    noted: dict[str, list[int]] = {}
    for row in sorted(rows, key=lambda row: (row["accession"], row["cik"])):
        noted.setdefault(row["accession"], []).append(row["cik"])
    return noted
