"""`make prove-filings`: random histories of filings; one filing, one set of figures, one notification, paid once.

The shipped application on a real Postgres, EDGAR a replay on loopback, vectors computed once per text. Disturbances
that never happened fail the run, planted bugs must be caught. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from tests.conftest import Database
from tests.harness.harness import Harness
from tests.harness.remembered_network import remembered_network
from tests.integration.filings.conftest import parameters_of, replaying
from tests.proofs.applications import fresh_database
from tests.proofs.filings.history import (
    Callers,
    Found,
    complete,
    forget,
    news,
    picture,
    play,
    prepare,
)

from auspex.filings.index import index_store

MINUTES = 20.0
HISTORIES = 1_000_000
PLANTED_HISTORIES = 60
KINDS = (
    "death in ingestion", "death in analysis", "death in knowledge", "death in outbox", "buried", "cancel",
    "asked again", "backfill", "ingestion", "redrive by owner", "redrive by operator", "replay auto",
    "replay analysis", "replay index",
)  # fmt: skip
"""What has to have happened, or the proof proves nothing."""
PLANTED_SQL = {
    "paid_twice": """
CREATE OR REPLACE FUNCTION platform.unpaid_of_job(p_job platform.jobs) RETURNS bigint LANGUAGE sql STABLE
SET search_path = '' AS $$ SELECT coalesce(2 * sum(platform.tokens_of(u.price)), 0)::bigint FROM platform.job_units AS u
WHERE u.job_id = p_job.job_id AND u.state = 'succeeded' $$""",
    "told_again": """
CREATE FUNCTION platform.make_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.material_version := NEW.notification_id; RETURN NEW; END $$;
CREATE TRIGGER make_new BEFORE INSERT ON platform.notifications FOR EACH ROW EXECUTE FUNCTION platform.make_new()""",
}
PLANTED_STATEMENTS = {
    "terms_not_subtracted": ("subtract_terms", "SELECT 1 WHERE %(chunk_ids)s::bigint[] IS NULL"),
    "old_chunks_stay": ("list_outdated_chunks", "SELECT 1 WHERE %(accession)s = '' AND %(keep_index_version)s = 0"),
}
PLANTED = (*PLANTED_SQL, *PLANTED_STATEMENTS)


@contextmanager
def deployed(database: Database, *, seed: int) -> Iterator[tuple[Harness, Callers]]:
    """Serve the application with every message delivered twice, shuffled."""
    with replaying() as edgar, Harness(database, parameters=parameters_of(edgar), copies=2, seed=seed) as harness:
        yield harness, prepare(harness)


def look_undisturbed(harness: Harness, callers: Callers) -> dict[str, Any]:
    """Return how it ends when nothing goes wrong."""
    complete(harness, callers)
    seen = {"picture": picture(harness), "news": set(news(harness))}
    forget(harness)
    return seen


def prove(harness: Harness, callers: Callers, *, histories: int, seconds: float, first_seed: int) -> Found:
    """Play histories until enough or too late."""
    undisturbed, found = look_undisturbed(harness, callers), Found()
    until = time.monotonic() + seconds
    while found.histories < histories and time.monotonic() < until:
        play(harness, callers, first_seed + found.histories, undisturbed, found)
    return found


def catch(database: Database, bug: str, *, seed: int, histories: int = PLANTED_HISTORIES) -> Found:
    """Return what histories find on a deployment with a bug of ours."""
    with deployed(database, seed=seed) as (harness, callers):
        undisturbed = look_undisturbed(harness, callers)
        if bug in PLANTED_SQL:
            harness.rows(PLANTED_SQL[bug])
            changed: dict[str, str] = {}
        else:
            name, statement = PLANTED_STATEMENTS[bug]
            changed = {name: statement}
        found = Found()
        with patch.dict(index_store.SQL, changed):
            while found.histories < histories and not found.faults:
                play(harness, callers, seed + found.histories, undisturbed, found)
    return found


def main() -> int:
    """Run the proof on a Postgres of our own."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.filings", description=__doc__)
    parser.add_argument("--histories", type=int, default=HISTORIES)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began = time.monotonic()
    caught = {}
    with remembered_network():
        for bug in PLANTED:
            with fresh_database() as database:
                caught[bug] = catch(database, bug, seed=arguments.seed).histories
        caught = {bug: histories for bug, histories in caught.items() if histories < PLANTED_HISTORIES}
        left = arguments.minutes * 60 - (time.monotonic() - began)
        with fresh_database() as database, deployed(database, seed=arguments.seed) as (harness, callers):
            found = prove(harness, callers, histories=arguments.histories, seconds=left, first_seed=arguments.seed)
    print(json.dumps(summary(found, caught) | {"seconds": round(time.monotonic() - began, 1)}))
    return int(bool(found.faults) or len(caught) < len(PLANTED) or bool(never(found.kinds)))


def never(kinds: Counter[str]) -> list[str]:
    """Return the disturbances that did not happen, and say so."""
    missing = [kind for kind in KINDS if not kinds[kind]]
    for kind in missing:
        print(f"never happened: {kind}", file=sys.stderr)
    return missing


def summary(found: Found, caught: dict[str, int]) -> dict[str, Any]:
    """Return what is printed."""
    return {
        "histories": found.histories, "faults": len(found.faults), "first_faults": found.faults[:10],
        "kinds": dict(sorted(found.kinds.items())), "planted_bugs": len(PLANTED), "planted_bugs_caught": len(caught),
        "caught_after_histories": caught,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
