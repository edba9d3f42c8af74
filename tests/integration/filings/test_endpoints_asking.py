"""Searches, asks and citation verification over HTTP; every answer's proof is checked against the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.conftest import Server
from tests.harness.events import Response
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import ANNUAL, DIRECTORS, QUARTERLY, RELEASE, UNRECORDED, library_of

from auspex.filings.evaluations import confidence_in

REVENUE = "What was Larkspur's revenue in the quarter ended September 30, 2024?"


@dataclass(frozen=True, slots=True)
class Asker:
    """One account that asks."""

    harness: Harness
    key: str

    def post(self, path: str, body: Any, **headers: str) -> Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.harness.request("POST", path, key=self.key, json=body, headers=sent)

    def ask(self, question: str, **fields: Any) -> Any:
        reply = self.post("/v1/filings/asks", {"question": question, **fields})
        assert reply.status == 200, reply.body
        return reply.data

    def search(self, query: str, **fields: Any) -> Any:
        reply = self.post("/v1/filings/searches", {"query": query, **fields})
        assert reply.status == 200, reply.body
        return reply.data

    def verify(self, citation: dict[str, Any], **changes: Any) -> Response:
        fields = ("accession", "section_key", "document", "start", "end", "quote", "text_sha256")
        claim = {name: citation[name] for name in fields} | changes
        return self.post("/v1/filings/citations/verifications", claim)


@pytest.fixture(scope="module")
def asker(postgres_server: Server) -> Iterator[Asker]:
    with library_of(postgres_server, ANNUAL, QUARTERLY, RELEASE, DIRECTORS) as (harness, key):
        yield Asker(harness, key)


@pytest.fixture(scope="module")
def citation(asker: Asker) -> dict[str, Any]:
    """A citation that an answer was given with."""
    found: dict[str, Any] = asker.ask(REVENUE)["citations"][0]
    return found


class TestSearches:
    def test_find_passages_by_words_and_by_meaning(self, asker: Asker) -> None:
        found = asker.search("supplier of diffraction gratings", tickers=["FLRK"], top_k=5)
        assert 1 <= len(found["hits"]) <= 5
        assert "diffraction" in found["hits"][0]["text"]
        scores = [hit["rrf"] for hit in found["hits"]]
        assert scores == sorted(scores, reverse=True)
        assert all(hit["lexical_rank"] or hit["vector_rank"] for hit in found["hits"])

    @pytest.mark.parametrize(
        ("filters", "accessions"),
        [
            ({"forms": ["8-K"]}, {RELEASE, DIRECTORS}),
            ({"as_of": "2024-07-01T00:00:00Z"}, {DIRECTORS}),
            ({"forms": ["10-Q"], "kinds": ["text"]}, {QUARTERLY}),
            ({"tickers": ["FMRD"]}, set()),
        ],
    )
    def test_stay_within_their_filters(self, asker: Asker, filters: dict[str, Any], accessions: set[str]) -> None:
        found = asker.search("board of directors", top_k=50, candidates=50, **filters)
        assert {hit["accession"] for hit in found["hits"]} <= accessions
        assert bool(found["hits"]) is bool(accessions)
        assert len(found["hits"]) == min(50, found["filter_size"])

    def test_without_a_leg_use_the_other(self, asker: Asker) -> None:
        lexical = asker.search("diffraction gratings", weights={"lexical": 1, "vector": 0})
        assert all(hit["lexical_rank"] is not None for hit in lexical["hits"])

    @pytest.mark.parametrize(
        ("body", "code", "pointer"),
        [
            ({"query": "ab"}, "validation-failed", "/query"),
            ({"query": "x" * 2001}, "validation-failed", "/query"),
            ({"query": "revenue", "top_k": 51}, "validation-failed", "/top_k"),
            ({"query": "revenue", "candidates": 201}, "validation-failed", "/candidates"),
            ({"query": "revenue", "kinds": ["picture"]}, "validation-failed", "/kinds/0"),
            ({"query": "revenue", "weights": {"lexical": 0, "vector": 0}}, "validation-failed", "/weights"),
            ({"query": "revenue", "weights": {"lexical": -1}}, "validation-failed", "/weights/lexical"),
            ({"query": "revenue", "tickers": ["FLRK", "NOBODY"]}, "unknown-ticker", "/tickers/1"),
            ({"query": "revenue", "topk": 5}, "validation-failed", "/topk"),
            ({}, "validation-failed", "/query"),
        ],
    )
    def test_refuse_what_cannot_be_searched(self, asker: Asker, body: Any, code: str, pointer: str) -> None:
        reply = asker.post("/v1/filings/searches", body)
        problem = reply.json()
        assert (reply.status, problem["code"]) == (422, code)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]


class TestAsks:
    def test_answer_with_a_figure_and_its_quote(self, asker: Asker) -> None:
        answer = asker.ask(REVENUE)
        assert (answer["refused"], answer["reason"], answer["evidence_class"]) == (False, None, "kpi")
        assert "512000000" in {figure["value"] for figure in answer["figures"]}
        assert (answer["source"], answer["fallback_from"], answer["confidence"]) == ("core", None, confidence_in("kpi"))
        for citation in answer["citations"]:
            assert citation["verified"] is True
            assert asker.verify(citation).data == {"valid": True, "reason": None, "actual_text": citation["quote"]}

    def test_answer_with_a_shown_formula(self, asker: Asker) -> None:
        answer = asker.ask("What was Larkspur's gross margin in FY2024?", as_of="2025-06-01T00:00:00Z")
        assert answer["evidence_class"] == "formula"
        assert answer["derivations"]
        assert len(answer["citations"]) >= 1

    @pytest.mark.parametrize(
        ("question", "fields", "reason"),
        [
            ("Should I buy Larkspur?", {}, "advice_request"),
            ("Is FLRK a good investment for my savings?", {}, "advice_request"),
            ("What was Larkspur's revenue in FY1993?", {}, "period_missing"),
            ("What was Meridian Software's revenue in FY2024?", {}, "not_ingested"),
            ("What was revenue in FY2024?", {"tickers": ["FLRK", "FMRD"]}, "ambiguous_company"),
            (REVENUE, {"as_of": "2024-01-01T00:00:00Z"}, "not_ingested"),
        ],
    )
    def test_refuse_with_the_reason_and_nothing_invented(
        self, asker: Asker, question: str, fields: dict[str, Any], reason: str
    ) -> None:
        answer = asker.ask(question, **fields)
        assert (answer["refused"], answer["reason"]) == (True, reason)
        assert (answer["citations"], answer["figures"], answer["derivations"]) == ([], [], [])

    def test_are_kept_as_they_were_answered(self, asker: Asker) -> None:
        answer = asker.ask("Who joined the board of Larkspur?")
        reply = asker.harness.request("GET", f"/v1/filings/asks/{answer['ask_id']}", key=asker.key)
        assert reply.data == answer
        listed = asker.harness.request("GET", "/v1/filings/asks?limit=1", key=asker.key).json()
        assert listed["data"] == [answer]
        assert listed["has_more"] is True
        target = f"/v1/filings/asks?limit=1&cursor={listed['next_cursor']}"
        following = asker.harness.request("GET", target, key=asker.key)
        assert following.data[0]["ask_id"] < answer["ask_id"]

    def test_of_one_account_are_nothing_to_another(self, asker: Asker) -> None:
        ask_id = asker.ask(REVENUE)["ask_id"]
        cursor = asker.harness.request("GET", "/v1/filings/asks?limit=1", key=asker.key).json()["next_cursor"]
        stranger = asker.harness.create_key("filings", name="stranger")
        assert asker.harness.request("GET", f"/v1/filings/asks/{ask_id}", key=stranger).status == 404
        assert asker.harness.request("GET", "/v1/filings/asks", key=stranger).data == []
        foreign = asker.harness.request("GET", f"/v1/filings/asks?limit=1&cursor={cursor}", key=stranger)
        assert (foreign.status, foreign.json()["code"]) == (400, "malformed-request")

    @pytest.mark.parametrize("ask_id", ["ask_1", "job_01ARZ3NDEKTSV4RRFFQ69G5FAV", "ask_01arz3ndektsv4rrffq69g5fav"])
    def test_have_ids_of_one_shape(self, asker: Asker, ask_id: str) -> None:
        reply = asker.harness.request("GET", f"/v1/filings/asks/{ask_id}", key=asker.key)
        assert (reply.status, reply.json()["errors"][0]["pointer"]) == (422, "/ask_id")

    def test_with_one_idempotency_key_are_one_ask(self, asker: Asker) -> None:
        body = {"question": REVENUE}
        first = asker.post("/v1/filings/asks", body, idempotency_key="twice")
        second = asker.post("/v1/filings/asks", body, idempotency_key="twice")
        assert first.data == second.data
        other = asker.post("/v1/filings/asks", {"question": "What was Larkspur's net income?"}, idempotency_key="twice")
        assert (other.status, other.json()["code"]) == (422, "idempotency-key-reused")
        stranger = asker.harness.create_key("filings", name="same key, other account")
        apart = asker.harness.request(
            "POST", "/v1/filings/asks", key=stranger, json=body, headers={"idempotency-key": "twice"}
        )
        assert apart.data["ask_id"] != first.data["ask_id"]

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({"question": "  a "}, "/question"),
            ({"question": "x" * 2001}, "/question"),
            ({"question": REVENUE, "provider": "oracle"}, "/provider"),
            ({"question": REVENUE, "as_of": "2024-01-01"}, "/as_of"),
            ({"question": REVENUE, "tickers": ["no ticker"]}, "/tickers/0"),
            ({"question": None}, "/question"),
        ],
    )
    def test_refuse_what_is_no_question(self, asker: Asker, body: Any, pointer: str) -> None:
        reply = asker.post("/v1/filings/asks", body)
        assert (reply.status, reply.json()["errors"][0]["pointer"]) == (422, pointer)


class TestVerifications:
    def test_say_why_a_quote_is_not_the_text(self, asker: Asker, citation: dict[str, Any]) -> None:
        wrong = citation["quote"][:-1] + "?"
        assert asker.verify(citation, quote=wrong).data == {
            "valid": False, "reason": "quote_differs", "actual_text": citation["quote"],
        }  # fmt: skip
        moved = asker.verify(citation, start=citation["start"] + 1, end=citation["end"] + 1)
        assert (moved.data["valid"], moved.data["reason"]) == (False, "quote_differs")
        stale = asker.verify(citation, text_sha256="0" * 64)
        assert (stale.data["valid"], stale.data["reason"]) == (False, "text_changed")

    def test_take_a_quote_as_it_is_with_its_blanks(self, asker: Asker, citation: dict[str, Any]) -> None:
        assert asker.verify(citation, quote=citation["quote"] + " ").data["valid"] is False

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"start": 5, "end": 5}, 422, "span-invalid"),
            ({"start": 9, "end": 5}, 422, "span-invalid"),
            ({"end": 10**9}, 422, "span-invalid"),
            ({"start": -1}, 422, "validation-failed"),
            ({"accession": "0000320193-24-00001"}, 422, "validation-failed"),
            ({"accession": UNRECORDED}, 404, "not-found"),
            ({"accession": DIRECTORS}, 404, "not-found"),
            ({"section_key": "item99"}, 404, "not-found"),
            ({"document": "none.htm"}, 404, "not-found"),
        ],
    )
    def test_refuse_a_place_that_is_none(
        self, asker: Asker, citation: dict[str, Any], changes: dict[str, Any], status: int, code: str
    ) -> None:
        reply = asker.verify(citation, **changes)
        assert (reply.status, reply.json()["code"]) == (status, code)
        if status == 422:
            pointer = reply.json()["errors"][0]["pointer"]
            assert pointer in {f"/{name}" for name in changes} | {"/end"}
