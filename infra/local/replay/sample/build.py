"""Write `../corpus` anew: `python -m infra.local.replay.sample.build`. The same code always writes the same files."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.replay import compose
from infra.local.replay.sample import annual, legacy_text, meridian, prose, quarterly, releases
from infra.local.replay.sample.inline import CIK, Tagged

CORPUS = Path(__file__).parents[1] / "corpus"
NEW_YORK = ZoneInfo("America/New_York")
COMPANIES: dict[int, dict[str, Any]] = {
    CIK: {"name": prose.NAME, "tickers": [prose.TICKER], "sic": "3826", "fiscal_year_end": "1231"},
    meridian.CIK: {"name": meridian.NAME, "tickers": [meridian.TICKER], "sic": "7372", "fiscal_year_end": "1201"},
}
TEN_K_1997 = f"{CIK}-98-000002"


@dataclass(frozen=True, slots=True)
class Written:
    """One filing of the corpus: its facts for composed pages, its documents, and what they tag."""

    filing: dict[str, Any]
    bodies: dict[str, bytes]
    facts: tuple[Tagged, ...] = ()


def files() -> dict[str, bytes]:
    """Return every file of the corpus by its path below `corpus/`."""
    written = [*_larkspur(), _meridian()]
    found: dict[str, bytes] = {}
    for one in written:
        base = "www" + compose.folder(one.filing)
        found |= {f"{base}/{name}": body for name, body in one.bodies.items()}
        company = COMPANIES[one.filing["cik"]]
        found[f"{base}/{one.filing['accession']}-index.html"] = compose.index_page(one.filing, company)
    for cik, company in COMPANIES.items():
        own = [one.filing for one in written if one.filing["cik"] == cik]
        found |= _submissions(cik, company, own)
    found[f"data/api/xbrl/companyfacts/CIK{CIK}.json"] = _companyfacts(written)
    found["www/files/company_tickers.json"] = _tickers()
    found["data/submissions/CIK9999999404.json.404.xml"] = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- sample: true -->\n<Error><Code>NoSuchKey</Code><Message>The '
        b"specified key does not exist.</Message><Key>submissions/CIK9999999404.json</Key></Error>\n"
    )
    found["www/Archives/edgar/full-index/2099/QTR1/form.gz.403.xml"] = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- sample: true -->\n'
        b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\n"
    )
    found["filings.json"] = _json({"sample": True, "companies": COMPANIES, "filings": [one.filing for one in written]})
    return found


def _larkspur() -> Iterator[Written]:
    yield _filing(
        TEN_K_1997,
        "10-K",
        filed=date(1998, 3, 27),
        reported=date(1997, 12, 31),
        clock="15:30:12",
        documents={f"{TEN_K_1997}.txt": ("10-K", legacy_text.submission(TEN_K_1997, CIK, prose.NAME))},
    )
    yield _filing(
        f"{CIK}-24-000011",
        "8-K",
        filed=date(2024, 6, 13),
        reported=date(2024, 6, 11),
        clock="16:42:07",
        documents={"flrk-20240611.htm": ("8-K", releases.director_report())},
        items=("5.02",),
    )
    yield from _third_quarter()
    inline, text = annual.annual_report()
    yield _filing(
        f"{CIK}-25-000003",
        "10-K",
        filed=date(2025, 2, 24),
        reported=date(2024, 12, 31),
        clock="17:48:02",
        documents={"flrk-20241231.htm": ("10-K", text)},
        facts=tuple(inline.facts),
    )
    inline, text = annual.amended_report()
    yield _filing(
        f"{CIK}-25-000009",
        "10-K/A",
        filed=date(2025, 4, 30),
        reported=date(2024, 12, 31),
        clock="16:20:44",
        documents={"flrk-20241231a1.htm": ("10-K/A", text)},
        facts=tuple(inline.facts),
    )


def _third_quarter() -> Iterator[Written]:
    """Yield the release of the third quarter of 2024, the report, and the release's correction."""
    day = date(2024, 10, 29)
    yield _filing(
        f"{CIK}-24-000018",
        "8-K",
        filed=day,
        reported=day,
        clock="16:05:31",
        documents={
            "flrk-20241029.htm": ("8-K", releases.earnings_report()),
            "flrk-q3x2024xex991.htm": ("EX-99.1", releases.press_release()),
        },
        items=("2.02", "9.01"),
    )
    inline, text = quarterly.quarterly_report()
    yield _filing(
        f"{CIK}-24-000019",
        "10-Q",
        filed=date(2024, 10, 31),
        reported=date(2024, 9, 30),
        clock="16:31:55",
        documents={"flrk-20240930.htm": ("10-Q", text)},
        facts=tuple(inline.facts),
    )
    yield _filing(
        f"{CIK}-24-000020",
        "8-K/A",
        filed=date(2024, 11, 4),
        reported=day,
        clock="08:12:20",
        documents={
            "flrk-20241029a.htm": ("8-K/A", releases.corrected_report()),
            "flrk-q3x2024xex991a.htm": ("EX-99.1", releases.press_release(corrected=True)),
        },
        items=("2.02", "9.01"),
    )


def _meridian() -> Written:
    return _filing(
        f"{meridian.CIK}-23-000044",
        "8-K",
        filed=meridian.DAY,
        reported=meridian.DAY,
        clock="16:05:12",
        documents={"fmrd-8k.htm": ("8-K", meridian.report()), "fmrd-ex991q123.htm": ("EX-99.1", meridian.release())},
        items=("2.02", "9.01"),
        cik=meridian.CIK,
    )


