"""The index: chunks, postings, term frequencies and counters change together, once, and never deadlock."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.conftest import Database
from tests.factories.stored_filings import Connection, accession_number, store_filing

from auspex.filings.index.index_store import IndexDrift, index_chunks, recount_terms, remove_chunks
from auspex.filings.model import Chunk

SOUND = IndexDrift(terms=0, chunks=0, length=0)
KNOWN_AT = datetime(2024, 2, 1, tzinfo=UTC)
TEXTS = ("revenue grew revenue", "revenue fell", "cash flow grew strongly today")


def chunk(ordinal: int, text: str, *, kind: str = "text", context: str = "") -> Chunk:
    return Chunk(ordinal, kind, 1, 0, ordinal, ordinal + 1, context, text, len(text.split()))


def vectors(count: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(1).normal(size=(count, 384)).astype(np.float32)
    unit: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return unit


def put(
    connection: Connection, texts: tuple[str, ...], *, number: int = 1, version: int = 1, stored: bool = False
) -> int:
    accession = accession_number(number)
    if not stored:
        store_filing(connection, accession=accession, sections=[("body", "", "x" * 500)])
    return index_chunks(
        connection,
        accession=accession,
        cik=1,
        form="10-K",
        period_end=date(2023, 12, 31),
        known_at=KNOWN_AT,
        index_version=version,
        section_ids={(1, 0): f"doc-{accession}-0"},
        chunks=[chunk(ordinal, text) for ordinal, text in enumerate(texts)],
        embeddings=vectors(len(texts)),
    )


def state(connection: Connection) -> dict[str, object]:
    """Return all that the index holds, chunk ids aside."""
    return {
        "df": connection.execute("SELECT lexeme, df FROM filings.terms WHERE df > 0 ORDER BY lexeme").fetchall(),
        "corpus": connection.execute("SELECT n, sum_dl FROM filings.corpus").fetchall(),
        "chunks": connection.execute(
            "SELECT content_key, dl, tokens FROM filings.chunks ORDER BY content_key"
        ).fetchall(),
        "postings": connection.execute(
            """SELECT content_key, lexeme, tf, postings.dl FROM filings.postings
               JOIN filings.terms USING (term) JOIN filings.chunks USING (chunk_id) ORDER BY 1, 2"""
        ).fetchall(),
    }


def test_lexemes_lengths_and_counters_are_those_of_postgres(database: Database) -> None:
    with database.connect() as connection:
        assert put(connection, TEXTS) == 3

        found = state(connection)
        assert found["corpus"] == [{"n": 3, "sum_dl": 10}]
        assert {row["lexeme"]: row["df"] for row in found["df"]} == {  # type: ignore[attr-defined]
            "revenu": 2, "grew": 2, "fell": 1, "cash": 1, "flow": 1, "strong": 1, "today": 1,
        }  # fmt: skip
        assert recount_terms(connection) == SOUND


def test_a_number_with_commas_is_one_term_and_context_is_indexed(database: Database) -> None:
    with database.connect() as connection:
        store_filing(connection, accession=accession_number(1), sections=[("body", "", "x")])
        index_chunks(
            connection, accession=accession_number(1), cik=1, form="10-K", period_end=None, known_at=KNOWN_AT,
            index_version=1, section_ids={(1, 0): f"doc-{accession_number(1)}-0"},
            chunks=[chunk(0, "Net sales | 1,234,567", context="EXMP 10-K")], embeddings=vectors(1),
        )  # fmt: skip

        lexemes = {str(row["lexeme"]) for row in connection.execute("SELECT lexeme FROM filings.terms").fetchall()}
        assert {"1234567", "exmp", "net", "sale"} <= lexemes


def test_second_delivery_changes_nothing(database: Database) -> None:
    with database.connect() as connection:
        put(connection, TEXTS)
        before = state(connection)

        assert put(connection, TEXTS, stored=True) == 0
        assert state(connection) == before


def test_a_part_delivered_before_is_counted_once(database: Database) -> None:
    with database.connect() as connection:
        put(connection, TEXTS[:2])

        assert put(connection, TEXTS, stored=True) == 1
        assert recount_terms(connection) == SOUND
        assert state(connection)["corpus"] == [{"n": 3, "sum_dl": 10}]


def test_removing_an_old_version_leaves_what_never_having_it_would(database: Database) -> None:
    with database.connect() as connection:
        put(connection, TEXTS[:2], number=1, version=2)
        put(connection, TEXTS[2:], number=2)
        expected = state(connection)

        with connection.transaction():
            put(connection, ("old words", "revenue of old", *TEXTS), number=1, version=1, stored=True)
        assert remove_chunks(connection, accession=accession_number(1), keep_index_version=2) == 5

        assert state(connection) == expected
        assert recount_terms(connection) == SOUND
        assert remove_chunks(connection, accession=accession_number(1), keep_index_version=2) == 0


def test_a_rolled_back_transaction_leaves_no_trace(database: Database) -> None:
    with database.connect() as connection:
        put(connection, TEXTS[:1])
        before = state(connection)

        with connection.transaction(force_rollback=True):
            put(connection, TEXTS, number=2)

        assert state(connection) == before


def test_writers_with_the_same_words_in_opposite_order_never_deadlock(database: Database) -> None:
    words = [f"word{number}" for number in range(60)]
    failures: list[BaseException] = []
    with database.connect() as connection:
        for number in (1, 2, 3, 4):
            store_filing(connection, accession=accession_number(number), sections=[("body", "", "x" * 500)])
    start = threading.Barrier(4)

    def write(number: int) -> None:
        order = words if number % 2 else words[::-1]
        try:
            with database.connect() as connection:
                start.wait(timeout=20)
                for round_number in range(4):
                    with connection.transaction():
                        for part in range(3):  # several batches in one transaction, as a swap of versions has them
                            texts = tuple(f"{word} round{round_number} part{part}" for word in order[part::3])
                            put(connection, texts, number=number, stored=True, version=round_number * 3 + part + 1)
        except BaseException as error:  # noqa: BLE001 - reported by the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert failures == []
    with database.connect() as connection:
        assert recount_terms(connection) == SOUND
        assert state(connection)["corpus"][0]["n"] == 4 * 4 * 60  # type: ignore[index]


def test_a_recount_notices_every_kind_of_drift(database: Database) -> None:
    with database.connect(role=None) as connection:
        put(connection, TEXTS)
        connection.execute("UPDATE filings.terms SET df = df + 1 WHERE lexeme IN ('cash', 'fell')")
        connection.execute("UPDATE filings.corpus SET n = n + 1, sum_dl = sum_dl - 2")

        assert recount_terms(connection) == IndexDrift(terms=2, chunks=1, length=-2)


def test_vectors_and_chunks_must_be_as_many(database: Database) -> None:
    with database.connect() as connection:
        store_filing(connection, accession=accession_number(1), sections=[("body", "", "x")])
        with pytest.raises(ValueError, match="2 chunks but 1 embeddings"):
            index_chunks(
                connection, accession=accession_number(1), cik=1, form="10-K", period_end=None, known_at=KNOWN_AT,
                index_version=1, section_ids={(1, 0): "s"}, chunks=[chunk(0, "a"), chunk(1, "b")],
                embeddings=vectors(1),
            )  # fmt: skip


def test_no_chunks_are_no_work(database: Database) -> None:
    with database.connect() as connection:
        assert put(connection, ()) == 0
        assert recount_terms(connection) == SOUND
