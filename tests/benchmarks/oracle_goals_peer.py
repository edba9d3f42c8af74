"""Our goals fit and grid beside penaltyblog's Dixon-Coles on the same matches, in the same run, each on one core.

They do not compute the same: ours fits attack, defence and home advantage by penalised Newton on goals, shots and
corners with weights by age, then ρ, and keeps the posterior; theirs maximises the likelihood of goals over all
parameters and ρ together, with the weights of Dixon and Coles. Theirs needs packages that are none of ours: an
environment of its own under `.auspex/tools`, made on first use. Where it cannot be made, its rows say so.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tests.benchmarks.drawn_league import AFTER, PAIRS, SEASON, TEAMS, drawn_league, true_home_wins
from tests.benchmarks.measured_function import ROOT

from auspex.oracle.engine.goals_fit import fit_goals
from auspex.oracle.engine.grid import score_grid
from auspex.oracle.engine.history import History, PlayedMatch

PEER = "penaltyblog==1.13.1"
HOME = ROOT / ".auspex" / "tools" / PEER.replace("==", "-")
SCRIPT = Path(__file__).with_name("peers") / "penaltyblog_goals.py"
UV = ROOT / ".venv" / "bin" / "uv"
INSTALL_SECONDS, RUN_SECONDS = 600, 300
FITS, GRIDS = 7, 200


def measure_goals_beside_peer() -> dict[str, Any]:
    """Return CPU and wall milliseconds (medians) of a fit and of a match's grid, and how near each came to the truth.

    `home_win_error` is the mean distance of the probability of a home win from the one that the league was drawn with.
    """
    matches = drawn_league()
    history = History.of(matches)
    fitted = fit_goals(history, as_of=AFTER, season=SEASON, field=TEAMS)

    def grid_of(home: int, away: int) -> Any:
        rates = fitted.rates(TEAMS[home], TEAMS[away])
        return score_grid(rates.home, rates.away, rates.rho)

    wins = np.array([np.tril(grid_of(*pair), -1).sum() for pair in PAIRS])
    ours = {
        "fit": _timed(lambda: fit_goals(history, as_of=AFTER, season=SEASON, field=TEAMS), FITS),
        "grid": _timed(lambda: grid_of(3, 8), GRIDS),
        "home_win_error": round(float(np.abs(wins - true_home_wins()).mean()), 4),
    }
    return {"matches": len(matches), "ours": ours, PEER: _peer(matches)}


def _timed(call: Callable[[], object], repeats: int) -> dict[str, float]:
    call()
    taken = []
    for _ in range(repeats):
        began = time.process_time(), time.perf_counter()
        call()
        taken.append((time.process_time() - began[0], time.perf_counter() - began[1]))
    cpu, wall = (round(1_000 * statistics.median(values), 3) for values in zip(*taken, strict=True))
    return {"cpu_ms": cpu, "wall_ms": wall}


def _peer(matches: list[PlayedMatch]) -> dict[str, Any]:
    """Have the peer fit the same matches in a process of its own."""
    python = HOME / "bin" / "python"
    given = {
        "matches": [[m.day.isoformat(), m.home, m.away, m.home_goals, m.away_goals] for m in matches],
        "pairs": [[TEAMS[home], TEAMS[away]] for home, away in PAIRS], "timed_pair": [TEAMS[3], TEAMS[8]],
        "fits": FITS, "grids": GRIDS, "truth": true_home_wins().tolist(),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "league.json"
        asked.write_text(json.dumps(given), encoding="utf-8")
        try:
            if not python.exists():
                _run([str(UV), "venv", "--quiet", str(HOME)], INSTALL_SECONDS)
            _run([str(UV), "pip", "install", "--quiet", "--python", str(python), PEER], INSTALL_SECONDS)
            found: dict[str, Any] = json.loads(_run([str(python), str(SCRIPT), str(asked)], RUN_SECONDS))
        except (OSError, subprocess.SubprocessError) as error:
            return {"unavailable": (getattr(error, "stderr", None) or str(error))[-300:]}
    return found


def _run(command: list[str], seconds: int) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=True,
        env=environment | {"OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    return done.stdout
