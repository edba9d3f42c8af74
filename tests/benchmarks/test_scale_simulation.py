"""The simulation behind docs/scale.md keeps the laws of queues."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from tests.benchmarks import scale_cost, scale_simulation
from tests.benchmarks.scale_cost import cost_per_million
from tests.benchmarks.scale_simulation import (
    BATCH_CHUNKS,
    EDGAR_REQUESTS,
    EDGAR_SLOT_SECONDS,
    MIX,
    WRITE_SECONDS,
    simulate_backends,
    simulate_burst,
    simulate_hot_row,
    simulate_index_writers,
    simulate_load,
    simulate_step,
)

RATE = 200


def test_busy_environments_and_backends_are_rate_times_time() -> None:
    load = simulate_load(RATE, requests=60_000)
    held = sum(kind.share * kind.backend_seconds for kind in MIX)
    own = sum(kind.share * kind.function_seconds for kind in MIX)
    assert load.backends_mean == pytest.approx(RATE * held, rel=0.05)
    assert load.environments_mean == pytest.approx(RATE * (own + held), rel=0.05)
    assert load.environments_mean < load.environments_most


def test_a_step_starts_about_one_environment_for_each_arrival_of_the_first_second() -> None:
    assert simulate_step(RATE) == pytest.approx(RATE, rel=0.2)


def test_more_backends_never_wait_longer() -> None:
    late = [simulate_backends(1_000, backends, requests=20_000)[1] for backends in (9, 12, 20)]
    assert late == sorted(late, reverse=True)


def test_a_row_split_in_four_waits_less() -> None:
    assert simulate_hot_row(150, held_seconds=0.006, rows=4)[1] < simulate_hot_row(150, held_seconds=0.006, rows=1)[1]


def test_no_burst_is_indexed_before_edgar_has_served_it() -> None:
    filings = 400
    _, _, last = simulate_burst(filings)
    assert last * 60 >= filings * min(EDGAR_REQUESTS.values()) * EDGAR_SLOT_SECONDS


def test_one_corpus_row_bounds_what_all_workers_write_together() -> None:
    few, many = simulate_index_writers(4)[0], simulate_index_writers(64)[0]
    assert few < many <= BATCH_CHUNKS / WRITE_SECONDS * 1.05


def test_a_million_requests_cost_less_each_the_more_there_are() -> None:
    costs = [cost_per_million(rate) for rate in (10, 1_000, 100_000)]
    assert [cost.total for cost in costs] == sorted((cost.total for cost in costs), reverse=True)
    assert all(
        cost.total == pytest.approx(cost.functions + cost.edge + cost.logs + cost.queues + cost.postgres)
        for cost in costs
    )


def test_equal_input_gives_equal_output() -> None:
    assert simulate_burst(60) == simulate_burst(60)


@pytest.mark.parametrize("script", [scale_simulation, scale_cost], ids=lambda script: script.__name__)
def test_the_page_quotes_what_the_script_prints(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    script.main()
    page = (Path(__file__).resolve().parents[2] / "docs" / "scale.md").read_text(encoding="utf-8").splitlines()
    printed = [line for line in capsys.readouterr().out.splitlines() if line]
    assert [line for line in printed if line not in page] == []
