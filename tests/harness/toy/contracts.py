"""The toy's message, what each `kind` makes its stage do, and its one table."""

from __future__ import annotations

from typing import ClassVar, Literal

from auspex.core.messages import UnitCommand
from auspex.core.problems import Problem

Kind = Literal["work", "defer_once", "defer_always", "refuse", "fail_always", "fail_twice"]
TABLE = """
CREATE SCHEMA toy;
CREATE TABLE toy.effects (effect_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL);
GRANT USAGE ON SCHEMA toy TO auspex_filings;
GRANT SELECT, INSERT ON toy.effects TO auspex_filings;
"""


class DoWork(UnitCommand):
    """Leave one effect under a key, after whatever the kind asks for, then the same for each follow-up."""

    schema_name: ClassVar[str] = "toy.do_work.v1"
    queue: ClassVar[str] = "toy-work"

    key: str
    kind: Kind = "work"
    unit_kind: str = "toy"
    unit_key: str = ""
    follow_up: str | None = None


class WorkRefused(Problem):
    """The toy's work can never succeed."""

    status, code, title = 422, "work-refused", "This work can never succeed"
