"""The journeys of an analyst over plain HTTP, as `curl` would make them, each with what it cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from infra.local.demo_caller import Caller, Check, rows_of
from infra.local.replay.day_filings import fictional_companies

FIRST = "9999997001-26-000001"
AMENDED = "9999999001-25-000009"
"""The 10-K/A of the sample company Larkspur (FLRK): it states other capital expenditure than the 10-K before it."""
VERIFIED = ("accession", "section_key", "document", "start", "end", "quote", "text_sha256")


def show_journeys(*, analyst: Caller, check: Check) -> None:
    """Walk the journeys of FILINGS §2 over the day's filings, those of the operator and the backfill apart."""
    look_up(analyst, check)
    read_alerts(analyst, check)
    read_filing(analyst, check)
    ask(analyst, check)
    run_templates(analyst, check)
    read_guidance(analyst, check)
    go_back_in_time(analyst, check)


def look_up(analyst: Caller, check: Check) -> None:
    """Find a company by ticker, number and name."""
    print("\nAn analyst looks a company up")
    found = {text: analyst("GET", f"/v1/filings/companies?q={text}").data for text in ("zd01", "9999997001")}
    begun = rows_of(analyst, f"/v1/filings/companies?q={quote('Sample Works')}&limit=25")
    check(
        "by ticker and by number it is exact",
        holds=found["zd01"][0]["match"] == found["9999997001"][0]["match"] == "exact",
    )
    check("a beginning finds all that begin so, page by page",
          holds=sorted(str(row["cik"]) for row in begun) == sorted(fictional_companies()))  # fmt: skip


def read_alerts(analyst: Caller, check: Check) -> None:
    """Read what an alert says."""
    print("\nAn analyst reads the alerts of two companies")
    rows = analyst("GET", "/v1/notifications?topic=FMRD&limit=10").data
    fictional = analyst("GET", "/v1/notifications?topic=ZD01&limit=10").data
    for row in [*rows, *fictional]:
        print(f"    {row['title']}")
        print("      " + row["body"].replace("\n", "\n      "))
    check(
        "it was seen, and then why it matters",
        holds={r["kind"] for r in rows} >= {"filing.detected", "filing.analyzed"},
    )
    check("the alert names the revenue", holds=any("revenue" in row["title"] for row in rows))
    check("and the guidance that was given", holds=any("guidance given" in row["body"] for row in rows))
    check(
        "the fiscal year was known before the first filing", holds=any("Q3 FY2024" in row["body"] for row in fictional)
    )


def read_filing(analyst: Caller, check: Check) -> None:
    """Open a filing: sections, figures, history."""
    print("\nAn analyst opens the filing")
    filing = analyst("GET", f"/v1/filings/accessions/{FIRST}").data
    kpis = analyst("GET", "/v1/filings/kpis?ticker=ZD01&metric=revenue").data
    print(f"    {filing['form']}, {filing['kpi_count']} figures, lags {filing['lags']}")
    check("its revenue stands with the sentence or cell it is from", holds=bool(kpis) and bool(kpis[0]["quote"]))


def ask(analyst: Caller, check: Check) -> None:
    """Ask for a figure of the day, have its quote verified, and ask for what is refused."""
    print("\nAn analyst asks")
    question = "What was revenue in the third quarter of 2024?"
    said = analyst("POST", "/v1/filings/asks", {"question": question, "tickers": ["ZD01"]})
    print(f"    {said.data['answer_markdown']}")
    cited = said.data["citations"]
    for one in cited:
        print(f"    [{one['accession']} {one['section_key']} {one['start']}–{one['end']}] {one['quote'][:90]}")
    check("it is answered with citations, and costs two tokens", holds=bool(cited) and said.cost == 2)
    proofs = [
        analyst("POST", "/v1/filings/citations/verifications", {name: one[name] for name in VERIFIED}) for one in cited
    ]
    check("each quote is the stored text, byte for byte", holds=all(proof.data["valid"] for proof in proofs))
    refusals = {"Should I buy ZD01?": "advice_request", "What was revenue in fiscal year 2011?": "period_missing"}
    for asked, reason in refusals.items():
        refused = analyst("POST", "/v1/filings/asks", {"question": asked, "tickers": ["ZD01"]})
        print(f"    {asked} {refused.data['reason']}: {refused.data['answer_markdown']}")
        check(
            f"it is refused ({reason}), and costs nothing",
            holds=refused.data["refused"] and refused.data["reason"] == reason and refused.cost == 0,
        )


