"""The client against the real handlers: typed replies, problems by name, one effect over retries, waiting, pages."""

from __future__ import annotations

import pytest
from tests.harness.harness import Harness
from tests.integration.client.conftest import Connect
from tests.integration.client.harness_transport import HarnessTransport
from tests.integration.filings.ingesting import CIK, RELEASE, UNRECORDED

from auspex_client import CallOptions, JobNotFinishedError
from auspex_client.models import Job
from auspex_client.problems import (
    IdempotencyKeyReused,
    JobFinished,
    KeySecretShownOnce,
    NotFound,
    ScopeMissing,
    Unauthenticated,
    ValidationFailed,
)


def test_a_key_learns_who_it_is(harness: Harness, connect: Connect) -> None:
    me = connect(harness, harness.create_key("filings:read", name="reader")).me()
    assert (me.data.account.name, me.data.key.scopes, me.status) == ("reader", ["filings:read"], 200)
    assert me.request_id == me.meta.request_id


def test_refusals_have_names(harness: Harness, connect: Connect) -> None:
    reader = connect(harness, harness.create_key("filings:read"))
    with pytest.raises(Unauthenticated):
        connect(harness, "apx_live_unknown").me()
    with pytest.raises(ScopeMissing) as refused:
        reader.accounts.list()
    assert refused.value.get("required_scope") == "admin"
    with pytest.raises(NotFound):
        reader.jobs.show("job_01K7Z3Y8N4Q6R2T5V9W1X0ABCD")
    with pytest.raises(ValidationFailed) as invalid:
        reader.filings.ask("?")
    assert [entry.pointer for entry in invalid.value.field_errors] == ["/question"]


def test_a_reply_lost_after_the_commit_makes_no_second_effect(filings: Harness, connect: Connect) -> None:
    transport = HarnessTransport(filings)
    client = connect(filings, filings.create_key("filings"), transport)
    transport.lose = 2
    reply = client.filings.ingest(accessions=[{"accession": RELEASE, "cik": CIK}])
    assert reply.attempts == 3
    assert [job.job_id for job in client.jobs.list()] == [reply.data.job_id]


def test_an_idempotency_key_names_one_request(filings: Harness, connect: Connect) -> None:
    filings.fire("schedule_refresh_companies")
    client = connect(filings, filings.create_key("filings"))
    options = CallOptions(idempotency_key="once")
    first = client.filings.ingest(accessions=[{"accession": RELEASE, "cik": CIK}], options=options)
    second = client.filings.ingest(accessions=[{"accession": RELEASE, "cik": CIK}], options=options)
    assert first.data.job_id == second.data.job_id
    with pytest.raises(IdempotencyKeyReused):
        client.filings.ingest(tickers=[{"ticker": "FLRK"}], options=options)


def test_a_job_is_awaited_with_its_progress(filings: Harness, connect: Connect) -> None:
    filings.fire("schedule_refresh_companies")
    client = connect(filings, filings.create_key("filings"))
    job = client.filings.ingest(accessions=[{"accession": RELEASE, "cik": CIK}]).data
    seen: list[Job] = []
    ended = client.jobs.wait(job.job_id, on_progress=seen.append)
    assert (ended.status, ended.progress, ended.units.done) == ("succeeded", 100, 1)
    assert seen[0].status == "queued"
    assert seen[-1] == ended
    assert [entry.progress for entry in seen] == sorted(entry.progress for entry in seen)
    figures = list(client.filings.kpis.list("FLRK", limit=2))
    assert len(figures) > 2
    assert all(isinstance(figure.value.as_tuple().exponent, int) for figure in figures)
    answer = client.filings.ask("What was Larkspur's revenue in the third quarter of 2024?", tickers=["FLRK"]).data
    assert answer.refused is False
    quoted = answer.citations[0]
    verdict = client.filings.verify_citation(
        accession=quoted.accession, section_key=quoted.section_key, document=quoted.document, start=quoted.start,
        end=quoted.end, quote=quoted.quote,
    )  # fmt: skip
    assert verdict.data.valid


