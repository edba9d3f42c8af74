"""Core's small mechanisms: SQL files, fault points, ids, the clock, messages, problems, settings."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.core import faults
from auspex.core.clock import FixedClock, SystemClock, current_clock, format_instant, set_clock
from auspex.core.config import DatabaseSettings, DeploymentSettings, forget_settings, read_settings
from auspex.core.database import load_sql
from auspex.core.ids import ULID_PATTERN, is_request_id, new_id, new_traceparent, new_ulid
from auspex.core.limits import MESSAGE_BYTES_MAX
from auspex.core.messages import Cause, Command, Envelope, MessageTooLargeError, wrap
from auspex.core.problems import Problem, ValidationFailed, pointer_error

AT = datetime(2024, 11, 4, 9, 0, tzinfo=UTC)


class Ping(Command):
    """A message of these tests."""

    schema_name: ClassVar[str] = "tests.ping.v1"
    queue: ClassVar[str] = "tests-ping"

    text: str = ""


class TestSqlFiles:
    def read(self, folder: Path, text: str) -> dict[str, str]:
        path = folder / "things.sql"
        path.write_text(text, encoding="utf-8")
        return load_sql(path)

    def test_blocks_are_read_by_name(self, tmp_path: Path) -> None:
        text = "-- About things.\n-- name: list_things\nSELECT 1\n-- a remark\n\n-- name: drop_all \nDELETE\n"
        assert self.read(tmp_path, text) == {"list_things": "SELECT 1\n-- a remark", "drop_all": "DELETE"}

    def test_a_name_that_stands_twice_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=r"things\.sql: block one stands twice"):
            self.read(tmp_path, "-- name: one\nSELECT 1\n-- name: one\nSELECT 2\n")

    @pytest.mark.parametrize("text", ["", "SELECT 1\n", "-- names: none\nSELECT 1\n"])
    def test_a_file_without_blocks_is_refused(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(ValueError, match=r"things\.sql: no named block"):
            self.read(tmp_path, text)

    @pytest.mark.parametrize("line", ["-- name: Bad-Name", "  -- name: indented", "-- name:", "-- name: two words"])
    def test_a_misspelt_name_is_not_taken_for_a_remark(self, tmp_path: Path, line: str) -> None:
        with pytest.raises(ValueError, match=r"things\.sql: a block's name"):
            self.read(tmp_path, f"-- name: good\nSELECT 1\n{line}\nSELECT 2\n")


class TestFaultPoints:
    def teardown_method(self) -> None:
        faults.disarm()

    def test_a_point_does_nothing_unless_it_is_armed(self) -> None:
        faults.fault_point("tests.never")
        assert "tests.never" not in faults.passed_points()

    def test_only_the_armed_point_acts(self) -> None:
        passed: list[str] = []
        faults.arm("tests.here", lambda: passed.append("here"))
        faults.fault_point("tests.there")
        faults.fault_point("tests.here")
        assert passed == ["here"]
        assert {"tests.here", "tests.there"} <= faults.passed_points()
        faults.disarm()
        faults.fault_point("tests.here")
        assert passed == ["here"]

    def test_a_crash_is_no_exception_that_code_may_swallow(self) -> None:
        assert not issubclass(faults.InjectedCrash, Exception)


class TestIds:
    def test_ids_sort_by_time_and_never_repeat(self) -> None:
        early = [new_ulid(at_milliseconds=1_000) for _ in range(200)]
        late = new_ulid(at_milliseconds=1_001)
        assert len(set(early)) == 200
        assert max(early) < late
        assert all(ULID_PATTERN.match(ulid) for ulid in (*early, late))
        assert re.fullmatch(r"job_[0-9A-HJKMNP-TV-Z]{26}", new_id("job"))

    def test_a_request_id_has_one_of_two_shapes(self) -> None:
        assert is_request_id("01ARZ3NDEKTSV4RRFFQ69G5FAV")
        assert is_request_id("0F8FAD5B-D9CB-469F-A165-70867728950E")
        for other in ("81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAI", "", "id\n01ARZ3NDEKTSV4RRFFQ69G5FAV"):
            assert not is_request_id(other)

    def test_a_trace_goes_on_with_a_new_span(self) -> None:
        parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        child = new_traceparent(parent)
        assert child[:36] == parent[:36]
        assert child[36:52] != parent[36:52]

    @pytest.mark.parametrize("parent", [None, "", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "00-4BF9-1-01", "garbage"])
    def test_a_broken_trace_begins_anew(self, parent: str | None) -> None:
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", new_traceparent(parent))


class TestClock:
    def test_the_process_has_one_clock_that_can_be_set_and_restored(self) -> None:
        clock = FixedClock(AT)
        set_clock(clock)
        try:
            clock.advance(timedelta(hours=1))
            assert current_clock().now() == AT + timedelta(hours=1)
        finally:
            set_clock(None)
        assert isinstance(current_clock(), SystemClock)
        assert current_clock().now().tzinfo is UTC

    def test_a_time_without_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            FixedClock(datetime(2024, 1, 1))  # noqa: DTZ001 - the point of the test

    def test_instants_are_written_in_utc_with_z(self) -> None:
        there = datetime(2024, 11, 4, 4, 0, tzinfo=timezone(timedelta(hours=-5)))
        assert format_instant(there) == "2024-11-04T09:00:00Z"


class TestMessages:
    @given(st.text(max_size=300), st.integers(0, 20))
    def test_an_envelope_reads_back_as_it_was_written(self, text: str, deferrals: int) -> None:
        sent = wrap(Ping(text=text), dedup_key="k", cause=Cause(account_id="a"))
        for _ in range(deferrals):
            sent = sent.deferred()
        read = Envelope[Ping].model_validate_json(sent.encode())
        assert read == sent
        assert read.deferrals == deferrals

    def test_a_message_carries_its_cause_on(self) -> None:
        first = wrap(Ping(), dedup_key="first", cause=Cause(account_id="acct", job_id="job"))
        second = wrap(Ping(), dedup_key="second", cause=Cause.of(first))
        assert (second.account_id, second.job_id, second.request_id) == ("acct", "job", first.request_id)
        assert second.traceparent[:36] == first.traceparent[:36]
        assert second.message_id != first.message_id

    def test_a_message_at_the_cap_is_sent_and_one_byte_more_is_not(self) -> None:
        empty = len(wrap(Ping(), dedup_key="k", cause=Cause()).encode())
        assert (
            len(wrap(Ping(text="x" * (MESSAGE_BYTES_MAX - empty)), dedup_key="k", cause=Cause()).encode())
            == MESSAGE_BYTES_MAX
        )
        with pytest.raises(MessageTooLargeError):
            wrap(Ping(text="x" * (MESSAGE_BYTES_MAX - empty + 1)), dedup_key="k", cause=Cause()).encode()

    def test_the_cap_counts_bytes_not_characters(self) -> None:
        with pytest.raises(MessageTooLargeError):
            wrap(Ping(text="ü" * (MESSAGE_BYTES_MAX // 2)), dedup_key="k", cause=Cause()).encode()


class TestProblems:
    def test_a_problem_document_has_the_members_of_rfc_9457_and_ours(self) -> None:
        problem = ValidationFailed(detail="No.", errors=[pointer_error("/a", "wrong")], balance="1.00")
        assert problem.document(instance="/v1/x", request_id="r") == {
            "type": "https://docs.auspex.dev/errors#validation-failed",
            "title": "The request is not valid",
            "status": 422,
            "detail": "No.",
            "code": "validation-failed",
            "instance": "/v1/x",
            "request_id": "r",
            "errors": [{"pointer": "/a", "message": "wrong"}],
            "balance": "1.00",
        }

    def test_without_detail_the_title_speaks(self) -> None:
        assert Problem().detail == Problem.title


class TestSettings:
    @pytest.fixture(autouse=True)
    def _fresh(self) -> None:
        forget_settings()

    def test_settings_are_read_once_from_their_prefix(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AUSPEX_VERSION", "1.2.3")
        monkeypatch.setenv("VERSION", "other")
        assert read_settings(DeploymentSettings).version == "1.2.3"
        monkeypatch.setenv("AUSPEX_VERSION", "9")
        assert read_settings(DeploymentSettings).version == "1.2.3"
        forget_settings()
        assert read_settings(DeploymentSettings).version == "9"

    def test_an_unknown_stage_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AUSPEX_STAGE", "prod")
        with pytest.raises(ValueError, match="stage"):
            read_settings(DeploymentSettings)

    def test_a_database_url_counts_on_the_local_stage_alone(self) -> None:
        url = "postgresql://u:p@127.0.0.1/d"
        local = DatabaseSettings.model_validate({"database_url": url, "stage": "local"})
        assert local.conninfo() == url
        assert "p@" not in repr(local)
