"""What tests of the filings path share: sample filings, their ingestion over HTTP, an EDGAR with other contents."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.replay.server import ReplayServer
from infra.local.replay.store import Stored, canonical
from tests.conftest import Server, cloned
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of, replaying

CIK = 9999999001
DIRECTORS = "9999999001-24-000011"
RELEASE = "9999999001-24-000018"
QUARTERLY = "9999999001-24-000019"
ANNUAL = "9999999001-25-000003"
UNRECORDED = "9999999001-24-000777"
DIRECTORS_PAGE = "flrk-20240611.htm"
RELEASE_PAGE = "flrk-20241029.htm"
QUARTERLY_PAGE = "flrk-20240930.htm"


def ingest(harness: Harness, key: str, *accessions: str, cik: int = CIK) -> str:
    """Ask for filings by accession and return the job's id; nothing is delivered yet."""
    items = [{"accession": accession, "cik": cik} for accession in accessions]
    reply = harness.request("POST", "/v1/filings/ingestions", key=key, json={"accessions": items})
    assert reply.status == 202, reply.body
    return str(reply.data["job_id"])


def read_job(harness: Harness, key: str, job_id: str) -> Any:
    """Return a job as its owner sees it."""
    reply = harness.request("GET", f"/v1/jobs/{job_id}", key=key)
    assert reply.status == 200, reply.body
    return reply.data


def read_filing(harness: Harness, key: str, accession: str) -> Any:
    """Return a filing as any account sees it."""
    reply = harness.request("GET", f"/v1/filings/accessions/{accession}", key=key)
    assert reply.status == 200, reply.body
    return reply.data


def list_dead_letters(harness: Harness) -> list[dict[str, Any]]:
    """Return what every kept dead letter says."""
    statement = "SELECT queue, stage, node, reason, error, attempts FROM platform.dead_letters ORDER BY dead_at"
    return harness.rows(statement)


def path_of(accession: str, filename: str = "", *, cik: int = CIK) -> str:
    """Return where EDGAR serves a filing's document, or its index page."""
    folder = f"/www/Archives/edgar/data/{cik}/{accession.replace('-', '')}"
    return f"{folder}/{filename or f'{accession}-index.html'}"


class AlteredStore:
    """The sample corpus with some answers replaced; what is given as None was never recorded."""

    def __init__(self, server: ReplayServer) -> None:
        self._original = server.store
        self._answers: dict[str, Stored | None] = {}
        server.store = self  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._original)

    def answer(self, target: str) -> Stored | None:
        """Return the replaced answer, else the corpus's own."""
        path = canonical(target)
        return self._answers[path] if path in self._answers else self._original.answer(target)

    def original(self, path: str) -> bytes:
        """Return what the corpus itself holds."""
        stored = self._original.answer(path)
        assert stored is not None, path
        return stored.body

    def replace(self, path: str, body: bytes | None, *, packed: bytes | None = None) -> None:
        """Answer a path with other bytes; `packed` goes out as gzip to whoever accepts it."""
        if body is None:
            self._answers[path] = None
            return
        self._answers[path] = Stored(
            status=200, content_type="text/html", source="sample", body=body, packed=packed or gzip.compress(body),
            etag=f'"{len(self._answers)}"',
        )  # fmt: skip

    def restore(self, path: str) -> None:
        """Answer a path as the corpus does."""
        del self._answers[path]


@contextmanager
def library_of(server: Server, *accessions: str) -> Iterator[tuple[Harness, str]]:
    """An application that holds some sample filings, and a key that may read and write."""
    with (
        replaying() as edgar,
        cloned(server) as database,
        Harness(database, parameters=parameters_of(edgar)) as harness,
    ):
        key = harness.create_key("filings")
        harness.fire("schedule_refresh_companies")
        ingest(harness, key, *accessions)
        harness.drain()
        yield harness, key
