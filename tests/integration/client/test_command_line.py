"""The command line as a process of its own against the real handlers: output, exit codes, secrets, waiting."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from infra.local.provider_server.server import provider_settings
from tests.harness.fixtures import HarnessMaker
from tests.harness.harness import Harness
from tests.integration.client.harness_transport import HarnessTransport
from tests.integration.filings.ingesting import CIK, RELEASE, UNRECORDED

from auspex_client import Auspex
from auspex_client.cli.app import run

ROOT = Path(__file__).resolve().parents[3]
SERVE_SECONDS = 0.02
PASSING_SECONDS = 2.0
"""How far the harness' clock moves with each request, so that queues are served while a command waits."""


class HarnessServer(HTTPServer):
    """Serves the harness over loopback, in the thread that owns it."""

    timeout = SERVE_SECONDS

    def __init__(self, harness: Harness) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.harness = harness


class Handler(BaseHTTPRequestHandler):
    server: HarnessServer

    def serve(self) -> None:
        harness = self.server.harness
        harness.advance(PASSING_SECONDS)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        reply = harness.request(self.command, self.path, headers=dict(self.headers.items()), body=body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "content-length" not in reply.headers:
            self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PATCH = do_DELETE = serve  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Shell:
    """Somebody at a prompt, with one key. While a command sleeps, the harness' clock moves."""

    harness: Harness
    key: str

    def run(self, *arguments: str) -> Done:
        """Run `auspex` to its end, in this process."""
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = run(arguments, connect=self.connect)
        return Done(code, out.getvalue(), err.getvalue())

    def connect(self, _: str | None) -> Auspex:
        harness = self.harness
        return Auspex(
            "http://localhost", self.key, transport=HarnessTransport(harness), sleep=harness.advance,
            now=lambda: harness.clock.now().timestamp(),
        )  # fmt: skip

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with --json and return what it printed."""
        done = self.run("--json", *arguments)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)


def run_program(harness: Harness, key: str, *arguments: str) -> Done:
    """Run `auspex` as a process of its own, serving what it asks meanwhile."""
    with HarnessServer(harness) as server:
        environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "layers" / "client"), "PYTHONWARNINGS": "error",
            "AUSPEX_URL": f"http://127.0.0.1:{server.server_address[1]}", "AUSPEX_API_KEY": key,
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "auspex_client", *arguments],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while process.poll() is None:
            server.handle_request()
        out, err = process.communicate()
    return Done(process.returncode, out, err)


def test_it_is_a_program_of_its_own(filings: Harness) -> None:
    key = filings.create_key("filings")
    ingested = run_program(filings, key, "filings", "ingest", RELEASE, "--cik", str(CIK), "--watch", "--json")
    assert ingested.returncode == 0, ingested.stderr
    assert json.loads(ingested.stdout)["status"] == "succeeded"
    refused = run_program(filings, key, "ops", "queues")
    assert (refused.returncode, refused.stdout) == (13, "")
    assert "scope-missing" in refused.stderr


def test_without_an_address_it_says_which_variable_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AUSPEX_URL", raising=False)
    assert run(["me"]) == 2
    assert "AUSPEX_URL" in capsys.readouterr().err
    assert run(["--help"]) == 0


def test_a_person_sees_who_calls_and_a_script_gets_json(harness: Harness) -> None:
    shell = Shell(harness, harness.create_key("filings:read", name="reader"))
    shown = shell.run("me")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "account.name" in shown.stdout
    assert "  reader\n" in shown.stdout
    assert shell.json("me")["account"]["name"] == "reader"
    after = shell.run("me", "--json")
    assert json.loads(after.stdout)["key"]["scopes"] == ["filings:read"]


def test_filings_are_ingested_watched_searched_and_asked_about(filings: Harness) -> None:
    filings.fire("schedule_refresh_companies")
    shell = Shell(filings, filings.create_key("filings"))
    watched = shell.run("filings", "ingest", RELEASE, "--cik", str(CIK), "--watch")
    assert watched.returncode == 0, watched.stderr
    assert f"{RELEASE}  succeeded  100" in watched.stdout
    assert "100 %  succeeded" in watched.stderr
    assert [job["status"] for job in shell.json("jobs", "list")] == ["succeeded"]
    figures = shell.run("filings", "kpis", "FLRK", "--metric", "revenue", "--limit", "3")
    assert figures.stdout.splitlines()[0].split()[:3] == ["METRIC", "VALUE", "UNIT"]
    assert len(figures.stdout.splitlines()) <= 4
    answer = shell.run("ask", "What was Larkspur's revenue in the third quarter of 2024?", "--ticker", "FLRK")
    assert answer.returncode == 0, answer.stderr
    assert f"[1] ✓ 8-K {RELEASE}" in answer.stdout
    hits = shell.json("filings", "search", "revenue guidance", "--ticker", "FLRK", "--top", "2")["hits"]
    assert len(hits) == 2
    assert [filing["accession"] for filing in shell.json("filings", "list", "--ticker", "FLRK")] == [RELEASE]
    assert shell.json("filings", "show", RELEASE)["status"] == "indexed"


def test_a_job_that_fails_says_so_and_an_operator_redrives_it(filings: Harness) -> None:
    owner, admin = Shell(filings, filings.create_key("filings")), Shell(filings, filings.create_key("admin"))
    failed = owner.json("filings", "ingest", UNRECORDED, "--cik", str(CIK), "--watch", code=20)
    assert failed["status"] == "failed"
    letters = admin.json("ops", "dead-letters", "--open")
    assert [letter["job_id"] for letter in letters] == [failed["job_id"]]
    redriven = admin.run("ops", "redrive", letters[0]["dead_letter_id"])
    assert redriven.returncode == 0, redriven.stderr
    assert "sent" in redriven.stdout
    assert "1 sent, 0 skipped, 0 remain" in redriven.stderr
    assert admin.run("ops", "redrive", "--all", "--queue", "filings-ingestion").returncode == 2
    for command in ("queues", "failures", "schedules", "metrics"):
        assert admin.run("ops", command).returncode == 0
    assert admin.run("ops", "queues").stdout.splitlines()[0].split() == ["QUEUE", "VISIBLE", "IN", "FLIGHT", "DELAYED"]


def test_a_secret_is_printed_once_by_the_command_that_makes_it(harness: Harness) -> None:
    key = harness.create_key("filings", "admin")
    shell = Shell(harness, key)
    made = shell.json("keys", "create", "nightly", "--scope", "filings:read")
    assert Shell(harness, made["secret"]).json("me")["key"]["name"] == "nightly"
    successor = shell.json("keys", "rotate", made["key_id"], "--overlap", "0")
    assert shell.json("keys", "revoke", successor["key_id"])["state"] == "revoked"
    listed = shell.run("keys", "list")
    assert made["key_id"] in listed.stdout
    assert not {made["secret"], successor["secret"], key} & set(listed.stdout.split())
    account = shell.json("accounts", "create", "Example Ltd", "--plan", "prepaid")
    assert shell.json("accounts", "update", account["account_id"], "--name", "Example plc")["name"] == "Example plc"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("ask", "?"), 10, "/question"),
        (("accounts", "list"), 13, "scope-missing"),
        (("jobs", "show", "job_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"), 14, "not-found"),
        (("jobs", "cancel"), 2, "JOB_ID"),
        (("keys", "create", "x", "--scope", "filings:read", "--expires-at", "2031-01-31T00:00:00"), 2, "zone"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_exit_code_says_what_kind_of_refusal_it_was(
    harness: Harness, arguments: tuple[str, ...], code: int, said: str
) -> None:
    shell = Shell(harness, harness.create_key("filings:read"))
    done = shell.run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert shell.key not in done.stderr


def test_a_wrong_key_is_refused_and_not_repeated_back(harness: Harness) -> None:
    shell = Shell(harness, "apx_live_wrong")
    done = shell.run("me", "--json")
    assert (done.returncode, json.loads(done.stderr)["code"]) == (11, "unauthenticated")
    assert "apx_live_wrong" not in done.stderr


def test_waiting_ends_before_a_job_that_goes_on(filings: Harness) -> None:
    shell = Shell(filings, filings.create_key("filings"))
    job = shell.json("filings", "ingest", RELEASE, "--cik", str(CIK))
    done = shell.run("jobs", "watch", job["job_id"], "--timeout", "0")
    assert (done.returncode, done.stdout) == (21, "")
    assert "still queued" in done.stderr
    assert shell.json("jobs", "cancel", job["job_id"])["status"] == "cancelled"
    assert shell.run("jobs", "cancel", job["job_id"]).returncode == 15


def test_an_operator_pins_a_provider_and_reads_what_was_done(make_harness: HarnessMaker) -> None:
    harness = make_harness(secrets={"providers": provider_settings("http://127.0.0.1:9")})
    admin, reader = Shell(harness, harness.create_key("admin")), Shell(harness, harness.create_key("filings:read"))
    until = (harness.clock.now() + timedelta(hours=2)).isoformat()
    pinned = admin.json("providers", "pin", "groq", "--reason", "keys rotate", "--until", until, "--strict")
    assert (pinned["provider"], pinned["pinned"]["strict"]) == ("groq", True)
    shown = reader.run("providers", "status")
    assert shown.stdout.splitlines()[0].split()[:2] == ["PROVIDER", "STATE"]
    assert f"asked: groq (epoch {pinned['epoch']}, pinned until {until})" in shown.stderr
    assert admin.json("providers", "drill", "auth")["provider"] == "groq"
    assert admin.json("providers", "unpin", "--reason", "done")["pinned"] is None
    told = admin.json("providers", "audit", "--type", "pin")
    assert [(entry["reason"], entry["verified"]) for entry in told] == [("keys rotate", True)]
    assert admin.json("providers", "audit", "--chain")["valid"] is True
    assert reader.run("providers", "unpin", "--reason", "mine").returncode == 13
    assert admin.run("providers", "pin", "nobody", "--reason", "x").returncode == 2


def test_an_audit_that_does_not_hold_ends_with_1(make_harness: HarnessMaker) -> None:
    harness = make_harness(secrets={"providers": provider_settings("http://127.0.0.1:9")})
    admin = Shell(harness, harness.create_key("admin"))
    admin.json("providers", "pin", "groq", "--reason", "x", "--until", (harness.clock.now() + timedelta(1)).isoformat())
    with harness.database.connect(None) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE providers.events SET reason = 'another'")
    assert admin.json("providers", "audit", "--chain", code=1)["valid"] is False


def test_channels_are_added_with_credentials_that_no_process_list_shows(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(harness, harness.create_key("filings"))
    parts = {"token_a": "T0123ABCD", "token_b": "B0123ABCD", "token_c": "abcdefghijklmnopqrstuvwx"}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(parts)))
    added = shell.json("notifications", "channels", "add", "slack", "team")
    assert (added["service"], added["status"]) == ("slack", "verified")
    listed = shell.run("notifications", "channels", "list")
    assert added["channel_id"] in listed.stdout
    assert parts["token_c"] not in listed.stdout
    assert shell.json("notifications", "channels", "delete", added["channel_id"])["status"] == "deleted"
    monkeypatch.setattr("sys.stdin", io.StringIO("no JSON"))
    assert shell.run("notifications", "channels", "add", "slack", "team").returncode == 2
