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
    SPENT_KEPT_DAYS,
    TRACES_KEPT_DAYS,
)
from auspex.platform.retention import KEPT_DAYS

DAYS = {
    "spent": SPENT_KEPT_DAYS, "outbox": OUTBOX_KEPT_DAYS, "jobs": JOBS_KEPT_DAYS, "traces": TRACES_KEPT_DAYS,
    "records": RECORDS_KEPT_DAYS,
}  # fmt: skip
KEPT_FOR_EVER = [
    "platform.accounts", "platform.api_keys", "platform.ledger_transactions", "platform.ledger_entries",
    "platform.payments",
    "platform.predictions", "platform.outcomes", "platform.scores", "providers.events", "providers.calls",
    # what was filed, and which days were read, is the record that coverage shows
    "filings.sightings", "filings.index_entries", "filings.index_days", "filings.watchlist",
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
    assert KEPT_DAYS == DAYS == {"spent": 2, "outbox": 7, "jobs": 30, "traces": 90, "records": 365}


def test_finished_jobs_go_with_their_units_and_live_ones_stay(toy: Harness, account_id: str) -> None:
    put_job(toy, account_id, 1, age_days=JOBS_KEPT_DAYS + 1)
    put_job(toy, account_id, 2, age_days=JOBS_KEPT_DAYS - 1)
    put_job(toy, account_id, 3, status="running", age_days=JOBS_KEPT_DAYS + 1)
    assert tidy(toy) == {"platform.jobs": 1}
    assert [row["job_id"][-1] for row in toy.rows("SELECT job_id FROM platform.jobs ORDER BY 1")] == ["2", "3"]
    assert len(toy.rows("SELECT 1 FROM platform.job_units")) == 2


HAS_NO_RULE = {
    "platform": {
        "accounts": "for ever", "api_keys": "for ever", "ledger_transactions": "for ever", "ledger_entries": "for ever",
        "payments": "for ever", "predictions": "for ever", "outcomes": "for ever", "scores": "for ever",
        "score_bins": "sums of the scores", "score_blocks": "sums of the scores", "reconciliations": "one row a night",
        "balances": "a row for an account", "allowances": "a row for an account",
        "notification_preferences": "a row for an account", "recent_charges": "the sweep forgets them",
        "rate_buckets": "the sweep forgets them", "cached_replies": "the sweep forgets them",
        "job_units": "go with their job", "job_events": "go with their job",
        "webhook_deliveries": "go with their message", "webhook_attempts": "go with their delivery",
        "scoring_queue": "emptied by scoring", "retention_rules": "the rules themselves",
    },
    "providers": {
        "state": "a row for a provider", "lease": "one row", "events": "the audit", "calls": "the audit",
        "call_acceptance": "the audit", "checks": "the audit", "costs": "a row for a provider and month",
    },
    "filings": {
        "companies": "the product", "filings": "the product", "documents": "the product", "sections": "the product",
        "tables": "the product", "facts": "the product", "kpis": "the product", "summaries": "the product",
        "chunks": "the index", "corpus": "the index", "terms": "the index", "postings": "the index",
        "events": "a filing's history", "leases": "a row for a filing", "edgar_budget": "one row",
        "watchlist": "until unwatched", "feed_mark": "one row", "index_entries": "a filing's history",
        "index_days": "a row for a day", "sightings": "a filing's history",
        "guidance": "the product", "guidance_outcomes": "the product", "expectations": "what the scorebook scores",
        "companies_to_score": "emptied by scoring",
        "ask_templates": "until their account goes", "template_rules": "reference data",
    },
    "oracle": {
        "competitions": "reference data", "teams": "the product", "team_aliases": "the product",
        "team_reviews": "a row for a name", "matches": "the product", "match_changes": "a match's history",
        "odds": "the product", "source_files": "where a result is from", "source_budgets": "a row for a source",
        "params": "what forecasts stand on", "team_params": "what forecasts stand on",
        "posteriors": "what forecasts stand on", "reports": "shared until revoked", "calibration": "sums of the scores",
        "runs": "go with their job", "batch_rows": "go with their job", "shards": "go with their job",
        "projections": "go with their job",
    },
}  # fmt: skip


def test_every_table_has_a_rule_or_a_reason_to_have_none(toy: Harness) -> None:
    tables = toy.rows(
        "SELECT schemaname AS schema, tablename AS name, schemaname || '.' || tablename AS full_name FROM pg_tables "
        "WHERE schemaname = ANY (%(schemas)s)",
        {"schemas": list(HAS_NO_RULE)},
    )
    ruled = {row["table_name"] for row in toy.rows("SELECT table_name FROM platform.retention_rules")}
    growing = {row["full_name"] for row in tables if row["name"] not in HAS_NO_RULE[row["schema"]]}
    assert growing == {name for name in ruled if name.partition(".")[0] in HAS_NO_RULE}
    reasons = {f"{schema}.{name}" for schema, names in HAS_NO_RULE.items() for name in names}
    assert reasons <= {row["full_name"] for row in tables}


def put_reservation(toy: Harness, account_id: str, number: int, *, request_key: str, job_id: str | None) -> None:
    toy.rows(
        "INSERT INTO platform.reservations (reservation_id, account_id, request_key, attempt, job_id, route, tokens, "
        "settled, opened_at, expires_at, closed_at) VALUES (%(id)s, %(account)s, %(key)s, 1, %(job)s, '/x', 1, 1, "
        "%(at)s, %(at)s, %(at)s)",
        {"id": f"rsv_{number:026d}", "account": account_id, "key": request_key, "job": job_id,
         "at": toy.clock.now() - timedelta(days=JOBS_KEPT_DAYS + 1)},
    )  # fmt: skip


def test_a_jobs_reservation_goes_with_its_job_and_that_of_a_request_stays(toy: Harness, account_id: str) -> None:
    put_job(toy, account_id, 1, age_days=JOBS_KEPT_DAYS + 1)
    put_job(toy, account_id, 2, age_days=JOBS_KEPT_DAYS - 1)
    for number in (1, 2):
        job_id = f"job_{number:026d}"
        put_reservation(toy, account_id, number, request_key=f"job:{job_id}", job_id=job_id)
    put_reservation(toy, account_id, 3, request_key="POST /x#mine", job_id=None)
    assert tidy(toy) == {"platform.jobs": 1, "platform.reservations": 1}
    left = toy.rows("SELECT request_key FROM platform.reservations ORDER BY reservation_id")
    assert [row["request_key"] for row in left] == [f"job:job_{2:026d}", "POST /x#mine"]


def test_what_a_webhook_leaves_behind_goes_step_by_step(toy: Harness, account_id: str) -> None:
    now = toy.clock.now()
    put = {"old": now - timedelta(days=TRACES_KEPT_DAYS + 1), "account": account_id, "live": f"hook_{1:026d}",
           "gone": f"hook_{2:026d}", "recent": now - timedelta(days=1)}  # fmt: skip
    for webhook, status in (("live", "active"), ("gone", "deleted")):
        toy.rows(
            "INSERT INTO platform.webhook_endpoints (webhook_id, account_id, url, event_types, status, created_at, "
            f"updated_at) VALUES (%({webhook})s, %(account)s, 'https://a', '{{*}}', '{status}', %(old)s, %(old)s)",
            put,
        )
    for number, (webhook, retires_at) in enumerate(
        [("live", "NULL"), ("live", "%(old)s"), ("live", "%(recent)s"), ("gone", "%(old)s")]
    ):
        toy.rows(
            "INSERT INTO platform.webhook_secrets (secret_id, webhook_id, sealed, created_at, retires_at) "
            f"VALUES ('whs_{number:026d}', %({webhook})s, 'x', %(old)s, {retires_at})",
            put,
        )
    assert tidy(toy)["platform.webhook_secrets"] == 2
    assert [row["secret_id"][-1] for row in toy.rows("SELECT secret_id FROM platform.webhook_secrets")] == ["0", "2"]
    tidy(toy)
    assert [row["webhook_id"] for row in toy.rows("SELECT webhook_id FROM platform.webhook_endpoints")] == [put["live"]]


def test_an_accounts_count_of_a_day_goes_when_the_day_is_over_everywhere(toy: Harness, account_id: str) -> None:
    today = toy.clock.now().date()
    for age in (0, 1, 2, 3):
        toy.rows(
            "INSERT INTO platform.notification_days VALUES (%(account)s, %(day)s, 1)",
            {"account": account_id, "day": today - timedelta(days=age)},
        )
    tidy(toy)
    left = toy.rows("SELECT local_date FROM platform.notification_days ORDER BY local_date DESC")
    assert [row["local_date"] for row in left] == [today, today - timedelta(days=1)]


PUT = {
    "platform.outbox": "(outbox_id, queue, body, created_at, deliver_after, sent_at) "
    "VALUES (%(key)s, 'q', '{}', %(at)s, %(at)s, %(at)s)",
    "platform.delivery_marks": "(stage, dedup_key, marked_at) VALUES ('s', %(key)s, %(at)s)",
    "platform.delivery_failures": "(stage, queue, message_id, attempt, error_type, error, failed_at) "
    "VALUES ('s', 'q', %(key)s, 1, 'E', 'e', %(at)s)",
    "platform.schedule_runs": "(schedule, scheduled_at, started_at) VALUES (%(key)s, %(at)s, %(at)s)",
    "platform.dead_letters": "(dead_letter_id, queue, message_id, stage, reason, error, body, attempts, dead_at) "
    "VALUES (%(key)s, 'toy', %(key)s, 's', 'r', 'e', 'no json', 1, %(at)s)",
    "platform.notification_channels": "(channel_id, account_id, service, name, hint, destination_digest, created_at, "
    "deleted_at) SELECT 'chn_' || platform.new_ulid(%(at)s), account_id, 'email', %(key)s, 'h', sha256('x'), %(at)s, "
    "%(at)s FROM platform.accounts",
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
        ("platform.notification_channels", RECORDS_KEPT_DAYS),
    ],
)
@pytest.mark.usefixtures("account_id")
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
