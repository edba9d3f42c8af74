"""The bucket of raw and normalised documents."""

from __future__ import annotations

from functools import cache

from auspex.core.config import StorageSettings, read_settings
from auspex.filings.document_store import DocumentStore


@cache
def document_store() -> DocumentStore:
    """Return the store of raw and normalised documents."""
    return DocumentStore(bucket=read_settings(StorageSettings).documents_bucket)
