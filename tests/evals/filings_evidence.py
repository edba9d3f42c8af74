"""FinanceBench evidence recall: 5,008 pages of 35 filings in one index, each leg alone and both fused (FILINGS 10.1).

Chunk ranks fold to pages (a page ranks as its best chunk); recall@k is the share of a question's gold pages among the
first k pages, averaged over the questions that have gold pages. "Plain" searches with the question's own words and no
filter; "parsed" adds the company and period filter and the vocabulary that the question parser found. "ask" fuses with
the weights of asks; they were chosen on these questions, so each half is also measured with the weight that the other
half would have chosen (`*_held_out`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.evals.financebench import BenchFiling, load_filings, load_gold_pages, load_questions
from tests.evals.ground import bootstrap_interval, evaluation_database, model_directory
from tests.evals.vector_cache import CachedEmbedder
from tests.factories.stored_filings import store_filing

from auspex.core.database import Connection
from auspex.filings.answers.companies import KnownCompany
from auspex.filings.answers.gather_evidence import PASSAGE_WEIGHTS
from auspex.filings.answers.questions import parse_question
from auspex.filings.extraction.fiscal_periods import FiscalCalendar
from auspex.filings.index.chunking import CompanyName, chunk_filing, embedded_text
from auspex.filings.index.embed import Embedder
from auspex.filings.index.index_store import index_chunks
from auspex.filings.index.search_chunks import RRF_K, SearchFilter, SearchWeights, search_chunks

LEGS = {
    "lexical": SearchWeights(lexical=1.0, vector=0.0),
    "vector": SearchWeights(lexical=0.0, vector=1.0),
    "rrf": SearchWeights(),
    "ask": PASSAGE_WEIGHTS,
}
VECTOR_WEIGHTS = (1.0, 0.7, 0.5, 0.3, 0.15)
DEPTHS = (5, 10)
CHUNKS_SEARCHED = 200
BATCH_CHUNKS = 256
TODAY = datetime(2024, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ask:
    """One way to search for a question."""

    terms: tuple[tuple[str, float], ...]
    filter: SearchFilter


def evaluate(data_folder: Path) -> dict[str, float | int]:
    """Measure recall@5 and @10 of each leg, plain and parsed; the headline is RRF with parsing."""
    filings = load_filings(data_folder)
    gold = load_gold_pages(data_folder)
    questions = [question for question in load_questions(data_folder) if question["financebench_id"] in gold]
    embedder = CachedEmbedder(Embedder(model_directory()))
    results: dict[str, float | int] = {"evidence_n": len(questions)}
    with evaluation_database() as connection:
        results["evidence_chunks"] = index_filings(connection, filings, embedder)
        connection.execute("ANALYZE filings.chunks")
        vectors = embedder.embed([question["question"] for question in questions])
        recalls, ranked = _recalls(connection, filings, questions, gold, vectors)
    for name, values in recalls.items():
        results[f"evidence_{name}"] = float(np.mean(values))
    for depth in DEPTHS:
        values = recalls[f"ask_parsed_at_{depth}"]
        results[f"evidence_recall_at_{depth}"] = float(np.mean(values))
        low, high = bootstrap_interval(values)
        results[f"evidence_recall_at_{depth}_low"], results[f"evidence_recall_at_{depth}_high"] = low, high
    return results | held_out_recalls(ranked)


@dataclass(frozen=True)
class Ranked:
    """The chunks of both legs for a parsed question, each as (chunk_id, page), best first, and its gold pages."""

    lexical: tuple[tuple[int, str], ...]
    vector: tuple[tuple[int, str], ...]
    gold: frozenset[str]

    def recalls(self, vector_weight: float) -> list[float]:
        """Return recall at each depth when the legs are fused with weights 1 and `vector_weight`."""
        scores: dict[int, float] = {}
        for leg, weight in ((self.lexical, 1.0), (self.vector, vector_weight)):
            for rank, (chunk_id, _) in enumerate(leg, start=1):
                scores[chunk_id] = scores.get(chunk_id, 0.0) + weight / (RRF_K + rank)
        pages = dict((*self.lexical, *self.vector))
        best = list(dict.fromkeys(pages[chunk] for chunk in sorted(scores, key=lambda c: (-scores[c], c))))
        return [len(self.gold & set(best[:depth])) / len(self.gold) for depth in DEPTHS]


def held_out_recalls(ranked: Sequence[Ranked]) -> dict[str, float | int]:
    """Choose the vector leg's weight on each half of the questions and measure it on the other."""
    tables = {weight: np.array([each.recalls(weight) for each in ranked]) for weight in VECTOR_WEIGHTS}
    held_out = np.zeros(len(DEPTHS))
    chosen = []
    for half in (0, 1):
        chosen.append(max(VECTOR_WEIGHTS, key=lambda w: (tables[w][half::2].mean(), w)))
        held_out += tables[chosen[-1]][1 - half :: 2].sum(axis=0) / len(ranked)
    results = {f"evidence_recall_at_{d}_held_out": float(v) for d, v in zip(DEPTHS, held_out, strict=True)}
    return results | {f"evidence_weight_chosen_on_half_{i + 1}": weight for i, weight in enumerate(chosen)}


