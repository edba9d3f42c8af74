"""Results as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

from auspex.oracle.results_csv import rows_csv, table_csv


def parsed(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_has_its_answer_its_scores_or_its_error() -> None:
    answered: dict[str, Any] = {
        "row_no": 1,
        "input": {"home": {"name": "Alpha"}, "away": {"name": "Beta, the other"}, "result": {"home_goals": 2}},
        "result": {
            "answer": {"headline": {"outcome": "home"}, "probabilities": {"home": 0.5, "draw": 0.3, "away": 0.2}},
            "params_version": None, "scores": {"forecast": {"rps": 0.1}},
        },
        "error": None,
    }  # fmt: skip
    failed = {"row_no": 2, "input": {"home": {"name": "Gamma"}}, "result": None, "error": {"code": "team-unknown"}}
    first, second = parsed(rows_csv([answered, failed]))
    assert (first["row"], first["away"], first["probability_draw"], first["rps"]) == (
        "1",
        "Beta, the other",
        "0.3",
        "0.1",
    )
    assert (second["row"], second["outcome"], second["error_code"]) == ("2", "", "team-unknown")


def test_a_name_is_no_formula() -> None:
    row = {"row_no": 1, "input": {"home": {"name": "=1+1"}, "client_reference": "@x"}, "result": None, "error": None}
    (line,) = parsed(rows_csv([row]))
    assert (line["home"], line["client_reference"]) == ("'=1+1", "'@x")


def test_a_table_has_a_column_for_every_position_and_zone() -> None:
    table = [{"team": "Alpha", "zones": {"champion": 0.6}, "positions": [0.6, 0.4]}]
    assert parsed(table_csv(table)) == [
        {"team": "Alpha", "zones_champion": "0.6", "positions_1": "0.6", "positions_2": "0.4"}
    ]
