"""Recorded figures over HTTP."""

from __future__ import annotations

from tests.harness.harness import Harness

from auspex.filings.evaluations import load_evaluations


def test_every_recorded_figure_is_shown_by_name_and_page(harness: Harness) -> None:
    key = harness.create_key("filings:read")
    recorded = load_evaluations()
    seen: list[str] = []
    cursor = ""
    while True:
        reply = harness.request("GET", f"/v1/filings/evaluations?limit=4{cursor}", key=key).json()
        seen += [row["metric"] for row in reply["data"]]
        if not reply["has_more"]:
            break
        cursor = f"&cursor={reply['next_cursor']}"
    assert seen == [e.metric for e in recorded]
    for each in recorded[:1]:
        (row,) = harness.request("GET", f"/v1/filings/evaluations?metric={each.metric}", key=key).data
        assert (row["value"], row["n"], row["low"], row["high"]) == (each.value, each.n, each.low, each.high)
        assert (row["dataset"], row["code_version"]) == (each.dataset, each.code_version)
