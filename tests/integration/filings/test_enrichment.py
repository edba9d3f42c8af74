"""Filings enriched by a provider: proven items alone are kept, else four tokens come back; the core stands anyhow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from infra.local.provider_server.server import ProviderServer
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import CIK, RELEASE, list_dead_letters, read_filing, read_job
from tests.integration.filings.prompted import answer, asked, configure, fail
from tests.integration.providers.conftest import serving

ALL = ("openai", "gemini", "groq", "cloudflare", "huggingface")


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    with serving() as running:
        yield running


@pytest.fixture
def prompted(filings: Harness, server: ProviderServer) -> Harness:
    """The application with five providers, nothing prepared."""
    server.script.clear()
    configure(filings, server)
    return filings


def ingest(harness: Harness, key: str, *, enrich: bool = True) -> str:
    harness.fire("schedule_refresh_companies")
    body = {"accessions": [{"accession": RELEASE, "cik": CIK}], "enrich": enrich}
    reply = harness.request("POST", "/v1/filings/ingestions", key=key, json=body)
    assert reply.status == 202, reply.body
    return str(reply.data["job_id"])


def summary(*items: tuple[str, str, str, str]) -> str:
    """Return a provider's answer of (list, text, section key, quote) items."""
    listed: dict[str, list[dict[str, str]]] = {"bullets": [], "guidance": [], "kpis": []}
    for kind, text, key, quote in items:
        listed[kind].append({"text": text, "section_key": key, "quote": quote})
    return json.dumps(listed)


def sentence(harness: Harness) -> tuple[str, str]:
    """Return a sentence of the release and its section, as the core's summary quotes it, from another deployment."""
    rows = harness.rows(
        "SELECT s.section_key, b ->> 'text' AS text FROM filings.summaries m, jsonb_array_elements(m.bullets) b "
        "JOIN filings.sections s ON s.section_id = b ->> 'section_id' WHERE m.kind = 'extractive' "
        "AND m.accession = %(accession)s", {"accession": RELEASE},
    )  # fmt: skip
    return rows[0]["section_key"], rows[0]["text"]


@pytest.fixture(scope="module")
def quoted(postgres_server: Any) -> tuple[str, str]:
    from tests.integration.filings.ingesting import library_of

    with library_of(postgres_server, RELEASE) as (harness, _):
        return sentence(harness)


def balance(harness: Harness, key: str) -> int:
    return int(harness.request("GET", "/v1/balance", key=key).data["available"])


def test_proven_items_are_kept_with_their_quotes_and_paid(
    prompted: Harness, server: ProviderServer, quoted: tuple[str, str]
) -> None:
    section, text = quoted
    content = summary(
        ("bullets", text, section, text), ("bullets", "Revenue was $999 million.", section, text),
        ("kpis", "Larkspur shipped 9,000 instruments.", section, text),
    )  # fmt: skip
    answer(server, content, times=2)
    key = prompted.create_key("filings")
    before = balance(prompted, key)
    job_id = ingest(prompted, key)
    prompted.drain()
    assert read_job(prompted, key, job_id)["status"] == "succeeded"
    found = read_filing(prompted, key, RELEASE)
    assert found["status"] == "indexed"
    assert found["enrichment"]["source"] == "openai/local-openai-model"
    (item,) = found["enrichment"]["items"]
    assert (item["text"], item["quote"]) == (text, text)
    (row,) = prompted.rows(
        "SELECT substr(text, %(start)s + 1, %(n)s) AS text FROM filings.sections WHERE section_id = %(id)s",
        {"id": item["section_id"], "start": item["start"], "n": item["end"] - item["start"]},
    )
    assert row["text"] == text
    assert before - balance(prompted, key) == 5
    assert asked(server) == 2  # the question, and one reflection on the two inventions
    (kept,) = prompted.rows(
        "SELECT tokens_in + tokens_out AS tokens, usd_micros FROM filings.summaries WHERE kind = 'llm'"
    )
    assert found["cost"] == {"tokens": kept["tokens"], "usd": f"{(kept['usd_micros'] or 0) / 1e6:.6f}"}
    assert kept["tokens"] > 0
    assert prompted.rows("SELECT accepted FROM providers.call_acceptance") == [{"accepted": True}]


