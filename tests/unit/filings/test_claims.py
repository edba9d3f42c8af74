"""A provider's claims against the text they quote: honest ones pass, a thousand spoiled ones do not."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from tests.factories.claims import HONEST, SENTENCES, WAYS, context, honest_claims, spoil, words_for

from auspex.filings.answers.claims import Checked, Claim, check_claim
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
