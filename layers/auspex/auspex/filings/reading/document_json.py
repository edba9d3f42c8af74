"""The canonical form of a document as JSON, the way it lies in S3: exact decimals, dates, offsets in code points."""

from __future__ import annotations

from pydantic import TypeAdapter

from auspex.filings.model import NormalizedDocument

_ADAPTER: TypeAdapter[NormalizedDocument] = TypeAdapter(NormalizedDocument)


def document_to_json(document: NormalizedDocument) -> bytes:
    """Return a document as JSON; equal documents give equal bytes."""
    return _ADAPTER.dump_json(document)


def document_from_json(body: bytes) -> NormalizedDocument:
    """Return the document in a JSON body. Raises ValueError for anything else."""
    return _ADAPTER.validate_json(body)
