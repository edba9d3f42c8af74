"""What journeys know of the running stack: its address and keys, its EDGAR, its processes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
from infra.local.state import StateDirectory, state_directory

REQUEST_SECONDS_MAX = 60.0
POLL_SECONDS = 0.2
FINISHED = {"succeeded", "failed", "cancelled", "expired"}


@dataclass(frozen=True, slots=True)
class Stack:
    """The stack of `make up`, as its user reaches it, and as an operator with access to the machine does."""

    directory: StateDirectory
    client: httpx.Client
    edgar: httpx.Client
    admin_key: str

    @classmethod
    def running(cls) -> Stack:
        """Return the stack that is up; skips where none is."""
        directory = state_directory()
        if not directory.result_file.is_file():
            pytest.skip("no stack is up: make journeys brings one up")
        printed = json.loads(directory.result_file.read_text(encoding="utf-8"))
        replay = json.loads((directory.replay / "replay.json").read_text(encoding="utf-8"))
        headers = {"authorization": f"Bearer {printed['api_key']}"}
        return cls(
            directory,
            httpx.Client(base_url=printed["api_url"], headers=headers, timeout=REQUEST_SECONDS_MAX),
            httpx.Client(base_url=f"http://127.0.0.1:{replay['port']}", timeout=REQUEST_SECONDS_MAX),
            printed["admin_key"],
        )

    def close(self) -> None:
        """Close the connections, and leave no fault armed for who comes next."""
        self.edgar.delete("/__faults")
        self.edgar.close()
        self.client.close()

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the `data` of a resource."""
        reply = self.client.get(path, params=parameters)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Post and return the `data` of the reply."""
        reply = self.client.post(path, json=body, headers=headers)
        assert reply.status_code in {200, 202}, reply.text
        return reply.json()["data"]

    def ingest(self, *accessions: str, cik: int) -> str:
        """Ask for filings by accession and return the job's id."""
        items = [{"accession": accession, "cik": cik} for accession in accessions]
        return str(self.post("/v1/filings/ingestions", {"accessions": items})["job_id"])

    def watch(self, job_id: str, until: Callable[[Any], bool], *, seconds_max: float) -> list[Any]:
        """Poll a job until it is as wanted; return every different state seen. Fails when it takes too long."""
        seen: list[Any] = []
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            job = self.get(f"/v1/jobs/{job_id}")
            if not seen or job != seen[-1]:
                seen.append(job)
            if until(job):
                return seen
            time.sleep(POLL_SECONDS)
        pytest.fail(f"after {seconds_max} s the job is still {seen[-1]}")

    def finish(self, job_id: str, *, seconds_max: float = 240) -> Any:
        """Wait for a job's end and return it."""
        return self.watch(job_id, lambda job: job["status"] in FINISHED, seconds_max=seconds_max)[-1]

    def arm(self, path_prefix: str, kind: str, **options: Any) -> None:
        """Have EDGAR's next answers below a prefix fail."""
        self.edgar.post("/__faults", json={"path_prefix": path_prefix, "kind": kind, **options}).raise_for_status()

    def kill_workers(self, function: str) -> int:
        """Kill -9 this stack's own processes of one function; return how many there were."""
        emulator = psutil.Process(self.directory.read().processes["emulator"].pid)
        killed = 0
        for process in emulator.children(recursive=True):
            if function in process.environ().get("AWS_LAMBDA_FUNCTION_NAME", ""):
                process.kill()
                killed += 1
        return killed
