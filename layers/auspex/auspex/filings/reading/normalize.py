"""Turn a filed document into canonical text with the spans of its facts, tables and headings (FILINGS 7.3).

The same bytes give the same text for ever: any change of a rule raises `NORMALIZER_VERSION`.
"""

from __future__ import annotations

import re

from lxml import etree

from auspex.filings.model import Fact, Heading, NormalizedDocument
from auspex.filings.reading import charset, markup
from auspex.filings.reading.emitter import Emitter
from auspex.filings.reading.markup import element_name, text_of
from auspex.filings.reading.plain_text import flow
from auspex.filings.reading.tables import caption_tables
from auspex.filings.reading.walker import Walk
from auspex.filings.reading.xbrl import keep_most_precise, read_resources

_BINARY_ENDINGS = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".gif", ".zip", ".xlsx", ".xls", ".bmp", ".tif", ".tiff"})
_BINARY_STARTS = (
    *(b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"),
    *(b"<PDF>", b"begin 6"),
)
_DEI_MAX_CHARACTERS = 400
_NOWHERE = 1 << 62
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
    emitter.write(flow(text))
    return NormalizedDocument(emitter.finish(), degraded=bool(reasons), reasons=reasons)


def _normalize_tree(root: etree._Element, reasons: tuple[str, ...]) -> NormalizedDocument:
    walk = Walk(read_resources(root))
    hidden = list(walk.hidden_facts(root))
    walk.read(root)
    text = walk.emitter.finish()
    if not text.strip():
        # A hidden block that nobody closed swallows the document: read what it hides rather than nothing.
        shown = Walk(walk.resources, shows_hidden=True)
        shown.read(root)
        revealed = shown.emitter.finish()
        if revealed.strip():
            walk, text, reasons = shown, revealed, (*reasons, "only_hidden_text")
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
        facts=_settle_facts(walk, hidden),
        headings=headings,
        degraded=bool(reasons),
        reasons=reasons,
        properties=_properties(root, walk),
    )


def _settle_facts(walk: Walk, hidden: list[Fact]) -> tuple[Fact, ...]:
    """Drop duplicates; of equally precise ones that in a table stays, then the first. Hidden facts come last."""
    tables = [(table.start, table.end) for table in walk.tables]
    inside: list[Fact] = []
    outside: list[Fact] = []
    position = 0
    for fact in sorted(walk.facts, key=_place):
        start = _place(fact)
        while position < len(tables) and tables[position][1] <= start:
            position += 1
        in_table = position < len(tables) and tables[position][0] <= start
        (inside if in_table else outside).append(fact)
    return tuple(sorted(keep_most_precise([*inside, *outside, *hidden]), key=_place))


def _place(fact: Fact) -> int:
    return _NOWHERE if fact.start is None else fact.start


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
