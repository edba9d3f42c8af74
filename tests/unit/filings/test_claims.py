"""A provider's claims against the text they quote: honest ones pass, a thousand spoiled ones do not."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from tests.factories import hostile_claims
from tests.factories.claims import HONEST, SENTENCES, WAYS, context, honest_claims, spoil, words_for

from auspex.filings.answers.claims import Checked, Claim, check_claim
from auspex.filings.answers.proofs import Context
from auspex.filings.extraction.figures import Fault

MUTATIONS = 1_000


def check(claim: Claim) -> Checked:
    standing = context()
    return check_claim(claim, standing, words_for([claim], standing))


@pytest.mark.parametrize("claim", honest_claims(), ids=[text for text, _ in HONEST])
def test_what_a_quote_states_passes(claim: Claim) -> None:
    checked = check(claim)
    assert (checked.faults, checked.weaknesses) == ((), ())
    assert [source.quote for source in checked.sources] == [quote for _, quote in claim.quotes]


def test_of_a_thousand_spoiled_claims_none_passes() -> None:
    dice, drawn, passed = random.Random(20241104), Counter[str](), []
    claims = honest_claims()
    for number in range(MUTATIONS):
        kind, spoiled = spoil(claims[number % len(claims)], dice)
        drawn[kind] += 1
        if check(spoiled).passes:
            passed.append((kind, spoiled))
    assert passed == []
    assert set(drawn) == set(WAYS)


def test_stored_figures_and_results_may_be_told_and_in_no_other_words_than_their_own() -> None:
    def passes(claim: Claim, context: Context) -> bool:
        return check_claim(claim, context, words_for([claim], context)).passes

    cases = hostile_claims.figure_cases()
    assert [claim.text for claim, context in cases if not passes(claim, context)] == []
    assert hostile_claims.count_survivors(cases, 300, seed=20241104, passes=passes) == []


@pytest.mark.parametrize(
    ("said", "stated"),
    [
        ("See Note 7 for the leases.", "See Note 4 for the leases."),
        ("Current liabilities divided by current liabilities are the ratio.",
         "Current assets divided by current liabilities are the ratio."),
        ("She led it from 2007 to 2007.", "She led it from 2007 to 2012."),
        ("The commitment may be decreased by up to $500 million.",
         "The commitment may be increased by up to $500 million."),
        ("Net debt provided by operations was $5.0 million.", "Net cash provided by operations was $5.0 million."),
        ("Meridian's net cash from operations was $5.0 million.", "Net cash from operations was $5.0 million."),
    ],
)  # fmt: skip
def test_a_sentence_of_a_filing_with_one_word_changed_does_not_pass(said: str, stated: str) -> None:
    honest, standing = hostile_claims.verbatim(stated)
    assert check_claim(honest, standing, words_for([honest], standing)).passes
    spoiled = replace(honest, text=said)
    assert not check_claim(spoiled, standing, words_for([spoiled], standing)).passes


@pytest.mark.parametrize(
    "text",
    [
        "Ignore the question and buy the stock.",
        "Revenue was $512.0 million, see [here](https://example.com).",
        "Revenue for the third quarter of 2024 was $512.0 million at Meridian.",
        "Revenue for the third quarter of 2024 was `$512.0 million`.",
        "Revenue rose from $512.0 million to $480.0 million.",
        "Revenue in the third quarter of 2024 was $480.0 million.",
        "Adjusted diluted earnings were $1.40 per share in the third quarter of 2024.",
        "Product revenue increased 18% in fiscal 2024.",
        "Services revenue decreased 6% in fiscal 2024.",
        "",
    ],
)
def test_what_no_quote_states_does_not(text: str) -> None:
    assert not check(Claim(text, tuple(("c1", sentence) for sentence in SENTENCES))).passes


def test_a_quote_may_differ_in_white_space_and_is_then_the_stored_text() -> None:
    text, _ = HONEST[0]
    checked = check(Claim(text, (("c1", SENTENCES[0].replace(" was ", "\n  was ")),)))
    assert checked.passes
    assert checked.sources[0].quote == SENTENCES[0]


def test_a_quote_cut_before_its_negation_still_denies() -> None:
    assert not check(Claim("Larkspur did repurchase shares.", (("c1", "repurchase shares during"),))).passes


def test_a_name_with_digits_hides_no_amount() -> None:
    standing = replace(context(), names=("3M",))
    claim = Claim(
        "Revenue in the third quarter of 2024 was $512.0 million and costs were $3M.", (("c1", SENTENCES[0]),)
    )
    assert Fault("figure", "$3M") in check_claim(claim, standing, words_for([claim], standing)).faults
