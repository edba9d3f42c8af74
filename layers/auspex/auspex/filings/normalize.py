"""Turn a filed document into canonical text with the spans of its facts, tables and headings (FILINGS 7.3).

The same bytes give the same text for ever: any change of a rule raises `NORMALIZER_VERSION`.
"""

from __future__ import annotations

import re

from lxml import etree

from auspex.filings import charset, markup
from auspex.filings.emitter import Emitter
from auspex.filings.markup import element_name, text_of
from auspex.filings.model import Heading, NormalizedDocument
from auspex.filings.tables import caption_tables
from auspex.filings.walker import Walk
from auspex.filings.xbrl import keep_most_precise, read_resources

_BINARY_ENDINGS = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".gif", ".zip", ".xlsx", ".xls", ".bmp", ".tif", ".tiff"})
_BINARY_STARTS = (
    *(b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    *(b"<PDF>", b"begin 6"),
)
_DEI_MAX_CHARACTERS = 400
_TAG = re.compile(r"<[^>]*>")


class UnsupportedDocumentError(ValueError):
    """The document is neither HTML nor text (a PDF, an image, an archive); nothing was read from it."""


def normalize(raw: bytes, *, filename: str) -> NormalizedDocument:
    """Read a document's bytes into canonical text; broken markup or charset is read leniently and says so in `reasons`.

    Raises UnsupportedDocumentError for anything that is neither HTML nor plain text.
    """
    ending = filename[filename.rfind(".") :].lower() if "." in filename else ""
    body = raw.lstrip()[:64]
    if ending in _BINARY_ENDINGS or body.startswith(_BINARY_STARTS) or _is_binary(raw):
        raise UnsupportedDocumentError(f"{filename} is neither HTML nor text")
    decoded, reasons = charset.decode(raw)
    text = markup.unwrap(decoded)
    if text.lstrip()[:8].startswith(("%PDF", "<PDF>", "begin 6")):
        raise UnsupportedDocumentError(f"{filename} wraps a document that is neither HTML nor text")
    if not markup.is_markup(text):
        return _normalize_plain(text, reasons)
    root, parse_reasons = markup.parse(text)
    if root is None:
        return _normalize_plain(_TAG.sub(" ", text), reasons + parse_reasons)
    return _normalize_tree(root, reasons + parse_reasons)


def _is_binary(raw: bytes) -> bool:
    probe = raw[:4096]
    utf16 = probe[:2] in {b"\xff\xfe", b"\xfe\xff"}
    return not utf16 and b"\x00" in probe


def _normalize_plain(text: str, reasons: tuple[str, ...]) -> NormalizedDocument:
    emitter = Emitter(preformatted=True)
    emitter.write(text.replace("\r\n", "\n").replace("\r", "\n"))
    return NormalizedDocument(emitter.finish(), degraded=bool(reasons), reasons=reasons)


def _normalize_tree(root: etree._Element, reasons: tuple[str, ...]) -> NormalizedDocument:
    walk = Walk(read_resources(root))
    hidden = list(walk.hidden_facts(root))
    walk.read(root)
    text = walk.emitter.finish()
    if walk.unreadable_facts:
        reasons = (*reasons, f"xbrl_unreadable_facts:{walk.unreadable_facts}")
    headings = tuple(
        Heading(line.start, line.end, text[line.start : line.end])
        for line in walk.emitter.styled_lines
        if any(character.isalpha() for character in text[line.start : line.end])
    )
    return NormalizedDocument(
        text,
        tables=caption_tables(text, walk.tables),
        facts=keep_most_precise([*walk.facts, *hidden]),
        headings=headings,
        degraded=bool(reasons),
        reasons=reasons,
        properties=_properties(root, walk),
    )


def _properties(root: etree._Element, walk: Walk) -> dict[str, str]:
    """Read the undimensioned `dei` statements about the document, first mention first."""
    found: dict[str, str] = {}
    for element in root.iter():
        if element_name(element) != "ix:nonnumeric":
            continue
        prefix, _, name = (element.get("name") or "").partition(":")
        context = walk.resources.contexts.get(markup.attribute(element, "contextRef") or "")
        if prefix != "dei" or context is None or context.dims_hash:
            continue
        value = " ".join(text_of(element).split())
        if value and len(value) <= _DEI_MAX_CHARACTERS:
            found.setdefault(name, value)
    return found
