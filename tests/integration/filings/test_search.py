"""Hybrid search: both fixtures of the specification, and the laws: exact BM25, filters that never under-return."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.conftest import Database
from tests.factories.stored_filings import Connection, accession_number, store_filing

from auspex.filings.index.bm25 import score_all
from auspex.filings.index.index_store import index_chunks
from auspex.filings.index.search_chunks import SearchEffort, SearchFilter, SearchResult, SearchWeights, search_chunks
from auspex.filings.model import Chunk

NOW = datetime(2025, 1, 1, tzinfo=UTC)
EVERYTHING = SearchFilter(as_of=NOW)
LEXICAL = SearchWeights(lexical=1.0, vector=0.0)
VECTOR = SearchWeights(lexical=0.0, vector=1.0)
CORPUS_CHUNKS = 900
WORDS = 60
ALWAYS_BROAD = SearchEffort(exact_chunks_max=0, rare_postings_min=30)
ALWAYS_NARROW = SearchEffort(exact_chunks_max=10_000, lookup_rows=0)
ALWAYS_MEDIUM = SearchEffort(exact_chunks_max=10_000, lookup_rows=1_000_000)
BROAD_OF_ANY_TF = SearchEffort(exact_chunks_max=0, rare_postings_min=30, weak_tf=1, essential_share=1.0)
BROAD_BY_TERMS = SearchEffort(exact_chunks_max=0, rare_postings_min=30, weak_tf=1_000, essential_share=0.9)
EFFORTS = (ALWAYS_BROAD, BROAD_OF_ANY_TF, BROAD_BY_TERMS, ALWAYS_NARROW, ALWAYS_MEDIUM, SearchEffort())


def axis(number: int) -> NDArray[np.float32]:
    vector = np.zeros(384, dtype=np.float32)
    vector[number] = 1.0
    return vector


def towards(cosine: float, other: int) -> NDArray[np.float32]:
    """A unit vector with the given cosine to axis 0."""
    vector: NDArray[np.float32] = np.float32(cosine) * axis(0) + np.float32(np.sqrt(1 - cosine**2)) * axis(other)
    return vector


def put(
    connection: Connection,
    number: int,
    texts: Sequence[str],
    embeddings: NDArray[np.float32],
    *,
    cik: int = 1,
    form: str = "10-K",
    period_end: date | None = date(2023, 12, 31),
    known_at: datetime = datetime(2024, 2, 1, tzinfo=UTC),
    kind: str = "text",
) -> str:
    accession = accession_number(number, cik=cik)
    ids = store_filing(
        connection,
        accession=accession,
        cik=cik,
        form=form,
        report_date=period_end,
        sections=[("item7", "MD&A", "x" * 5000)],
    )
    chunks = [Chunk(i, kind, 1, 0, i, i + 1, "", text, len(text.split())) for i, text in enumerate(texts)]
    index_chunks(
        connection, accession=accession, cik=cik, form=form, period_end=period_end, known_at=known_at, index_version=1,
        section_ids=ids, chunks=chunks, embeddings=embeddings,
    )  # fmt: skip
    return accession


def texts_of(result: SearchResult) -> list[str]:
    return [hit.text for hit in result.hits]


def test_scores_are_those_of_the_specification_in_every_way_of_working(database: Database) -> None:
    texts = ["revenue grew revenue", "revenue fell", "cash flow grew strongly today"]
    with database.connect() as connection:
        put(connection, 1, texts, np.stack([axis(1), axis(2), axis(3)]))
        for effort in EFFORTS:
            result = search_chunks(
                connection,
                terms=[("revenue grew", 1.0)],
                embedding=axis(0),
                filter=EVERYTHING,
                weights=LEXICAL,
                effort=effort,
            )
            scores = [(hit.text, round(hit.lexical_score or 0, 6)) for hit in result.hits]
            assert scores == [(texts[0], 1.155008), (texts[1], 0.561961), (texts[2], 0.390192)]


def test_ranks_fuse_as_in_the_specification(database: Database) -> None:
    with database.connect() as connection:
        put(
            connection, 1, ["revenue grew", "unrelated words", "revenue also grew much more", "others"],
            np.stack([towards(0.7, 1), towards(0.9, 2), axis(3), towards(0.8, 4)]),
        )  # fmt: skip
        result = search_chunks(connection, terms=[("revenue", 1.0)], embedding=axis(0), filter=EVERYTHING, candidates=3)

    a, b, c, _ = result.hits
    assert [(hit.lexical_rank, hit.vector_rank, round(hit.rrf, 6)) for hit in (a, b, c)] == [
        (1, 3, 0.032266),
        (None, 1, 0.016393),
        (2, None, 0.016129),
    ]
    assert (a.text, b.text, c.text) == ("revenue grew", "unrelated words", "revenue also grew much more")
    assert a.cosine == pytest.approx(0.7, abs=1e-6)
    assert (a.section_key, a.start, a.end, a.form, a.cik) == ("item7", 0, 1, "10-K", 1)
    assert result.filter_size == 4


def test_weights_scale_a_leg_or_leave_it_out(database: Database) -> None:
    with database.connect() as connection:
        put(connection, 1, ["revenue grew", "nothing of it"], np.stack([axis(1), axis(0)]))
        ask = {"terms": [("revenue", 1.0)], "embedding": axis(0), "filter": EVERYTHING}

        assert texts_of(search_chunks(connection, **ask, weights=LEXICAL)) == ["revenue grew"]  # type: ignore[arg-type]
        assert texts_of(search_chunks(connection, **ask, weights=VECTOR))[0] == "nothing of it"  # type: ignore[arg-type]
        heavy = search_chunks(connection, **ask, weights=SearchWeights(lexical=5.0))  # type: ignore[arg-type]
        assert heavy.hits[0].rrf == pytest.approx(5 / 61 + 1 / 62)


def test_weighted_terms_add_to_the_question_s_own(database: Database) -> None:
    with database.connect() as connection:
        put(
            connection,
            1,
            ["capex was high", "purchases of property", "other words here"],
            np.stack([axis(1), axis(2), axis(3)]),
        )
        found = search_chunks(
            connection, terms=[("capex", 1.0), ("purchases of property", 0.6)], embedding=axis(0), filter=EVERYTHING,
            weights=LEXICAL,
        )  # fmt: skip
        plain = search_chunks(
            connection, terms=[("purchases of property", 1.0)], embedding=axis(0), filter=EVERYTHING, weights=LEXICAL
        )

    scores = {hit.text: hit.lexical_score or 0.0 for hit in found.hits}
    assert scores["purchases of property"] == pytest.approx(0.6 * (plain.hits[0].lexical_score or 0), abs=1e-8)
    assert "capex was high" in scores


def test_an_empty_index_and_a_question_of_stop_words_find_nothing_but_answer(database: Database) -> None:
    with database.connect() as connection:
        empty = search_chunks(connection, terms=[("revenue", 1.0)], embedding=axis(0), filter=EVERYTHING)
        assert empty == SearchResult(hits=(), filter_size=0)

        put(connection, 1, ["revenue grew"], axis(1)[None])
        result = search_chunks(connection, terms=[("what is the", 1.0)], embedding=axis(0), filter=EVERYTHING)
        assert [(hit.lexical_rank, hit.vector_rank) for hit in result.hits] == [(None, 1)]


def test_a_filter_narrows_by_each_of_its_fields(database: Database) -> None:
    with database.connect() as connection:
        annual = put(connection, 1, ["revenue annual"], axis(1)[None])
        put(connection, 2, ["revenue quarterly"], axis(2)[None], form="10-Q", period_end=date(2024, 3, 31))
        put(connection, 3, ["revenue of another"], axis(3)[None], cik=2)
        put(connection, 4, ["revenue figure"], axis(4)[None], kind="kpi", period_end=None)

        def found(chosen: SearchFilter) -> set[str]:
            ask = search_chunks(connection, terms=[("revenue", 1.0)], embedding=axis(0), filter=chosen)
            assert ask.filter_size == len(ask.hits)
            return set(texts_of(ask))

        assert found(EVERYTHING) == {"revenue annual", "revenue quarterly", "revenue of another", "revenue figure"}
        assert found(replace(EVERYTHING, ciks=(2,))) == {"revenue of another"}
        assert found(replace(EVERYTHING, forms=("10-Q",))) == {"revenue quarterly"}
        assert found(replace(EVERYTHING, accessions=(annual,))) == {"revenue annual"}
        assert found(replace(EVERYTHING, kinds=("kpi",))) == {"revenue figure"}
        assert found(replace(EVERYTHING, period_from=date(2024, 1, 1))) == {"revenue quarterly"}
        assert found(replace(EVERYTHING, period_to=date(2023, 12, 31))) == {"revenue annual", "revenue of another"}
        assert found(replace(EVERYTHING, ciks=(1,), forms=("10-K",), kinds=("text",))) == {"revenue annual"}
        assert found(replace(EVERYTHING, ciks=())) == set()


def test_nothing_is_found_before_it_was_known_or_after_it_was_superseded(database: Database) -> None:
    with database.connect() as connection:
        put(connection, 1, ["revenue as first told"], axis(1)[None], known_at=datetime(2024, 2, 1, tzinfo=UTC))
        put(connection, 2, ["revenue as restated"], axis(2)[None], known_at=datetime(2024, 6, 1, tzinfo=UTC))
        connection.execute(
            "UPDATE filings.chunks SET superseded_at = '2024-06-01T00:00:00Z' WHERE text = 'revenue as first told'"
        )

        def found(day: datetime, *, superseded: bool = False) -> set[str]:
            chosen = SearchFilter(as_of=day, include_superseded=superseded)
            return set(texts_of(search_chunks(connection, terms=[("revenue", 1.0)], embedding=axis(0), filter=chosen)))

        first, restated = "revenue as first told", "revenue as restated"
        assert found(datetime(2024, 1, 31, tzinfo=UTC)) == set()
        assert found(datetime(2024, 2, 1, tzinfo=UTC)) == {first}
        assert found(datetime(2024, 5, 31, tzinfo=UTC)) == {first}
        assert found(datetime(2024, 6, 1, tzinfo=UTC)) == {restated}
        assert found(datetime(2024, 6, 1, tzinfo=UTC), superseded=True) == {first, restated}


class Corpus:
    """A seeded corpus with word frequencies as languages have them, and everything needed to rank it by hand."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        rng = np.random.default_rng(20240601)
        chance = 1 / np.arange(1, WORDS + 1)
        self.documents = [
            [f"w{word}x" for word in rng.choice(WORDS, size=int(rng.integers(1, 40)), p=chance / chance.sum())]
            for _ in range(CORPUS_CHUNKS)
        ]
        drawn = rng.normal(size=(CORPUS_CHUNKS, 384)).astype(np.float32)
        self.vectors: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        self.ciks = rng.integers(1, 31, size=CORPUS_CHUNKS)
        self.days = rng.choice([2, 20, 100, 250], size=CORPUS_CHUNKS)
        self.chunk_ids = np.zeros(CORPUS_CHUNKS, dtype=np.int64)
        for number in range(1, 31):
            for day in np.unique(self.days[self.ciks == number]):
                rows = np.flatnonzero((self.ciks == number) & (self.days == day))
                put(
                    connection, int(day) + 1, [" ".join(self.documents[row]) for row in rows], self.vectors[rows],
                    cik=number, known_at=self.known_at(int(day)),
                )  # fmt: skip
                stored = connection.execute(
                    "SELECT chunk_id FROM filings.chunks WHERE accession = %s ORDER BY ordinal",
                    (accession_number(int(day) + 1, cik=number),),
                )
                self.chunk_ids[rows] = [row["chunk_id"] for row in stored]
        connection.execute("ANALYZE")

    @staticmethod
    def known_at(day: int) -> datetime:
        return datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=day)

    def allowed(self, ciks: set[int] | None, day: int) -> NDArray[np.int64]:
        by_company = np.ones(CORPUS_CHUNKS, dtype=bool) if ciks is None else np.isin(self.ciks, list(ciks))
        return np.flatnonzero(by_company & (self.days <= day))


