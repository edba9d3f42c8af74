"""FinanceBench answers without a provider: numeric questions, text questions, citations recomputed from outside.

All 5,008 pages of 35 filings lie in one index and nothing else is told to the machine: companies, periods and figures
have to be found (FILINGS 10.2, 11.1, 11.2). Of the 76 questions the 28 with one gold number are scored. Of the others
nobody here judges the prose: those with a gold page count as found when a citation of the answer stands on one.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from tests.evals.filings_evidence import TODAY, index_filings, known_companies
from tests.evals.financebench import load_filings, load_gold_pages, load_questions
from tests.evals.ground import bootstrap_interval, evaluation_database, model_directory
from tests.evals.independent_checker import check_citation, check_reply
from tests.evals.vector_cache import CachedEmbedder

from auspex.core.database import Connection
from auspex.filings.answer_question import find_answer, result_document
from auspex.filings.index.embed import Embedder

NUMERIC = "metrics-generated"
RELATIVE_TOLERANCE = Decimal("0.01")


@dataclass(frozen=True)
class Judged:
    """One question with its reply, pages cited and gold pages; `verdict` of numeric ones: correct, wrong or refused."""

    question: dict[str, Any]
    reply: dict[str, Any]
    verdict: str | None
    faults: tuple[str, ...]
    seconds: float
    cited: frozenset[str]
    gold: frozenset[str]


def evaluate(data_folder: Path) -> dict[str, float | int]:
    """Measure shares of correct and wrong numeric answers, and of verified citations."""
    judged, checked, verified = judge_all(data_folder)
    verdicts = Counter(each.verdict for each in judged if each.verdict)
    count = sum(verdicts.values())
    results: dict[str, float | int] = {"numeric_n": count}
    for verdict in ("correct", "wrong", "refused"):
        hits = [float(each.verdict == verdict) for each in judged if each.verdict]
        results[f"numeric_{verdict}"] = verdicts[verdict] / count
        results[f"numeric_{verdict}_low"], results[f"numeric_{verdict}_high"] = bootstrap_interval(hits)
    results["refused"] = sum(each.reply["refused"] for each in judged) / len(judged)
    texts = [each for each in judged if each.verdict is None and each.gold]
    results["text_n"] = len(texts)
    results["text_answered"] = sum(not each.reply["refused"] for each in texts) / len(texts)
    found = [float(bool(each.cited & each.gold)) for each in texts]
    results["text_gold_page_cited"] = float(np.mean(found))
    results["text_gold_page_cited_low"], results["text_gold_page_cited_high"] = bootstrap_interval(found)
    results |= _precision(judged)
    results["answers_n"] = len(judged)
    results["answers_given"] = sum(not each.reply["refused"] for each in judged) / len(judged)
    results["citations_n"] = checked
    results["citations_verified"] = verified / checked if checked else 0.0
    results["answers_proven"] = sum(not each.faults for each in judged) / len(judged)
    seconds = [each.seconds for each in judged]
    results["ask_p50_ms"], results["ask_p95_ms"] = (float(np.percentile(seconds, p)) * 1000 for p in (50, 95))
    return results


def _precision(judged: Sequence[Judged]) -> dict[str, float | int]:
    """Return the share of right ones among the numeric answers of each evidence class: what `confidence` shows."""
    results: dict[str, float | int] = {}
    for evidence_class in ("kpi", "formula"):
        given = [each for each in judged if each.verdict and each.reply["evidence_class"] == evidence_class]
        hits = [float(each.verdict == "correct") for each in given]
        results[f"precision_{evidence_class}_n"] = len(hits)
        if hits:
            results[f"precision_{evidence_class}"] = sum(hits) / len(hits)
    return results


def judge_all(data_folder: Path) -> tuple[list[Judged], int, int]:
    """Ask every question of one index and judge the replies; also return citations checked and verified."""
    filings = load_filings(data_folder)
    names = {filing.accession: filing.name for filing in filings}
    gold = load_gold_pages(data_folder)
    embedder = CachedEmbedder(Embedder(model_directory()))
    judged: list[Judged] = []
    checked = verified = 0
    with evaluation_database() as connection:
        index_filings(connection, filings, embedder)
        connection.execute("ANALYZE filings.chunks")
        connection.execute("UPDATE filings.filings SET status = 'indexed', accepted_at = detected_at")
        for company in known_companies(filings):
            connection.execute(
                "UPDATE filings.companies SET fiscal_year_end = %s WHERE cik = %s",
                (company.fiscal_year_end, company.cik),
            )

        def fetch(accession: str, document: str, section_key: str) -> str | None:
            return _stored_text(connection, accession, document, section_key)

        for question in load_questions(data_folder):
            began = time.perf_counter()
            outcome = find_answer(connection, embedder=embedder, question=question["question"], tickers=(), as_of=TODAY)
            seconds = time.perf_counter() - began
            reply = result_document(outcome.answer, latency_ms=round(seconds * 1000))
            checked += len(reply["citations"])
            verified += sum(check_citation(citation, fetch) for citation in reply["citations"])
            faults = tuple(check_reply(reply, fetch))
            verdict = judge(question, reply) if question["question_type"] == NUMERIC else None
            if verdict == "correct" and faults:
                verdict = "wrong"
            cited = frozenset(
                f"{names[each['accession']]}#{each['section_key'].removeprefix('page')}" for each in reply["citations"]
            )
            pages = gold.get(question["financebench_id"], frozenset())
            judged.append(Judged(question, reply, verdict, faults, seconds, cited, pages))
    return judged, checked, verified


def _stored_text(connection: Connection, accession: str, document: str, section_key: str) -> str | None:
    row = connection.execute(
        """SELECT s.text FROM filings.sections AS s JOIN filings.documents AS d USING (document_id)
           WHERE s.accession = %s AND d.filename = %s AND s.section_key = %s""",
        (accession, document, section_key),
    ).fetchone()
    return row["text"] if row else None


def judge(question: dict[str, Any], reply: dict[str, Any]) -> str:
    """Return correct, wrong or refused: the single stated result equals gold within 1 % after scale, or to half gold's
    last digit."""
    if reply["refused"]:
        return "refused"
    if not reply["figures"]:
        return "wrong"
    gold_text = question["answer"]
    gold = Decimal(re.sub(r"[^0-9.-]", "", gold_text))
    result = reply["figures"][0]
    value = Decimal(result["value"])
    if "%" in gold_text:
        value *= 100
    elif asked := re.search(r"USD (thousands|millions|billions)", question["question"]):
        value = value.scaleb({"thousands": -3, "millions": -6, "billions": -9}[asked[1]])
    digits = len(gold_text.rstrip("%").partition(".")[2])
    near = abs(value - gold) <= abs(gold) * RELATIVE_TOLERANCE
    return "correct" if near or abs(value - gold) <= Decimal(5).scaleb(-digits - 1) else "wrong"
