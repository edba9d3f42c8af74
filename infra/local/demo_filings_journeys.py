"""The journeys of an analyst over plain HTTP, as `curl` would make them, each with what it cost."""

from __future__ import annotations

from collections.abc import Callable

from infra.local.demo_oracle_journeys import Caller

Check = Callable[..., None]
FIRST = "9999997001-26-000001"


def show_journeys(*, analyst: Caller, operator: Caller, check: Check) -> None:
    """Walk the journeys of FILINGS §2 over the day's filings."""
    look_up(analyst, check)
    read_alerts(analyst, check)
    read_filing(analyst, check)
    ask(analyst, check)
    look_at_operations(operator, check)


def look_up(analyst: Caller, check: Check) -> None:
    """Find a company by ticker, number and name."""
    print("\nAn analyst looks a company up")
    found = {text: analyst("GET", f"/v1/filings/companies?q={text}").data for text in ("zd01", "9999997001", "Sample")}
    check(
        "by ticker and by number it is exact",
        holds=found["zd01"][0]["match"] == found["9999997001"][0]["match"] == "exact",
    )
    check("a beginning finds all that begin so", holds=len(found["Sample"]) == 25)


def read_alerts(analyst: Caller, check: Check) -> None:
    """Read what an alert says."""
    print("\nAn analyst reads the alerts of one company")
    rows = analyst("GET", "/v1/notifications?topic=FMRD&limit=10").data
    for row in rows:
        print(f"    {row['title']}")
        print("      " + row["body"].replace("\n", "\n      "))
    check(
        "it was seen, and then why it matters",
        holds={r["kind"] for r in rows} >= {"filing.detected", "filing.analyzed"},
    )
    check("the alert names the revenue", holds=any("revenue" in row["title"] for row in rows))
    check("and the guidance that was given", holds=any("guidance given" in row["body"] for row in rows))


def read_filing(analyst: Caller, check: Check) -> None:
    """Open a filing: sections, figures, history."""
    print("\nAn analyst opens the filing")
    filing = analyst("GET", f"/v1/filings/accessions/{FIRST}").data
    kpis = analyst("GET", "/v1/filings/kpis?ticker=ZD01&metric=revenue").data
    print(f"    {filing['form']}, {filing['kpi_count']} figures, lags {filing['lags']}")
    check("its revenue stands with the sentence or cell it is from", holds=bool(kpis) and bool(kpis[0]["quote"]))


def ask(analyst: Caller, check: Check) -> None:
    """Ask for a figure of the day, and for one that is not there."""
    print("\nAn analyst asks")
    said = analyst(
        "POST", "/v1/filings/asks", {"question": "What was revenue in the third quarter of 2024?", "tickers": ["ZD01"]}
    )
    print(f"    {said.data['answer_markdown']}")
    check(
        "the answer's citations are verified",
        holds=all(c["verified"] for c in said.data["citations"]) and not said.data["refused"],
    )
    refused = analyst("POST", "/v1/filings/asks", {"question": "Should I buy ZD01?", "tickers": ["ZD01"]})
    check(
        "advice is refused, and costs nothing", holds=refused.headers["token-cost"] == "0" and refused.data["refused"]
    )


def look_at_operations(operator: Caller, check: Check) -> None:
    """See how the schedules ran."""
    print("\nAn operator looks at the schedules")
    rows = {row["schedule"]: row for row in operator("GET", "/v1/ops/schedules").data}
    for name in ("filings-poll-feed", "filings-poll-scan", "filings-reconcile-daily"):
        last = rows[name]["last_run"] if "last_run" in rows[name] else rows[name]
        print(f"    {name}: {last.get('outcome')}, {last.get('detail')}")
    check("feed, scan and index have run", holds={"filings-poll-feed", "filings-poll-scan"} <= set(rows))
