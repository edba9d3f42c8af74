"""Find the filings among the recordings: their documents, and every fact about them with where it comes from."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from infra.local.replay.cover import Cover, read_cover
from infra.local.replay.item_titles import item_number

from auspex.filings.adapters.edgar_index import EDGAR_TIME_ZONE
from auspex.filings.adapters.edgar_sgml import SubmittedDocument, header_labels, split_submission
from auspex.filings.adapters.edgar_submissions import SubmittedFiling, parse_older_filings, parse_submissions
from auspex.filings.source_errors import SourceUnreadable

HERE = Path(__file__).parent
KNOWN = "known_filings.json"
MISC = "edgar/edgartools_misc"

_SECTIONS_NAME = re.compile(r"(10-[KQ])_([A-Z]+)_(\d{10}-\d{2}-\d{6})\.html\.gz")
_SUBMISSION_NAME = re.compile(r"(\d+)__\d{18}__(\d{10}-\d{2}-\d{6})\.txt\.gz")
_NOT_TEXT = re.compile(r"GRAPHIC|ZIP|EXCEL|XML|JSON|PDF|EX-101")


class Recordings:
    """The folder of recordings (`filings/`), with what several of its files say about companies and filings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tickers = self._tickers()
        self.submitted = self._submitted()
        self.filed = self._filed_by_companyfacts()
        self.known: dict[str, dict[str, str]] = json.loads((HERE / KNOWN).read_text(encoding="utf-8"))["filings"]

    def read(self, file: str) -> bytes:
        """Return a recording's body, unpacked."""
        body = (self.folder / file).read_bytes()
        return gzip.decompress(body) if file.endswith(".gz") else body

    def names(self, pattern: str) -> list[str]:
        """Return the files that match, relative to the folder, in order."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.glob(pattern))

    def _tickers(self) -> dict[str, dict[str, Any]]:
        rows = json.loads(self.read(f"{MISC}/company_tickers.json.gz")).values()
        return {row["ticker"]: row for row in rows}

    def _submitted(self) -> dict[str, SubmittedFiling]:
        rows: dict[str, SubmittedFiling] = {}
        for name in submission_files(self):
            try:
                rows |= {row.accession: row for row in parse_submissions(self.read(name)).filings}
            except SourceUnreadable:
                continue  # the recorded 404
        older = parse_older_filings(self.read("edgar/sec_edgar_downloader/CIK0000320193-submissions-001.json"))
        return {row.accession: row for row in older} | rows

    def _filed_by_companyfacts(self) -> dict[str, date]:
        filed: dict[str, date] = {}
        for name in self.names("edgar/companyfacts/*.json.gz"):
            for taxonomy in json.loads(self.read(name))["facts"].values():
                for concept in taxonomy.values():
                    for rows in concept["units"].values():
                        filed |= {row["accn"]: date.fromisoformat(row["filed"]) for row in rows}
        return filed


def submission_files(recordings: Recordings) -> list[str]:
    """Return every recorded submissions file, older recordings of a company first."""
    return [
        *recordings.names("edgar/sec_edgar_downloader/CIK??????????.json"),
        *recordings.names(f"{MISC}/company_submission.json.gz"),
        *recordings.names("edgar/submissions/*.json.gz"),
    ]


def find_filings(recordings: Recordings) -> Iterator[dict[str, Any]]:
    """Yield every filing of which at least the primary document is recorded, in the manifest's form."""
    for name in recordings.names("sections/*.html.gz"):
        match = _SECTIONS_NAME.fullmatch(Path(name).name)
        if match is None:
            raise ValueError(f"{name} is not named form_ticker_accession")
        yield _from_cover(recordings, name, form=match[1], ticker=match[2], accession=match[3])
    yield _apple_quarter(recordings)
    for name in sorted(recordings.known):
        yield _from_known(recordings, name)
    for name in [*recordings.names("edgar/archives/*.txt.gz"), "edgar/sec_edgar_downloader/aapl-8k-20191115.txt.gz"]:
        yield _from_submission(recordings, name)


def _from_cover(recordings: Recordings, name: str, *, form: str, ticker: str | None, accession: str) -> dict[str, Any]:
    body = recordings.read(name)
    cover = read_cover(body)
    cik = cover.cik or int(recordings.tickers[ticker or ""]["cik_str"])
    document = {
        "sequence": 1,
        "type": form,
        "filename": f"{cover.file_stem or accession}.htm",
        "file": name,
        "bytes": len(body),
        "inline_xbrl": cover.inline_xbrl,
    }
    filing: dict[str, Any] = {"accession": accession, "cik": cik, "form": form, "documents": [document]}
    if ticker is not None:
        filing["ticker"] = ticker
    if cover.report_date:
        filing["report_date"] = cover.report_date.isoformat()
    if cover.items:
        filing["items"] = list(cover.items)
    if cover.fiscal_year_end:
        filing["fiscal_year_end"] = cover.fiscal_year_end
    return filing | _dates(recordings, accession, cover)


