"""The peer penaltyblog at the same league: fit Dixon-Coles and make a grid. Runs in an environment of its own."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import penaltyblog  # type: ignore[import-not-found] # no package of this checkout


def main() -> None:
    """Read the league of argv[1] and print the figures as JSON."""
    league = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    days, home, away, home_goals, away_goals = zip(*league["matches"], strict=True)
    weights = penaltyblog.models.dixon_coles_weights([date.fromisoformat(day) for day in days])

    def fitted() -> Any:
        model = penaltyblog.models.DixonColesGoalModel(
            np.array(home_goals), np.array(away_goals), np.array(home), np.array(away), weights=weights
        )
        model.fit()
        return model

    model = fitted()
    wins = np.array([model.predict(*pair).home_win for pair in league["pairs"]])
    print(json.dumps({
        "fit": timed(fitted, league["fits"]),
        "grid": timed(lambda: model.predict(*league["timed_pair"]), league["grids"]),
        "home_win_error": round(float(np.abs(wins - np.array(league["truth"])).mean()), 4),
    }))  # fmt: skip


def timed(call: Callable[[], object], repeats: int) -> dict[str, float]:
    """Return median CPU and wall milliseconds."""
    call()
    taken = []
    for _ in range(repeats):
        began = time.process_time(), time.perf_counter()
        call()
        taken.append((time.process_time() - began[0], time.perf_counter() - began[1]))
    cpu, wall = (round(1_000 * statistics.median(values), 3) for values in zip(*taken, strict=True))
    return {"cpu_ms": cpu, "wall_ms": wall}


if __name__ == "__main__":
    main()
