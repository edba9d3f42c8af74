"""Requests nobody should send: every one gets a problem that says what is wrong, none a fault of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.conftest import Server, cloned
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.filings.conftest import parameters_of, replaying
from tests.integration.filings.ingesting import CIK, DIRECTORS

from auspex.core.limits import BODY_BYTES_MAX

REVENUE = "What was Larkspur's revenue in the quarter ended September 30, 2024?"
UNKNOWN_KEY = f"Bearer apx_test_{'A' * 43}"
PAGES = ["/v1/filings/accessions", "/v1/filings/asks", "/v1/filings/ingestions", "/v1/filings/kpis?ticker=FLRK"]
POSTS: dict[str, dict[str, Any]] = {
    "/v1/filings/ingestions": {"accessions": [{"accession": DIRECTORS, "cik": CIK}]},
    "/v1/filings/searches": {"query": "revenue"},
    "/v1/filings/asks": {"question": REVENUE},
    "/v1/filings/citations/verifications": {
        "accession": DIRECTORS, "section_key": "item5.02", "start": 0, "end": 4, "quote": "Item",
    },
}  # fmt: skip
TEXT_FIELDS = {
    "/v1/filings/ingestions": ("forms", ["\x00"]),
    "/v1/filings/searches": ("query", "rev\x00enue"),
    "/v1/filings/asks": ("question", "What was \ud800 revenue?"),
    "/v1/filings/citations/verifications": ("section_key", "item\x00"),
}


@pytest.fixture(scope="module")
def application(postgres_server: Server) -> Iterator[Harness]:
    """The application without any filing; nothing here gets as far as to need one."""
    with (
        replaying() as edgar,
        cloned(postgres_server) as database,
        Harness(database, parameters=parameters_of(edgar)) as harness,
    ):
        harness.fire("schedule_refresh_companies")
        yield harness


@pytest.fixture(scope="module")
def key(application: Harness) -> str:
    return application.create_key("filings")


def refused(reply: Response, status: int, code: str) -> Any:
    """Check the whole form of a problem and return it."""
    assert reply.status == status, reply.body
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"].endswith(f"#{code}")
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == reply.headers["x-request-id"]
    assert "Traceback" not in reply.body.decode()
    return problem


@pytest.mark.parametrize("path", PAGES)
class TestEveryList:
    def test_refuses_a_parameter_it_does_not_know(self, application: Harness, key: str, path: str) -> None:
        sign = "&" if "?" in path else "?"
        problem = refused(application.request("GET", f"{path}{sign}colour=blue", key=key), 400, "malformed-request")
        assert [error["pointer"] for error in problem["errors"]] == ["/colour"]

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1e9", ""])
    def test_refuses_a_page_of_no_size(self, application: Harness, key: str, path: str, limit: str) -> None:
        sign = "&" if "?" in path else "?"
        problem = refused(application.request("GET", f"{path}{sign}limit={limit}", key=key), 422, "validation-failed")
        assert [error["pointer"] for error in problem["errors"]] == ["/limit"]

    @pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "🙂", "A" * 1024, "W10"])
    def test_refuses_a_cursor_that_is_not_its_own(self, application: Harness, key: str, path: str, cursor: str) -> None:
        sign = "&" if "?" in path else "?"
        problem = refused(application.request("GET", f"{path}{sign}cursor={cursor}", key=key), 400, "malformed-request")
        assert [error["pointer"] for error in problem["errors"]] == ["/cursor"]

    @pytest.mark.parametrize(
        "authorization",
        [None, "", "Bearer", "Bearer apx_test_short", "Basic YTpi", f"Bearer apx_test_{'A' * 43}", "Bearer é"],
    )
    def test_asks_who_calls(self, application: Harness, path: str, authorization: str | None) -> None:
        headers = {} if authorization is None else {"authorization": authorization}
        reply = application.request("GET", path, headers=headers)
        refused(reply, 401, "unauthenticated")
        assert reply.headers["www-authenticate"].startswith("Bearer")

    def test_refuses_a_key_without_its_scope(self, application: Harness, path: str) -> None:
        stranger = application.create_key("oracle", name="another product")
        problem = refused(application.request("GET", path, key=stranger), 403, "scope-missing")
        assert problem["required_scope"] == "filings:read"


@pytest.mark.parametrize("path", POSTS)
class TestEveryPost:
    @pytest.mark.parametrize("body", ["{", "", "{'query': 1}", "[" * 10_000, '{"a": 1e', "\xff", '{"query": NaN,}'])
    def test_refuses_what_is_no_json(self, application: Harness, key: str, path: str, body: str) -> None:
        headers = {"content-type": "application/json"}
        reply = application.request("POST", path, key=key, body=body.encode("latin-1"), headers=headers)
        assert reply.status in {400, 422}
        refused(reply, reply.status, "malformed-request" if reply.status == 400 else "validation-failed")

    @pytest.mark.parametrize("body", ["null", "[]", "1", '"text"', "true"])
    def test_refuses_what_is_no_object(self, application: Harness, key: str, path: str, body: str) -> None:
        headers = {"content-type": "application/json"}
        refused(application.request("POST", path, key=key, body=body, headers=headers), 422, "validation-failed")

    def test_refuses_a_field_it_does_not_know(self, application: Harness, key: str, path: str) -> None:
        body = POSTS[path] | {"a/b~c": 1}
        problem = refused(application.request("POST", path, key=key, json=body), 422, "validation-failed")
        assert [error["pointer"] for error in problem["errors"]] == ["/a~1b~0c"]

    def test_refuses_other_media_types(self, application: Harness, key: str, path: str) -> None:
        reply = application.request("POST", path, key=key, body="a=1", headers={"content-type": "text/plain"})
        refused(reply, 415, "unsupported-media-type")

    def test_refuses_a_body_above_the_cap(self, application: Harness, key: str, path: str) -> None:
        body = POSTS[path] | {"padding": "x" * BODY_BYTES_MAX}
        refused(application.request("POST", path, key=key, json=body), 413, "body-too-large")

    def test_refuses_characters_no_text_can_have(self, application: Harness, key: str, path: str) -> None:
        name, value = TEXT_FIELDS[path]
        sent = json.dumps(POSTS[path] | {name: value})  # NUL and half surrogates as escapes, as JSON allows them
        headers = {"content-type": "application/json"}
        reply = application.request("POST", path, key=key, body=sent, headers=headers)
        problem = refused(reply, 422, "validation-failed")
        assert problem["errors"][0]["pointer"].startswith(f"/{name}")

    @pytest.mark.parametrize("idempotency_key", ["", "x" * 256, "tab\tbed", "ümlaut"])
    def test_refuses_an_idempotency_key_of_no_shape(
        self, application: Harness, key: str, path: str, idempotency_key: str
    ) -> None:
        if path not in {"/v1/filings/ingestions", "/v1/filings/asks"}:
            pytest.skip("this route creates nothing")
        headers = {"idempotency-key": idempotency_key}
        reply = application.request("POST", path, key=key, json=POSTS[path], headers=headers)
        refused(reply, 400, "malformed-request")

    def test_refuses_other_methods(self, application: Harness, key: str, path: str) -> None:
        assert application.request("DELETE", path, key=key).status in {404, 405}


@pytest.mark.parametrize(
    "accession", ["1", "0000320193-24-00001", "00003201932400000", "0000320193_24_000001", "%00", "../../etc", "१" * 18]
)
@pytest.mark.parametrize("rest", ["", "/sections", "/sections/item7"])
def test_a_malformed_accession_is_pointed_at(application: Harness, key: str, accession: str, rest: str) -> None:
    reply = application.request("GET", f"/v1/filings/accessions/{accession}{rest}", key=key)
    if reply.status == 404:  # more slashes: another path, which nobody serves
        assert "/" in accession
        return
    assert reply.status in {400, 422}
    problem = refused(reply, reply.status, "malformed-request" if reply.status == 400 else "validation-failed")
    assert [error["pointer"] for error in problem["errors"]] == ["/accession"]


@pytest.mark.parametrize(
    "target",
    [
        f"accessions?cik={10**10}",
        f"accessions?cik={'9' * 40}",
        "accessions?cik=-1",
        "accessions?filed_from=2024-02-30",
        "accessions?filed_to=yesterday",
        "accessions?status=lost",
        "accessions?item=2.2.2",
        "accessions?form=%27%3B--",
        "accessions?ticker=%27+OR+1%3D1",
        "kpis?ticker=FLRK&metric=Revenue%27",
        "kpis?ticker=FLRK&as_of=99999-01-01T00:00:00Z",
        f"accessions/{DIRECTORS}/sections?document={'x' * 201}",
        f"accessions/{DIRECTORS}/sections/{'x' * 101}",
    ],
)
def test_a_filter_that_cannot_be_is_refused_and_no_fault(application: Harness, key: str, target: str) -> None:
    refused(application.request("GET", f"/v1/filings/{target}", key=key), 422, "validation-failed")


@pytest.mark.parametrize("target", [f"{DIRECTORS}/sections?document=%00", f"{DIRECTORS}/sections/item%007"])
def test_nul_in_a_parameter_is_refused(application: Harness, key: str, target: str) -> None:
    refused(application.request("GET", f"/v1/filings/accessions/{target}", key=key), 400, "malformed-request")


def test_a_foreign_request_id_is_kept_and_a_malformed_one_replaced(application: Harness, key: str) -> None:
    given = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    path = "/v1/filings/accessions"
    assert application.request("GET", path, key=key, headers={"x-request-id": given}).headers["x-request-id"] == given
    other = application.request("GET", path, key=key, headers={"x-request-id": "<script>"}).headers["x-request-id"]
    assert other != "<script>"