def _dates(recordings: Recordings, accession: str, cover: Cover) -> dict[str, Any]:
    """Return filing date and acceptance as far as recordings tell, and what told them."""
    row = recordings.submitted.get(accession)
    if row is not None and row.filing_date is not None:
        dates = {"filing_date": row.filing_date.isoformat(), "filing_date_from": "submissions"}
        return dates | (accepted(row.accepted_at) if row.accepted_at else {})
    if accession in recordings.filed:
        return {"filing_date": recordings.filed[accession].isoformat(), "filing_date_from": "companyfacts"}
    if cover.signed_on is not None:
        return {"filing_date": cover.signed_on.isoformat(), "filing_date_from": "signature"}
    return {}


def accepted(at: datetime) -> dict[str, str]:
    """Return an acceptance time as the index page shows it (New York) and as submissions state it (UTC)."""
    return {
        "accepted": f"{at.astimezone(EDGAR_TIME_ZONE):%Y-%m-%d %H:%M:%S}",
        "accepted_utc": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
    }


def _apple_quarter(recordings: Recordings) -> dict[str, Any]:
    """Return Apple's 10-Q of June 2024; the recorded submissions name its accession by form and period."""
    name = f"{MISC}/Apple.10-Q.html.gz"
    cover = read_cover(recordings.read(name))
    (accession,) = (
        row.accession
        for row in recordings.submitted.values()
        if row.form == cover.form and row.report_date == cover.report_date and row.primary_document.startswith("aapl-")
    )
    filing = _from_cover(recordings, name, form="10-Q", ticker="AAPL", accession=accession)
    return filing | {"facts_from": "the recording is a copy with its markup indented anew: same content, other bytes"}


def _from_known(recordings: Recordings, name: str) -> dict[str, Any]:
    known = recordings.known[name]
    ticker = {row["cik_str"]: symbol for symbol, row in reversed(recordings.tickers.items())}
    filing = _from_cover(recordings, name, form="8-K", ticker=None, accession=known["accession"])
    filing["ticker"] = ticker[filing["cik"]]
    filing["facts_from"] = known["source"]
    if "filing_date" in known:
        filing |= {"filing_date": known["filing_date"], "filing_date_from": "known_filings.json"}
    exhibit = name.replace(".8-K.html", ".8-K.EX99.1.html")
    if exhibit != name and (recordings.folder / exhibit).exists():
        (document,) = split_submission(recordings.read(exhibit))
        filing["documents"].append(_document(exhibit, document))
    return filing


def _document(name: str, document: SubmittedDocument, *, extract: bool = False) -> dict[str, Any]:
    entry = {
        "sequence": document.sequence,
        "type": document.type,
        "filename": document.filename,
        "file": name,
        "bytes": len(document.served),
        "inline_xbrl": b"<ix:header" in document.body,
    }
    entry |= {"extract": True} if extract else {}
    return entry | ({"description": document.description} if document.description else {})


def _from_submission(recordings: Recordings, name: str) -> dict[str, Any]:
    text = recordings.read(name)
    labels = header_labels(text)
    match = _SUBMISSION_NAME.fullmatch(Path(name).name)
    stamp = labels.get("ACCEPTANCE-DATETIME", [""])[0]
    documents = [
        _document(name, document, extract=True)
        for document in split_submission(text)
        if not document.encoded and document.sequence and not _NOT_TEXT.match(document.type)
    ]
    filing: dict[str, Any] = {
        "accession": labels["ACCESSION NUMBER"][0],
        "cik": int(match[1] if match else labels["CENTRAL INDEX KEY"][0]),
        "company": labels["COMPANY CONFORMED NAME"][0],
        "form": labels["CONFORMED SUBMISSION TYPE"][0],
        "documents": documents,
        "full_submission": name,
        "filing_date": _iso(labels["FILED AS OF DATE"][0]),
        "filing_date_from": "header",
    }
    items = [item_number(title) for title in labels.get("ITEM INFORMATION", [])]
    if items and None not in items:
        filing["items"] = items
    if "CONFORMED PERIOD OF REPORT" in labels:
        filing["report_date"] = _iso(labels["CONFORMED PERIOD OF REPORT"][0])
    if stamp:
        local = datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=EDGAR_TIME_ZONE)
        filing |= {"accepted": f"{local:%Y-%m-%d %H:%M:%S}"}
    return filing


def _iso(stamp: str) -> str:
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:]}"
