"""What is compared when a history has ended: every row that money left, as text, one line per account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from tests.proofs.model import Account, World

from auspex.core.database import load_sql

SQL = load_sql(Path(__file__).with_suffix(".sql"))
AccountState = dict[str, Any]


def read_states(connection: psycopg.Connection[dict[str, Any]], account_ids: list[str]) -> dict[str, AccountState]:
    """Read what is kept of these accounts."""
    rows = connection.execute(SQL["states"].encode(), {"ids": account_ids}).fetchall()
    return {row["account_id"]: row for row in rows}


def expected_state(world: World, account: Account) -> AccountState:
    """Say what the oracle keeps of one account, in the words of the statement."""
    last = "" if account.last_at is None else f"{account.last_at.timestamp():.0f}"
    return {
        "plan": account.plan,
        "available": account.available,
        "reserved": 0,  # everything has ended by then
        "entries_available": account.available,
        "entries_reserved": account.reserved,
        "revenue": account.revenue,
        "issued": account.issued,
        "chain_holds": True,
        "within_quote": True,
        "keys": " ".join(sorted(account.charges)),
        "effects": " ".join(sorted(account.effects)),
        "allowance": "" if account.day is None else f"{account.day} {account.used} {last}",
        "reservations": _reservations(account),
        "jobs": _jobs(world, account),
    }


def _reservations(account: Account) -> str:
    lines = [
        f"{key}#{attempt} {hold.tokens} {'open' if hold.settled is None else hold.settled}"
        for key in sorted(account.holds) for attempt, hold in enumerate(account.holds[key], start=1)
    ]  # fmt: skip
    return ", ".join(lines)


def _jobs(world: World, account: Account) -> str:
    lines = []
    for job_id, job in sorted(world.jobs.items()):
        if job.owner is account:
            units = "; ".join(
                f"{key} {unit.state} {unit.settled}/{unit.tokens}" for key, unit in sorted(job.units.items())
            )
            lines.append(f"{job_id} {job.status} {job.cost} {job.attempts} {units}")
    return ", ".join(lines)
