"""Ask the active provider over the retrieved chunks, check what it claims, reflect once (FILINGS 7.17 (4)).

No transaction is open while it is asked; nothing of its answer is stored without the fence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auspex.core.clock import Clock
from auspex.core.database import Connection, connect
from auspex.core.telemetry import logger
from auspex.filings.answer_question import QueryEmbedder, Standing
from auspex.filings.answers.answer_sentences import COVERAGE_MIN, PASSAGES_MAX, coverage
from auspex.filings.answers.claims import Words, check_claim, texts_to_stem
from auspex.filings.answers.drafts import Draft
from auspex.filings.answers.evidence import EvidenceFigure, Passage
from auspex.filings.answers.evidence_store import list_lexemes, load_sections, read_idf
from auspex.filings.answers.gather_evidence import find_passages
from auspex.filings.answers.proofs import Context, Quotable
from auspex.filings.answers.provider_answer import (
    OUTPUT_TOKENS_MAX,
    SCHEMA,
    compose_answer,
    faults_of,
    messages_for,
    read_claims,
    reflect,
)
from auspex.filings.answers.vocabulary import load_vocabulary
from auspex.filings.extraction.figures import Fault, ProvenFigure, show
from auspex.filings.kpi_reads import list_answer_figures
from auspex.filings.model import Answer
from auspex.providers.contract import LlmRequest, LlmResult, LlmUnavailable

PURPOSE = "filings-ask"
RUNS_MAX = 3
"""One run, and two begun anew when the provider changes meanwhile."""
FIGURES_TOLD_MAX = 40


@dataclass(frozen=True, slots=True)
class Material:
    """What a provider is shown of one ask, and what it is checked against."""

    question: str
    context: Context
    words_of: dict[str, list[str]]
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What came of asking: an answer to be stored under the fence, or whom and why the core stands in for."""

    answer: Answer | None = None
    result: LlmResult | None = None
    fallback_from: str | None = None

    @property
    def source(self) -> str:
        """Who answered."""
        assert self.result is not None
        return f"{self.result.provider}/{self.result.model}"


def gather_material(
    connection: Connection, standing: Standing, *, embedder: QueryEmbedder | None, question: str
) -> Material | None:
    """Return the chunks of an ask with the stored figures in them; None where they hold too little of the question.

    Without an embedder nothing is searched for: what stands is all there is.
    """
    passages: Sequence[Passage] = standing.passages
    if not passages and embedder is not None:
        passages = find_passages(
            connection, embedding=embedder.embed([standing.parsed.text])[0], scope=standing.scope,
            question=standing.parsed, top_k=PASSAGES_MAX,
        )  # fmt: skip
    if standing.draft is None:
        (words,) = list_lexemes(connection, [standing.parsed.evidence])
        held: frozenset[str] = frozenset().union(*(passage.lexemes for passage in passages))
        if coverage(held, read_idf(connection, words)) < COVERAGE_MIN:
            return None
    cik = standing.scope.cik or next((passage.source.cik for passage in passages), None)
    stored = (
        list_answer_figures(connection, cik=cik, metrics=[*load_vocabulary().metrics], as_of=standing.scope.as_of)
        if cik is not None
        else []
    )
    quotables = [_quotable(f"c{passage.rank}", passage, stored) for passage in passages]
    evidence = dict.fromkeys(standing.draft.evidence if standing.draft else [])
    for number, figure in enumerate(evidence, start=1):
        quotables.append(Quotable(f"f{number}", Passage(0, figure.source, "figure", (), frozenset()), (figure,)))
    if not quotables:
        return None
    context = Context(
        quotables={q.chunk_id: q for q in quotables},
        calendar=standing.scope.calendar,
        names=(standing.company.name, *standing.company.aliases) if standing.company else (),
        asked=standing.parsed.periods,
        derived=_derived(standing.draft),
    )
    return Material(question, context, {q.chunk_id: _in_words(q, context) for q in quotables}, standing.draft)


