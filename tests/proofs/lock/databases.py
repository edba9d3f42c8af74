"""Databases for the proof: a clone per lane with a table of effects, and planted bugs on request."""

from __future__ import annotations

from pathlib import Path

import psycopg
from tests.proofs.databases import ProofServer
from tests.proofs.lock.history import EFFECTS

PLANTED = Path(__file__).parent / "planted"


def make_lane_database(server: ProofServer, name: str, *, planted: str | None = None) -> None:
    """Make a database with a table of effects, and one planted bug if one is named."""
    server.clone(name)
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        connection.execute(EFFECTS.encode())
    if planted is not None:
        plant(server.url(name), planted)


def plant(url: str, bug: str) -> None:
    """Replace a shipped function by one with a bug."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute((PLANTED / f"{bug}.sql").read_text(encoding="utf-8").encode())


def planted_bugs() -> list[str]:
    """Return the names of the planted bugs."""
    return sorted(path.stem for path in PLANTED.glob("*.sql"))
