"""How an account wants to be told: changed by field, refused by field, shown as they stand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.factories.key_holders import Holder, first_holder, problem_of
from tests.harness.harness import Harness

from auspex.core.limits import NOTIFICATION_KINDS_MAX

ROUTE = "/v1/notifications/preferences"
DEFAULTS = {
    "frequency": "immediate", "kinds": {"job.finished": "muted"}, "digest_time": "09:00", "digest_weekday": 1,
    "time_zone": "UTC", "quiet_start": None, "quiet_end": None, "max_per_day": 10, "updated_at": None,
}  # fmt: skip


@pytest.fixture
def owner(harness: Harness) -> Holder:
    return first_holder(harness, "filings")


def test_who_never_said_anything_has_the_defaults(owner: Holder) -> None:
    assert owner.request("GET", ROUTE).data == DEFAULTS


def test_a_change_changes_what_it_names_and_nothing_else(harness: Harness, owner: Holder) -> None:
    night = {"time_zone": "Europe/Berlin", "quiet_start": "22:00", "quiet_end": "07:00"}
    assert owner.request("PATCH", ROUTE, night).data == DEFAULTS | night | {"updated_at": "2024-11-04T09:00:00Z"}
    changed = owner.request("PATCH", ROUTE, {"kinds": {"filing.detected": "daily"}, "max_per_day": 0}).data
    kinds = {"job.finished": "muted", "filing.detected": "daily"}
    assert (changed["quiet_start"], changed["kinds"], changed["max_per_day"]) == ("22:00", kinds, 0)
    ended = owner.request("PATCH", ROUTE, {"kinds": {"job.finished": None}, "quiet_start": None, "quiet_end": None})
    assert (ended.data["kinds"], ended.data["quiet_end"]) == ({"filing.detected": "daily"}, None)
    assert owner.request("GET", ROUTE).data == ended.data
    stranger = first_holder(harness, "filings")
    assert stranger.request("GET", ROUTE).data == DEFAULTS


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"time_zone": "Europe/Atlantis"}, "/time_zone"),
    ({"time_zone": "europe/berlin"}, "/time_zone"),
    ({"time_zone": "../../etc/passwd"}, "/time_zone"),
    ({"time_zone": ""}, "/time_zone"),
    ({"quiet_start": "22:00"}, "/quiet_end"),
    ({"quiet_end": "07:00"}, "/quiet_start"),
    ({"quiet_start": "24:00", "quiet_end": "07:00"}, "/quiet_start"),
    ({"digest_time": "9:00"}, "/digest_time"),
    ({"digest_time": "09:00:30"}, "/digest_time"),
    ({"digest_time": 9}, "/digest_time"),
    ({"digest_time": None}, "/digest_time"),
    ({"digest_weekday": 0}, "/digest_weekday"),
    ({"digest_weekday": 8}, "/digest_weekday"),
    ({"frequency": "muted"}, "/frequency"),
    ({"max_per_day": -1}, "/max_per_day"),
    ({"max_per_day": 501}, "/max_per_day"),
    ({"kinds": {"Job": "daily"}}, "/kinds"),
    ({"kinds": {"job.finished": "hourly"}}, "/kinds/job.finished"),
    ({"kinds": dict.fromkeys((f"kind.{'x' * n}" for n in range(1, NOTIFICATION_KINDS_MAX + 1)), "daily")}, "/kinds"),
    ({"channels": []}, "/channels"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "pointer"), REFUSED)
def test_what_cannot_be_wished_is_refused_by_field(owner: Holder, change: dict[str, Any], pointer: str) -> None:
    reply = owner.request("PATCH", ROUTE, {"max_per_day": 3} | change)
    assert problem_of(reply) == (422, "validation-failed")
    assert {error["pointer"] for error in reply.json()["errors"]} == {pointer}
    assert owner.request("GET", ROUTE).data == DEFAULTS
