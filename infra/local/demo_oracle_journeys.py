"""The journeys of oracle's users over plain HTTP, as `curl` would make them, each with what it cost."""

from __future__ import annotations

import json
import math
from typing import Any

import httpx
from infra.local.demo_caller import USER_AGENT, Caller, Check, RunningStack, open_account, wait_for_job

FILE_SECONDS_MAX = 30.0
JOB_SECONDS_MAX = 300.0
RATINGS = {
    "model": "elo", "home": {"name": "Ashford", "rating": 1600}, "away": {"name": "Kelby", "rating": 1500},
    "depth": "headline_pick",
}  # fmt: skip
MATCH: dict[str, Any] = {
    "model": "goals", "home": {"name": "Ashford"}, "away": {"name": "Kelby"}, "goals": {"lambda": 1.6, "mu": 1.1},
}  # fmt: skip
WITHOUT_STRIKER = MATCH | {
    "neutral": True, "levers": [{"kind": "absence", "side": "away", "attack_factor": 0.85}],
}  # fmt: skip
SIXTIETH_MINUTE = {"period": "second_half", "minute": 60, "home_goals": 1, "away_goals": 0, "away_red": 1}
PAST_SEASON = "1718/E0.csv"
PROJECTED = {"competition": "E0", "season": "2018/19", "as_of": "2018-11-05", "n": 10_000}


def show_journeys(stack: RunningStack, check: Check) -> None:
    """Walk the journeys of ORACLE §2 as accounts of their own."""
    admin = Caller(stack.api_url, stack.admin_key)
    learner = Caller(stack.api_url, open_account(admin, plan="free", tokens=0, scopes=["oracle"]))
    analyst = Caller(stack.api_url, open_account(admin, plan="prepaid", tokens=200, scopes=["oracle"]))
    ask_for_nothing(learner, check)
    see_why(analyst, check)
    compare_and_share(analyst, Caller(stack.api_url, None), check)
    follow_a_match(analyst, check)
    answer_a_season(analyst, stack.replay_url, check)
    project_a_season(analyst, check)
    look_at_the_record(analyst, check)


def ask_for_nothing(learner: Caller, check: Check) -> None:
    """A headline on the free plan, and the same again."""
    print("\nA learner on the free plan: two ratings, one headline")
    first = learner("POST", "/v1/oracle/simulations", RATINGS)
    said = first.data
    shares = said["probabilities"]
    print(f"    {said['headline']['outcome']}: {shares}, risk {said['risk']['band']}")
    left = learner("GET", "/v1/oracle/allowance").data
    again = learner("POST", "/v1/oracle/simulations", dict(reversed(RATINGS.items())))
    check("three probabilities add up to one", holds=math.isclose(sum(shares.values()), 1, abs_tol=1e-8))
    check("it cost no token", holds=first.cost == 0)
    check("but one of the day's analyses", holds=(left["used"], left["remaining"]) == (1, left["limit"] - 1))
    check("the same with its keys in another order is a hit", holds=again.body["meta"]["cache_hit"] is True)
    check("and takes no analysis", holds=learner("GET", "/v1/oracle/allowance").data["used"] == left["used"])


def see_why(analyst: Caller, check: Check) -> None:
    """A quote, then the whole answer with its reasons."""
    print("\nA developer asks what it costs, then why")
    body = MATCH | {"depth": "deep_dive_educational"}
    quote = analyst("POST", "/v1/oracle/simulations?dry_run=true", body).data
    said = analyst("POST", "/v1/oracle/simulations", body)
    check("five tokens were quoted and paid", holds=quote["token_cost"] == said.cost == 5)
    factors = said.data["factors"]
    for factor in factors["items"]:
        print(f"    {factor['name']:22} {factor['log_odds']:+.4f} log-odds")
    total = factors["base"]["log_odds"] + sum(factor["log_odds"] for factor in factors["items"])
    home = said.data["probabilities"]["home"]
    check("the factors add up to the answer", holds=math.isclose(total, math.log(home / (1 - home)), abs_tol=1e-6))


