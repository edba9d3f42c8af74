"""What every endpoint does with a request before its own code sees it, and how every refusal looks."""

from __future__ import annotations

import pytest
from tests.harness.events import Response
from tests.harness.harness import Harness

from auspex.core.problems import TYPE_BASE

NOTES = "/v1/toy/notes"
SECRET_DETAIL = "the secret detail of a fault"


@pytest.fixture
def key(toy: Harness) -> str:
    return toy.create_key("toy")


def assert_problem(response: Response, status: int, code: str) -> dict[str, object]:
    body: dict[str, object] = response.json()
    assert (response.status, body["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert body["type"] == TYPE_BASE + code
    assert body["status"] == status
    assert body["request_id"] == response.headers["x-request-id"]
    assert str(body["instance"]).startswith("/")
    assert body["title"]
    assert body["detail"]
    return body


class TestBodies:
    def test_what_is_no_json_is_malformed(self, toy: Harness, key: str) -> None:
        headers = {"content-type": "application/json"}
        for body in ("{", "", "\x00", '{"text": "a",}'):
            response = toy.request("POST", NOTES, key=key, body=body, headers=headers)
            assert response.status in {400, 422}
            assert response.headers["content-type"] == "application/problem+json"
        assert_problem(toy.request("POST", NOTES, key=key, body="{", headers=headers), 400, "malformed-request")

    @pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    def test_another_media_type_is_unsupported(self, toy: Harness, key: str, media_type: str) -> None:
        response = toy.request("POST", NOTES, key=key, body='{"text": "a"}', headers={"content-type": media_type})
        assert_problem(response, 415, "unsupported-media-type")

    def test_a_media_type_may_state_its_charset(self, toy: Harness, key: str) -> None:
        headers = {"content-type": "Application/JSON; charset=utf-8"}
        assert toy.request("POST", NOTES, key=key, body='{"text": "a"}', headers=headers).status == 202

    def test_a_body_beyond_the_cap_is_refused_whatever_it_holds(self, toy: Harness, key: str) -> None:
        assert toy.request("POST", NOTES, key=key, json={"text": "a" * 400}).status == 202
        response = toy.request("POST", NOTES, key=key, body=b" " * 2_001, headers={"content-type": "application/json"})
        assert_problem(response, 413, "body-too-large")

    def test_each_wrong_field_is_pointed_at(self, toy: Harness, key: str) -> None:
        wrong = {"text": "", "stars": 9, "tags": ["ok", "x" * 11], "a/b~c": 1}
        body = assert_problem(toy.request("POST", NOTES, key=key, json=wrong), 422, "validation-failed")
        errors = body["errors"]
        assert isinstance(errors, list)
        assert {entry["pointer"] for entry in errors} == {"/text", "/stars", "/tags/1", "/a~1b~0c"}
        assert all(entry["message"] for entry in errors)

    def test_a_missing_field_is_pointed_at(self, toy: Harness, key: str) -> None:
        body = assert_problem(toy.request("POST", NOTES, key=key, json={}), 422, "validation-failed")
        assert body["errors"] == [{"pointer": "/text", "message": "Field required"}]

    @pytest.mark.parametrize("payload", [[], "text", 3, None])
    def test_a_body_of_another_shape_is_not_valid(self, toy: Harness, key: str, payload: object) -> None:
        headers = {"content-type": "application/json"}
        body = "null" if payload is None else None
        response = toy.request("POST", NOTES, key=key, json=payload, body=body, headers=headers)
        assert_problem(response, 422, "validation-failed")


class TestQueries:
    def test_an_unknown_parameter_is_named(self, toy: Harness, key: str) -> None:
        body = assert_problem(toy.request("GET", f"{NOTES}?limt=5", key=key), 400, "malformed-request")
        assert body["errors"] == [{"pointer": "/limt", "message": "unknown parameter"}]

    @pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=many", "kind=other"])
    def test_a_value_out_of_range_is_pointed_at(self, toy: Harness, key: str, query: str) -> None:
        body = assert_problem(toy.request("GET", f"{NOTES}?{query}", key=key), 422, "validation-failed")
        errors = body["errors"]
        assert isinstance(errors, list)
        assert errors[0]["pointer"] == "/" + query.partition("=")[0]

    @pytest.mark.parametrize("value", ["", "x" * 256, "tab\there", "ümlaut"])
    def test_an_idempotency_key_that_cannot_be_kept_is_malformed(self, toy: Harness, key: str, value: str) -> None:
        response = toy.request("POST", NOTES, key=key, json={"text": "a"}, headers={"idempotency-key": value})
        assert_problem(response, 400, "malformed-request")

    def test_an_idempotency_key_of_full_length_is_accepted(self, toy: Harness, key: str) -> None:
        response = toy.request("POST", NOTES, key=key, json={"text": "a"}, headers={"idempotency-key": "k" * 255})
        assert response.data["idempotency_key"] == "k" * 255


class TestRefusals:
    def test_an_unknown_thing_is_not_found(self, toy: Harness, key: str) -> None:
        body = assert_problem(toy.request("GET", f"{NOTES}/note-99", key=key), 404, "not-found")
        assert body["instance"] == f"{NOTES}/note-99"

    def test_a_method_that_the_template_alone_knows_is_not_allowed(self, toy: Harness, key: str) -> None:
        response = toy.request("DELETE", f"{NOTES}/note-01", key=key)
        assert_problem(response, 405, "method-not-allowed")
        assert response.headers["allow"] == "GET"

    def test_a_conflict_says_when_to_come_again(self, toy: Harness, key: str) -> None:
        response = toy.request("POST", NOTES, key=key, json={"text": "roll back"})
        assert_problem(response, 409, "conflict")
        assert response.headers["retry-after"] == "7"

    def test_a_fault_of_ours_shows_nothing_and_logs_everything(self, toy: Harness, key: str) -> None:
        response = toy.request("GET", f"{NOTES}/broken", key=key)
        body = assert_problem(response, 500, "internal-error")
        assert SECRET_DETAIL not in response.body.decode()
        (logged,) = [line for line in toy.log_lines() if SECRET_DETAIL in str(line.get("exception"))]
        assert logged["request_id"] == body["request_id"]

    def test_a_database_that_does_not_answer_is_unavailable_for_a_moment(self, toy: Harness, key: str) -> None:
        toy.rows("ALTER ROLE auspex_filings NOLOGIN")
        try:
            response = toy.request("GET", NOTES, key=key)
        finally:
            toy.rows("ALTER ROLE auspex_filings LOGIN")
        assert_problem(response, 503, "database-unavailable")
        assert response.headers["retry-after"] == "5"

    def test_a_connection_that_froze_between_invocations_is_reopened(self, toy: Harness, key: str) -> None:
        assert toy.request("GET", NOTES, key=key).status == 200
        toy.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'auspex_filings'")
        assert toy.request("GET", NOTES, key=key).status == 200


class TestCorrelation:
    @pytest.mark.parametrize("given", ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "0f8fad5b-d9cb-469f-a165-70867728950e"])
    def test_a_callers_request_id_is_kept(self, toy: Harness, key: str, given: str) -> None:
        response = toy.request("GET", NOTES, key=key, headers={"x-request-id": given})
        assert response.headers["x-request-id"] == response.json()["meta"]["request_id"] == given

    @pytest.mark.parametrize("given", ["", "short", "01ARZ3NDEKTSV4RRFFQ69G5FA!", "x" * 400, 'a" onload="b'])
    def test_an_id_of_another_shape_is_replaced(self, toy: Harness, key: str, given: str) -> None:
        made = toy.request("GET", NOTES, key=key, headers={"x-request-id": given}).headers["x-request-id"]
        assert made != given
        assert len(made) == 26

    def test_id_and_trace_run_from_the_header_through_log_and_message_into_the_dead_letter(self, toy: Harness) -> None:
        request_id, trace = "01ARZ3NDEKTSV4RRFFQ69G5FAV", "4bf92f3577b34da6a3ce929d0e0e4736"
        headers = {"x-request-id": request_id, "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
        toy.request("POST", NOTES, key=toy.create_key("toy"), json={"text": "hello"}, headers=headers)
        (message,) = toy.rows("SELECT body::jsonb AS message FROM platform.outbox")
        assert message["message"]["request_id"] == request_id
        assert message["message"]["traceparent"].split("-")[1] == trace
        assert message["message"]["traceparent"].split("-")[2] != "00f067aa0ba902b7"
        toy.rows("DROP TABLE toy.effects")
        toy.drain()
        (letter,) = toy.rows("SELECT request_id, account_id FROM platform.dead_letters")
        assert letter["request_id"] == request_id
        assert letter["account_id"] == message["message"]["account_id"]
        stages = [line for line in toy.log_lines() if line.get("message") == "message"]
        assert {line["request_id"] for line in stages} == {request_id}
        (request,) = [line for line in toy.log_lines() if line.get("message") == "request"]
        assert (request["request_id"], request["trace_id"]) == (request_id, trace)

    def test_every_invocation_leaves_one_line_without_payload_or_key(self, toy: Harness, key: str) -> None:
        toy.request("POST", NOTES, key=key, json={"text": "private words"})
        lines = toy.log_lines()
        (line,) = [line for line in lines if line.get("message") == "request"]
        assert (line["method"], line["route"], line["status"]) == ("POST", NOTES, 202)
        assert line["duration_ms"] > 0
        assert "private words" not in str(lines)
        assert key not in str(lines)
        assert toy.metric("Requests", service="auspex", route=NOTES, status_class="2xx") == 1

    def test_every_reply_forbids_sniffing_and_caching(self, toy: Harness, key: str) -> None:
        for target in (NOTES, f"{NOTES}/broken", f"{NOTES}/nothing"):
            headers = toy.request("GET", target, key=key).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"


class TestLists:
    def test_pages_follow_one_another_without_gap_or_repeat(self, toy: Harness, key: str) -> None:
        seen, cursor = [], ""
        for _ in range(10):
            page = toy.request("GET", f"{NOTES}?limit=25{cursor}", key=key).json()
            seen += [row["note"] for row in page["data"]]
            assert page["has_more"] == (page["next_cursor"] is not None)
            if not page["has_more"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert seen == [f"note-{number:02d}" for number in range(60)]

    def test_a_tampered_cursor_is_malformed(self, toy: Harness, key: str) -> None:
        cursor = toy.request("GET", NOTES, key=key).json()["next_cursor"]
        flipped = ("B" if cursor[0] == "A" else "A") + cursor[1:]
        longer = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
        for broken in (flipped, longer, cursor[:10], "%00", "x" * 1_025, "====", "ü"):
            body = assert_problem(toy.request("GET", f"{NOTES}?cursor={broken}", key=key), 400, "malformed-request")
            errors = body["errors"]
            assert isinstance(errors, list)
            assert errors[0]["pointer"] == "/cursor"

    def test_a_cursor_serves_only_the_filters_it_was_made_under(self, toy: Harness, key: str) -> None:
        cursor = toy.request("GET", NOTES, key=key).json()["next_cursor"]
        assert toy.request("GET", f"{NOTES}?cursor={cursor}", key=key).status == 200
        assert_problem(toy.request("GET", f"{NOTES}?kind=long&cursor={cursor}", key=key), 400, "malformed-request")