def ask_provider(material: Material, *, clock: Clock, ref_id: str, deadline: float) -> Offer:
    """Return the provider's proven answer, or whom the core stands in for; `deadline` is of `time.monotonic()`."""
    for runs_left in reversed(range(RUNS_MAX)):
        try:
            return _run(material, clock=clock, ref_id=ref_id, deadline=deadline)
        except LlmUnavailable as error:
            if not error.redo or not runs_left:
                return Offer(fallback_from=f"provider ({error.reason})")
    raise AssertionError("unreachable")


def _run(material: Material, *, clock: Clock, ref_id: str, deadline: float) -> Offer:
    """Ask, check, reflect once. Raises LlmUnavailable when nobody answers, or the run has to begin anew."""
    from auspex.providers.gateway import complete  # noqa: PLC0415 - asks without a provider do not pay for it

    messages = messages_for(material.question, [*material.context.quotables.values()], material.words_of)
    request = LlmRequest(
        purpose=PURPOSE, messages=messages, max_output_tokens=OUTPUT_TOKENS_MAX, deadline=deadline, ref_id=ref_id,
        json_schema=SCHEMA,
    )  # fmt: skip
    result = complete(request, clock=clock)
    answer, faults = _check(material, result)
    if answer is None:
        again = replace(request, messages=reflect(messages, result.text, faults), epoch=result.epoch)
        try:
            second = complete(again, clock=clock)
        except LlmUnavailable as error:
            if error.redo:
                raise
            return _rejected(result, faults)
        result = second
        answer, faults = _check(material, result)
    return Offer(answer, result) if answer is not None else _rejected(result, faults)


def _rejected(result: LlmResult, faults: Sequence[Fault]) -> Offer:
    logger().warning(
        "a provider's answer is not proven",
        extra={"provider": result.provider, "call_id": result.call_id, "faults": sorted({f.kind for f in faults})},
    )
    return Offer(fallback_from=f"{result.provider}/{result.model}")


def _check(material: Material, result: LlmResult) -> tuple[Answer | None, tuple[Fault, ...]]:
    context = material.context
    claims = read_claims(result.parsed)
    texts = texts_to_stem(claims, context)
    lexemes = dict(zip(texts, list_lexemes(connect(), texts), strict=True))
    words = Words(lexemes, read_idf(connect(), frozenset().union(*lexemes.values())))
    checked = [check_claim(claim, context, words) for claim in claims]
    faults = faults_of(checked, context)
    if faults:
        return None, faults
    cited = {source.section_id for each in checked for source in each.sources}
    cited |= {source.section_id for source in (material.draft.sources if material.draft else ())}
    sections = {key: filed.section for key, filed in load_sections(connect(), sorted(cited)).items()}
    return compose_answer(checked, sections, derived_from=material.draft)


def _quotable(chunk_id: str, passage: Passage, stored: Sequence[EvidenceFigure]) -> Quotable:
    source = passage.source
    within = (f for f in stored if f.source.section_id == source.section_id)
    figures = (
        figure
        for figure in within
        if source.start <= (figure.figure_span or (figure.source.start, 0))[0]
        and (figure.figure_span or (0, figure.source.end))[1] <= source.end
    )
    return Quotable(chunk_id, passage, tuple(figures))


def _derived(draft: Draft | None) -> tuple[ProvenFigure, ...]:
    if draft is None:
        return ()
    stated = zip(draft.proven, draft.figures, strict=True)
    return tuple(proven for proven, figure in stated if figure.derivation_index is not None)


def _in_words(quotable: Quotable, context: Context) -> list[str]:
    """Return the figures of a chunk as they may be written: name, period, amount."""
    told = [
        f"{f.label} for {context.calendar.label(f.period_end, f.period_type)}: "
        f"{show(f.value, kind=f.kind, currency=f.currency, scale=f.scale_shown)}"
        for f in quotable.figures
    ]
    return list(dict.fromkeys(told))[:FIGURES_TOLD_MAX]