@pytest.fixture
def corpus(database: Database) -> Iterator[Corpus]:
    with database.connect() as connection:
        yield Corpus(connection)


queries = st.lists(st.tuples(st.integers(0, WORDS + 3), st.sampled_from([1.0, 1.0, 0.6, 2.5])), min_size=1, max_size=12)
filters = st.tuples(
    st.one_of(st.none(), st.sets(st.integers(1, 31), min_size=1, max_size=12)), st.sampled_from([10, 60, 150, 300])
)


@settings(
    max_examples=180, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=queries, chosen=filters, effort=st.sampled_from(EFFORTS), candidates=st.sampled_from([10, 15, 40]))
def test_the_lexical_leg_is_the_top_of_a_full_scan(
    corpus: Corpus,
    query: list[tuple[int, float]],
    chosen: tuple[set[int] | None, int],
    effort: SearchEffort,
    candidates: int,
) -> None:
    ciks, day = chosen
    weights: dict[str, float] = {}
    for word, weight in query:
        weights[f"w{word}x"] = weights.get(f"w{word}x", 0.0) + weight
    scores = np.round(score_all(weights, corpus.documents), 9)
    rows = [row for row in corpus.allowed(ciks, day) if scores[row] > 0]
    expected = sorted(rows, key=lambda row: (-scores[row], corpus.chunk_ids[row]))[:candidates]

    result = search_chunks(
        corpus.connection,
        terms=[(f"w{word}x", weight) for word, weight in query],
        embedding=axis(0),
        filter=SearchFilter(as_of=corpus.known_at(day), ciks=tuple(sorted(ciks)) if ciks is not None else None),
        top_k=candidates,
        candidates=candidates,
        weights=LEXICAL,
        effort=effort,
    )

    assert [hit.lexical_score for hit in result.hits] == pytest.approx([scores[row] for row in expected], abs=2e-9)
    ties_apart = [round(float(scores[row]), 7) for row in expected]
    if len(set(ties_apart)) == len(ties_apart):
        assert [hit.chunk_id for hit in result.hits] == [corpus.chunk_ids[row] for row in expected]


