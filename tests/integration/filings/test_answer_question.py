"""Asks from question to stored answer on a real Postgres: figures, refusals, time travel, proof that breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.conftest import Database
from tests.factories.stored_filings import accession_number, store_filing
from tests.integration.filings.test_kpi_reads import CIK, report, store_amended_year

from auspex.core.clock import FixedClock
from auspex.core.problems import NotFound
from auspex.filings.answer_question import AskQuestion, answer_question, find_answer
from auspex.filings.ask_store import load_ask
from auspex.filings.evaluations import confidence_in
from auspex.filings.index.index_store import index_chunks
from auspex.filings.model import Answer, Chunk
from auspex.filings.problems import SpanInvalid, UnknownTicker
from auspex.filings.verify_citation import CitationClaim, verify_citation
from auspex.platform.accounts import create_account
from auspex.platform.ledger import ChargedRequest, reserve
from auspex.platform.ledger_admin import give_tokens

NOW = datetime(2025, 1, 1, tzinfo=UTC)
PROSE = (
    "Silicon supply constraints eased during fiscal 2023 and lead times returned to normal. "
    "The weather had no effect on the shops of the Company."
)
STATEMENT = """EXAMPLE CORP
CONSOLIDATED BALANCE SHEETS
(In millions)
December 31,
2023
2022
Cash and cash equivalents
$
2,853
$
3,053
Goodwill
10,051
10,513
Total current assets
13,709
14,277
Total assets
36,500
37,987
Total current liabilities
7,244
7,687
"""


class HashEmbedder:
    """Unit vectors that depend on the text alone; meaning plays no part in these tests."""

    def embed(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Return an array of shape (len(texts), 384)."""
        rows = [np.random.default_rng(abs(hash(text)) % 2**32).normal(size=384) for text in texts]
        return np.stack([row / np.linalg.norm(row) for row in rows]).astype(np.float32)


EMBEDDER = HashEmbedder()


def claim_of(accession: str, section_key: str, start: int, end: int, quote: str) -> CitationClaim:
    return CitationClaim(accession, section_key, None, start, end, quote, None)


@pytest.fixture
def connection(database: Database) -> Iterator[Any]:
    with database.connect() as opened:
        yield opened


def ask(connection: Any, question: str, *, tickers: Sequence[str] = (), as_of: datetime = NOW) -> Answer:
    return find_answer(connection, embedder=EMBEDDER, question=question, tickers=tickers, as_of=as_of).answer


def store_text(connection: Any, text: str, *, number: int = 9, cik: int = CIK, company: str = "Apple Inc.") -> None:
    """Store and index a 10-K of one section for the year 2023."""
    accession = accession_number(number, cik=cik)
    known_at = datetime(2024, 2, 1, tzinfo=UTC)
    ids = store_filing(
        connection, accession=accession, cik=cik, company=company, report_date=date(2023, 12, 31), detected_at=known_at,
        sections=[("item7", "MD&A", text)],
    )  # fmt: skip
    connection.execute(
        "UPDATE filings.filings SET status = 'indexed', accepted_at = %s WHERE accession = %s", (known_at, accession)
    )
    chunk = Chunk(0, "text", 1, 0, 0, len(text), f"{company} 10-K", text, len(text.split()))
    index_chunks(
        connection, accession=accession, cik=cik, form="10-K", period_end=date(2023, 12, 31), known_at=known_at,
        index_version=1, section_ids=ids, chunks=[chunk], embeddings=EMBEDDER.embed([text]),
    )  # fmt: skip


def test_a_stored_figure_answers_with_a_verified_citation(connection: Any) -> None:
    store_amended_year(connection)
    answer = ask(connection, "What was Apple's revenue in FY2023?")
    assert answer.evidence_class == "kpi"
    assert answer.figures[0].value == Decimal(383_000_000_000)
    assert [c.verified for c in answer.citations] == [True]
    command = answer.citations[0]
    again = verify_citation(
        connection,
        claim=claim_of(command.accession, command.section_key, command.start, command.end, command.quote),
    )
    assert again.valid


def test_the_answer_is_the_one_known_on_that_day(connection: Any) -> None:
    store_amended_year(connection)
    earlier = ask(connection, "What was Apple's revenue in FY2023?", as_of=datetime(2023, 12, 1, tzinfo=UTC))
    assert earlier.figures[0].value == Decimal(383_285_000_000)
    unknown = ask(connection, "What was Apple's revenue in FY2023?", as_of=datetime(2023, 11, 1, tzinfo=UTC))
    assert unknown.reason == "not_ingested"


def test_changing_one_stored_character_refuses_the_answer(connection: Any, database: Database) -> None:
    store_amended_year(connection)
    with database.connect(None) as owner:
        owner.execute("UPDATE filings.sections SET text = replace(text, 'Net sales', 'Net sales.')")
    answer = ask(connection, "What was Apple's revenue in FY2023?")
    assert (answer.refused, answer.reason, answer.citations) == (True, "figure_unverified", ())


def test_a_period_without_filings_is_named_and_nothing_else_is_answered(connection: Any) -> None:
    store_amended_year(connection)
    answer = ask(connection, "What was Apple's revenue in FY2019?")
    assert answer.reason == "period_missing"
    assert "revenue for FY2019" in answer.answer_markdown
    assert ask(connection, "What was Apple's goodwill in FY2023?").reason == "no_evidence"


