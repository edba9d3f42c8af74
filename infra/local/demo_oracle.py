"""Replay a real season, or a stretch of it, on the stack: forecasts are archived before results come in, scored after.

Every morning of the stretch the replay server is set to that day and the deployed schedules run at their own times
(`"time_travel": true`, which the local stage alone accepts). What they leave is then read over the API and checked.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall

from infra.local.demo_caller import Fire, control, running_stack
from infra.local.demo_oracle_journeys import show_journeys
from infra.local.statements import Statements

from auspex_client import Auspex

TIMES = {"refresh": wall(6, 30), "refit": wall(7, 0), "score": wall(7, 30)}
COMPETITION, SEASON = "E0", "2018/19"
FIRST_DAY, DAYS = date(2018, 8, 8), 280
SHOWN = ("stored", "competitions_fitted", "forecasts_archived", "outcomes_recorded", "scored")


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay and check; exit 0 only if all was true."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.demo_oracle", description=__doc__)
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=FIRST_DAY)
    parser.add_argument("--days", type=int, default=DAYS)
    options = parser.parse_args(arguments)
    stack = running_stack()
    started = time.monotonic()
    try:
        live_through(options.first, options.days, replay_url=stack.replay_url, fire=stack.fire)
    finally:
        control(stack.replay_url, "POST", "/__day", {"day": None})
    print(f"\n{options.days} mornings in {time.monotonic() - started:.0f} s")
    record = Statements()
    with Auspex(stack.api_url, stack.printed["api_key"]) as auspex:
        show_record(auspex, options.first + timedelta(days=options.days), record)
    show_journeys(stack, record.check)
    return record.conclude()


def live_through(first: date, days: int, *, replay_url: str, fire: Fire) -> Counter[str]:
    """Run refresh, refit and score on each of some mornings; returns the sums of what they counted."""
    total: Counter[str] = Counter()
    for offset in range(days):
        day = first + timedelta(days=offset)
        control(replay_url, "POST", "/__day", {"day": day.isoformat()})
        counts: Counter[str] = Counter()
        for name, at in TIMES.items():
            instant = datetime.combine(day, at, UTC).isoformat()
            event = {"schedule": f"oracle-{name}", "scheduled_at": instant, "time_travel": True}
            reply = fire(f"OracleSchedule{name.capitalize()}", event)
            counts.update({key: value for key, value in reply.items() if isinstance(value, int)})
        total += counts
        print(f"  {day}  " + "  ".join(f"{name} {counts[name]}" for name in SHOWN if counts[name]))
    return total


def show_record(auspex: Auspex, today: date, record: Statements) -> None:
    """Print the record of every model over the stretch, the coming matches, and the parameters in force."""
    print(f"\nThe record of {COMPETITION} {SEASON}: the last forecast before each kick-off, scored")
    rows = auspex.oracle.calibration.list(competition=COMPETITION, season=SEASON).data
    for row in rows:
        if row.metrics is None:
            print(f"    {row.model:16} n {row.n}  (too few for figures)")
            continue
        rps, skill = row.metrics.rps, row.metrics.skill.base_rate
        beside = (
            ""
            if skill is None
            else f"  skill against the base rate {skill.value:+.3f} [{skill.low:+.3f}, {skill.high:+.3f}]"
        )
        print(f"    {row.model:16} n {row.n}  RPS {rps.value:.4f} [{rps.low:.4f}, {rps.high:.4f}]{beside}")
    record.check("both models, the market and both together have a record", holds=len(rows) >= 4)
    record.check("every record counts the same matches", holds=len({row.n for row in rows}) == 1)
    coming = auspex.oracle.fixtures.list(competition=COMPETITION, from_=today, to=today + timedelta(days=6)).data
    for fixture in coming[:3]:
        said = next((f for f in fixture.forecasts if f.model == "goals"), None)
        shown = "not forecast yet" if said is None else (
            f"{said.probabilities.home:.3f} / {said.probabilities.draw:.3f} / {said.probabilities.away:.3f}"
        )  # fmt: skip
        print(f"    {fixture.match_date}  {fixture.home} v {fixture.away}: {shown}")
    versions = auspex.oracle.parameters.list(competition=COMPETITION, status="active").data
    record.check("both models have parameters in force", holds=len(versions) == 2)
    scorebook = auspex.scorebook.show("oracle").data
    record.check("the public scorebook shows the same models", holds=bool(scorebook))


if __name__ == "__main__":
    sys.exit(main())
