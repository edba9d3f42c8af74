"""A store that somebody changed behind our back: no answer stands on it any more."""

from __future__ import annotations

from tests.conftest import Server
from tests.integration.filings.ingesting import QUARTERLY, library_of

QUESTION = {"question": "What was Larkspur's revenue in the quarter ended September 30, 2024?"}


def test_after_one_character_changed_every_answer_citing_it_refuses(postgres_server: Server) -> None:
    with library_of(postgres_server, QUARTERLY) as (harness, key):
        cited = harness.request("POST", "/v1/filings/asks", key=key, json=QUESTION).data["citations"][0]
        place = {name: cited[name] for name in ("accession", "section_key", "document", "start", "end", "quote")}
        harness.rows(
            "UPDATE filings.sections SET text = overlay(text placing '9' from %(end)s for 1) "
            "WHERE accession = %(accession)s AND section_key = %(section_key)s",
            place,
        )
        answer = harness.request("POST", "/v1/filings/asks", key=key, json=QUESTION).data
        assert (answer["refused"], answer["reason"], answer["citations"]) == (True, "figure_unverified", [])
        verdict = harness.request("POST", "/v1/filings/citations/verifications", key=key, json=place).data
        assert (verdict["valid"], verdict["reason"]) == (False, "text_changed")
