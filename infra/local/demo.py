"""The demo: real filings through the whole machine over HTTP, every answer checked. Exit 0 only if all was true.

It uses nothing but the Python client and the key that `make up` printed; what it expects stands in demo_questions.json.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from infra.local.demo_caller import running_stack
from infra.local.demo_platform import show_platform
from infra.local.state import state_directory
from infra.local.statements import Statements

from auspex_client import Auspex, AuspexError, JobNotFinishedError
from auspex_client.models import AccessionItem, Ask, Citation, Job

HERE = Path(__file__).parent
JOB_SECONDS_MAX = 600.0
TIMED_CALLS = 20
RATIO_TOLERANCE = Decimal("0.0001")
KPI_METRICS = ("revenue", "net_income", "eps_diluted")


@dataclass(slots=True, kw_only=True)
class Demo(Statements):
    """One walk through the API, over one corpus."""

    auspex: Auspex
    corpus: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and print the stack's JSON as the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", choices=["replay", "live"], default="replay")
    options = parser.parse_args(arguments)
    stack = running_stack()
    recorded = options.source == "live" or _replays_recordings()
    with Auspex(stack.api_url, stack.printed["api_key"]) as auspex:
        demo = Demo(auspex=auspex, corpus="recorded" if recorded else "sample")
        print(f"\nSource: {_describe(options.source, demo.corpus)}")
        try:
            walk(demo)
            question = next(case["question"] for case in _cases(demo) if case["kind"] == "text")
            show_platform(stack, ticker=_filings(demo)[0]["ticker"], question=question, check=demo.check)
        except AuspexError as error:
            raise SystemExit(str(error)) from error
    code = demo.conclude()
    print(json.dumps(stack.printed))
    return code


def walk(demo: Demo) -> None:
    """Go through the whole machine."""
    ingest(demo)
    show_kpis(demo)
    ask_all(demo)
    measure(demo)


def _replays_recordings() -> bool:
    """Ask what the replay server itself says it serves."""
    replay = json.loads((state_directory().replay / "replay.json").read_text(encoding="utf-8"))
    return bool(replay["recorded"])


def _describe(source: str, corpus: str) -> str:
    if source == "live":
        return "EDGAR itself"
    return "recorded EDGAR traffic" if corpus == "recorded" else "the project's own fictional company (sample: true)"


def ingest(demo: Demo) -> None:
    """Ingest one 8-K with its exhibit, one 10-Q and one 10-K as a job, and show its progress."""
    filings = _filings(demo)
    print("\nIngest " + ", ".join(f"{f['ticker']} {f['form']} {f['accession']}" for f in filings))
    started = time.monotonic()

    def show(job: Job) -> None:
        stage = job.status if job.finished_at else job.stage
        print(f"    {time.monotonic() - started:6.1f} s  {job.progress:3d} %  {stage}")

    accessions: list[AccessionItem] = [{"accession": f["accession"], "cik": f["cik"]} for f in filings]
    job = demo.auspex.filings.ingest(accessions=accessions).data
    try:
        job = demo.auspex.jobs.wait(job.job_id, on_progress=show, timeout_seconds=JOB_SECONDS_MAX)
    except JobNotFinishedError as late:
        print(f"    {late}")
    demo.check("the job succeeded with every unit done", holds=job.status == "succeeded" and job.units.failed == 0)
    for filing in filings:
        stored = demo.auspex.filings.accessions.show(filing["accession"]).data
        types = {document.type for document in stored.documents}
        demo.check(
            f"{stored.accession} is indexed with {', '.join(sorted(types))}",
            holds=stored.status == "indexed" and set(filing["documents"]) <= types,
        )
        demo.check(
            f"{stored.accession} says sample: {str(stored.sample).lower()}",
            holds=stored.sample is bool(filing.get("sample", False)),
        )


def show_kpis(demo: Demo) -> None:
    """Print the newest headline figures of every company ingested."""
    shown = 0
    for ticker in dict.fromkeys(f["ticker"] for f in _filings(demo)):
        print(f"\nKPIs of {ticker}")
        for metric in KPI_METRICS:
            rows = demo.auspex.filings.kpis.list(ticker, metric=metric, limit=3).data
            shown += len(rows)
            for row in rows:
                print(
                    f"    {row.metric:<12} {row.value:>18f} {row.unit:<10} {row.period_type:<11} "
                    f"to {row.period_end}  {row.basis:<8} {row.method:<10} {row.accession}"
                )
    demo.check("figures were extracted", holds=shown > 0)


def ask_all(demo: Demo) -> None:
    """Ask the five questions, print answers with their citations, and verify each."""
    for case in _cases(demo):
        print(f"\n? {case['question']}")
        answer = demo.auspex.filings.ask(case["question"], provider="none").data
        if answer.refused:
            print(f"    refused: {answer.reason}")
        else:
            for line in answer.answer_markdown.splitlines():
                print(f"    {line}")
        _judge(demo, case, answer)
        for citation in answer.citations:
            _verify(demo, citation)


def _judge(demo: Demo, case: dict[str, Any], answer: Ask) -> None:
    if case["kind"] == "refusal":
        demo.check(f"refused because of {answer.reason}", holds=answer.refused and answer.reason in case["reasons"])
        return
    demo.check("answered with citations", holds=not answer.refused and bool(answer.citations))
    values = [figure.value for figure in answer.figures]
    for name in ("value", "previous"):
        if name in case:
            wanted = Decimal(case[name])
            tolerance = RATIO_TOLERANCE if case["unit"] == "ratio" else Decimal(0)
            demo.check(f"shows {wanted} {case['unit']}", holds=any(abs(v - wanted) <= tolerance for v in values))
    if case["kind"] == "ratio":
        demo.check("shows its formula", holds=bool(answer.derivations))
    if "contains" in case:
        demo.check("speaks of the matter", holds=case["contains"] in answer.answer_markdown.lower())


def _verify(demo: Demo, citation: Citation) -> None:
    """Check a citation twice: by the API's verifier, and by reading the stored text at its offsets."""
    filings = demo.auspex.filings
    verdict = filings.verify_citation(
        accession=citation.accession, section_key=citation.section_key, document=citation.document,
        start=citation.start, end=citation.end, quote=citation.quote,
    ).data  # fmt: skip
    section = filings.accessions.sections.show(
        citation.accession, citation.section_key, document=citation.document, start=citation.start, end=citation.end
    ).data
    quote = citation.quote if len(citation.quote) <= 100 else citation.quote[:97] + "…"
    place = f"{citation.section_key} {citation.start}–{citation.end}"
    print(f"    [{citation.accession} {citation.form} {place}] {quote}")
    demo.check("the quote is the stored text, byte for byte", holds=verdict.valid and section.text == citation.quote)


def measure(demo: Demo) -> None:
    """Print p50 and p95 of asks and searches over HTTP, warm."""
    questions = [case["question"] for case in _cases(demo)]
    print()
    calls: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("ask", demo.auspex.filings.ask),
        ("search", demo.auspex.filings.search),
    )
    for name, call in calls:
        seconds = []
        for number in range(TIMED_CALLS):
            started = time.perf_counter()
            call(questions[number % len(questions)])
            seconds.append(time.perf_counter() - started)
        seconds.sort()
        p50, p95 = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95) - 1]
        print(f"    {name:<7} p50 {p50 * 1000:6.1f} ms   p95 {p95 * 1000:6.1f} ms   ({TIMED_CALLS} calls)")


def _filings(demo: Demo) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / "replay" / "demo_filings.json").read_text())[demo.corpus]
    return found


def _cases(demo: Demo) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HERE / "demo_questions.json").read_text())[demo.corpus]
    return found


if __name__ == "__main__":
    sys.exit(main())
