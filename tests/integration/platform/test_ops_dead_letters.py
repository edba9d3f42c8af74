"""Operators list dead letters and send them again: once, with one effect, whatever is repeated or killed on the way."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from tests.harness.harness import Harness
from tests.integration.platform.dead_letters import (
    LETTERS,
    QUEUE,
    REDRIVE,
    effects,
    kill,
    letters,
    redrive,
    send,
    waiting,
)

from auspex.core import outbox
from auspex.core.faults import InjectedCrash
from auspex.core.limits import REDRIVE_LETTERS_MAX
from auspex.platform.deliveries import mark_delivery
from auspex.platform.redrive import redrive_letter

UNKNOWN = "dead_01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def admin(toy: Harness) -> str:
    """An operator's key."""
    return toy.create_key("admin")


def test_a_redriven_message_is_new_but_means_the_same_and_takes_effect_once(toy: Harness, admin: str) -> None:
    (dead,) = kill(toy, "mended")
    before = json.loads(letters(toy)[0]["body"])
    reply = redrive(toy, admin, all=True)
    assert (reply["sent"], reply["skipped"], reply["remaining"]) == (1, 0, 0)
    (letter,) = reply["letters"]
    (message,) = waiting(toy)
    assert letter == {"dead_letter_id": dead, "outcome": "sent", "message_id": message["message_id"]}
    assert message["message_id"] != before["message_id"]
    assert message == before | {"message_id": message["message_id"], "deferrals": 0}
    toy.drain()
    assert effects(toy) == ["mended"]
    assert toy.metric("DeadLettersRedriven", service="auspex") == 1


def test_deferrals_start_again_from_none(toy: Harness, admin: str) -> None:
    kill(toy, "patient")
    toy.rows("UPDATE platform.dead_letters SET body = jsonb_set(body::jsonb, '{deferrals}', '20')::text")
    redrive(toy, admin, all=True)
    assert waiting(toy)[0]["deferrals"] == 0


def test_a_second_redrive_finds_nothing_to_send(toy: Harness, admin: str) -> None:
    (dead,) = kill(toy, "once")
    redrive(toy, admin, ids=[dead])
    assert redrive(toy, admin, all=True)["letters"] == []
    again = redrive(toy, admin, ids=[dead, dead])
    assert again["letters"] == [{"dead_letter_id": dead, "outcome": "already_redriven", "message_id": None}]
    toy.drain()
    assert effects(toy) == ["once"]


def test_what_dies_again_is_a_new_letter_that_can_be_redriven_again(toy: Harness, admin: str) -> None:
    (first,) = kill(toy, "stubborn")
    redrive(toy, admin, all=True)
    second = [dead for dead in kill(toy) if dead != first]
    assert len(second) == 1
    assert redrive(toy, admin, ids=[first])["letters"][0]["outcome"] == "already_redriven"
    assert redrive(toy, admin, ids=second)["sent"] == 1
    toy.drain()
    assert effects(toy) == ["stubborn"]


def test_two_redrives_at_the_same_time_send_one_message(toy: Harness) -> None:
    (dead,) = kill(toy, "contested")
    outcomes: list[str] = []

    def contend() -> None:
        with toy.database.connect("auspex_platform") as other, other.transaction():
            outcomes.append(redrive_letter(other, dead, at=toy.clock.now(), prepare=lambda _, e, __: e).outcome)

    rival = threading.Thread(target=contend)
    with toy.database.connect("auspex_platform") as connection, connection.transaction():
        outcomes.append(redrive_letter(connection, dead, at=toy.clock.now(), prepare=lambda _, e, __: e).outcome)
        rival.start()
        rival.join(0.3)
        assert outcomes == ["sent"]  # the rival waits for the letter's lock
    rival.join()
    outbox.forget_pending()
    assert outcomes == ["sent", "already_redriven"]
    assert toy.unsent_rows() == 1