def test_filters_never_under_return_and_agree_with_exact_search(corpus: Corpus) -> None:
    rng = np.random.default_rng(7)
    agreeing = 0
    for _ in range(150):
        count = int(rng.integers(1, 31))
        ciks = set(rng.choice(np.arange(1, 32), size=count, replace=False).tolist())
        day = int(rng.choice([3, 30, 300]))
        query = rng.normal(size=384).astype(np.float32)
        query /= np.linalg.norm(query)
        allowed = corpus.allowed(ciks, day)
        k = int(rng.choice([5, 15, 50]))
        result = search_chunks(
            corpus.connection,
            terms=[("w1x", 1.0)],
            embedding=query,
            filter=SearchFilter(as_of=corpus.known_at(day), ciks=tuple(sorted(ciks))),
            top_k=k,
            candidates=k,
            weights=VECTOR,
            effort=SearchEffort(exact_chunks_max=int(rng.choice([0, 10, 5000]))),
        )
        assert len(result.hits) == min(k, len(allowed))
        assert {hit.chunk_id for hit in result.hits} <= set(corpus.chunk_ids[allowed].tolist())
        nearest = allowed[np.argsort(-(corpus.vectors[allowed] @ query))[:k]]
        agreeing += {hit.chunk_id for hit in result.hits} == set(corpus.chunk_ids[nearest].tolist())
    assert agreeing >= 0.98 * 150