def run_templates(analyst: Caller, check: Check) -> None:
    """Run a prepared question, and one for which little was filed."""
    print("\nAn analyst runs a template")
    listed = analyst("GET", "/v1/filings/ask-templates").data
    print(f"    there are {', '.join(template['template_key'] for template in listed)}")
    quarter = {"ticker": "FLRK", "period": "Q3 2024", "compare_to": "prior_year"}
    run = analyst("POST", "/v1/filings/ask-templates/qoq_changes/runs", quarter)
    said, relevance = run.data, run.data["relevance"]
    print(f"    {said['rendered_question']} Relevance {relevance['label']}: {relevance['coverage_brief']}")
    whole = [row for row in said["table"] if row["missing"] is None]
    for row in whole:
        print(f"    {row['metric']:20} {row['value']:>12} after {row['compare_value']:>12}: {row['change_pct']}")
    places = [place for row in whole for place in [*row["citations"], *row["compare_citations"]]]
    check("every figure of its table is cited, now and then", holds=all(place["verified"] for place in places))
    check("it has rows, and costs two tokens", holds=bool(whole) and bool(places) and run.cost == 2)
    low = analyst("POST", "/v1/filings/ask-templates/risk_flags/runs", {"ticker": "ZD01"})
    print(f"    {low.data['relevance']['label']}: {low.data['relevance']['coverage_brief']}")
    check(
        "where little serves it, nothing is run and nothing paid",
        holds=(low.data["reason"], low.data["relevance"]["label"], low.cost) == ("low_relevance", "low", 0),
    )


def read_guidance(analyst: Caller, check: Check) -> None:
    """See what companies of the day promised."""
    print("\nAn analyst opens the ledger of guidance")
    promised = {ticker: analyst("GET", f"/v1/filings/guidance?ticker={ticker}") for ticker in ("ZD01", "FLRK")}
    rows = [row for reply in promised.values() for row in reply.data]
    for row in rows:
        span = " to ".join(str(end) for end in (row["low"], row["high"]) if end is not None)
        print(
            f"    {row['metric']} {row['fiscal_period']}: {span} {row['unit'] or ''}, {row['action']}, {row['outcome']}"
        )
    check("each company has promises", holds=all(reply.data for reply in promised.values()))
    check("each stands with its quote", holds=all(row["citation"]["quote"] for row in rows))
    check("reading them is free", holds=all(reply.cost == 0 for reply in promised.values()))


def go_back_in_time(analyst: Caller, check: Check) -> None:
    """Ask the same before and after an amendment."""
    print("\nAn analyst asks what was known before an amendment")
    amended = analyst("GET", f"/v1/filings/accessions/{AMENDED}").data
    before = datetime.fromisoformat(amended["accepted_at"]) - timedelta(seconds=1)
    question: dict[str, Any] = {"question": "What was Larkspur's capex in FY2024?", "tickers": ["FLRK"]}
    told = {}
    for name, when in (("before", {"as_of": before.isoformat()}), ("after", {})):
        said = analyst("POST", "/v1/filings/asks", question | when).data
        told[name] = ({place["accession"] for place in said["citations"]}, said["answer_markdown"])
        print(f"    {name}: {said['answer_markdown']} {sorted(told[name][0])}")
    check("the report it amends answered before", holds=told["before"][0] == {amended["amends"]})
    check("the amendment answers now, and otherwise",
          holds=told["after"][0] == {AMENDED} and told["after"][1] != told["before"][1])  # fmt: skip
    path = "/v1/filings/kpis?ticker=FLRK&metric=capex&period_type=year"
    stood = analyst("GET", f"{path}&as_of={quote(before.isoformat())}").data
    stands = analyst("GET", path).data
    values = [{row["value"] for row in rows if row["period_end"] == "2024-12-31"} for rows in (stood, stands)]
    print(f"    figures of 2024: {sorted(values[0])} then, {sorted(values[1])} now")
    check("so do the figures", holds=bool(values[0]) and bool(values[1]) and not values[0] & values[1])
