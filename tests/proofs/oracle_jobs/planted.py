"""Bugs planted on purpose: each must be noticed, or the proof proves nothing.

A planted bug is SQL that replaces a shipped function (`planted/*.sql`), another text of a shipped query, or a piece of
code in the place of a stage's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from auspex.oracle import finish_shard as finishing
from auspex.oracle import run_store, simulate_shard
from auspex.oracle.finish_shard import finish_shard

FOLDER = Path(__file__).with_name("planted")
FIRST_SHARD_TWICE = """
SELECT s.shard, s.partial FROM oracle.shards AS s, generate_series(1, CASE s.shard WHEN 0 THEN 2 ELSE 1 END)
WHERE s.job_id = %(job_id)s AND s.done_at IS NOT NULL ORDER BY s.shard
"""
ANSWERS_ALONE = """
UPDATE oracle.batch_rows AS b SET result = r.result
FROM jsonb_to_recordset(%(rows)s) AS r (row_no integer, result jsonb, error jsonb)
WHERE b.job_id = %(job_id)s AND b.row_no = r.row_no AND r.result IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug: SQL for the database, code for the process, or both."""

    sql: str | None = None
    code: Callable[[], AbstractContextManager[Any]] = nullcontext


@contextmanager
def _failed_rows_charged() -> Iterator[None]:
    """Planted: every row counts as delivered, answered or not."""

    def finish(*given: Any, partial: dict[str, Any], items: int, **named: Any) -> None:
        finish_shard(*given, partial=partial, items=partial.get("failed", 0) + items, **named)

    with patch.object(simulate_shard, "finish_shard", finish):
        yield


def _bugs() -> dict[str, Bug]:
    in_sql = {path.stem: Bug(sql=path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.sql"))}
    return in_sql | {
        "shard_counted_twice": Bug(code=lambda: patch.dict(run_store.SQL, list_partials=FIRST_SHARD_TWICE)),
        "failed_rows_lost": Bug(code=lambda: patch.dict(run_store.SQL, store_rows=ANSWERS_ALONE)),
        "failed_rows_charged": Bug(code=_failed_rows_charged),
        "cancelled_shard_kept": Bug(code=lambda: patch.object(finishing, "unit_is_wanted", lambda *_, **__: True)),
    }  # fmt: skip


BUGS = _bugs()