@pytest.mark.parametrize("point", ["redrive.uncommitted", "outbox.committed", "outbox.sent"])
def test_a_redrive_killed_anywhere_and_repeated_leaves_each_effect_once(toy: Harness, admin: str, point: str) -> None:
    kill(toy, "first", "second", "third")
    with toy.crash_at(point) as crash, pytest.raises(InjectedCrash):
        redrive(toy, admin, all=True)
    assert crash.fired
    redrive(toy, admin, all=True)
    toy.drain()
    toy.advance(120)
    assert sorted(effects(toy)) == ["first", "second", "third"]


def test_an_effect_that_is_there_already_is_not_worked_at_again(toy: Harness, admin: str) -> None:
    (dead,) = kill(toy, "late")
    with toy.database.connect("auspex_platform") as connection:
        assert mark_delivery(connection, stage="toy-work", dedup_key="late", at=toy.clock.now())
    assert redrive(toy, admin, all=True)["letters"][0]["outcome"] == "already_done"
    assert waiting(toy) == []
    assert letters(toy)[0]["redriven_at"] == toy.clock.now()
    assert redrive(toy, admin, ids=[dead])["letters"][0]["outcome"] == "already_redriven"


def test_a_body_that_is_no_message_stays_and_stands_in_nobodys_way(toy: Harness, admin: str) -> None:
    bodies = ["no JSON", "[1]", '{"schema": "toy.do_work.v9"}', '{"body": {}, "dedup_key": "\\u0000"}']
    for body in bodies:
        toy.queues.put(QUEUE, body)
    toy.drain()
    unreadable = [row["dead_letter_id"] for row in letters(toy)]
    assert len(unreadable) == len(bodies)
    listed = toy.request("GET", LETTERS, key=admin).data
    assert {(row["redrivable"], row["redriven_at"]) for row in listed} == {(False, None)}
    kill(toy, "readable")
    reply = redrive(toy, admin, all=True, max=1)
    assert (reply["sent"], reply["remaining"]) == (1, 0)
    outcomes = redrive(toy, admin, ids=[*unreadable, UNKNOWN])["letters"]
    assert [letter["outcome"] for letter in outcomes] == ["unreadable"] * len(bodies) + ["not_found"]


def test_a_message_of_a_newer_contract_waits_until_its_worker_knows_it(toy: Harness, admin: str) -> None:
    send(toy, "newer")
    (message,) = toy.queues.queues[QUEUE].messages
    message.body = message.body.replace("toy.do_work.v1", "toy.do_work.v2")
    toy.drain()
    assert letters(toy)[0]["reason"] == "unreadable-message"
    assert redrive(toy, admin, all=True)["sent"] == 1
    assert waiting(toy)[0]["schema"] == "toy.do_work.v2"


def test_a_filter_takes_the_oldest_that_fit_and_says_how_many_are_left(toy: Harness, admin: str) -> None:
    oldest, other, newest = kill(toy, "a", "b", "c")
    lost = "UPDATE platform.dead_letters SET reason = 'worker-lost' WHERE dead_letter_id = %(id)s"
    toy.rows(lost, {"id": other})
    reply = redrive(toy, admin, filter={"reason": "processing-failed", "queue": "toy-work"}, max=1)
    assert [letter["dead_letter_id"] for letter in reply["letters"]] == [oldest]
    assert reply["remaining"] == 1
    assert redrive(toy, admin, filter={"stage": "no-such-stage"})["letters"] == []
    assert [
        letter["dead_letter_id"] for letter in redrive(toy, admin, filter={"reason": "worker-lost"})["letters"]
    ] == [other]
    toy.drain()
    assert len(effects(toy)) == 2
    assert [row["dead_letter_id"] for row in letters(toy) if row["redriven_at"] is None] == [newest]


