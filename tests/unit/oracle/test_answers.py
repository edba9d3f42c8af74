"""Answers as published: golden fingerprints, equal bytes, sums that hold, words that may stand."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.oracle.answering import elo_fixture, fixture, goals_fixture, random_fixture

from auspex.core.fingerprints import canonical_bytes, sha256_of_json
from auspex.oracle.answer_fixture import answer
from auspex.oracle.caveats import caveats_of
from auspex.oracle.data_quality import data_quality
from auspex.oracle.fingerprint import fingerprint_of, seed_of
from auspex.oracle.fixture_bodies import FixtureIn
from auspex.oracle.fixture_of import check_request, fixture_of
from auspex.oracle.lessons import LESSONS, lesson_book
from auspex.oracle.model import DataFacts, Depth, EloRatings, Lever, LeverKind, ModelFamily, Odds, Side, Sport
from auspex.oracle.narrate import fault_of
from auspex.oracle.summary import FACTOR_WORDS, explain_in_words
from auspex.oracle.words import clean_sentences, find_forbidden

ROOT = Path(__file__).resolve().parents[3]
FUZZED = 10_000
EXPLANATIONS = 10_000
BODY: dict[str, Any] = {
    "model": "goals", "home": {"name": "Ashford"}, "away": {"name": "Kelby"}, "neutral": False,
    "goals": {"lambda": 1.5, "mu": 1.25, "rho": -0.08},
    "levers": [{"kind": "absence", "side": "home", "attack_factor": 0.75}],
}  # fmt: skip
PROGRAM = """
import json, sys
from auspex.oracle.answer_fixture import answer
from auspex.oracle.fixture_bodies import FixtureIn
from auspex.oracle.fixture_of import fixture_of
from auspex.oracle.model import Depth
from auspex.core.fingerprints import sha256_of_json
fixture = fixture_of(FixtureIn.model_validate(json.loads(sys.argv[1])).to_request())
print(sha256_of_json(answer(fixture, depth=Depth.DEEP_DIVE)))
"""


def fixture_from(body: dict[str, Any]) -> Any:
    request = FixtureIn.model_validate(body).to_request()
    check_request(request)
    return fixture_of(request)


class TestFingerprints:
    def test_the_specification_s_fixture(self) -> None:
        asked = replace(goals_fixture(), home="Alpha", away="Beta")
        found = fingerprint_of(asked, depth=Depth.DISTRIBUTION, n=10_000, seed=None)
        assert found == "0368f8fcb7ef5255034fe38df78fb57fa0ee34d9a55558854bb815f9048feafe"
        assert seed_of(None, found) == 7987979101927665

    def test_change_with_everything_that_changes_the_answer(self) -> None:
        base = goals_fixture()
        lever = Lever(LeverKind.REST, Side.AWAY, attack_factor=0.9)
        variants = [
            base, replace(base, home="Other"), replace(base, neutral=True), replace(base, levers=(lever,)),
            replace(base, odds=Odds(2, 4, 3.5)), replace(base, odds=Odds(2, 4, 3.5), market_weight=0.5),
            replace(base, log_ratio_sd=0.3), replace(base, kickoff=datetime(2031, 1, 1, tzinfo=UTC)),
            replace(base, params_version="goals-1.0.0/E0/2019-05-12/00000000"), goals_fixture(1.61), elo_fixture(),
        ]  # fmt: skip
        found = {fingerprint_of(each, depth=Depth.HEADLINE, n=10_000, seed=None) for each in variants}
        found |= {
            fingerprint_of(base, depth=Depth.DISTRIBUTION, n=10_000, seed=None),
            fingerprint_of(base, depth=Depth.HEADLINE, n=20_000, seed=None),
            fingerprint_of(base, depth=Depth.HEADLINE, n=10_000, seed=1),
            fingerprint_of(base, depth=Depth.HEADLINE, n=10_000, seed=None, compare=base),
        }
        assert len(found) == len(variants) + 4

    def test_hold_over_ten_thousand_key_orders_and_number_spellings(self) -> None:
        chance = random.Random(4)
        expected = fingerprint_of(fixture_from(BODY), depth=Depth.HEADLINE, n=10_000, seed=None)
        for _ in range(FUZZED):
            body = json.loads(respelt(BODY, chance))
            assert fingerprint_of(fixture_from(body), depth=Depth.HEADLINE, n=10_000, seed=None) == expected

    def test_name_the_same_bytes_in_every_process_and_key_order(self) -> None:
        chance = random.Random(5)
        here = {sha256_of_json(answer(fixture_from(json.loads(respelt(BODY, chance))), depth=Depth.DEEP_DIVE))}
        for threads in ("1", "2"):
            environment = {
                "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "layers" / "auspex"), "OMP_NUM_THREADS": threads,
                "OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads,
            }  # fmt: skip
            there = subprocess.run(
                [sys.executable, "-c", PROGRAM, respelt(BODY, chance)],
                capture_output=True, text=True, check=True, env=environment,
            )  # fmt: skip
            here.add(there.stdout.strip())
        assert len(here) == 1


def respelt(value: Any, chance: random.Random) -> str:
    """Return JSON text of a value with keys in any order and numbers in any notation."""
    if isinstance(value, dict):
        names = chance.sample(sorted(value), len(value))
        return "{" + ", ".join(f"{json.dumps(name)}: {respelt(value[name], chance)}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(respelt(each, chance) for each in value) + "]"
    if isinstance(value, float):
        spellings = [repr(value), f"{value:.6f}", f"{value * 1000:g}e-3", f"{value / 10!r}E+1", f"{value:e}"]
        exact = [text for text in spellings if float(text) == value]
        return chance.choice(exact)
    return json.dumps(value)


class TestPublishedNumbers:
    def test_add_up_to_exactly_one_and_have_nine_decimals(self) -> None:
        chance = random.Random(6)
        for _ in range(300):
            result = answer(random_fixture(chance), depth=Depth.HEADLINE)
            shown = result["probabilities"]
            assert sum(round(value * 10**9) for value in shown.values()) == 10**9
            assert all(value == round(value, 9) for value in shown.values())

    def test_every_market_agrees_with_the_outcome(self) -> None:
        result = answer(goals_fixture(odds=Odds(1.8, 4.75, 3.6), tau=1.06), depth=Depth.DISTRIBUTION)
        shown, markets = result["probabilities"], result["markets"]
        assert all(math.isclose(markets["outcome"][name], shown[name], abs_tol=2e-9) for name in shown)
        grid = result["scorelines"]["grid"]
        assert math.isclose(math.fsum(map(math.fsum, grid)) + result["scorelines"]["other"], 1, abs_tol=1e-7)
        level = math.fsum(grid[goals][goals] for goals in range(11))
        assert math.isclose(level, shown["draw"], abs_tol=1e-7)

    def test_a_two_way_sport_has_no_draw_anywhere(self) -> None:
        result = answer(
            fixture(ModelFamily.ELO, sport=Sport.BASKETBALL, ratings=EloRatings(1500, 1500, 0, zone=0)),
            depth=Depth.DEEP_DIVE,
        )
        assert result["probabilities"] == {"home": 0.5, "draw": 0.0, "away": 0.5}
        assert "draw" not in result["explanation"]["summary"]

    def test_depths_include_what_is_below_them(self) -> None:
        other = goals_fixture(1.4)
        parts = {depth: set(answer(goals_fixture(), depth=depth, compare=other)) for depth in Depth}
        for one, two in itertools.product(Depth, Depth):
            if one.includes(two):
                assert parts[two] <= parts[one]
        assert "factors" not in parts[Depth.HEADLINE]
        assert "comparison" not in parts[Depth.SCENARIOS]
        assert {"comparison", "scenarios", "worked_steps", "lessons"} <= parts[Depth.DEEP_DIVE]

    def test_a_comparison_is_the_difference_of_both_answers(self) -> None:
        one, two = goals_fixture(log_ratio_sd=0.3), goals_fixture(1.4, log_ratio_sd=0.3)
        found = answer(one, depth=Depth.COMPARISON, compare=two)["comparison"]
        first, second = (answer(each, depth=Depth.HEADLINE)["probabilities"] for each in (one, two))
        for name in ("home", "draw", "away"):
            assert math.isclose(found["differences"][name]["value"], second[name] - first[name], abs_tol=1e-9)
            assert found["differences"][name]["standard_error"] > 0
        unknown = answer(goals_fixture(), depth=Depth.COMPARISON, compare=two)["comparison"]
        assert unknown["differences"]["home"]["standard_error"] is None


class TestDataQuality:
    def test_of_own_numbers_is_null_with_the_reason(self) -> None:
        assert data_quality(DataFacts(), in_detail=False)["score"] is None

    def test_is_the_specification_s_formula(self) -> None:
        facts = DataFacts(("a", "b"), ("a",), age_days=14, matches=99, is_fitted=True)
        shown = data_quality(facts, in_detail=True)
        assert math.isclose(shown["score"], 25 + 15 + 10)
        assert shown["stale"] is True
        assert shown["unknown"] == ["b"]

    def test_counts_what_is_unknown_as_nothing_and_names_it(self) -> None:
        shown = data_quality(DataFacts(("a",), ("a",), is_fitted=True), in_detail=False)
        assert shown["score"] == 50
        assert shown["unknown"] == ["freshness", "matches"]


class TestCaveats:
    def test_are_two_to_six_and_differ(self) -> None:
        chance = random.Random(7)
        for _ in range(300):
            codes = [caveat.code for caveat in caveats_of(random_fixture(chance))]
            assert 2 <= len(codes) <= 6
            assert len(set(codes)) == len(codes)

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"data": DataFacts(age_days=11, is_fitted=True)}, "stale_data"),
            ({"data": DataFacts(promoted=("Kelby",), is_fitted=True)}, "promoted_team"),
            ({"odds": Odds(2, 4, 3.5)}, "odds_age"),
            ({}, "own_numbers"),
        ],
    )
    def test_say_what_holds_of_this_answer(self, more: dict[str, Any], code: str) -> None:
        assert code in [caveat.code for caveat in caveats_of(goals_fixture(**more))]


class TestWords:
    @pytest.mark.parametrize(
        "text",
        [
            "a value bet", "Betting on it", "the stakes", "GUARANTEED", "sure  thing", "you can\u2019t lose", "profits",
            "Tip: home", "the edge", "ROI", "una apuesta", "Apostar", "ganancias", "garantizado", "seguro", "lock",
            "home_pick", "certainty",
        ],
    )  # fmt: skip
    def test_that_are_forbidden_are_found(self, text: str) -> None:
        assert find_forbidden(text) is not None

    @pytest.mark.parametrize(
        "text", ["headline_pick", "knowledge", "uncertain", "alphabet", "blocked", "heroic", "asegurar", "tiptoe"]
    )
    def test_that_only_look_alike_pass(self, text: str) -> None:
        assert find_forbidden(text) is None

    def test_names_of_teams_are_no_words(self) -> None:
        assert find_forbidden("Real Betis v Locke: a win of Real Betis", names=("Real Betis", "Locke")) is None
        assert find_forbidden("Real Betis is a lock", names=("Real Betis",)) == "lock"

    def test_a_sentence_with_one_is_dropped_and_counted(self) -> None:
        assert clean_sentences(["Fine.", "A sure thing.", "Also fine."]) == (["Fine.", "Also fine."], 1)

    def test_of_ten_thousand_explanations_are_clean(self) -> None:
        chance = random.Random(8)
        names = ("Betis", "Ashford", "Tip Top", "Kelby")
        for _ in range(EXPLANATIONS):
            home, away = chance.sample(names, 2)
            has_draws = chance.random() < 0.8
            sentences, dropped = explain_in_words(
                random_result(chance, has_draws=has_draws), home=home, away=away, has_draws=has_draws
            )
            assert dropped == 0, sentences
            assert 2 <= len(sentences) <= 5

    def test_of_caveats_and_worked_steps_are_clean(self) -> None:
        chance = random.Random(9)
        for _ in range(200):
            asked = random_fixture(chance)
            result = answer(asked, depth=Depth.DEEP_DIVE)
            told = [each["text"] for each in result["explanation"]["caveats"]]
            told += [f"{step['title']} {step['formula']}" for step in result["worked_steps"]]
            assert [text for text in told if find_forbidden(text, names=(asked.home, asked.away))] == []


def random_result(chance: random.Random, *, has_draws: bool) -> dict[str, Any]:
    """Return the parts of an answer that its explanation is made of."""
    shares = [chance.expovariate(1), chance.expovariate(1) if has_draws else 0.0, chance.expovariate(1)]
    factors = [
        {"name": name, "probabilities": {"home": chance.uniform(-0.3, 0.3)}}
        for name in chance.sample(sorted(FACTOR_WORDS), chance.randrange(4))
    ]
    return {
        "probabilities": {n: s / sum(shares) for n, s in zip(("home", "draw", "away"), shares, strict=True)},
        "risk": {"band": chance.choice(["LOW", "MEDIUM", "HIGH"]), "score": chance.uniform(0, 100)},
        "factors": {"items": factors} if chance.random() < 0.7 else None,
    }


class TestLessons:
    def test_are_six_or_more_and_their_terms_are_explained(self) -> None:
        book = lesson_book()
        assert len(book.lessons) >= 6
        assert len({lesson.slug for lesson in book.lessons}) == len(book.lessons)
        assert all(set(lesson.terms) <= set(book.glossary) for lesson in book.lessons)
        assert {term for lesson in book.lessons for term in lesson.terms} == set(book.glossary)

    def test_hold_no_forbidden_word(self) -> None:
        for text in texts_of(json.loads(LESSONS.read_text(encoding="utf-8"))):
            assert find_forbidden(text) is None, text


def texts_of(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for child in value.values() for text in texts_of(child))]
    if isinstance(value, list):
        return [text for child in value for text in texts_of(child)]
    return [value] if isinstance(value, str) else []


class TestNarratives:
    RESULT = answer(goals_fixture(), depth=Depth.HEADLINE)

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("A win of Ashford is likeliest, at 48.0 %; the risk score is 95.8 of 100.", None),
            ("A win of Ashford is likeliest, at 49.0 %.", "number"),
            ("A win of Ashford comes in two of five matches.", "number"),
            ("Ashford are a sure thing at 48.0 %.", "forbidden_word"),
            ("", "length"),
        ],
    )
    def test_may_say_nothing_that_the_answer_does_not(self, text: str, fault: str | None) -> None:
        assert fault_of(text, self.RESULT) == fault


def test_a_result_s_hash_is_that_of_its_canonical_bytes() -> None:
    result = answer(goals_fixture(), depth=Depth.DISTRIBUTION)
    assert sha256_of_json(result) == hashlib.sha256(canonical_bytes(result)).hexdigest()
