"""Measure oracle's forecasts: `python -m tests.evals.oracle --data <folder> [--divisions E0,D1] [--seasons A-B]`.

The folder holds football-data files named like `E0_1819.csv`; every season before the first scored one is history.
Strictly walk-forward: parameters are refitted every seven days from earlier days, the layer over both models every
season from the four seasons before. Prints the table of ORACLE 10 with its bars and, as the last line, one JSON object.
A figure that the data cannot give (no odds, no shots) is null. A bar not reached is shown, not an error.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from tests.evals.oracle_forecasts import Evaluated, evaluate
from tests.evals.oracle_matches import chosen_seasons, read_folder
from tests.evals.oracle_projection import evaluate_projections
from tests.evals.oracle_reference import compare_with_reference

from auspex.oracle.engine import scores
from auspex.oracle.engine.history import Floats
from auspex.oracle.engine.risk import band_table

AT_MOST = {
    "rps_elo": 0.1981,
    "logloss_elo": 0.9702,
    "brier_elo": 0.5762,
    "rps_goals": 0.1971,
    "logloss_goals": 0.9676,
    "brier_goals": 0.5745,
    "rps_blend": 0.1966,
    "logloss_blend": 0.9656,
    "brier_blend": 0.5732,
    "rps_with_odds": 0.1935,
    "ece_blend": 0.015,
    "over25_brier": 0.2434,
}
GOAL_RPS_BLEND = 0.1960
FORECASTS = {
    "uniform": "uniform",
    "base_rate": "league base rate of earlier seasons",
    "elo": "Elo",
    "goals": "goals",
    "blend": "blend and calibration",
    "bookmaker_proportional": "one bookmaker, early, proportional",
    "market_proportional": "average early odds, proportional",
    "market_early": "average early odds, power",
    "market_closing": "sharp closing odds, power",
    "with_odds": "blend pooled with early odds, weight 0.95",
}


def main(arguments: list[str] | None = None) -> int:
    """Evaluate, print table and JSON line; 2 when there is nothing to evaluate."""
    parser = argparse.ArgumentParser(prog="eval-oracle", description="Measure oracle's forecasts.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="files named like E0_1819.csv")
    parser.add_argument("--divisions", default="", help="E0,D1,SP1; all in the folder without")
    parser.add_argument("--seasons", default="", help="2012/13-2018/19; the last seven without")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"eval-oracle: {options.data} is no folder; make eval-oracle DATA=<folder>", file=sys.stderr)
        return 2
    began = time.monotonic()
    data = read_folder(options.data, options.divisions.split(",") if options.divisions else None)
    try:
        seasons = chosen_seasons(data, options.seasons)
    except ValueError as error:
        print(f"eval-oracle: {error}", file=sys.stderr)
        return 2
    evaluated = evaluate(data, seasons)
    report = report_of(evaluated) | compare_with_reference(options.data, evaluated)
    report |= evaluate_projections(data, seasons)
    report["seconds"] = round(time.monotonic() - began, 1)
    print_table(report)
    print(json.dumps(report, separators=(",", ":")))
    return 0


def report_of(evaluated: Evaluated) -> dict[str, Any]:
    """Return every figure; None for what the data cannot give."""
    bins = scores.reliability(evaluated.probabilities["blend"], evaluated.outcomes)
    report: dict[str, Any] = {"n": len(evaluated.outcomes), "seasons": [evaluated.seasons[0], evaluated.seasons[-1]]}
    for name in FORECASTS:
        report |= _scores(name, evaluated.probabilities[name], evaluated)
    report["ece_blend"] = scores.expected_calibration_error(bins)
    report["ece_market_closing"] = _ece(evaluated.probabilities["market_closing"], evaluated)
    report |= _bands(evaluated)
    for name, probabilities in evaluated.over.items():
        known = np.isfinite(probabilities)
        happened = evaluated.goals[known] > 2
        report[f"over25_brier{name}"] = float(((probabilities[known] - happened) ** 2).mean()) if known.any() else None
    report["taus"] = {name: layer.tau for name, layer in evaluated.layers.items()}
    report["skill_by_season"] = {season: _skill(evaluated, evaluated.season == season) for season in evaluated.seasons}
    report["skill_blend"] = _skill(evaluated, np.ones(len(evaluated.outcomes), dtype=bool))
    report["divisions"] = {
        division: _division(evaluated, evaluated.division == division) for division in evaluated.divisions
    }
    return report


def _scores(name: str, probabilities: Floats, evaluated: Evaluated) -> dict[str, float | None]:
    known = np.isfinite(probabilities).all(axis=1)
    if not known.any():
        return {f"rps_{name}": None, f"logloss_{name}": None, f"brier_{name}": None}
    p, outcomes = probabilities[known], evaluated.outcomes[known]
    return {
        f"rps_{name}": float(scores.ranked_probability(p, outcomes).mean()),
        f"logloss_{name}": float(scores.logarithmic(p, outcomes).mean()),
        f"brier_{name}": float(scores.brier(p, outcomes).mean()),
    }


def _ece(probabilities: Floats, evaluated: Evaluated) -> float | None:
    known = np.isfinite(probabilities).all(axis=1)
    if not known.any():
        return None
    return scores.expected_calibration_error(scores.reliability(probabilities[known], evaluated.outcomes[known]))


def _bands(evaluated: Evaluated) -> dict[str, Any]:
    def table(chosen: np.ndarray) -> tuple[Any, ...]:
        return band_table(
            evaluated.probabilities["blend"][chosen], evaluated.risk[chosen], evaluated.outcomes[chosen],
            evaluated.thresholds[chosen],
        )  # fmt: skip

    whole = table(np.ones(len(evaluated.risk), dtype=bool))
    by_season = [min(entry.share for entry in table(evaluated.season == season)) for season in evaluated.seasons]
    single = [
        min(entry.share for entry in table((evaluated.season == season) & (evaluated.division == division)))
        for season in evaluated.seasons
        for division in evaluated.divisions
        if ((evaluated.season == season) & (evaluated.division == division)).any()
    ]
    return {
        "band_shares": {entry.band.value: entry.share for entry in whole},
        "band_favourite_forecasts": {entry.band.value: entry.forecast for entry in whole},
        "band_favourite_hit_rates": {entry.band.value: entry.observed for entry in whole},
        "band_share_min_of_a_season": min(by_season),
        "band_share_min_of_a_division_season": min(single),
    }


def _skill(evaluated: Evaluated, chosen: np.ndarray) -> dict[str, float]:
    """Return skill of the blend against the base rate, with its bootstrap interval by week."""
    ours = scores.ranked_probability(evaluated.probabilities["blend"], evaluated.outcomes)[chosen]
    base = scores.ranked_probability(evaluated.probabilities["base_rate"], evaluated.outcomes)[chosen]
    skill, low, high = scores.skill_interval(ours, base, evaluated.week[chosen])
    return {"n": int(chosen.sum()), "rps": float(ours.mean()), "skill": skill, "low": low, "high": high}


def _division(evaluated: Evaluated, chosen: np.ndarray) -> dict[str, float | int | None]:
    part = evaluated.rows(chosen)
    figures: dict[str, float | int | None] = {"n": int(chosen.sum())}
    for name in FORECASTS:
        figures[f"rps_{name}"] = _scores(name, part.probabilities[name], part)[f"rps_{name}"]
    known = np.isfinite(part.over[""])
    happened = part.goals[known] > 2
    figures["over25_brier"] = float(((part.over[""][known] - happened) ** 2).mean()) if known.any() else None
    figures["ece_blend"] = _ece(part.probabilities["blend"], part)
    return figures


def print_table(report: dict[str, Any]) -> None:
    """Print the table of ORACLE 10 with the bars."""
    print(f"{report['n']} matches, {report['seasons'][0]} to {report['seasons'][1]}, {report['seconds']} s")
    print(f"{'forecast':<44}{'RPS':>9}{'log loss':>10}{'Brier':>9}")
    for name, title in FORECASTS.items():
        row = [report[f"{score}_{name}"] for score in ("rps", "logloss", "brier")]
        if row[0] is None:
            print(f"{title:<44}{'-':>9}{'-':>10}{'-':>9}")
        else:
            print(f"{title:<44}{row[0]:>9.5f}{row[1]:>10.4f}{row[2]:>9.4f}")
    print()
    for name, bar in AT_MOST.items():
        value = report[name]
        print(f"{name:<24}" + ("-" if value is None else f"{value:.5f}  <= {bar:g} {'yes' if value <= bar else 'NO'}"))
    blend = report["rps_blend"]
    print(
        f"{'rps_blend, the goal':<24}{blend:.5f}  <= {GOAL_RPS_BLEND:g} {'yes' if blend <= GOAL_RPS_BLEND else 'NO'}\n"
    )
    for band, share in report["band_shares"].items():
        forecast, observed = (
            report[key][band] or 0.0 for key in ("band_favourite_forecasts", "band_favourite_hit_rates")
        )
        print(f"risk {band:<8} share {share:.3f}  favourite forecast {forecast:.3f}  won {observed:.3f}")
    for season, skill in report["skill_by_season"].items():
        print(f"{season}  RPS {skill['rps']:.5f}  skill {skill['skill']:.4f} [{skill['low']:.4f}, {skill['high']:.4f}]")
    for division, figures in report["divisions"].items():
        print(f"{division:<4} n {figures['n']}  blend {figures['rps_blend']:.5f}  base {figures['rps_base_rate']:.5f}")
    for name, figures in report.get("reference", {}).items():
        if figures["rps"] is not None:
            low, high = figures["difference_low"], figures["difference_high"]
            print(f"{name}: RPS {figures['rps']:.5f}, ours less by {-high:.5f} to {-low:.5f}")
    for name, figures in (report["projections"] or {}).items():
        print(
            f"half-way, {name:<9} Brier {figures['brier']:.5f}  frozen table {figures['brier_frozen_table']:.5f}"
            f"  base rate {figures['brier_base_rate']:.5f}"
        )


if __name__ == "__main__":
    sys.exit(main())