def index_filings(connection: Connection, filings: Sequence[BenchFiling], embedder: CachedEmbedder) -> int:
    """Store and index every filing and return the number of chunks; vectors come from the cache where they can."""
    total = 0
    for filing in filings:
        header = filing.header
        assert header.accepted_at is not None
        section_ids = store_filing(
            connection,
            accession=filing.accession,
            cik=filing.cik,
            form=filing.form,
            report_date=filing.report_date,
            detected_at=header.accepted_at,
            company=filing.company,
            sections=[(section.section_key, section.title, section.text) for section in filing.document.sections],
        )
        chunks = chunk_filing(
            header,
            CompanyName(None, filing.company),
            [filing.document],
            (),
            (),
            count_tokens=embedder.embedder.count_tokens,
        )
        vectors = embedder.embed([embedded_text(chunk) for chunk in chunks])
        for start in range(0, len(chunks), BATCH_CHUNKS):
            total += index_chunks(
                connection,
                accession=filing.accession,
                cik=filing.cik,
                form=filing.form,
                period_end=filing.report_date,
                known_at=header.accepted_at,
                index_version=1,
                section_ids=section_ids,
                chunks=chunks[start : start + BATCH_CHUNKS],
                embeddings=vectors[start : start + BATCH_CHUNKS],
            )
    return total


def known_companies(filings: Sequence[BenchFiling]) -> list[KnownCompany]:
    """Return the companies as a company table would hold them: name and fiscal year end, taken from the 10-Ks."""
    ends: dict[int, date] = {filing.cik: filing.report_date for filing in filings if filing.form == "10-K"}
    return [
        KnownCompany(cik=cik, name=name, fiscal_year_end=f"{ends[cik]:%m%d}" if cik in ends else None)
        for cik, name in sorted({(filing.cik, filing.company) for filing in filings})
    ]


def _recalls(
    connection: Connection,
    filings: Sequence[BenchFiling],
    questions: Sequence[dict[str, Any]],
    gold: dict[str, frozenset[str]],
    vectors: NDArray[np.float32],
) -> tuple[dict[str, list[float]], list[Ranked]]:
    names = {filing.accession: filing.name for filing in filings}
    companies = known_companies(filings)
    recalls: dict[str, list[float]] = {}
    ranked: list[Ranked] = []
    for question, vector in zip(questions, vectors, strict=True):
        asks = {"plain": _plain(question["question"]), "parsed": _parsed(question["question"], companies)}
        wanted = gold[question["financebench_id"]]
        for way, ask in asks.items():
            legs: dict[str, tuple[tuple[int, str], ...]] = {}
            for leg, weights in LEGS.items():
                found = search_chunks(
                    connection,
                    terms=ask.terms,
                    embedding=vector,
                    filter=ask.filter,
                    top_k=CHUNKS_SEARCHED,
                    candidates=CHUNKS_SEARCHED,
                    weights=weights,
                )
                every = list(_pages(names, [(hit.accession, hit.section_key) for hit in found.hits]))
                legs[leg] = tuple(zip((hit.chunk_id for hit in found.hits), every, strict=True))
                pages = list(dict.fromkeys(every))
                for depth in DEPTHS:
                    share = len(wanted & set(pages[:depth])) / len(wanted)
                    recalls.setdefault(f"{leg}_{way}_at_{depth}", []).append(share)
            if way == "parsed":
                ranked.append(Ranked(legs["lexical"], legs["vector"], wanted))
    return recalls, ranked


def _pages(names: dict[str, str], places: Sequence[tuple[str, str]]) -> Iterator[str]:
    for accession, section_key in places:
        yield f"{names[accession]}#{section_key.removeprefix('page')}"


def _plain(question: str) -> Ask:
    return Ask(terms=((question, 1.0),), filter=SearchFilter(as_of=TODAY))


def _parsed(question: str, companies: Sequence[KnownCompany]) -> Ask:
    parsed = parse_question(question, companies, TODAY.date())
    chosen = SearchFilter(as_of=TODAY, ciks=parsed.ciks or None)
    if len(parsed.companies) == 1:
        window = parsed.window(FiscalCalendar(parsed.companies[0].fiscal_year_end or "1231"))
        if window is not None:
            chosen = SearchFilter(as_of=TODAY, ciks=parsed.ciks, period_from=window[0], period_to=window[1])
    return Ask(terms=parsed.terms, filter=chosen)
