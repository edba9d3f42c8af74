"""The replay server as a process of its own: what it serves, breaks on request, and counts."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from infra.local.replay.faults import most_within
from infra.local.replay.store import CORPUS, MANIFEST, canonical

ROOT = Path(__file__).parents[3]
IDENTITY = {"user-agent": "Auspex Tests tests@auspex.dev"}
LARKSPUR_JSON = "/data/submissions/CIK9999999001.json"


@dataclass(frozen=True, slots=True)
class Replay:
    process: subprocess.Popen[bytes]
    state: Path
    http: httpx.Client

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def arm(self, **fault: Any) -> httpx.Response:
        return self.http.post("/__faults", json=fault)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Replay]:
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'layers' / 'auspex'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "infra.local.replay", "--port", "0", "--state", str(folder), *options]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    state = folder / "replay.json"
    try:
        until = time.monotonic() + 30
        while not state.exists():
            assert process.poll() is None, "the server ended before it was ready"
            assert time.monotonic() < until, "the server did not become ready"
            time.sleep(0.02)
        base = json.loads(state.read_text())["www_url"].removesuffix("/www")
        with httpx.Client(base_url=base, headers=IDENTITY, timeout=30) as http:
            yield Replay(process, state, http)
    finally:
        process.terminate()
        assert process.wait(10) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    with running(tmp_path_factory.mktemp("replay"), "--sample-only") as replay:
        yield replay


@pytest.fixture
def replay(server: Replay) -> Iterator[Replay]:
    server.http.delete("/__faults")
    server.http.delete("/__requests")
    yield server
    server.http.delete("/__faults")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Iterator[Replay]:
    with running(tmp_path_factory.mktemp("recorded"), "--shared", str(shared_data / "filings")) as replay:
        yield replay


def test_it_says_where_it_serves_and_takes_that_back_when_it_ends(tmp_path: Path) -> None:
    with running(tmp_path, "--sample-only") as replay:
        state = json.loads(replay.state.read_text())
        assert state["pid"] == replay.process.pid
        assert (state["www_url"], state["recorded"]) == (f"http://127.0.0.1:{state['port']}/www", False)
        assert replay.get("/__health").json() == {"ready": True, "recorded": False, "paths": 33}
        replay.process.send_signal(signal.SIGINT)
        assert replay.process.wait(10) == 0
    assert not replay.state.exists()


def test_a_port_that_is_taken_is_told_and_ends_it(replay: Replay, tmp_path: Path) -> None:
    port = json.loads(replay.state.read_text())["port"]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'layers' / 'auspex'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "infra.local.replay", "--port", str(port), "--state", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert str(port).encode() in ended.stderr
    assert not (tmp_path / "replay.json").exists()


def test_every_file_of_the_corpus_is_served_byte_for_byte(replay: Replay) -> None:
    entries = json.loads(MANIFEST.read_text(encoding="utf-8"))["entries"]
    samples = [entry for entry in entries if entry["source"] == "sample" and "file" in entry]
    assert len(samples) >= 25
    for entry in samples:
        reply = replay.get(entry["path"])
        assert reply.content == (CORPUS / entry["file"]).read_bytes()
        assert reply.status_code == entry.get("status", 200)


def test_what_is_not_recorded_is_599_and_never_fetched(replay: Replay) -> None:
    reply = replay.get("/data/submissions/CIK0000320193.json")
    assert (reply.status_code, reply.reason_phrase) == (599, "Not Recorded")
    assert replay.get("/__requests").json()["by_status"] == {"599": 1}


def test_a_caller_who_does_not_say_who_it_is_gets_edgars_refusal(replay: Replay) -> None:
    reply = replay.get(LARKSPUR_JSON, user_agent="python-httpx/0.28")
    assert reply.status_code == 403
    assert "Undeclared Automated Tool" in reply.text


def test_an_entity_tag_spares_the_body(replay: Replay) -> None:
    first = replay.get(LARKSPUR_JSON)
    again = replay.get(LARKSPUR_JSON, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("kind", "status"), [("403", 403), ("404", 404), ("429", 429), ("503", 503), ("identity", 403)]
)
def test_a_fault_answers_as_often_as_it_was_armed_for(replay: Replay, kind: str, status: int) -> None:
    assert replay.arm(path_prefix="/data", kind=kind, times=2, retry_after=7).status_code == 201
    replies = [replay.get(LARKSPUR_JSON) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [status, status, 200]
    assert replies[0].headers.get("retry-after") == "7"
    assert replay.get("/__faults").json() == []


def test_a_fault_leaves_other_paths_alone(replay: Replay) -> None:
    replay.arm(path_prefix="/www", kind="503", times=5)
    assert replay.get(LARKSPUR_JSON).status_code == 200
    assert replay.get("/www/files/company_tickers.json").status_code == 503
    replay.http.delete("/__faults")
    assert replay.get("/www/files/company_tickers.json").status_code == 200


def test_a_truncated_body_ends_before_its_length(replay: Replay) -> None:
    replay.arm(path_prefix="/data", kind="truncated")
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        replay.get(LARKSPUR_JSON)


def test_a_reset_ends_the_connection_without_an_answer(replay: Replay) -> None:
    replay.arm(path_prefix="/data", kind="reset")
    with pytest.raises(httpx.TransportError):
        replay.get(LARKSPUR_JSON)
    assert replay.get(LARKSPUR_JSON).status_code == 200


def test_a_slow_answer_takes_the_time_it_was_given(replay: Replay) -> None:
    replay.arm(path_prefix="/data", kind="slow", delay_seconds=0.5)
    started = time.monotonic()
    assert replay.get(LARKSPUR_JSON).status_code == 200
    assert time.monotonic() - started >= 0.5


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"kind": "503"}',
        b'{"path_prefix": "/", "kind": "418"}',
        b'{"path_prefix": "/", "kind": "503", "times": 0}',
        b'{"path_prefix": "/", "kind": "503", "times": true}',
        b'{"path_prefix": "/", "kind": "429", "retry_after": -1}',
        b'{"path_prefix": "/", "kind": "slow", "delay_seconds": "long"}',
        b'{"path_prefix": "/", "kind": "slow", "delay_seconds": 1e9}',
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(replay: Replay, body: bytes) -> None:
    reply = replay.http.post("/__faults", content=body)
    assert reply.status_code == 400
    assert reply.json()["error"]
    assert replay.get("/__faults").json() == []


def test_requests_are_counted_by_path_and_in_the_densest_second(replay: Replay) -> None:
    for _ in range(3):
        replay.get(LARKSPUR_JSON)
    counted = replay.get("/__requests").json()
    assert counted["total"] == 3
    assert counted["by_path"] == {LARKSPUR_JSON: 3}
    assert 1 <= counted["window_max"] <= 3
    assert replay.http.delete("/__requests").json()["total"] == 0


def test_the_densest_second_is_a_half_open_window() -> None:
    assert most_within([], 1.0) == 0
    assert most_within([0.0, 1.0, 2.0], 1.0) == 1
    assert most_within([0.0, 0.5, 0.999, 1.0, 1.2], 1.0) == 4


def test_an_unknown_control_path_is_404(replay: Replay) -> None:
    assert replay.get("/__nothing").status_code == 404
    assert replay.http.post("/data/submissions/x", content=b"{}").status_code == 404


def test_a_query_counts_in_any_order_and_without_its_empty_parts() -> None:
    assert canonical("/a?b=2&a=1&type=") == canonical("/a?a=1&b=2") == "/a?a=1&b=2"


def test_a_recording_is_served_byte_for_byte_packed_or_not(recorded: Replay, shared_data: Path) -> None:
    stored = (shared_data / "filings" / "sections" / "10-K_AAPL_0000320193-24-000123.html.gz").read_bytes()
    path = "/www/Archives/edgar/data/320193/000032019324000123/aapl-20240928.htm"
    assert recorded.get(path, accept_encoding="gzip").content == gzip.decompress(stored)
    plain = recorded.get(path, accept_encoding="identity")
    assert "content-encoding" not in plain.headers
    assert plain.content == gzip.decompress(stored)


def test_a_composed_page_says_that_it_is_none_of_edgars(recorded: Replay) -> None:
    page = recorded.get("/www/Archives/edgar/data/320193/000032019324000123/0000320193-24-000123-index.html")
    assert 'name="auspex-generated" content="true"' in page.text
    company = recorded.get("/data/submissions/CIK0001018724.json").json()
    assert company["generated"] is True
    assert company["filings"]["recent"]["primaryDocument"] == ["amzn-20231231.htm", "amzn-20230630.htm"]


def test_a_date_that_stands_for_another_is_named(recorded: Replay) -> None:
    page = recorded.get("/www/Archives/edgar/data/1018724/000101872424000008/0001018724-24-000008-index.html")
    assert "date of the document's signature" in page.text
    assert "Accepted" not in page.text


def test_the_recorded_feed_ends_with_edgars_own_503(recorded: Replay) -> None:
    feed = "/www/cgi-bin/browse-edgar?action=getcurrent&count=100&start={}&type=&owner=include&output=atom"
    assert recorded.get(feed.format(0)).status_code == 200
    assert recorded.get(feed.format(5100)).status_code == 503


def test_the_recorded_404_of_an_unknown_company_is_xml(recorded: Replay) -> None:
    reply = recorded.get("/data/submissions/CIK-000000001.json")
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/xml")
    assert "NoSuchKey" in reply.text


def test_a_recording_stands_before_a_sample_of_the_same_path(recorded: Replay) -> None:
    tickers = recorded.get("/www/files/company_tickers.json").json()
    assert len(tickers) > 9_000
    assert "sample" not in tickers
