"""Write `manifest.json` anew from the recordings and the sample corpus: `python -m infra.local.replay.build_manifest`.

The same files always give the same manifest. `--check` writes nothing and fails when it is out of date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.local.replay.compose import folder
from infra.local.replay.recorded_filings import MISC, Recordings, find_filings, submission_files

from auspex.filings.adapters.edgar_submissions import parse_submissions
from auspex.filings.source_errors import SourceUnreadable

HERE = Path(__file__).parent
MANIFEST = HERE / "manifest.json"
CORPUS = HERE / "corpus"
CORPUS_FACTS = "filings.json"
DEFAULT_RECORDINGS = HERE.parents[2].parent / "shared" / "data" / "filings"

_CONTENT_TYPES = {
    ".htm": "text/html",
    ".html": "text/html",
    ".txt": "text/plain",
    ".idx": "text/plain",
    ".json": "application/json",
    ".xml": "application/xml",
}
_FEED = "/cgi-bin/browse-edgar?action=getcurrent&count=100&output=atom&owner=include&start={start}"
_FEED_SESSIONS = {
    "test_get_all_current_filings": "",
    "test_get_current_filings_form_4_filtering_issue_501": "&type=4",
}


def build(recordings_folder: Path) -> dict[str, Any]:
    """Return the manifest: every path served, and the facts of the filings whose pages are composed."""
    recordings = Recordings(recordings_folder)
    filings = {filing["accession"]: filing for filing in find_filings(recordings)}
    companies = _companies(recordings, filings)
    recorded = [*_index_pages(recordings), *_company_files(recordings), *_feeds(recordings)]
    have = {entry["path"] for entry in recorded}
    made = [entry for entry in [*_filing_entries(filings), *_composed(companies)] if entry["path"] not in have]
    samples = list(_samples())
    corpus = json.loads((CORPUS / CORPUS_FACTS).read_text(encoding="utf-8"))
    filings |= {filing["accession"]: filing for filing in corpus["filings"]}
    companies |= {int(cik): company for cik, company in corpus["companies"].items()}
    entries = sorted([*recorded, *made, *samples], key=lambda entry: (entry["path"], entry["source"]))
    return {
        "version": 1,
        "about": "Paths that the replay server answers. file: relative to the recordings (source sample: to corpus/). "
        "Made by build_manifest; do not edit.",
        "companies": {str(cik): company for cik, company in sorted(companies.items())},
        "filings": dict(sorted(filings.items())),
        "entries": entries,
    }


def render(manifest: dict[str, Any]) -> str:
    """Return the file's text: one entry a line, so that a change reads as what changed."""
    lines = ["{", f' "version": {manifest["version"]},', f' "about": {json.dumps(manifest["about"])},']
    for name in ("companies", "filings"):
        rows = [f"  {json.dumps(key)}: {json.dumps(row, ensure_ascii=False)}" for key, row in manifest[name].items()]
        lines += [f' "{name}": {{', ",\n".join(rows), " },"]
    rows = [f"  {json.dumps(entry, ensure_ascii=False)}" for entry in manifest["entries"]]
    return "\n".join([*lines, ' "entries": [', ",\n".join(rows), " ]", "}", ""])


