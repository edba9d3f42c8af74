"""BM25 parity on SciFact: our SQL against rank_bm25 with the same idf, and nDCG@10 on its queries (FILINGS 10.6).

The independent side gets nothing of ours but the lexemes that Postgres makes of each text.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rank_bm25 import BM25Okapi
from tests.evals.ground import bootstrap_interval, evaluation_database
from tests.factories.stored_filings import accession_number, store_filing

from auspex.core.database import Connection
from auspex.filings.index.bm25 import searchable_text
from auspex.filings.index.embed import DIMENSIONS
from auspex.filings.index.index_store import index_chunks
from auspex.filings.index.search_chunks import SearchFilter, SearchHit, SearchWeights, search_chunks
from auspex.filings.model import Chunk

PARITY_QUERIES = 1_000
DEPTH = 10
SCORE_TOLERANCE = 1e-6
BATCH_CHUNKS = 500
NOW = datetime(2024, 6, 1, tzinfo=UTC)


class IndependentBm25(BM25Okapi):  # type: ignore[misc] # the package has no types
    """rank_bm25's Okapi with the never negative idf that Lucene and FILINGS 7.13 use; scoring stays the package's."""

    def _calc_idf(self, nd: dict[str, int]) -> None:
        for word, frequency in nd.items():
            self.idf[word] = math.log(1 + (self.corpus_size - frequency + 0.5) / (frequency + 0.5))


def evaluate(data_folder: Path) -> dict[str, float | int]:
    """Return the share of 1,000 queries with the same top 10 (scores to 1e-6) and nDCG@10 over the published ones."""
    ids, texts = _corpus(data_folder)
    queries, gold = _queries(data_folder)
    asked = [*queries.values(), *_made_up_queries(texts, PARITY_QUERIES - len(queries))]
    with evaluation_database() as connection:
        chunk_ids = _index(connection, texts)
        documents = [_lexemes(connection, text) for text in texts]
        independent = IndependentBm25(documents, k1=1.2, b=0.75)
        found = [_search(connection, query) for query in asked]
        same = [
            _agrees(hits, chunk_ids, independent.get_scores(_lexemes(connection, query)))
            for query, hits in zip(asked, found, strict=True)
        ]
    names = dict(zip(chunk_ids, ids, strict=True))
    gains = [
        _ndcg([names[hit.chunk_id] for hit in hits], gold[query_id])
        for query_id, hits in zip(queries, found[: len(queries)], strict=True)
        if query_id in gold
    ]
    low, high = bootstrap_interval(gains)
    return {
        "bm25_top10_parity": float(np.mean(same)),
        "bm25_parity_n": len(same),
        "bm25_ndcg_at_10": float(np.mean(gains)),
        "bm25_ndcg_at_10_low": low,
        "bm25_ndcg_at_10_high": high,
        "bm25_ndcg_n": len(gains),
    }


def _corpus(data_folder: Path) -> tuple[list[str], list[str]]:
    with gzip.open(data_folder / "scifact" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["_id"] for row in rows], [searchable_text(f"{row['title']}\n{row['text']}") for row in rows]


def _queries(data_folder: Path) -> tuple[dict[str, str], dict[str, set[str]]]:
    folder = data_folder / "scifact"
    rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    gold: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            gold.setdefault(query, set()).add(document)
    return {row["_id"]: searchable_text(row["text"]) for row in rows}, gold


def _made_up_queries(texts: Sequence[str], count: int) -> list[str]:
    """Draw words of random documents, one to twelve a query, for the queries that SciFact lacks to a thousand."""
    rng = np.random.default_rng(5)
    chosen = []
    for _ in range(max(0, count)):
        words = texts[int(rng.integers(len(texts)))].split()
        chosen.append(" ".join(rng.choice(words, size=min(len(words), int(rng.integers(1, 13))), replace=False)))
    return chosen


def _index(connection: Connection, texts: Sequence[str]) -> list[int]:
    accession = accession_number(1)
    sections = store_filing(connection, accession=accession, sections=[("body", "", "x")])
    chunks = [Chunk(row, "text", 1, 0, row, row + 1, "", text, 0) for row, text in enumerate(texts)]
    for start in range(0, len(chunks), BATCH_CHUNKS):
        batch = chunks[start : start + BATCH_CHUNKS]
        index_chunks(
            connection,
            accession=accession,
            cik=1,
            form="10-K",
            period_end=date(2023, 12, 31),
            known_at=datetime(2024, 1, 1, tzinfo=UTC),
            index_version=1,
            section_ids=sections,
            chunks=batch,
            embeddings=np.zeros((len(batch), DIMENSIONS), dtype=np.float32),
        )
    connection.execute("ANALYZE")
    return [row["chunk_id"] for row in connection.execute("SELECT chunk_id FROM filings.chunks ORDER BY ordinal")]


def _lexemes(connection: Connection, text: str) -> list[str]:
    rows = connection.execute(
        "SELECT lexeme, cardinality(positions) AS times FROM unnest(to_tsvector('english', %s))", (text,)
    )
    return [row["lexeme"] for row in rows for _ in range(row["times"])]


def _search(connection: Connection, query: str) -> tuple[SearchHit, ...]:
    return search_chunks(
        connection,
        terms=[(query, 1.0)],
        embedding=np.zeros(DIMENSIONS, dtype=np.float32),
        filter=SearchFilter(as_of=NOW),
        top_k=DEPTH,
        candidates=DEPTH,
        weights=SearchWeights(lexical=1.0, vector=0.0),
    ).hits


def _agrees(hits: Sequence[SearchHit], chunk_ids: Sequence[int], scores: NDArray[np.float64]) -> bool:
    """Tell whether rank by rank our chunk has the score that the independent ranking has there; ties may swap."""
    best = np.sort(scores)[::-1][:DEPTH]
    expected = best[best > 0]
    if len(hits) != len(expected):
        return False
    rows = {chunk_id: row for row, chunk_id in enumerate(chunk_ids)}
    ours = np.array([hit.lexical_score for hit in hits], dtype=np.float64)
    theirs = np.array([scores[rows[hit.chunk_id]] for hit in hits])
    return bool(np.all(np.abs(ours - expected) <= SCORE_TOLERANCE) and np.all(np.abs(ours - theirs) <= SCORE_TOLERANCE))


def _ndcg(ranked: Sequence[str], wanted: set[str]) -> float:
    gain = sum(1 / math.log2(rank + 2) for rank, name in enumerate(ranked[:DEPTH]) if name in wanted)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(DEPTH, len(wanted))))
    return gain / ideal