def compare_and_share(analyst: Caller, anybody: Caller, check: Check) -> None:
    """Two sides of one question, shared as a report that anybody verifies."""
    print("\nA teacher compares, and shares")
    body = MATCH | {"compare": WITHOUT_STRIKER, "depth": "comparative_analysis"}
    said = analyst("POST", "/v1/oracle/simulations", body).data
    report = analyst("POST", "/v1/oracle/reports", {"simulation_id": said["id"]}).data
    shown = anybody("GET", f"/v1/oracle/reports/{report['id']}")
    verified = anybody("GET", f"/v1/oracle/reports/{report['id']}/verify").data
    check("anybody reads the report", holds=shown.status == 200)
    check("its SHA-256 is what was promised", holds=verified["valid"] and verified["actual"] == report["sha256"])


def follow_a_match(analyst: Caller, check: Check) -> None:
    """The sixtieth minute, one goal ahead, one man more."""
    print("\nA fan asks while it is played")
    said = analyst("POST", "/v1/oracle/inplay", MATCH | {"state": SIXTIETH_MINUTE})
    print(f"    {json.dumps(said.data['probabilities'])}")
    check("it costs two tokens", holds=said.cost == 2)


def answer_a_season(analyst: Caller, replay_url: str, check: Check) -> None:
    """A whole season in the source's own columns, with results."""
    print("\nAn analyst has a past season answered, each match from earlier days only")
    file = httpx.get(
        f"{replay_url}/football/mmz4281/{PAST_SEASON}", headers={"User-Agent": USER_AGENT}, timeout=FILE_SECONDS_MAX
    ).raise_for_status()
    accepted = analyst("POST", "/v1/oracle/batches?depth=headline_pick", file.content, media_type="text/csv")
    job = wait_for_job(analyst, accepted.data["job"]["job_id"], seconds_max=JOB_SECONDS_MAX)
    totals = analyst("GET", job["links"]["result"]).data["totals"]
    print(f"    {job['units']['done']} units, cost {job['cost']} of {job['quote']}; totals {json.dumps(totals)[:400]}")
    check("every unit was done", holds=(job["status"], job["units"]["failed"]) == ("succeeded", 0))
    check("it cost no more than its quote", holds=0 < job["cost"] <= job["quote"])


def project_a_season(analyst: Caller, check: Check) -> None:
    """The rest of a season, ten thousand times."""
    print("\nAn analyst projects a season from a day of the past")
    accepted = analyst("POST", "/v1/oracle/projections", PROJECTED)
    job = wait_for_job(analyst, accepted.data["job_id"], seconds_max=JOB_SECONDS_MAX)
    table = analyst("GET", job["links"]["result"]).data["totals"]["table"]
    for team in table[:4]:
        points, champion = team["points"], team["zones"].get("champion", {})
        print(f"    {team['team']:16} {points['mean']:5.1f} points, champion {champion.get('probability')}")
    first = sum(team["positions"][0]["probability"] for team in table)
    check("somebody is first", holds=math.isclose(first, 1, abs_tol=1e-6))
    check("five tokens were paid", holds=job["cost"] == 5)


def look_at_the_record(analyst: Caller, check: Check) -> None:
    """What the forecasts were worth, and which versions serve."""
    print("\nA sceptic and an operator look at the record")
    rows = analyst("GET", "/v1/oracle/calibration?competition=E0&origin=live").data
    versions = analyst("GET", "/v1/oracle/parameters?competition=E0&status=active").data
    check("live figures are of live forecasts", holds=all(row["origin"] == "live" for row in rows))
    for version in versions:
        print(f"    {version['params_version']}, trained through {version['trained_through']}")
    left = analyst("GET", "/v1/balance").data
    ledger = analyst("GET", "/v1/ledger?limit=100").data
    check("nothing stays reserved", holds=left["reserved"] == 0)
    check(
        "the ledger adds up to the balance", holds=sum(row["available"] for row in ledger) == left["available"]
    )  # fmt: skip