def _companies(recordings: Recordings, filings: dict[str, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Describe each company with a filing; which of them have recorded submissions is `_company_files`' matter."""
    tickers: dict[int, list[str]] = {}
    names = {int(row["cik_str"]): row["title"] for row in reversed(recordings.tickers.values())}
    for ticker, row in recordings.tickers.items():
        tickers.setdefault(int(row["cik_str"]), []).append(ticker)
    companies: dict[int, dict[str, Any]] = {}
    for filing in filings.values():
        cik = filing["cik"]
        company = companies.setdefault(cik, {"name": names.get(cik) or filing["company"], "tickers": []})
        company["tickers"] = tickers.get(cik, [])
        if "fiscal_year_end" in filing:
            company["fiscal_year_end"] = filing.pop("fiscal_year_end")
    return companies


def _filing_entries(filings: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for filing in filings.values():
        base, accession = "/www" + folder(filing), filing["accession"]
        for document in filing["documents"]:
            entry = {"path": f"{base}/{document['filename']}", "source": "recorded", "file": document["file"]}
            if document.get("extract"):
                entry |= {"source": "extracted", "document": document["filename"]}
            yield entry | {"content_type": _content_type(document["filename"])}
        yield _generated(f"{base}/{accession}-index.html", "index_page", accession=accession)
        if "full_submission" in filing:
            yield _recorded(f"{base}/{accession}.txt", filing["full_submission"])
        else:
            yield _generated(f"{base}/{accession}.txt", "full_submission", accession=accession)


def _composed(companies: dict[int, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for cik in companies:
        yield _generated(f"/data/submissions/CIK{cik:010d}.json", "submissions", cik=cik)


def _index_pages(recordings: Recordings) -> Iterator[dict[str, Any]]:
    for name in recordings.names("edgar/archives/*-index.html.gz"):
        cik, _, page = Path(name).name.removesuffix(".gz").partition("__")
        accession = page.removesuffix("-index.html")
        yield _recorded(f"/www/Archives/edgar/data/{cik}/{accession.replace('-', '')}/{page}", name)
    for name in recordings.names("edgar/archives/*.htm.gz"):
        cik, accession, page = Path(name).name.removesuffix(".gz").split("__")
        yield _recorded(f"/www/Archives/edgar/data/{cik}/{accession}/{page}", name)


def _company_files(recordings: Recordings) -> Iterator[dict[str, Any]]:
    yield _recorded("/www/files/company_tickers.json", f"{MISC}/company_tickers.json.gz")
    yield _recorded(
        "/data/submissions/CIK-000000001.json",
        "edgar/submissions/CIK-000000001_9a53b1d05a45.json.gz",
        status=404,
        content_type="application/xml",
    )
    for cik, name in _newest_submissions(recordings).items():
        yield _recorded(f"/data/submissions/CIK{cik:010d}.json", name)
    page = "CIK0000320193-submissions-001.json"
    yield _recorded(f"/data/submissions/{page}", f"edgar/sec_edgar_downloader/{page}")
    for name in recordings.names("edgar/companyfacts/*.json.gz"):
        yield _recorded(f"/data/api/xbrl/companyfacts/{Path(name).name[:13]}.json", name)
    yield _recorded("/www/Archives/edgar/daily-index/2022/QTR4/company.20221003.idx", f"{MISC}/company.20221003.idx.gz")


def _newest_submissions(recordings: Recordings) -> dict[int, str]:
    """Choose one recording of each company: the one that reaches furthest."""
    chosen: dict[int, tuple[str, str]] = {}
    for name in submission_files(recordings):
        try:
            found = parse_submissions(recordings.read(name))
        except SourceUnreadable:
            continue
        newest = max((str(row.filing_date) for row in found.filings), default="")
        if found.cik not in chosen or newest > chosen[found.cik][0]:
            chosen[found.cik] = (newest, name)
    return {cik: name for cik, (_, name) in chosen.items()}


def _feeds(recordings: Recordings) -> Iterator[dict[str, Any]]:
    """Yield the recorded pages of the latest-filings feed; the page past the end is EDGAR's own 503."""
    for session, suffix in _FEED_SESSIONS.items():
        names = recordings.names(f"edgar/atom_getcurrent/{session}/*.xml.gz")
        for name in names:
            start = int(re.sub(r"\D", "", Path(name).name))
            ended = b"<feed" not in recordings.read(name)[:2_000]
            path = f"/www{_FEED.format(start=start)}{suffix}"
            content_type = "text/html" if ended else "application/atom+xml"
            yield _recorded(path, name, content_type=content_type, status=503 if ended else None)


def _samples() -> Iterator[dict[str, Any]]:
    """Yield the corpus: `name.404.xml` is what `name` answers with that status; full submissions are composed."""
    for path in sorted(CORPUS.rglob("*")):
        name = path.relative_to(CORPUS).as_posix()
        if not path.is_file() or name == CORPUS_FACTS:
            continue
        entry: dict[str, Any] = {"path": f"/{name}", "source": "sample", "file": name}
        refusal = re.fullmatch(r"(.+)\.(\d{3})\.xml", name)
        if refusal:
            entry |= {"path": f"/{refusal[1]}", "status": int(refusal[2])}
        yield entry | {"content_type": _content_type(name)}
    for filing in json.loads((CORPUS / CORPUS_FACTS).read_text(encoding="utf-8"))["filings"]:
        text = f"/www{folder(filing)}/{filing['accession']}.txt"
        if not (CORPUS / text[1:]).exists():
            yield _generated(text, "full_submission", accession=filing["accession"]) | {"source": "sample"}


def _recorded(path: str, file: str, *, content_type: str | None = None, status: int | None = None) -> dict[str, Any]:
    kind = content_type or _content_type(path)
    entry = {"path": path, "source": "recorded", "file": file, "content_type": kind}
    return entry | ({"status": status} if status else {})


def _generated(path: str, compose: str, **key: Any) -> dict[str, Any]:
    return {"path": path, "source": "generated", "compose": compose, **key, "content_type": _content_type(path)}


def _content_type(name: str) -> str:
    return _CONTENT_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")


def main() -> int:
    """Write or check the manifest; the exit code says whether it was right."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.replay.build_manifest", description=__doc__)
    parser.add_argument("--shared", type=Path, default=DEFAULT_RECORDINGS, help="folder of the recordings")
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    text = render(build(options.shared))
    if options.check:
        return 0 if MANIFEST.read_text(encoding="utf-8") == text else 1
    MANIFEST.write_text(text, encoding="utf-8")
    print(f"{MANIFEST.name}: {text.count(chr(10))} lines")
    return 0


if __name__ == "__main__":
    sys.exit(main())
