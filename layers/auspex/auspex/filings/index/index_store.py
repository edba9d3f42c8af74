"""Only this module writes the index. Chunks, postings, term frequencies and corpus counters change in one transaction.

A chunk is known by its content key: delivering the same chunks again changes nothing. The caller opens the
transaction; several calls in one are safe, because every writer takes the corpus row before it touches terms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auspex.core.database import Connection, fetch_all, load_sql
from auspex.filings.index.bm25 import searchable_text
from auspex.filings.index.chunking import embedded_text
from auspex.filings.model import Chunk

SQL = load_sql(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class IndexDrift:
    """How far stored counts are from a recount: terms with a wrong df, chunks and lengths too many; 0 when sound."""

    terms: int
    chunks: int
    length: int


def index_chunks(
    connection: Connection,
    *,
    accession: str,
    cik: int,
    form: str,
    period_end: date | None,
    known_at: datetime,
    index_version: int,
    section_ids: Mapping[tuple[int, int], str],
    chunks: Sequence[Chunk],
    embeddings: NDArray[np.float32],
    is_hidden: bool = False,
) -> int:
    """Add a filing's chunks to the index and return how many were new. Hidden ones are found once `show_chunks` shows
    their version.

    `section_ids` maps (document sequence, section ordinal) to the stored section; `embeddings` has shape (n, 384), a
    row a chunk. Raises ValueError when the two lengths differ, KeyError for a section that is not stored.
    """
    if len(chunks) != len(embeddings):
        raise ValueError(f"{len(chunks)} chunks but {len(embeddings)} embeddings")
    if not chunks:
        return 0
    places = [section_ids[chunk.document_sequence, chunk.section_ordinal] for chunk in chunks]
    keys = [
        content_key(accession=accession, index_version=index_version, section_id=place, chunk=chunk)
        for place, chunk in zip(places, chunks, strict=True)
    ]
    searchable = dict(zip(keys, (searchable_text(embedded_text(chunk)) for chunk in chunks), strict=True))
    added = fetch_all(
        connection,
        SQL["insert_chunks"],
        {
            "accession": accession,
            "cik": cik,
            "form": form,
            "period_end": period_end,
            "known_at": known_at,
            "index_version": index_version,
            "superseded_at": known_at if is_hidden else None,
            "content_keys": keys,
            "section_ids": places,
            "searchables": [searchable[key] for key in keys],
            "embeddings": [vector_literal(vector) for vector in embeddings],
            **_columns(chunks),
        },
    )
    if not added:
        return 0
    connection.execute(SQL["add_to_corpus"], {"chunks": len(added), "sum_dl": sum(int(row["dl"]) for row in added)})
    connection.execute(
        SQL["add_postings"],
        {
            "chunk_ids": [row["chunk_id"] for row in added],
            "dls": [row["dl"] for row in added],
            "searchables": [searchable[row["content_key"]] for row in added],
        },
    )
    return len(added)


def show_chunks(connection: Connection, *, accession: str, index_version: int) -> None:
    """Have a version that was built hidden be found from now on; the caller takes the earlier ones out."""
    connection.execute(SQL["show_chunks"], {"accession": accession, "index_version": index_version})


def remove_chunks(connection: Connection, *, accession: str, keep_index_version: int) -> int:
    """Take every chunk of an earlier index version of this filing out of the index and return how many went."""
    outdated = fetch_all(
        connection,
        SQL["list_outdated_chunks"],
        {"accession": accession, "keep_index_version": keep_index_version},
    )
    if not outdated:
        return 0
    chunk_ids = [row["chunk_id"] for row in outdated]
    connection.execute(
        SQL["add_to_corpus"], {"chunks": -len(outdated), "sum_dl": -sum(int(row["dl"]) for row in outdated)}
    )
    connection.execute(SQL["subtract_terms"], {"chunk_ids": chunk_ids})
    connection.execute(SQL["delete_chunks"], {"chunk_ids": chunk_ids})
    return len(outdated)


def recount_terms(connection: Connection) -> IndexDrift:
    """Compare df and the corpus counters with a full recount; reads the whole index, for sweeps and tests."""
    row = fetch_all(connection, SQL["recount_terms"], {})[0]
    return IndexDrift(terms=row["terms_off"], chunks=row["chunks_off"], length=row["dl_off"])


def content_key(*, accession: str, index_version: int, section_id: str, chunk: Chunk) -> str:
    """Return the SHA-256 of what makes a chunk itself: place, kind, context and text, within one index version."""
    parts = (accession, index_version, section_id, chunk.kind, chunk.start, chunk.end, chunk.context, chunk.text)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def vector_literal(vector: NDArray[np.float32]) -> str:
    """Write a vector as pgvector reads it; nine digits keep a float32 exact."""
    return "[" + ",".join(f"{value:.9g}" for value in vector.tolist()) + "]"


def _columns(chunks: Sequence[Chunk]) -> dict[str, list[Any]]:
    return {
        "kinds": [chunk.kind for chunk in chunks],
        "ordinals": [chunk.ordinal for chunk in chunks],
        "starts": [chunk.start for chunk in chunks],
        "ends": [chunk.end for chunk in chunks],
        "contexts": [chunk.context for chunk in chunks],
        "texts": [chunk.text for chunk in chunks],
        "tokens": [chunk.tokens for chunk in chunks],
    }
