"""The books of an ended job: rows, shards, units, totals as its owner reads them, and the ledger must agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tests.harness.harness import Harness
from tests.proofs.applications import money

from auspex.oracle.model import Depth
from auspex.oracle.prices import batch_tokens


@dataclass(frozen=True, slots=True)
class Asked:
    """What a job was asked for; `price` is a whole projection's, `rows` and `depth` are a batch's."""

    kind: Literal["batch", "projection"]
    job_id: str
    shards: int
    rows: int = 0
    price: int = 0
    depth: Depth = Depth.HEADLINE

    def cost(self, *, paid: int) -> int:
        """Return what so many answered rows, or finished shards, cost (ORACLE 4)."""
        if self.kind == "batch":
            return batch_tokens(self.depth, rows=paid)
        return self.price * paid // self.shards


@dataclass(frozen=True, slots=True)
class Verdict:
    """What must be true, whether it is, and what happened to the job."""

    claims: dict[str, bool]
    kinds: list[str]


def lost_shards(harness: Harness, job_id: str) -> int:
    """Return how many parts of a job died, before anybody has them done again."""
    (row,) = harness.rows(
        "SELECT count(*) AS n FROM platform.job_units WHERE job_id = %(id)s AND state = 'failed'", {"id": job_id}
    )
    return int(row["n"])


def judge(harness: Harness, key: str, asked: Asked, *, before: tuple[int, int]) -> Verdict:
    """Compare everything that is kept of an ended job."""
    of_job = {"id": asked.job_id}
    (job,) = harness.rows("SELECT status, cost, quote FROM platform.jobs WHERE job_id = %(id)s", of_job)
    shards = harness.rows(
        "SELECT s.first, s.last, s.done_at IS NOT NULL AS done, u.state, u.items, u.price ? 'operator' AS free "
        "FROM oracle.shards AS s JOIN oracle.runs AS r USING (job_id) JOIN platform.job_units AS u "
        "ON u.job_id = s.job_id AND u.unit_key = r.run || '/' || lpad(s.shard::text, 3, '0') "
        "WHERE s.job_id = %(id)s",
        of_job,
    )
    if job["status"] in {"queued", "running"}:
        return Verdict({"the job has ended": False}, [])
    done = [shard for shard in shards if shard["done"]]
    paid = sum(shard["items"] for shard in shards if shard["state"] == "succeeded" and not shard["free"])
    totals = harness.request("GET", f"/v1/oracle/results/{asked.job_id}", key=key).data["totals"]
    claims = {
        "a shard is done when its unit succeeded": all(s["done"] == (s["state"] == "succeeded") for s in shards),
        "no shard is lost": len(shards) == asked.shards,
        "the cost is what the meter says": job["cost"] == asked.cost(paid=paid),
        "nobody pays more than the quote": job["cost"] <= job["quote"],
        "the account paid the cost and nothing is set aside": money(harness) == (before[0] - job["cost"], before[1]),
        "a job that ran to its end has every shard": job["status"] != "succeeded"
        or len(done) == len(shards) or any(s["state"] == "failed" for s in shards),
        "there are totals where anything was done": (totals is not None) == bool(done),
    }  # fmt: skip
    kinds = [f"ended {job['status']}"]
    if asked.kind == "projection":
        seasons = sum(s["last"] - s["first"] + 1 for s in done)
        claims["the table is of the seasons that were played"] = totals is None or totals["meta"]["n"] == seasons
        return Verdict(claims, kinds)
    stored = harness.rows(
        "SELECT row_no, (result IS NOT NULL)::integer + (error IS NOT NULL)::integer AS outcomes, result IS NOT NULL "
        "AS answered FROM oracle.batch_rows WHERE job_id = %(id)s",
        of_job,
    )
    return Verdict(claims | _row_claims(asked, stored, done, totals), kinds + _row_kinds(stored, done))


def _row_claims(
    asked: Asked, stored: list[dict[str, Any]], done: list[dict[str, Any]], totals: Any
) -> dict[str, bool]:  # fmt: skip
    delivered = {n for shard in done for n in range(shard["first"], shard["last"] + 1)}
    answered = sum(row["answered"] for row in stored)
    failed = sum(row["outcomes"] for row in stored) - answered
    counted = None if totals is None else (totals["rows_answered"], totals["rows_failed"])
    return {
        "no row is lost": len(stored) == asked.rows,
        "every row of a finished shard has one outcome, no other has any": all(
            row["outcomes"] == (row["row_no"] in delivered) for row in stored
        ),
        "what was delivered is what was answered": answered == sum(s["items"] for s in done),
        "the totals count every row once": counted in {None, (answered, failed)},
    }


def _row_kinds(stored: list[dict[str, Any]], done: list[dict[str, Any]]) -> list[str]:
    answered = sum(row["answered"] for row in stored)
    failed = sum(row["outcomes"] for row in stored) > answered
    return ["row failed"] * failed + ["nothing answered"] * (bool(done) and not answered)
