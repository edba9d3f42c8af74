"""Make a deployed stack ready for its first user: its database migrated, its companies known, its functions warm."""

from __future__ import annotations

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psycopg
from infra.local import aws, deploy, emulators
from infra.local.database import Database
from infra.local.deploy import ProductStack
from infra.local.progress import note
from infra.local.state import StackState, StateDirectory

PUBLIC_PATHS = ("/health", "/ready")
WARM_QUESTION = "What was revenue?"
"""Names no company, so it is refused at once; its Idempotency-Key keeps it one row, in the admin account's history."""
WARM_CALLS = (
    ("/v1/filings/searches", {"query": WARM_QUESTION, "top_k": 1}),
    ("/v1/filings/asks", {"question": WARM_QUESTION}),
)
"""What loads the embedding model: slow the first time, quick afterwards."""
WARM_STATUSES = frozenset({200, 422})
"""422: an older release kept this question under the key, with other fields; the model is loaded all the same."""
WARM_TIMEOUT_SECONDS = 60.0
WARM_POLL_SECONDS = 0.2


def migrate(directory: StateDirectory, state: StackState, stacks: list[ProductStack], database: Database) -> None:
    """Invoke the deployed migration unless nothing changed since it last ran on this database."""
    digest = hashlib.sha256(
        json.dumps([database.url, sorted(stack.deployed.digest for stack in stacks)]).encode()
    ).hexdigest()
    if state.migrated_digest == digest:
        note("up to date")
        return
    _invoke(state, stacks, "MigrateDatabaseFunction")
    state.migrated_digest = digest
    directory.write(state)


def refresh_companies(
    directory: StateDirectory, state: StackState, stacks: list[ProductStack], database: Database
) -> None:
    """Have the directory of companies read once per source and database; its schedule keeps it fresh from then on."""
    wanted = json.dumps([database.url, state.source, state.corpus])
    known = _count_listed(database)
    if known and state.companies_from == wanted:
        note(f"{known} companies")
        return
    found = json.loads(_invoke(state, stacks, "RefreshCompaniesFunction"))
    state.companies_from = wanted
    directory.write(state)
    note(f"{found['companies']} companies")


def warm_up(api_url: str, admin_key: str) -> None:
    """Call what must answer first until it does; the last reply tells what is missing."""
    deadline = time.monotonic() + WARM_TIMEOUT_SECONDS
    with (
        httpx.Client(base_url=api_url, timeout=WARM_TIMEOUT_SECONDS) as client,
        ThreadPoolExecutor(len(PUBLIC_PATHS) + len(WARM_CALLS)) as pool,
    ):
        calls: list[tuple[str, dict[str, Any]]] = [("GET", {"url": path}) for path in PUBLIC_PATHS]
        headers = {"authorization": f"Bearer {admin_key}", "idempotency-key": "make-up-warms-up"}
        calls += [("POST", {"url": path, "json": body, "headers": headers}) for path, body in WARM_CALLS]
        for done in [pool.submit(_call_until_well, client, *call, deadline) for call in calls]:
            done.result()


def _call_until_well(client: httpx.Client, method: str, request: dict[str, Any], deadline: float) -> None:
    while (reply := client.request(method, **request)).status_code not in WARM_STATUSES:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{method} {request['url']} answers {reply.status_code}: {reply.text[:500]}")
        time.sleep(WARM_POLL_SECONDS)


def _count_listed(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(*) FROM filings.companies WHERE ticker IS NOT NULL").fetchone()
    return int(row[0]) if row else 0


def _invoke(state: StackState, stacks: list[ProductStack], output: str) -> str:
    return aws.invoke(emulators.endpoint_url(state), deploy.find_output(stacks, output), {})
