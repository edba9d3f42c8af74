"""`make prove-redrive`: 10,000 mixed dead letters are redriven twice, and every effect is there once.

Letters of paid jobs' units, of nobody's units, twins of one message, letters whose effect was committed before they
died, work that fails again, work that is refused for good, bodies that are no message. Queues deliver everything twice.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from typing import Any

from tests.harness.harness import Harness
from tests.harness.toy.contracts import DoWork, Kind
from tests.proofs.applications import fresh_database, toy_application

from auspex.core.ids import new_id
from auspex.core.messages import Cause, wrap

LETTERS = 10_000
LETTERS_PER_REQUEST = 500
UNITS_PER_JOB = 3
PRICE = 2
PROBLEM = '{"code": "processing-failed"}'
KINDS = ("unit", "unit", "unit", "nobody", "nobody", "twin", "done", "weak", "refused", "unreadable")
"""What a letter is, in turn; three of ten are units of paid jobs."""
GRANT = """
SELECT platform.grant_tokens(%(account)s, 'grant', 'letters', 1000000, NULL, NULL, NULL, NULL, %(at)s::timestamptz)
"""
STORE = """
SELECT platform.store_dead_letter(%(id)s, 'toy-work', %(message_id)s, 'toy-work', NULL, 'processing-failed', 'broke',
                                  %(body)s, 3, %(job_id)s, NULL, NULL, %(at)s)
"""
CREATE_JOB = """
SELECT platform.create_job(
  %(job_id)s, %(account_id)s, 'toy', 'POST /v1/toy', NULL, repeat('0', 64), '{}', %(units)s, %(job_id)s, NULL,
  %(at)s::timestamptz, %(at)s::timestamptz + interval '1 day', %(quote)s, %(prices)s::jsonb, false, 0, interval '0')
"""
FAIL_UNIT = """
SELECT platform.finish_unit('toy', %(unit)s, 'failed', %(problem)s::jsonb, NULL, '{}'::text[], 0, %(at)s::timestamptz)
"""


class Letters:
    """Stores dead letters of every kind, and knows what must come of them."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self._at = harness.clock.now()
        self.kinds: Counter[str] = Counter()
        self.ids: list[str] = []
        self.effects: set[str] = set()
        self._rows: list[tuple[str, dict[str, Any]]] = []
        key = harness.create_key("toy", name="owner")
        self._account_id = harness.rows("SELECT account_id FROM platform.api_keys")[0]["account_id"]
        assert key
        self._rows.append((GRANT, {"account": self._account_id, "at": self._at}))

    def store(self, count: int) -> None:
        """Store so many letters, in one transaction."""
        units: list[str] = []
        for number in range(count):
            kind = KINDS[number % len(KINDS)]
            self.kinds[kind] += 1
            key = f"{kind}-{number}"
            if kind == "unit":
                units.append(key)
                if len(units) == UNITS_PER_JOB:
                    self._store_job(units)
                    units = []
                continue
            self._store(kind, key)
        for key in units:
            self._store("nobody", key)
        with self._harness.database.connect(None) as connection, connection.transaction():
            for statement, parameters in self._rows:
                connection.execute(statement.encode(), parameters)

    def _store_job(self, units: list[str]) -> None:
        job_id = new_id("job")
        prices = json.dumps({unit: {"work": PRICE} for unit in units})
        self._rows.append((CREATE_JOB, {
            "job_id": job_id, "account_id": self._account_id, "units": units, "at": self._at, "prices": prices,
            "quote": PRICE * len(units),
        }))  # fmt: skip
        for unit in units:
            self._rows.append((FAIL_UNIT, {"unit": unit, "problem": PROBLEM, "at": self._at}))
            self._letter(DoWork(key=unit, unit_key=unit), unit, job_id)
            self.effects.add(unit)

    def _store(self, kind: str, key: str) -> None:
        work: dict[str, Kind] = {"weak": "fail_twice", "refused": "refuse"}
        if kind == "unreadable":
            self._letter(None, key, None)
            return
        self._letter(DoWork(key=key, kind=work.get(kind, "work"), unit_key=key), key, None)
        if kind == "twin":
            self._letter(DoWork(key=key, unit_key=key), key, None)
        if kind == "done":
            self._rows.append((
                "SELECT platform.mark_delivery('toy-work', %(key)s, %(at)s)", {"key": key, "at": self._at},
            ))  # fmt: skip
            self._rows.append(("INSERT INTO toy.effects (key) VALUES (%(key)s)", {"key": key}))
        if kind != "refused":
            self.effects.add(key)

    def _letter(self, work: DoWork | None, key: str, job_id: str | None) -> None:
        cause = Cause(job_id=job_id, account_id=self._account_id if job_id else None)
        body = "no message at all" if work is None else wrap(work, dedup_key=key, cause=cause).encode()
        self.ids.append(new_id("dead"))
        self._rows.append((STORE, {
            "id": self.ids[-1], "message_id": new_id("msg"), "body": body, "job_id": job_id, "at": self._at,
        }))  # fmt: skip


