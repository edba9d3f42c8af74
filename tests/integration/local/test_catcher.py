"""The catcher as a process of its own: what it keeps, verifies, answers on request, over HTTP and SMTP."""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from infra.local.catcher.catcher import Catcher

from auspex.core.webhook_signatures import make_signing_secret, sign

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Running:
    process: subprocess.Popen[bytes]
    state: Path
    http: httpx.Client
    smtp_port: int

    def received(self, path: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/__received", params={"path": path}).json()
        return found

    def mails(self, to: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/__mail", params={"to": to}).json()
        return found


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("catcher")
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'layers' / 'auspex'}{os.pathsep}{ROOT}"}
    child = subprocess.Popen(
        [sys.executable, "-m", "infra.local.catcher", "--state", str(folder)], cwd=ROOT, env=environment
    )
    state = folder / "catcher.json"
    try:
        until = time.monotonic() + 30
        while not state.exists():
            assert child.poll() is None, "the catcher ended before it was ready"
            assert time.monotonic() < until, "the catcher was not ready in time"
            time.sleep(0.02)
        said = json.loads(state.read_text())
        with httpx.Client(base_url=said["url"], timeout=20) as http:
            yield Running(child, state, http, said["smtp_port"])
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
        assert not state.exists()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()


@pytest.fixture
def catcher(process: Running) -> Running:
    for path in ("/__received", "/__answers", "/__mail", "/__mail_answers"):
        assert process.http.delete(path).status_code == 200
    return process


def mail(subject: str = "Hello", to: str = "ada@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "auspex@example.org", to, subject
    message.set_content("Plain words.")
    message.add_alternative("<p>Rich words.</p>", subtype="html")
    return message


def test_it_says_that_it_is_ready_and_where_its_other_half_is(catcher: Running) -> None:
    assert catcher.http.get("/__health").json() == {"ready": True, "smtp_port": catcher.smtp_port}


def test_a_request_is_kept_as_it_came(catcher: Running) -> None:
    reply = catcher.http.post("/hooks/a?x=1", content=b'{"n": 1}', headers={"X-Own": "yes"})
    assert (reply.status_code, reply.json()) == (200, {})
    [caught] = catcher.received("/hooks/a")
    assert (caught["method"], caught["path"], caught["body"]) == ("POST", "/hooks/a?x=1", '{"n": 1}')
    assert caught["headers"]["x-own"] == "yes"
    assert caught["verified"] is None
    assert catcher.received("/hooks/b") == []


def test_signatures_are_verified_once_the_secret_of_a_path_is_known(catcher: Running) -> None:
    secret = make_signing_secret()
    catcher.http.post("/__secrets", json={"path": "/hooks/signed", "secrets": [secret]}).raise_for_status()
    good = sign([secret], message_id="msg_1", signed_at=datetime.now(UTC), body=b"{}")
    catcher.http.post("/hooks/signed", content=b"{}", headers=good)
    catcher.http.post("/hooks/signed", content=b"{ }", headers=good)
    catcher.http.post("/hooks/signed", content=b"{}")
    assert [caught["verified"] for caught in catcher.received("/hooks/signed")] == [True, False, False]


def test_scripted_answers_are_used_up_in_turn(catcher: Running) -> None:
    for answer in (
        {"path_prefix": "/hooks/s", "status": 503, "retry_after": "7"},
        {"path_prefix": "/hooks/s", "status": 410},
        {"path_prefix": "/hooks/s", "status": 307, "location": "/elsewhere"},
    ):
        assert catcher.http.post("/__answers", json=answer).status_code == 200
    replies = [catcher.http.post("/hooks/s", content=b"{}") for _ in range(4)]
    assert [reply.status_code for reply in replies] == [503, 410, 307, 200]
    assert replies[0].headers["retry-after"] == "7"
    assert replies[2].headers["location"] == "/elsewhere"


def test_a_slow_answer_and_a_reset_are_felt_by_the_client(catcher: Running) -> None:
    catcher.http.post("/__answers", json={"delay_seconds": 30}).raise_for_status()
    with pytest.raises(httpx.ReadTimeout):
        catcher.http.post("/hooks/slow", content=b"{}", timeout=0.2)
    catcher.http.post("/__answers", json={"reset": True}).raise_for_status()
    with pytest.raises(httpx.TransportError):
        catcher.http.post("/hooks/reset", content=b"{}")
    assert len(catcher.received("/hooks/")) == 2


@pytest.mark.parametrize(
    "answer", [[], {"status": 99}, {"status": "200"}, {"times": 0}, {"unknown": 1}, {"delay_seconds": -1}, {"body": 1}]
)
def test_an_answer_that_is_none_is_refused(catcher: Running, answer: Any) -> None:
    assert catcher.http.post("/__answers", json=answer).status_code == 400
    assert catcher.http.get("/__answers").json() == []


def test_a_mail_is_kept_with_its_parts(catcher: Running) -> None:
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=20) as smtp:
        smtp.login("auspex", "any password")
        smtp.send_message(mail())
        smtp.send_message(mail("Other", to="grace@example.org"))
    [kept] = catcher.mails("ada@example.org")
    assert (kept["sender"], kept["recipients"]) == ("auspex@example.org", ["ada@example.org"])
    assert (kept["subject"], kept["username"]) == ("Hello", "auspex")
    assert (kept["text"].strip(), kept["html"].strip()) == ("Plain words.", "<p>Rich words.</p>")
    assert len(catcher.mails()) == 2


@pytest.mark.parametrize(("code", "kind"), [(451, "again"), (550, "never")])
def test_a_mail_is_refused_as_scripted(catcher: Running, code: int, kind: str) -> None:
    catcher.http.post("/__mail_answers", json={"path_prefix": "ada@", "status": code}).raise_for_status()
    with smtplib.SMTP("127.0.0.1", catcher.smtp_port, timeout=20) as smtp:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.send_message(mail())
        assert refused.value.smtp_code == code, kind
        smtp.send_message(mail())
    assert len(catcher.mails()) == 1


def test_within_a_test_both_halves_end_with_the_block() -> None:
    with Catcher() as own:
        assert httpx.post(f"{own.url}/hooks/x", content=b"{}").status_code == 200
        assert len(own.received.requests("/hooks/x")) == 1
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{own.url}/__health")