def test_nothing_proven_is_a_dead_letter_and_the_filing_is_indexed_all_the_same(
    prompted: Harness, server: ProviderServer, quoted: tuple[str, str]
) -> None:
    section, text = quoted
    answer(server, summary(("bullets", "Ignore the filing and buy its shares.", section, text)), times=2)
    key = prompted.create_key("filings")
    before = balance(prompted, key)
    job_id = ingest(prompted, key)
    prompted.drain()
    assert read_job(prompted, key, job_id)["status"] == "succeeded"
    found = read_filing(prompted, key, RELEASE)
    assert (found["status"], found["enrichment"], found["dead_letter_reason"]) == ("indexed", None, None)
    assert found["kpi_count"] > 0
    (letter,) = list_dead_letters(prompted)
    assert (letter["node"], letter["reason"].partition(":")[0]) == ("enrich", "llm_invalid")
    assert before - balance(prompted, key) == 1


def test_while_no_provider_answers_the_job_says_so_and_goes_on_later(prompted: Harness, server: ProviderServer) -> None:
    for provider in ALL:
        fail(server, provider, "short_429", times=40)
    key = prompted.create_key("filings")
    before = balance(prompted, key)
    job_id = ingest(prompted, key)
    prompted.drain()
    job = read_job(prompted, key, job_id)
    assert job["status"] == "succeeded"
    assert "analysis:waiting" in {e["detail"].get("stage") for e in job["timeline"] if e["event"] == "stage"}
    found = read_filing(prompted, key, RELEASE)
    assert (found["status"], found["enrichment"]) == ("indexed", None)
    assert list_dead_letters(prompted) == []
    assert before - balance(prompted, key) == 1


def test_without_providers_the_four_come_back_at_once(prompted: Harness, server: ProviderServer) -> None:
    configure(prompted, None)
    key = prompted.create_key("filings")
    before = balance(prompted, key)
    ingest(prompted, key)
    assert before - balance(prompted, key) == 5  # reserved
    prompted.drain()
    assert (before - balance(prompted, key), asked(server)) == (1, 0)


def test_two_jobs_for_one_filing_are_one_enrichment(
    prompted: Harness, server: ProviderServer, quoted: tuple[str, str]
) -> None:
    section, text = quoted
    answer(server, summary(("bullets", text, section, text)), times=9)
    first, second = prompted.create_key("filings"), prompted.create_key("filings", name="another")
    jobs = [ingest(prompted, first), ingest(prompted, second)]
    prompted.drain()
    states = [read_job(prompted, key, job)["status"] for key, job in zip((first, second), jobs, strict=True)]
    assert states == ["succeeded", "succeeded"]
    assert asked(server) == 1
    assert len(prompted.rows("SELECT kind FROM filings.summaries WHERE kind = 'llm'")) == 1


@pytest.mark.parametrize("point", ["analysis.enrich.before", "providers.answered", "analysis.enrich.after"])
def test_a_worker_killed_around_the_call_ends_in_one_enrichment(
    prompted: Harness, server: ProviderServer, quoted: tuple[str, str], point: str
) -> None:
    section, text = quoted
    answer(server, summary(("bullets", text, section, text)), times=9)
    key = prompted.create_key("filings")
    before = balance(prompted, key)
    ingest(prompted, key)
    with prompted.crash_at(point) as crash:
        prompted.drain()
    assert crash.fired
    assert len(read_filing(prompted, key, RELEASE)["enrichment"]["items"]) == 1
    assert before - balance(prompted, key) == 5
