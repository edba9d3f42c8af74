"""What is filed on the simulated day: recorded filings that are small, the sample companies', and releases made for it.

Forty fictional companies (CIK 9999997001 on, tickers ZD01 on) each file an 8-K with a release: `sample: true` on every
page.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from infra.local.replay.sample.markup import heading, paragraph, table
from infra.local.replay.sample.releases import page

Filing = dict[str, Any]
FIRST_CIK = 9_999_997_001
COMPANIES = 40
READ_FORMS = frozenset({"8-K", "10-Q", "10-K", "8-K/A", "10-Q/A", "10-K/A"})
RECORDED_BYTES_MAX = 420_000
UNRECORDED = (3, 17, 31)
"""Companies whose filing the feed shows and nobody recorded."""
POISON = 11
"""The company whose filing has a page of another kind in place of its index, until it is mended."""
MAINTENANCE = b"<!DOCTYPE html>\n<!-- sample: true --><html><body>Down for maintenance</body></html>\n"


def fictional_companies() -> dict[str, dict[str, Any]]:
    """Return the day's own companies by CIK."""
    return {
        str(FIRST_CIK + n): {
            "name": f"Sample Works {n + 1:02} Inc. (fictional)",
            "tickers": [f"ZD{n + 1:02}"],
            "fiscal_year_end": "1231",
        }
        for n in range(COMPANIES)
    }


def script(manifest: dict[str, Filing], companies: dict[str, dict[str, Any]]) -> list[Filing]:
    """Return the day's filings in their order: mixed, always the same, without their times.

    A company's filings keep the order in which it filed them, so that an amendment follows what it amends.
    Of companies without a ticker there is none: EDGAR's directory does not know them, so that nobody can watch them.
    """
    known = {int(cik) for cik, company in companies.items() if company["tickers"]}
    chosen = [filing for filing in manifest.values() if filing["cik"] in known and _is_small(filing)]
    filings = chosen + [_release_filing(n) for n in range(COMPANIES)]
    random.Random(20241104).shuffle(filings)  # noqa: S311 - the same mixture every time, no secret
    return [dict(filing) for filing in _in_companies_order(filings)]


def body_of(cik: int, filename: str) -> bytes | None:
    """Return a document of a fictional company's filing; None for what nobody recorded."""
    number = cik - FIRST_CIK
    if number in UNRECORDED:
        return None
    if filename.endswith("-8k.htm"):
        return _cover(number).encode()
    return _release(number).encode()


def _in_companies_order(filings: list[Filing]) -> list[Filing]:
    """Have each company's filings take that company's places in the order in which they were filed."""
    own: dict[int, list[Filing]] = defaultdict(list)
    for filing in sorted(filings, key=lambda f: (f.get("filing_date", ""), f["accession"])):
        own[filing["cik"]].append(filing)
    turns = {cik: iter(filed) for cik, filed in own.items()}
    return [next(turns[filing["cik"]]) for filing in filings]


def _is_small(filing: Filing) -> bool:
    if filing["accession"].split("-")[1] == "98":
        return False
    read = filing["form"] in READ_FORMS
    size = sum(int(document.get("bytes", 0)) for document in filing["documents"])
    return not read or size <= RECORDED_BYTES_MAX


def _release_filing(number: int) -> Filing:
    cik = FIRST_CIK + number
    stem = f"zd{number + 1:02}"
    documents = [
        {"sequence": 1, "type": "8-K", "filename": f"{stem}-8k.htm", "bytes": 2_000},
        {"sequence": 2, "type": "EX-99.1", "filename": f"{stem}-ex991.htm", "bytes": 4_000},
    ]
    return {
        "accession": f"{cik}-26-000001", "cik": cik, "form": "8-K", "items": ["2.02", "9.01"], "sample": True,
        "report_date": "2024-10-29", "documents": documents, "fictional": True,
    }  # fmt: skip


def _cover(number: int) -> str:
    name = f"Sample Works {number + 1:02} Inc."
    parts = [
        heading("FORM 8-K", centred=True),
        heading("CURRENT REPORT", centred=True),
        paragraph(f"{name} (fictional)"),
        heading("Item 2.02 Results of Operations and Financial Condition."),
        paragraph(
            f"{name} issued a press release with its results for the third quarter of 2024. It is furnished as "
            "Exhibit 99.1 and incorporated here by reference."
        ),
        heading("Item 9.01 Financial Statements and Exhibits."),
        paragraph("Exhibit 99.1: press release of the company."),
    ]
    return page(f"{name} 8-K", parts)


def _release(number: int) -> str:
    name = f"Sample Works {number + 1:02} Inc."
    before = 400 + 7 * number
    revenue = round(before * (1.02 + 0.004 * (number % 30)))
    income, income_before = revenue // 9, before // 9
    shares = 100 + number
    low, high = round(revenue * 1.02), round(revenue * 1.05)
    rows = [
        ("Revenue", [str(revenue), str(before)]),
        ("Cost of revenue", [str(revenue // 2), str(before // 2)]),
        ("Gross profit", [str(revenue - revenue // 2), str(before - before // 2)]),
        ("Net income", [str(income), str(income_before)]),
        ("Diluted earnings per share", [f"${income / shares:.2f}", f"${income_before / shares:.2f}"]),
    ]
    heads = (("Three Months Ended",), ("September 30, 2024", "September 30, 2023"))
    parts = [
        heading("Exhibit 99.1"),
        heading(f"{name.upper()} REPORTS THIRD QUARTER RESULTS", centred=True),
        paragraph(
            f"{name} (fictional) today reported revenue of ${revenue} million for its third quarter ended "
            f"September 30, 2024. Diluted earnings per share was ${income / shares:.2f}."
        ),
        heading("Outlook"),
        paragraph(f"For the fourth quarter of 2024, the company expects revenue of ${low} million to ${high} million."),
        heading("Condensed Consolidated Statements of Operations"),
        paragraph("(in millions, except per share data)"),
        table(heads, rows),
    ]
    return page(f"{name} EX-99.1", parts)
