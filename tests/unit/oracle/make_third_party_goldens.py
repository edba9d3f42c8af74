"""Write third_party_goldens.json: what two public libraries make of the same rates and odds.

They and their eighty dependencies are no part of a checkout. In an environment of its own with penaltyblog 1.13.1 and
goto_conversion 4.0.3, and with layers/auspex not on the path:

    python tests/unit/oracle/make_third_party_goldens.py <results.csv>

The file of results (football-data columns) only serves to give their model something to fit: what is compared is what
they make of the fitted rates.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

LINES = (0.5, 1.25, 2.0, 2.5, 2.75, 3.0, 4.25)
HANDICAPS = (-2.25, -1.5, -1.0, -0.75, -0.5, 0.0, 0.25, 1.0, 1.75)
MARKETS = 30
FIXTURES = 16


def main() -> None:
    import penaltyblog  # type: ignore[import-not-found]

    with Path(sys.argv[1]).open(encoding="latin-1", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["FTHG"]]
    model = penaltyblog.models.DixonColesGoalModel(
        *(np.array([int(row[key]) for row in rows]) for key in ("FTHG", "FTAG")),
        *(np.array([row[key] for row in rows]) for key in ("HomeTeam", "AwayTeam")),
    )
    model.fit()
    found = {"fixtures": _fixtures(model, sorted({row["HomeTeam"] for row in rows})), "odds": _odds()}
    target = Path(__file__).with_name("third_party_goldens.json")
    blocks = [f'"{name}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for name, rows in found.items()]
    target.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


def _fixtures(model: Any, teams: list[str]) -> list[dict[str, Any]]:
    pairs = [(home, away) for home in teams for away in teams if home != away]
    return [_fixture(model, *pairs[index]) for index in range(0, len(pairs), len(pairs) // FIXTURES)][:FIXTURES]


def _fixture(model: Any, home: str, away: str) -> dict[str, Any]:
    grid = model.predict(home, away, max_goals=16)
    return {
        "lambda": float(grid.home_goal_expectation),
        "mu": float(grid.away_goal_expectation),
        "rho": float(model.params["rho"]),
        "corner": np.asarray(grid.grid)[:4, :4].tolist(),
        "outcome": [float(p) for p in grid.home_draw_away],
        "both_score": float(grid.btts_yes),
        "home_excluding_draws": float(grid.draw_no_bet_home),
        "expected_points": [float(grid.expected_points_home()), float(grid.expected_points_away())],
        "win_to_nil": [float(grid.win_to_nil_home()), float(grid.win_to_nil_away())],
        "totals": {f"{line:g}": [float(p) for p in grid.totals(line)] for line in LINES},
        "handicaps": {f"{line:g}": _handicap(grid, line) for line in HANDICAPS},
    }


def _handicap(grid: Any, line: float) -> list[float]:
    found = grid.asian_handicap_probs("home", line)
    return [float(found[key]) for key in ("win", "push", "lose")]


def _odds() -> list[dict[str, Any]]:
    import goto_conversion  # type: ignore[import-not-found]
    import penaltyblog

    random = np.random.default_rng(20260101)
    found: list[dict[str, Any]] = []
    while len(found) < MARKETS:
        fair = random.dirichlet(np.full(random.integers(2, 8), 3.0))
        odds = (1 / (fair * (1 + random.uniform(0.01, 0.12)))).round(2)
        if fair.min() < 0.02 or odds.min() < 1.02 or (1 / odds).sum() <= 1:
            continue
        implied = {
            ours: penaltyblog.implied.calculate_implied(odds.tolist(), method=theirs).probabilities
            for ours, theirs in (("power", "power"), ("shin", "shin"), ("proportional", "multiplicative"))
        }
        goto = goto_conversion.goto_conversion(odds.tolist())
        by_method = {name: [float(p) for p in values] for name, values in (implied | {"goto": goto}).items()}
        found.append({"odds": odds.tolist(), **by_method})
    return found


if __name__ == "__main__":
    main()