def _filing(
    accession: str,
    form: str,
    *,
    filed: date,
    reported: date,
    clock: str,
    documents: dict[str, tuple[str, str]],
    items: tuple[str, ...] = (),
    cik: int = CIK,
    facts: tuple[Tagged, ...] = (),
) -> Written:
    """Describe a filing. Accepted after 17:30 New York time, it carries the next business day as its filing date."""
    accepted_on = filed if clock <= "17:30:00" else _business_day_before(filed)
    accepted = datetime.fromisoformat(f"{accepted_on}T{clock}").replace(tzinfo=NEW_YORK)
    bodies = {
        name: _served(kind, name, sequence, text)
        for sequence, (name, (kind, text)) in enumerate(documents.items(), start=1)
    }
    filing: dict[str, Any] = {
        "accession": accession,
        "cik": cik,
        "form": form,
        "sample": True,
        "ticker": COMPANIES[cik]["tickers"][0],
        "filing_date": filed.isoformat(),
        "report_date": reported.isoformat(),
        "accepted": f"{accepted:%Y-%m-%d %H:%M:%S}",
        "accepted_utc": f"{accepted.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "items": list(items),
    }
    base = "www" + compose.folder(filing)
    filing["documents"] = [
        {
            "sequence": sequence,
            "type": kind,
            "filename": name,
            "file": f"{base}/{name}",
            "bytes": len(bodies[name]),
            "inline_xbrl": "<ix:header" in text,
        }
        for sequence, (name, (kind, text)) in enumerate(documents.items(), start=1)
    ]
    return Written(filing=filing, bodies=bodies, facts=facts)


def _served(kind: str, name: str, sequence: int, text: str) -> bytes:
    """Return a document as EDGAR serves it: bare when inline XBRL or a whole submission, else in its SGML block."""
    if "<ix:header" in text or text.startswith("<SEC-DOCUMENT>"):
        return text.encode("utf-8")
    head = f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>{sequence}\n<FILENAME>{name}\n<DESCRIPTION>{kind}\n<TEXT>\n"
    return f"{head}{text}</TEXT>\n</DOCUMENT>\n".encode()


def _business_day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - (3 if day.weekday() == 0 else 1))


def _submissions(cik: int, company: dict[str, Any], filings: list[dict[str, Any]]) -> dict[str, bytes]:
    """Return a company's submissions; filings before 2001 stand on a second page."""
    recent = [filing for filing in filings if filing["filing_date"] >= "2001"]
    older = [filing for filing in filings if filing["filing_date"] < "2001"]
    document = json.loads(compose.submissions(cik, company, recent, sample=True))
    found: dict[str, bytes] = {}
    if older:
        name = f"CIK{cik}-submissions-001.json"
        days = sorted(filing["filing_date"] for filing in older)
        columns = json.loads(compose.submissions(cik, company, older, sample=True))["filings"]["recent"]
        columns = {"sample": True} | columns
        document["filings"]["files"] = [
            {"name": name, "filingCount": len(older), "filingFrom": days[0], "filingTo": days[-1]}
        ]
        found[f"data/submissions/{name}"] = _json(columns)
    found[f"data/submissions/CIK{cik}.json"] = _json(document)
    return found


def _companyfacts(written: list[Written]) -> bytes:
    """Return the facts without dimensions of all filings, in EDGAR's shape: `fy` and `fp` describe the filing."""
    taxonomy: dict[str, dict[str, Any]] = {}
    for one in written:
        seen: set[tuple[Any, ...]] = set()
        for fact in one.facts:
            key = (fact.concept, fact.start, fact.end, fact.unit)
            if fact.member is not None or key in seen:
                continue
            seen.add(key)
            concept = taxonomy.setdefault(fact.concept.partition(":")[2], {"units": {}})
            unit = {"usd": "USD", "shares": "shares", "usdPerShare": "USD/shares"}[fact.unit]
            concept["units"].setdefault(unit, []).append(_fact_row(one.filing, fact))
    document = {
        "sample": True,
        "cik": CIK,
        "entityName": prose.NAME,
        "facts": {"us-gaap": dict(sorted(taxonomy.items()))},
    }
    return _json(document)


def _fact_row(filing: dict[str, Any], fact: Tagged) -> dict[str, Any]:
    value = float(fact.value) if fact.unit == "usdPerShare" else int(fact.value)
    row: dict[str, Any] = {"start": fact.start.isoformat()} if fact.start else {}
    return row | {
        "end": fact.end.isoformat(),
        "val": value,
        "accn": filing["accession"],
        "fy": 2024,
        "fp": "Q3" if filing["form"] == "10-Q" else "FY",
        "form": filing["form"],
        "filed": filing["filing_date"],
    }


def _tickers() -> bytes:
    rows: dict[str, Any] = {
        str(at): {"cik_str": cik, "ticker": company["tickers"][0], "title": company["name"]}
        for at, (cik, company) in enumerate(COMPANIES.items())
    }
    return _json({"sample": True} | rows)


def _json(document: Any) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def main() -> int:
    """Replace the corpus."""
    if CORPUS.exists():
        shutil.rmtree(CORPUS)
    for name, body in sorted(files().items()):
        path = CORPUS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    print(f"{CORPUS.name}: {len(files())} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
