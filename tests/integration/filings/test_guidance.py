"""Guidance through the whole pipeline: read, listed with its place, indexed, archived as the company's prediction."""

from __future__ import annotations

from typing import Any

from tests.harness.harness import Harness
from tests.integration.filings.ingesting import RELEASE, ingest

LARKSPUR = 9999999001


def listed(harness: Harness, key: str, query: str = "") -> list[dict[str, Any]]:
    """Return Larkspur's guidance as the endpoint lists it."""
    reply = harness.request("GET", f"/v1/filings/guidance?ticker={LARKSPUR}&limit=100{query}", key=key)
    assert reply.status == 200, reply.body
    rows: list[dict[str, Any]] = reply.data
    return rows


def test_a_release_is_read_listed_indexed_and_archived(filings: Harness) -> None:
    key = filings.create_key("filings")
    ingest(filings, key, RELEASE)
    filings.hop()
    promised = {(row["metric"], row["basis"], row["fiscal_period"]): row for row in listed(filings, key)}
    assert {
        name: (row["shape"], row["low"], row["high"], row["unit"], row["action"], row["outcome"])
        for name, row in promised.items()
    } == {
        ("revenue", "gaap", "Q4 FY2024"): ("range", "540000000", "560000000", "USD", "initiate", "open"),
        ("eps_diluted", "gaap", "Q4 FY2024"): ("range", "0.78", "0.84", "USD/shares", "initiate", "open"),
        ("eps_diluted", "non_gaap", "Q4 FY2024"): ("range", "0.94", "1.00", "USD/shares", "initiate", "open"),
        ("revenue", "gaap", "FY2024"): ("range", "2013000000", "2033000000", "USD", "initiate", "open"),
        ("capex", "gaap", "FY2024"): ("point", "105000000", "105000000", "USD", "initiate", "open"),
        ("gross_margin", "gaap", "FY2024"): ("at_least", "0.52", None, "pure", "initiate", "open"),
    }
    for row in promised.values():
        cited = row["citation"]
        section = filings.request(
            "GET",
            f"/v1/filings/accessions/{RELEASE}/sections/{cited['section_key']}?document={cited['document']}"
            f"&start={cited['char_start']}&end={cited['char_end']}",
            key=key,
        )
        assert section.data["text"] == cited["quote"]
    filing = filings.request("GET", f"/v1/filings/accessions/{RELEASE}", key=key).data
    assert filing["guidance_count"] == len(promised)
    chunks = filings.rows("SELECT text, context FROM filings.chunks WHERE kind = 'guidance'")
    assert len(chunks) == len(promised)
    waiting = filings.rows("SELECT cik FROM filings.companies_to_score")
    assert [row["cik"] for row in waiting] == [LARKSPUR]
    archived = filings.rows("SELECT target, origin FROM platform.predictions WHERE product = 'filings' ORDER BY target")
    assert [(row["target"], row["origin"]) for row in archived] == [
        ("guidance_capex", "live"), ("guidance_eps_diluted", "live"), ("guidance_eps_diluted_non_gaap", "live"),
        ("guidance_gross_margin", "live"), ("guidance_revenue", "live"), ("guidance_revenue", "live"),
    ]  # fmt: skip
