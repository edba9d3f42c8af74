"""A thousand spoiled drafts for each way into an answer: how many the checks notice, how many honest ones they pass.

*drafts*: the core's own answers. *claims*: what a provider says of real sentences (FinanceBench), *figure_claims*: of
stored figures and results, both checked as asks check them. *items*: the real sentences as enrichment checks them.
Spoiled: a digit, sign, scale, unit, currency, period, direction, negation, company or measure; a quote altered or of
another chunk; an invention, or an order of the filing, added.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.evals.financebench import load_filings
from tests.factories.answer_evidence import annual_report
from tests.factories.claims import words_for
from tests.factories.hostile_claims import Case, count_survivors, figure_cases, verbatim
from tests.factories.mutated_drafts import drafts, mutate

from auspex.filings.answers.answer import check_draft
from auspex.filings.answers.claims import Claim, check_claim
from auspex.filings.answers.gather_evidence import sentence_spans
from auspex.filings.answers.proofs import Context
from auspex.filings.enrichment import check_items
from auspex.filings.model import Basis

MUTATIONS = 1_000
SENTENCES = 400
PAGES_EVERY = 23
SENTENCE_CHARACTERS_MAX = 350
SEED = 20240601


def evaluate(data_folder: Path) -> dict[str, float | int]:
    """Measure the share of spoiled drafts that are caught, and of honest ones that pass, for each way."""
    real = [verbatim(sentence) for sentence in real_sentences(data_folder)]
    return {
        **_core_drafts(),
        **_measure("claims", real, _as_ask),
        **_measure("figure_claims", figure_cases(), _as_ask),
        **_measure("items", real, _as_item),
    }


def real_sentences(data_folder: Path) -> list[str]:
    """Return sentences with figures from every 23rd page of the FinanceBench filings, in a seeded order."""
    texts = [page for filing in load_filings(data_folder) for page in filing.pages][::PAGES_EVERY]
    found = [" ".join(text[start:end].split()) for text in texts for start, end in sentence_spans(text)]
    kept = [
        s for s in dict.fromkeys(found) if re.search(r"\d", s) and s.endswith(".") and len(s) < SENTENCE_CHARACTERS_MAX
    ]
    return random.Random(SEED).sample(kept, min(SENTENCES, len(kept)))


def _as_ask(claim: Claim, context: Context) -> bool:
    return check_claim(claim, context, words_for([claim], context)).passes


def _as_item(claim: Claim, context: Context) -> bool:
    items, _ = check_items([("bullet", claim)], context, words_for([claim], context))
    return bool(items)


def _measure(name: str, cases: Sequence[Case], passes: Callable[[Claim, Context], bool]) -> dict[str, float | int]:
    honest = [case for case in cases if passes(*case)]
    survivors = count_survivors(honest, MUTATIONS, seed=SEED, passes=passes)
    for kind, claim in survivors:
        print(f"{name}, {kind} survived: {claim.text}", file=sys.stderr)
    return {
        f"spoiled_{name}_n": MUTATIONS,
        f"spoiled_{name}_caught": 1 - len(survivors) / MUTATIONS,
        f"unspoiled_{name}_n": len(cases),
        f"unspoiled_{name}_passed": len(honest) / len(cases),
    }


def _core_drafts() -> dict[str, float | int]:
    index, sections = annual_report().read()
    ready = drafts(index)
    passed = sum(not check_draft(draft, sections, basis=Basis.GAAP)[1] for draft in ready)
    dice = random.Random(SEED)
    caught = 0
    for _ in range(MUTATIONS):
        draft = dice.choice(ready)
        kept = list(draft.lines)
        draft.lines[:] = mutate(draft.markdown, dice)[1].split("\n")
        caught += bool(check_draft(draft, sections, basis=Basis.GAAP)[1])
        draft.lines[:] = kept
    return {
        "spoiled_drafts_n": MUTATIONS,
        "spoiled_drafts_caught": caught / MUTATIONS,
        "unspoiled_drafts_passed": passed / len(ready),
    }
