"""Answer paths from the manifest: recorded bodies byte for byte, extracted and composed ones made when asked for."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from infra.local.replay import compose, listings

from auspex.filings.adapters.edgar_sgml import document_body, split_submission

HERE = Path(__file__).parent
MANIFEST = HERE / "manifest.json"
CORPUS = HERE / "corpus"
SATURDAY = 5
"""EDGAR publishes no master index of a weekend."""
COMPRESS_FROM_BYTES = 1_400
CACHED_BODIES_MAX = 12
LISTED = ("/www/cgi-bin/browse-edgar?", "/www/Archives/edgar/daily-index/")


@dataclass(frozen=True, slots=True)
class Stored:
    """One answer: the plain body, its gzip form (the recording's own where it is one), and what to send with it."""

    status: int
    content_type: str
    source: str
    body: bytes
    packed: bytes | None
    etag: str


PAST_END = Stored(
    503, "text/html", "sample", b"<!-- sample: true --><html><body>File Unavailable</body></html>\n", None, '"end"'
)


class Store:
    """Every path the replay server knows. Without recordings only the sample corpus is left."""

    def __init__(self, recordings: Path | None, *, manifest: Path = MANIFEST, corpus: Path = CORPUS) -> None:
        document = json.loads(manifest.read_text(encoding="utf-8"))
        self._recordings = recordings
        self._corpus = corpus
        self._filings: dict[str, dict[str, Any]] = document["filings"]
        self._companies: dict[str, dict[str, Any]] = document["companies"]
        self._entries: dict[str, dict[str, Any]] = {}
        for entry in document["entries"]:
            if recordings is not None or entry["source"] == "sample":
                self._prefer(entry)
        self._cached = lru_cache(maxsize=CACHED_BODIES_MAX)(self._build)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def filings(self) -> dict[str, dict[str, Any]]:
        """The manifest's filings that can be served, by accession."""
        return {a: f for a, f in self._filings.items() if self._recordings is not None or f.get("sample")}

    @property
    def companies(self) -> dict[str, dict[str, Any]]:
        """The manifest's companies, by CIK."""
        return dict(self._companies)

    def answer(self, target: str) -> Stored | None:
        """Return what a request target (path and query) is answered with, None when nothing is recorded for it.

        The feed ends: empty on its first page where none is recorded, else refused past its end. Master indexes are
        composed of the manifest's filings of that day.
        """
        path = canonical(target)
        if path in self._entries or not path.startswith(LISTED):
            return self._cached(path) if path in self._entries else None
        return self._listing(path)

    def _listing(self, path: str) -> Stored | None:
        day = listings.index_day(path)
        if day is not None and day.weekday() < SATURDAY:
            filed = [f for f in self.filings.values() if f.get("filing_date") == day.isoformat()]
            return _composed_listing("text/plain", listings.master_index(day, filed, self._companies))
        query = dict(parse_qsl(urlsplit(path).query))
        if query.get("action") != "getcurrent":
            return None
        if query.get("start", "0") == "0":
            return _composed_listing("application/atom+xml", listings.feed_page([], {}, start=0, title="nothing"))
        return PAST_END

    def _prefer(self, entry: dict[str, Any]) -> None:
        """Keep a real recording where a sample claims the same path."""
        path = canonical(entry["path"])
        if path not in self._entries or self._entries[path]["source"] == "sample":
            self._entries[path] = entry

    def _build(self, path: str) -> Stored:
        entry = self._entries[path]
        body, packed = self._body(entry)
        if packed is None and len(body) >= COMPRESS_FROM_BYTES:
            packed = gzip.compress(body, compresslevel=5, mtime=0)
        return Stored(
            status=entry.get("status", 200),
            content_type=entry["content_type"],
            source=entry["source"],
            body=body,
            packed=packed,
            etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        )

    def _body(self, entry: dict[str, Any]) -> tuple[bytes, bytes | None]:
        if "compose" in entry:
            return self._composed(entry), None
        if entry["source"] == "sample":
            return (self._corpus / entry["file"]).read_bytes(), None
        if entry["source"] == "extracted":
            return self._extracted(entry["file"], entry["document"]), None
        return self._recorded(entry["file"])

    def _recorded(self, file: str) -> tuple[bytes, bytes | None]:
        if self._recordings is None:
            raise FileNotFoundError(f"{file}: there is no folder of recordings")
        stored = (self._recordings / file).read_bytes()
        return (gzip.decompress(stored), stored) if file.endswith(".gz") else (stored, None)

    def _extracted(self, file: str, filename: str) -> bytes:
        text, _ = self._recorded(file)
        return next(document.served for document in split_submission(text) if document.filename == filename)

    def _document(self, filing: dict[str, Any], file: str) -> bytes:
        """Return a document's body without the block that EDGAR serves it in."""
        body = (self._corpus / file).read_bytes() if filing.get("sample") else self._recorded(file)[0]
        return document_body(body)

    def _composed(self, entry: dict[str, Any]) -> bytes:
        if entry["compose"] == "submissions":
            cik = entry["cik"]
            filings = [filing for filing in self._filings.values() if filing["cik"] == cik]
            return compose.submissions(cik, self._companies[str(cik)], filings)
        filing = self._filings[entry["accession"]]
        company = self._companies[str(filing["cik"])]
        if entry["compose"] == "index_page":
            return compose.index_page(filing, company)
        bodies = ((document, self._document(filing, document["file"])) for document in filing["documents"])
        return compose.full_submission(filing, company, bodies)


def _composed_listing(content_type: str, body: bytes) -> Stored:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Stored(200, content_type, "generated", body, None, etag)


def canonical(target: str) -> str:
    """Return a request target in the form the manifest is searched by: sorted query, no empty parameters."""
    parts = urlsplit(target)
    query = urlencode(sorted((name, value) for name, value in parse_qsl(parts.query) if value))
    return f"{parts.path}?{query}" if query else parts.path