def test_two_possible_companies_are_offered_as_choices(connection: Any) -> None:
    store_amended_year(connection)
    store_text(connection, PROSE, cik=7, company="Liberty Media Corp")
    store_text(connection, PROSE, cik=8, company="Liberty Global Ltd.")
    connection.execute("UPDATE filings.companies SET aliases = '{Liberty}' WHERE cik IN (7, 8)")
    answer = ask(connection, "What was Liberty's revenue in FY2023?")
    assert answer.reason == "ambiguous_company"
    assert [choice["cik"] for choice in answer.choices] == [7, 8]
    nobody = ask(connection, "What was the revenue in FY2023?")
    assert nobody.reason == "ambiguous_company"
    assert {choice["cik"] for choice in nobody.choices} == {7, 8, CIK}


def test_advice_is_refused_and_unknown_tickers_are_a_problem(connection: Any) -> None:
    store_amended_year(connection)
    connection.execute("UPDATE filings.companies SET ticker = 'AAPL', tickers = '{AAPL}' WHERE cik = %s", (CIK,))
    assert ask(connection, "Should I buy Apple?").reason == "advice_request"
    assert ask(connection, "What was the revenue of $ZZZZ in FY2023?").reason == "not_ingested"
    assert not ask(connection, "What was the revenue in FY2023?", tickers=["aapl"]).refused
    with pytest.raises(UnknownTicker) as caught:
        ask(connection, "What was the revenue in FY2023?", tickers=["AAPX"])
    assert caught.value.extensions["nearest"] == [{"ticker": "AAPL", "name": "Apple Inc."}]
    assert caught.value.errors[0]["pointer"] == "/tickers/0"


def test_prose_is_quoted_verbatim_and_what_is_not_there_is_refused(connection: Any) -> None:
    for number in range(20, 24):
        store_text(connection, f"Unrelated remarks number {number} on leases, taxes and audits.", number=number)
    store_text(connection, PROSE)
    answer = ask(connection, "Why did Apple's silicon supply constraints ease in 2023?")
    assert answer.evidence_class == "extractive"
    assert answer.citations[0].quote.startswith("Silicon supply constraints eased")
    assert all(citation.verified for citation in answer.citations)
    assert ask(connection, "Why did Apple's lunar mining colony explode in 2023?").reason == "no_evidence"
    assert ask(connection, "Why did Apple's silicon supply constraints ease in 2017?").reason == "period_missing"


def test_a_line_that_no_analysis_stored_is_read_from_the_statement(connection: Any) -> None:
    store_text(connection, STATEMENT, company="Example Corp", cik=5)
    answer = ask(connection, "What was the current ratio of Example Corp at the end of FY2023?")
    assert answer.evidence_class == "formula"
    assert answer.figures[0].shown == "1.89"
    goodwill = ask(connection, "What was Example Corp's goodwill in FY2022?")
    assert goodwill.figures[0].value == Decimal(10_513_000_000)
    assert goodwill.citations[0].quote == "Goodwill\n10,051\n10,513"
    assert "(In millions)" in goodwill.citations[1].quote


def test_an_ask_is_stored_and_paid_once_for_each_key_and_belongs_to_its_account(
    connection: Any, database: Database
) -> None:
    store_amended_year(connection)
    with database.connect("auspex_platform") as platform:
        account_id = create_account(platform, name="analyst", plan="premium", at=NOW)
        give_tokens(platform, account_id=account_id, tokens=10, reason="test", at=NOW)
    command = AskQuestion(
        account_id, "What was Apple's revenue in FY2023?", idempotency_key="key-1", request_sha256="r"
    )
    first, second = (
        answer_question(
            connection,
            clock=FixedClock(NOW),
            embedder=EMBEDDER,
            command=command,
            reservation_id=reserve(
                connection, ChargedRequest(account_id, key, "ask", "request"), tokens=2, at=NOW
            ).reservation_id,
        )
        for key in ("one", "two")
    )
    assert (first.tokens, second.tokens) == (2, None)
    assert first.ask == second.ask
    stored = load_ask(connection, account_id=account_id, ask_id=first.ask.ask_id)
    assert stored.result == first.ask.result
    assert stored.result["confidence"] == confidence_in(stored.evidence_class)
    assert stored.result["source"] == "core"
    with pytest.raises(NotFound):
        load_ask(connection, account_id="acc_2", ask_id=first.ask.ask_id)


def test_a_span_that_cannot_be_is_a_problem_and_a_wrong_quote_is_not(connection: Any) -> None:
    accession = report(connection, 1, NOW, [("revenue", "Net sales | 383,285", 383_285, date(2023, 9, 30), "year")])
    for start, end in ((5, 5), (9, 3), (0, 10_000)):
        with pytest.raises(SpanInvalid):
            verify_citation(connection, claim=claim_of(accession, "item8", start, end, "x"))
    with pytest.raises(NotFound):
        verify_citation(connection, claim=claim_of(accession, "item9", 0, 3, "Net"))
    result = verify_citation(connection, claim=claim_of(accession, "item8", 0, 3, "net"))
    assert (result.valid, result.reason, result.actual_text) == (False, "quote_differs", "Net")
