"""Proves quotes against stored text. A citation is verified only by comparing bytes with the stored section, now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from auspex.filings.answers.evidence import Source
from auspex.filings.model import Citation

ACTUAL_TEXT_CHARACTERS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class StoredSection:
    """A section as it lies in the database, with the hash that was stored beside it."""

    section_id: str
    accession: str
    form: str
    document: str
    section_key: str
    text: str
    text_sha256: str
    source_url: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome for one span. `reason` is None when valid, else one of `section_missing`, `text_changed`,
    `span_outside`, `quote_differs`; `actual_text` is what really stands at the span."""

    valid: bool
    reason: str | None
    actual_text: str | None


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text's UTF-8 bytes in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def verify_span(
    section: StoredSection | None, *, start: int, end: int, quote: str, text_sha256: str | None = None
) -> Verification:
    """Compare a quote with a stored section, byte for byte, after hashing the stored text anew.

    `text_sha256` is the hash the citation was made with; None skips that comparison, never the stored one.
    """
    if section is None:
        return Verification(valid=False, reason="section_missing", actual_text=None)
    if not 0 <= start < end <= len(section.text):
        return Verification(valid=False, reason="span_outside", actual_text=None)
    actual = section.text[start:end]
    shown = actual[:ACTUAL_TEXT_CHARACTERS_MAX]
    current = hash_text(section.text)
    if current != section.text_sha256 or (text_sha256 is not None and text_sha256 != current):
        return Verification(valid=False, reason="text_changed", actual_text=shown)
    if actual.encode("utf-8") != quote.encode("utf-8"):
        return Verification(valid=False, reason="quote_differs", actual_text=shown)
    return Verification(valid=True, reason=None, actual_text=shown)


def cite(source: Source) -> Citation:
    """Return the citation of a source, not yet verified."""
    return Citation(
        accession=source.accession,
        form=source.form,
        section_key=source.section_key,
        document=source.document,
        start=source.start,
        end=source.end,
        quote=source.quote,
        text_sha256=source.text_sha256,
        source_url=source.source_url,
    )


def verify_sources(sources: Iterable[Source], sections: Mapping[str, StoredSection]) -> tuple[Citation, ...]:
    """Return a citation for each source, marked verified when its quote stands in the stored section."""
    return tuple(
        replace(
            cite(source),
            verified=verify_span(
                sections.get(source.section_id),
                start=source.start,
                end=source.end,
                quote=source.quote,
                text_sha256=source.text_sha256,
            ).valid,
        )
        for source in sources
    )
