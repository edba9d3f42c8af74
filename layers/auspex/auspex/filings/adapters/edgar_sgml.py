"""EDGAR's SGML envelope: a complete submission is a header and documents, each in a `<DOCUMENT>` block.

EDGAR serves inline XBRL and XML documents bare but every other document *with* its block around it (checked against the
sizes of three recorded index pages, to the byte): strip the block before reading such a body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = re.compile(rb"<DOCUMENT>\n(?P<tags>.*?)<TEXT>\n(?P<text>.*?)</TEXT>\s*</DOCUMENT>\n?", re.DOTALL)
_TAG = re.compile(rb"^<(TYPE|SEQUENCE|FILENAME|DESCRIPTION)>(.*)$", re.MULTILINE)
_LABEL = re.compile(r"^\s*([A-Z][A-Z ]+):\t+(.+?)\s*$", re.MULTILINE)
_WRAPPERS = ((b"<XBRL>\n", b"</XBRL>"), (b"<XML>\n", b"</XML>"))
_ENVELOPES = (b"<DOCUMENT>", b"<SEC-DOCUMENT>", b"-----BEGIN PRIVACY-ENHANCED MESSAGE-----")
_ENCODED = re.compile(rb"(?:<PDF>\n)?begin \d{3} ")


@dataclass(frozen=True, slots=True)
class SubmittedDocument:
    """One document of a submission: `body` is what its author wrote, `served` what EDGAR sends under its file name."""

    type: str
    sequence: int
    filename: str
    description: str
    body: bytes
    served: bytes

    @property
    def encoded(self) -> bool:
        """Whether the body is uuencoded (graphics, PDF, archives), so that neither form of it is readable."""
        return _ENCODED.match(self.body) is not None


def split_submission(text: bytes) -> Iterator[SubmittedDocument]:
    """Yield the documents of a complete submission in their order; a body cut off before its end is left out."""
    for match in _BLOCK.finditer(text):
        tags = {name.decode(): value.strip().decode("utf-8", "replace") for name, value in _TAG.findall(match["tags"])}
        body, bare = _unwrap(match["text"])
        sequence = tags.get("SEQUENCE", "")
        yield SubmittedDocument(
            type=tags.get("TYPE", ""),
            sequence=int(sequence) if sequence.isdecimal() else 0,
            filename=tags.get("FILENAME", ""),
            description=tags.get("DESCRIPTION", ""),
            body=body,
            served=body if bare else match.group(),
        )


def document_body(raw: bytes) -> bytes:
    """Return what the author wrote: the body without EDGAR's block where one stands around it, else `raw` itself.

    Of a complete submission (what EDGAR lists as the document of an old filing) the first document counts.
    """
    if not raw.startswith(_ENVELOPES):
        return raw
    match = _BLOCK.search(raw)
    return _unwrap(match["text"])[0] if match else raw


def header_labels(text: bytes) -> dict[str, list[str]]:
    """Map each label of the submission's header to its values, the acceptance time under ACCEPTANCE-DATETIME."""
    end = text.find(b"</SEC-HEADER>")
    head = text[: end if end >= 0 else 0].decode("utf-8", "replace")
    labels: dict[str, list[str]] = {}
    for name, value in _LABEL.findall(head):
        labels.setdefault(name, []).append(value)
    accepted = re.search(r"<ACCEPTANCE-DATETIME>(\d{14})", head)
    if accepted:
        labels["ACCEPTANCE-DATETIME"] = [accepted[1]]
    return labels


def _unwrap(text: bytes) -> tuple[bytes, bool]:
    for opening, closing in _WRAPPERS:
        if text.startswith(opening) and closing in text:
            return text[len(opening) : text.rindex(closing)], True
    return text, False
