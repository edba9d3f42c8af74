"""What an amendment restates leaves default reads from the moment it was known, fact by fact and section by section.

A 10-K/A of Part III alone supersedes no figure (FILINGS 7.8). Figures need no mark: reads take the latest `known_at` up
to their `as_of`. Chunks bear `superseded_at`, because a search cannot compare every chunk with every later filing.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from auspex.core.database import Connection, fetch_all, load_sql

SQL = load_sql(Path(__file__).with_suffix(".sql"))
RESTATED_CHARACTERS_MIN = 500
"""A section of an amendment shorter than this refers to the original instead of restating it."""


def supersede_sections(connection: Connection, *, accession: str, at: datetime) -> None:
    """Give the chunks of every section that this filing restates, or that of it was restated, their `superseded_at`.

    The earliest restatement counts, so that any order of arrival ends the same. Histories tell it once. The caller
    holds the company where two filings of one report may be linked at once.
    """
    for row in _supersede(connection, accession=accession, own_chunks_only=False):
        _tell(connection, row["accession"], {"by": row["amendment"], "sections": row["sections"]}, at)


def supersede_new_chunks(connection: Connection, *, accession: str) -> None:
    """Give new chunks of this filing, whose sections an indexed amendment restates, their `superseded_at` at once."""
    _supersede(connection, accession=accession, own_chunks_only=True)


def note_restated_figures(connection: Connection, *, accession: str, at: datetime) -> None:
    """Note in the histories of amended filings which figures were reported again, and which of them changed."""
    for row in fetch_all(connection, SQL["list_restated_figures"], {"accession": accession}):
        payload = {"by": row["amendment"], "figures": row["figures"], "changed": row["changed"]}
        _tell(connection, row["accession"], payload, at)


def _supersede(connection: Connection, *, accession: str, own_chunks_only: bool) -> list[dict[str, Any]]:
    return fetch_all(
        connection,
        SQL["supersede_sections"],
        {
            "accession": accession, "own_chunks_only": own_chunks_only, "characters_min": RESTATED_CHARACTERS_MIN,
        },
    )  # fmt: skip


def _tell(connection: Connection, accession: str, payload: dict[str, Any], at: datetime) -> None:
    connection.execute(SQL["insert_superseded"], {"accession": accession, "payload": Jsonb(payload), "at": at})