def redrive_twice(harness: Harness, count: int) -> dict[str, Any]:
    """Store letters, redrive all of them, then every one of them again by its id; return what was seen."""
    letters = Letters(harness)
    letters.store(count)
    admin = harness.create_key("admin", "toy")
    outcomes: Counter[str] = Counter()
    while True:
        reply = _redrive(harness, admin, {"all": True, "max": LETTERS_PER_REQUEST})
        outcomes.update(f"first_{letter['outcome']}" for letter in reply["letters"])
        harness.drain()
        open_again = harness.rows(
            "SELECT count(*) AS n FROM platform.dead_letters"
            " WHERE redriven_at IS NULL AND redrivable AND reason <> 'work-refused'"
        )[0]["n"]
        if open_again == 0:
            break
    for first in range(0, len(letters.ids), LETTERS_PER_REQUEST):
        reply = _redrive(harness, admin, {"ids": letters.ids[first : first + LETTERS_PER_REQUEST]})
        outcomes.update(f"second_{letter['outcome']}" for letter in reply["letters"])
        harness.drain()
    return {"letters": len(letters.ids), "kinds": dict(letters.kinds), "outcomes": dict(outcomes)} | _verdict(
        harness, letters
    )


def _redrive(harness: Harness, admin: str, body: dict[str, Any]) -> Any:
    reply = harness.request("POST", "/v1/ops/dead-letters/redrive", key=admin, json=body)
    if reply.status != 202:
        raise AssertionError(f"{reply.status}: {reply.body!r}")
    return reply.data


def _verdict(harness: Harness, letters: Letters) -> dict[str, Any]:
    """Count what is there too often, too seldom, or paid for."""
    found = harness.rows("SELECT key, count(*) AS n FROM toy.effects WHERE key NOT LIKE 'tick:%%' GROUP BY key", {})
    effects = {row["key"]: row["n"] for row in found}
    (money,) = harness.rows(
        """SELECT (SELECT count(*) FROM platform.jobs WHERE status <> 'succeeded') AS unfinished,
             (SELECT coalesce(sum(cost), 0)::bigint FROM platform.jobs) AS charged,
             (SELECT coalesce(sum(reserved), 0)::bigint FROM platform.balances) AS reserved,
             (SELECT jsonb_array_length(differences) FROM platform.reconcile(%(at)s)) AS differences""",
        {"at": harness.clock.now()},
    )
    return {
        "effects": len(effects),
        "duplicate_effects": sum(n - 1 for n in effects.values()),
        "missing_effects": len(letters.effects - effects.keys()),
        "unexpected_effects": len(effects.keys() - letters.effects),
        "jobs_unfinished": money["unfinished"], "tokens_charged_for_redrives": money["charged"],
        "tokens_reserved": money["reserved"], "ledger_differences": money["differences"],
    }  # fmt: skip


FAULTS = (
    "duplicate_effects", "missing_effects", "unexpected_effects", "jobs_unfinished", "tokens_charged_for_redrives",
    "tokens_reserved", "ledger_differences",
)  # fmt: skip
"""What must be zero."""


def main() -> int:
    """Run the proof; the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.redriving", description=__doc__)
    parser.add_argument("--letters", type=int, default=LETTERS)
    began = time.monotonic()
    with fresh_database() as database, toy_application(database, copies=2, seed=1) as harness:
        found = redrive_twice(harness, parser.parse_args().letters)
    print(json.dumps(found | {"seconds": round(time.monotonic() - began, 1)}))
    return int(any(found[name] for name in FAULTS))


if __name__ == "__main__":
    sys.exit(main())