def test_a_filter_of_hundreds_is_worked_off_in_rounds_and_twice_changes_nothing(toy: Harness, admin: str) -> None:
    keys = [f"work-{number:03d}" for number in range(60)]
    kill(toy, *keys)
    rounds = [redrive(toy, admin, all=True, max=25) for _ in range(3)]
    assert [(r["sent"], r["remaining"]) for r in rounds] == [(25, 35), (25, 10), (10, 0)]
    every = [letter["dead_letter_id"] for r in rounds for letter in r["letters"]]
    again = redrive(toy, admin, ids=every)
    assert (again["sent"], again["skipped"]) == (0, 60)
    toy.drain()
    assert sorted(effects(toy)) == keys


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"all": True, "ids": [UNKNOWN]}, ""),
        ({"all": False}, "/all"),
        ({"ids": []}, "/ids"),
        ({"ids": ["job_01ARZ3NDEKTSV4RRFFQ69G5FAV"]}, "/ids/0"),
        ({"ids": [UNKNOWN] * (REDRIVE_LETTERS_MAX + 1)}, "/ids"),
        ({"filter": {}}, "/filter"),
        ({"filter": {"node": "x"}}, "/filter/node"),
        ({"filter": {"queue": "UPPER"}}, "/filter/queue"),
        ({"all": True, "max": 0}, "/max"),
        ({"all": True, "max": REDRIVE_LETTERS_MAX + 1}, "/max"),
        ({"all": True, "everything": True}, "/everything"),
    ],
)
def test_an_unclear_redrive_is_refused_where_it_is_unclear(
    toy: Harness, admin: str, body: dict[str, Any], pointer: str
) -> None:
    reply = toy.request("POST", REDRIVE, key=admin, json=body)
    assert reply.status == 422
    assert pointer in {error["pointer"] for error in reply.json()["errors"]}


class TestList:
    def test_a_letter_says_what_died_where_and_why(self, toy: Harness, admin: str) -> None:
        (dead,) = kill(toy, "poison")
        (row,) = toy.request("GET", LETTERS, key=admin).data
        assert json.loads(row.pop("message"))["body"]["key"] == "poison"
        assert row.pop("request_id")
        assert row.pop("dead_at").endswith("Z")
        assert row == {
            "dead_letter_id": dead, "queue": "toy-work", "stage": "toy-work", "node": None, "attempts": 3,
            "reason": "processing-failed", "error": "RuntimeError: toy-work.received is broken", "unit": "",
            "job_id": None, "account_id": None, "redrivable": True, "redriven_at": None,
        }  # fmt: skip

    def test_pages_show_every_letter_once_newest_first(self, toy: Harness, admin: str) -> None:
        kill(toy, *"abcde")
        seen, target = [], f"{LETTERS}?limit=2"
        while True:
            page = toy.request("GET", target, key=admin).json()
            seen += [row["dead_letter_id"] for row in page["data"]]
            if not page["has_more"]:
                break
            target = f"{LETTERS}?limit=2&cursor={page['next_cursor']}"
        assert seen == [row["dead_letter_id"] for row in reversed(letters(toy))]

    @pytest.mark.parametrize(
        ("query", "found"),
        [("stage=toy-work", 2), ("stage=other", 0), ("queue=toy-work", 2), ("reason=worker-lost", 0),
         ("redriven=true", 1), ("redriven=false", 1), ("reason=processing-failed&redriven=false", 1)],
    )  # fmt: skip
    def test_filters_narrow_the_list(self, toy: Harness, admin: str, query: str, found: int) -> None:
        first, _ = kill(toy, "a", "b")
        redrive(toy, admin, ids=[first])
        assert len(toy.request("GET", f"{LETTERS}?{query}", key=admin).data) == found

    def test_a_cursor_serves_its_own_filters_alone(self, toy: Harness, admin: str) -> None:
        kill(toy, "a", "b")
        cursor = toy.request("GET", f"{LETTERS}?limit=1", key=admin).json()["next_cursor"]
        refused = toy.request("GET", f"{LETTERS}?limit=1&redriven=false&cursor={cursor}", key=admin)
        assert (refused.status, refused.json()["code"]) == (400, "malformed-request")
        assert toy.request("GET", f"{LETTERS}?node=x", key=admin).status == 400