def test_waiting_ends_before_a_job_that_goes_on(filings: Harness, connect: Connect) -> None:
    client = connect(filings, filings.create_key("filings"))
    job = client.filings.ingest(accessions=[{"accession": RELEASE, "cik": CIK}]).data
    with pytest.raises(JobNotFinishedError, match=job.job_id):
        client.jobs.wait(job.job_id, timeout_seconds=0)
    assert client.jobs.cancel(job.job_id).data.status == "cancelled"
    assert client.jobs.wait(job.job_id).status == "cancelled"
    with pytest.raises(JobFinished):
        client.jobs.cancel(job.job_id)


def test_operators_redrive_dead_letters(filings: Harness, connect: Connect) -> None:
    owner = connect(filings, filings.create_key("filings"))
    admin = connect(filings, filings.create_key("admin"))
    job = owner.filings.ingest(accessions=[{"accession": UNRECORDED, "cik": CIK}]).data
    assert owner.jobs.wait(job.job_id).status == "failed"
    letter = next(iter(admin.ops.dead_letters.list(redriven=False)))
    assert letter.job_id == job.job_id
    redriven = admin.ops.dead_letters.redrive(ids=[letter.dead_letter_id]).data
    assert (redriven.sent, redriven.letters[0].outcome) == (1, "sent")
    assert {queue.queue for queue in admin.ops.queues().data.queues} >= {"filings-ingestion", "filings-ingestion-dlq"}
    assert admin.ops.metrics(window_minutes=10).data.messages.dead_letters_redriven == 1
    filings.fire("schedule_sweep")
    assert [run.schedule for run in admin.ops.schedules.list()] == ["platform-sweep"]


def test_a_key_is_made_shown_once_rotated_and_revoked(harness: Harness, connect: Connect) -> None:
    client = connect(harness, harness.create_key("filings", "admin"))
    made = client.keys.create(name="nightly", scopes=["filings:read"], options=CallOptions(idempotency_key="k")).data
    assert connect(harness, made.secret).me().data.key.key_id == made.key_id
    with pytest.raises(KeySecretShownOnce) as again:
        client.keys.create(name="nightly", scopes=["filings:read"], options=CallOptions(idempotency_key="k"))
    assert again.value.get("key_id") == made.key_id
    successor = client.keys.rotate(made.key_id, overlap_seconds=0).data
    assert successor.replaces == made.key_id
    assert client.keys.revoke(successor.key_id).data.state == "revoked"
    assert {key.key_id for key in client.keys.list(limit=1)} >= {made.key_id, successor.key_id}


def test_an_account_is_changed_by_what_is_given_alone(harness: Harness, connect: Connect) -> None:
    admin = connect(harness, harness.create_key("admin"))
    account = admin.accounts.create("Example Ltd", plan="prepaid").data
    assert admin.accounts.update(account.account_id, name="Example plc").data.plan == "prepaid"
    assert admin.accounts.show(account.account_id).data.name == "Example plc"


def test_what_needs_no_key_is_there_for_anybody(harness: Harness, connect: Connect) -> None:
    anybody = connect(harness, None)
    assert anybody.health().data == {"status": "ok"}
    assert anybody.ready().data["status"] == "ready"
    assert anybody.version().data["migration_head"]
    assert anybody.openapi().data["openapi"].startswith("3.1")


def test_a_read_of_what_is_known_brings_it_again_without_a_body(harness: Harness, connect: Connect) -> None:
    client = connect(harness, harness.create_key("admin", name="before"))
    first = client.me()
    second = client.me(options=CallOptions(known=first))
    assert (first.unchanged, second.unchanged, second.status) == (False, True, 304)
    assert second.data == first.data
    assert client.me(options=CallOptions(known=second)).unchanged
    client.accounts.update(first.data.account.account_id, name="after")
    third = client.me(options=CallOptions(known=second))
    assert (third.unchanged, third.data.account.name) == (False, "after")
