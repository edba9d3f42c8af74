"""Discrete-event simulation behind docs/scale.md: environments and connections, hot rows, the filings queues.

`python -m tests.benchmarks.scale_simulation` prints the tables that the page quotes. Seeded: equal code, equal output.
Service times are inputs, stated below with where they come from; what is simulated is what follows from them.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SEED = 20_261_122
COLD_START_SECONDS = 1.0
SPREAD = 0.5
"""Sigma of the logarithm of every service time: the 95th percentile is about twice the mean."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """One kind of request: its share, seconds in the function without Postgres, seconds that it holds a backend."""

    name: str
    share: float
    function_seconds: float
    backend_seconds: float


MIX = (
    Traffic("read", 0.90, 0.010, 0.003),
    Traffic("search or ask", 0.08, 0.190, 0.060),
    Traffic("write", 0.02, 0.017, 0.008),
)
"""`make bench` on a whole core, times the share of a vCPU that 512 MB gets (0.29), plus 1 ms a round trip."""
HELD_SECONDS = 0.006
"""From the statement that locks a row to the end of the commit: two round trips and the write to storage."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one rate needs, mean and most at one instant: busy environments, busy backends of Postgres."""

    environments_mean: float
    environments_most: int
    backends_mean: float
    backends_most: int


def simulate_load(rate: int, *, requests: int) -> Load:
    """Serve Poisson arrivals without any limit: what must be allowed so that nothing ever waits."""
    random = np.random.default_rng([SEED, rate])
    at = np.cumsum(random.exponential(1 / rate, requests))
    kinds = random.choice(len(MIX), size=requests, p=[traffic.share for traffic in MIX])
    held = np.array([traffic.backend_seconds for traffic in MIX])[kinds] * _spread(random, requests)
    own = np.array([traffic.function_seconds for traffic in MIX])[kinds] * _spread(random, requests)
    settled = (float(at[requests // 10]), float(at[-1]))
    environments = _overlap(at, at + own + held, *settled)
    backends = _overlap(at + own / 2, at + own / 2 + held, *settled)
    return Load(*environments, *backends)


def simulate_step(rate: int, *, seconds: float = 3.0) -> int:
    """Return how many environments a step from nothing to this rate makes: whoever finds none idle starts one."""
    random = np.random.default_rng([SEED, rate, 1])
    count = int(random.poisson(rate * seconds))
    at = np.sort(random.random(count)) * seconds
    kinds = random.choice(len(MIX), size=count, p=[traffic.share for traffic in MIX])
    busy = np.array([traffic.function_seconds + traffic.backend_seconds for traffic in MIX])[kinds]
    busy *= _spread(random, count)
    free: list[list[float]] = [[] for _ in MIX]
    environments = 0
    for arrived, kind, needed in zip(at.tolist(), kinds.tolist(), busy.tolist(), strict=True):
        pool = free[kind]
        if pool and pool[0] <= arrived:
            heapq.heapreplace(pool, arrived + needed)
        else:
            environments += 1
            heapq.heappush(pool, arrived + COLD_START_SECONDS + needed)
    return environments


def simulate_backends(rate: int, backends: int, *, requests: int) -> tuple[float, float]:
    """Return the 50th and 99th percentile of waiting for one of so many backends, in milliseconds (FIFO)."""
    random = np.random.default_rng([SEED, rate, backends])
    kinds = random.choice(len(MIX), size=requests, p=[t.share for t in MIX])
    held = np.array([t.backend_seconds for t in MIX])[kinds] * _spread(random, requests)
    return _waits(np.cumsum(random.exponential(1 / rate, requests)), held, servers=backends)


def simulate_hot_row(rate: float, *, held_seconds: float, rows: int, requests: int = 60_000) -> tuple[float, float]:
    """Return 50th and 99th percentile of waiting for a row's lock, in milliseconds, when the load takes `rows` rows.

    A row is held from the statement that locks it to the end of the commit; callers pick one of the rows evenly.
    """
    random = np.random.default_rng([SEED, int(rate), rows])
    arrivals = np.cumsum(random.exponential(rows / rate, requests))
    return _waits(arrivals, held_seconds * _spread(random, requests), servers=1)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: how many run at once, and seconds per filing by form."""

    name: str
    concurrency: int
    seconds: dict[str, float]


FORMS = {"8-K": 0.70, "10-Q": 0.20, "10-K": 0.10}
BATCH_CHUNKS, EMBED_SECONDS, WRITE_SECONDS = 64, 4.0, 0.18
"""One batch of `filings-knowledge`: `make bench --only index` on one core, the write without embedding."""
EDGAR_SLOT_SECONDS = 0.125
EDGAR_REQUESTS = {"8-K": 4, "10-Q": 4, "10-K": 5}
"""Index page, documents, companyfacts: each takes one slot of the shared budget row."""
STAGES = (
    Stage("ingestion", 4, {"8-K": 1.0, "10-Q": 3.0, "10-K": 6.0}),
    Stage("analysis", 10, {"8-K": 0.5, "10-Q": 2.0, "10-K": 4.0}),
    Stage("knowledge", 4, {"8-K": 1.5, "10-Q": 10.0, "10-K": 30.0}),
)
"""Concurrency as infra/filings.yaml states it; seconds on one vCPU (1,769 MB)."""


def simulate_burst(filings: int, stages: Sequence[Stage] = STAGES) -> tuple[float, float, float]:
    """Return minutes from a burst of detections to the index: 50th and 95th percentile, and the last filing."""
    random = np.random.default_rng([SEED, filings])
    forms = random.choice(list(FORMS), size=filings, p=list(FORMS.values()))
    slots = np.cumsum([EDGAR_REQUESTS[form] for form in forms]) * EDGAR_SLOT_SECONDS
    ready = np.zeros(filings)
    for stage in stages:
        free = [0.0] * stage.concurrency
        done = np.zeros(filings)
        work = np.array([stage.seconds[form] for form in forms]) * _spread(random, filings)
        for index in np.argsort(ready, kind="stable").tolist():
            ended = max(heapq.heappop(free), ready[index]) + work[index]
            done[index] = max(ended, slots[index]) if stage.name == "ingestion" else ended
            heapq.heappush(free, done[index])
        ready = done
    median, late = np.percentile(ready, [50, 95]) / 60
    return float(median), float(late), float(ready.max()) / 60


def simulate_index_writers(workers: int, *, seconds: float = 600.0) -> tuple[float, float]:
    """Return chunks indexed per second, and the share of time that a worker waits for the corpus row.

    A worker embeds a batch, then writes it; every writer of a corpus takes its one row first.
    """
    random = np.random.default_rng([SEED, workers, 2])
    at = [(float(random.random() * EMBED_SECONDS), worker) for worker in range(workers)]
    heapq.heapify(at)
    free = waited = 0.0
    batches = 0
    while at[0][0] < seconds:
        wanted, worker = heapq.heappop(at)
        started = max(wanted, free)
        waited += started - wanted
        free = started + WRITE_SECONDS * float(_spread(random, 1)[0])
        batches += 1
        heapq.heappush(at, (free + EMBED_SECONDS * float(_spread(random, 1)[0]), worker))
    return batches * BATCH_CHUNKS / seconds, waited / (seconds * workers)


def _spread(random: np.random.Generator, size: int) -> Floats:
    """Draw factors with mean one."""
    return np.exp(random.normal(-(SPREAD**2) / 2, SPREAD, size))


def _overlap(start: Floats, end: Floats, first: float, last: float) -> tuple[float, int]:
    """Return mean and most intervals that overlap at one instant between two times."""
    times = np.concatenate([start, end])
    order = np.argsort(times, kind="stable")
    times = times[order]
    busy = np.cumsum(np.concatenate([np.ones(len(start)), -np.ones(len(end))])[order])
    inside = (times >= first) & (times < last)
    spans = np.diff(np.append(times[inside], last))
    return float((busy[inside] * spans).sum() / (last - first)), int(busy[inside].max())


def _waits(arrivals: Floats, held: Floats, *, servers: int) -> tuple[float, float]:
    free = [0.0] * servers
    waits = np.empty(len(arrivals))
    for index, (at, seconds) in enumerate(zip(arrivals.tolist(), held.tolist(), strict=True)):
        started = max(at, heapq.heappop(free))
        waits[index] = started - at
        heapq.heappush(free, started + seconds)
    settled = waits[len(waits) // 10 :] * 1000
    return float(np.percentile(settled, 50)), float(np.percentile(settled, 99))


def main() -> None:
    """Print every table."""
    print("| requests/s | environments busy, mean | most | after a step from nothing | backends busy, mean | most |")
    for rate in (10, 1_000, 100_000):
        load, step = simulate_load(rate, requests=400_000), simulate_step(rate)
        print(
            f"| {rate:,} | {load.environments_mean:,.1f} | {load.environments_most:,} | {step:,}"
            f" | {load.backends_mean:,.1f} | {load.backends_most:,} |"
        )
    print("\n| requests/s | backends | wait p50 ms | wait p99 ms |")
    for rate, backends in ((1_000, 9), (1_000, 12), (1_000, 20), (10_000, 80), (10_000, 90), (10_000, 110)):
        print(_row(f"{rate:,}", f"{backends}", *simulate_backends(rate, backends, requests=120_000)))
    print("\n| spends/s on one account | rows | wait p50 ms | wait p99 ms |")
    for spends, rows in ((10, 1), (50, 1), (100, 1), (150, 1), (150, 4), (1_000, 16)):
        print(_row(f"{spends:,}", f"{rows}", *simulate_hot_row(spends, held_seconds=HELD_SECONDS, rows=rows)))
    print("\n| knowledge workers | chunks/s | waiting for the corpus row % |")
    for workers in (4, 8, 16, 32, 64):
        chunks, waiting = simulate_index_writers(workers)
        print(_row(f"{workers}", chunks, waiting * 100))
    print("\n| filings at once | knowledge workers | p50 min | p95 min | last min |")
    for filings, workers in ((60, 4), (500, 4), (1_500, 4), (1_500, 8), (1_500, 16)):
        stages = (*STAGES[:2], Stage("knowledge", workers, STAGES[2].seconds))
        print(_row(f"{filings:,}", f"{workers}", *simulate_burst(filings, stages)))


def _row(*cells: str | float) -> str:
    return "| " + " | ".join(cell if isinstance(cell, str) else f"{cell:.1f}" for cell in cells) + " |"


if __name__ == "__main__":
    main()
