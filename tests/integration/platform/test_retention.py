"""Retention: what is old goes, in batches, by the one role that may; what is kept for ever stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import Database
from tests.harness.harness import Harness
from tests.integration.platform.dead_letters import kill

from auspex.core.limits import (
    JOBS_KEPT_DAYS,
    OUTBOX_KEPT_DAYS,
    RECORDS_KEPT_DAYS,
    RETENTION_BATCH_ROWS_MAX,
    TRACES_KEPT_DAYS,
)
from auspex.platform.retention import KEPT_DAYS

DAYS = {"outbox": OUTBOX_KEPT_DAYS, "jobs": JOBS_KEPT_DAYS, "traces": TRACES_KEPT_DAYS, "records": RECORDS_KEPT_DAYS}
KEPT_FOR_EVER = [
    "platform.accounts", "platform.api_keys", "platform.ledger_transactions", "platform.ledger_entries",
    "platform.payments",
    "platform.predictions", "platform.outcomes", "platform.scores", "providers.events", "providers.calls",
]  # fmt: skip


@pytest.fixture
def account_id(toy: Harness) -> str:
    """The account whose rows grow old."""
    toy.create_key("toy")
    return str(toy.rows("SELECT account_id FROM platform.accounts")[0]["account_id"])


def tidy(toy: Harness) -> dict[str, int]:
    """Run the schedule and return the tables that it deleted from."""
    toy.clock.advance(timedelta(seconds=1))
    reply = toy.fire("schedule_retention")
    assert (reply["outcome"], reply["unfinished"]) == ("succeeded", [])
    deleted: dict[str, int] = reply["deleted"]
    return {table: rows for table, rows in deleted.items() if rows}


def put_job(toy: Harness, account_id: str, number: int, *, status: str = "succeeded", age_days: float) -> None:
    toy.rows(
        "INSERT INTO platform.jobs (job_id, account_id, kind, route, request_sha256, request, status, request_id, "
        "created_at, progressed_at, finished_at, expires_at) VALUES (%(id)s, %(account)s, 'toy', '/x', 's', '{}', "
        "%(status)s, 'r', %(at)s, %(at)s, CASE WHEN %(status)s <> 'running' THEN %(at)s END, %(later)s)",
        {"id": f"job_{number:026d}", "account": account_id, "status": status,
         "at": toy.clock.now() - timedelta(days=age_days), "later": toy.clock.now() + timedelta(days=1)},
    )  # fmt: skip
    toy.rows(
        "INSERT INTO platform.job_units (job_id, unit_key, kind, created_at) VALUES (%(id)s, 'u', 'toy', %(at)s)",
        {"id": f"job_{number:026d}", "at": toy.clock.now() - timedelta(days=age_days)},
    )


def test_the_classes_are_kept_as_long_as_the_contract_says() -> None:
    assert KEPT_DAYS == DAYS == {"outbox": 7, "jobs": 30, "traces": 90, "records": 365}


def test_finished_jobs_go_with_their_units_and_live_ones_stay(toy: Harness, account_id: str) -> None:
    put_job(toy, account_id, 1, age_days=JOBS_KEPT_DAYS + 1)
    put_job(toy, account_id, 2, age_days=JOBS_KEPT_DAYS - 1)
    put_job(toy, account_id, 3, status="running", age_days=JOBS_KEPT_DAYS + 1)
    assert tidy(toy) == {"platform.jobs": 1}
    assert [row["job_id"][-1] for row in toy.rows("SELECT job_id FROM platform.jobs ORDER BY 1")] == ["2", "3"]
    assert len(toy.rows("SELECT 1 FROM platform.job_units")) == 2


PUT = {
    "platform.outbox": "(outbox_id, queue, body, created_at, deliver_after, sent_at) "
    "VALUES (%(key)s, 'q', '{}', %(at)s, %(at)s, %(at)s)",
    "platform.delivery_marks": "(stage, dedup_key, marked_at) VALUES ('s', %(key)s, %(at)s)",
    "platform.delivery_failures": "(stage, queue, message_id, attempt, error_type, error, failed_at) "
    "VALUES ('s', 'q', %(key)s, 1, 'E', 'e', %(at)s)",
    "platform.schedule_runs": "(schedule, scheduled_at, started_at) VALUES (%(key)s, %(at)s, %(at)s)",
    "platform.dead_letters": "(dead_letter_id, queue, message_id, stage, reason, error, body, attempts, dead_at) "
    "VALUES (%(key)s, 'toy', %(key)s, 's', 'r', 'e', 'no json', 1, %(at)s)",
    "filings.checkpoints": "(graph, thread, run, node, input_hash, code_version, epoch, created_at) "
    "VALUES ('g', %(key)s, 1, 'n', 'h', 'v', 1, %(at)s)",
}


@pytest.mark.parametrize(
    ("table", "days"),
    [
        ("platform.outbox", OUTBOX_KEPT_DAYS),
        ("platform.delivery_marks", JOBS_KEPT_DAYS),
        ("platform.delivery_failures", TRACES_KEPT_DAYS),
        ("platform.schedule_runs", TRACES_KEPT_DAYS),
        ("platform.dead_letters", RECORDS_KEPT_DAYS),
        ("filings.checkpoints", JOBS_KEPT_DAYS),
    ],
)
def test_what_is_older_than_its_class_goes_and_what_is_younger_stays(toy: Harness, table: str, days: int) -> None:
    for key, age in (("old", days + 1), ("young", days - 1)):
        toy.rows(f"INSERT INTO {table} {PUT[table]}", {"key": key, "at": toy.clock.now() - timedelta(days=age)})
    assert tidy(toy)[table] == 1
    assert len([row for row in toy.rows(f"SELECT * FROM {table}") if "old" in row.values()]) == 0
    assert len([row for row in toy.rows(f"SELECT * FROM {table}") if "young" in row.values()]) == 1
    assert table not in tidy(toy)


def test_an_unsent_message_is_never_too_old(toy: Harness) -> None:
    at = toy.clock.now() - timedelta(days=1_000)
    toy.rows("INSERT INTO platform.outbox VALUES ('a', 'toy-gone', '{}', %(at)s, %(at)s)", {"at": at})
    assert "platform.outbox" not in tidy(toy)


def test_a_mark_outlives_the_letter_that_could_bring_its_message_back(toy: Harness) -> None:
    kill(toy, "poison")
    (letter,) = toy.rows("SELECT stage, body FROM platform.dead_letters")
    old = toy.clock.now() - timedelta(days=JOBS_KEPT_DAYS + 1)
    for key in (json.loads(letter["body"])["dedup_key"], "another"):
        toy.rows(
            "INSERT INTO platform.delivery_marks VALUES (%(stage)s, %(key)s, %(at)s)",
            {"stage": letter["stage"], "key": key, "at": old},
        )
    assert tidy(toy)["platform.delivery_marks"] == 1
    assert toy.rows("SELECT dedup_key FROM platform.delivery_marks") == [{"dedup_key": "poison"}]


def test_more_than_a_batch_goes_in_one_run_and_the_counts_are_kept(toy: Harness) -> None:
    toy.rows(
        "INSERT INTO platform.delivery_marks SELECT 's', n::text, %(at)s FROM generate_series(1, %(rows)s) AS n",
        {"at": toy.clock.now() - timedelta(days=JOBS_KEPT_DAYS + 1), "rows": 2 * RETENTION_BATCH_ROWS_MAX + 1},
    )
    assert tidy(toy) == {"platform.delivery_marks": 2 * RETENTION_BATCH_ROWS_MAX + 1}
    (run,) = toy.rows("SELECT detail FROM platform.schedule_runs WHERE schedule = 'platform-retention'")
    assert run["detail"]["deleted"]["platform.delivery_marks"] == 2 * RETENTION_BATCH_ROWS_MAX + 1
    deleted = toy.metric("RowsDeleted", service="auspex", table="platform.delivery_marks")
    assert deleted == 2 * RETENTION_BATCH_ROWS_MAX + 1


def test_a_table_that_cannot_be_deleted_from_holds_up_no_other_and_fails_the_run(toy: Harness, account_id: str) -> None:
    put_job(toy, account_id, 1, age_days=JOBS_KEPT_DAYS + 1)
    toy.rows("CREATE TABLE toy.holders (job_id text REFERENCES platform.jobs)")
    toy.rows("INSERT INTO toy.holders SELECT job_id FROM platform.jobs")
    old = toy.clock.now() - timedelta(days=JOBS_KEPT_DAYS + 1)
    toy.rows("INSERT INTO platform.delivery_marks VALUES ('s', 'k', %(at)s)", {"at": old})
    assert toy.fire("schedule_retention") is None
    assert "platform.jobs" in (toy.calls[-1].error or "")
    assert toy.rows("SELECT 1 FROM platform.delivery_marks") == []
    (run,) = toy.rows("SELECT outcome FROM platform.schedule_runs WHERE schedule = 'platform-retention'")
    assert run["outcome"] == "failed"


class TestRights:
    @pytest.fixture
    def grants(self, database: Database) -> Iterator[list[dict[str, Any]]]:
        with database.connect(None) as superuser:
            yield superuser.execute(
                "SELECT grantee, table_schema || '.' || table_name AS name FROM information_schema.role_table_grants "
                "WHERE privilege_type = 'DELETE' AND grantee LIKE 'auspex%'"
            ).fetchall()

    def test_one_role_deletes_and_only_what_has_a_rule(self, database: Database, grants: list[dict[str, Any]]) -> None:
        with database.connect("auspex_platform") as connection:
            rows = connection.execute("SELECT table_name FROM platform.retention_rules").fetchall()
        assert {row["name"] for row in grants if row["grantee"] == "auspex_retention"} == {
            row["table_name"] for row in rows
        }
        others = {row["grantee"] for row in grants if row["name"].startswith("platform.")}
        assert others <= {"auspex_retention", "auspex_owner"}

    @pytest.mark.parametrize("table", KEPT_FOR_EVER)
    def test_what_is_kept_for_ever_has_no_rule(self, grants: list[dict[str, Any]], table: str) -> None:
        assert ("auspex_retention", table) not in {(row["grantee"], row["name"]) for row in grants}

    def test_the_role_cannot_log_in(self, database: Database) -> None:
        with database.connect(None) as superuser:
            row = superuser.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'auspex_retention'").fetchone()
        assert row == {"rolcanlogin": False}

    def test_nobody_has_it_delete_from_a_table_without_a_rule(self, database: Database) -> None:
        with database.connect("auspex_platform") as connection, pytest.raises(Exception, match="no rows"):
            connection.execute("SELECT platform.delete_expired('platform.accounts', now(), 1)")
