"""Parse a filing's markup with lxml: XHTML strictly where it is well formed, HTML leniently where not."""

from __future__ import annotations

import functools
import html
import re
from dataclasses import dataclass

from lxml import etree

_VOID = "area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr"
_SELF_CLOSED = re.compile(rf"<(?!(?:{_VOID})\b)([A-Za-z][\w:.-]*)((?:\s[^<>]*?)?)/>", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_NAMED_ENTITY = re.compile(r"&[A-Za-z][A-Za-z0-9]{1,30};")
_XML_ENTITIES = frozenset({"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"})
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_WRAPPER = re.compile(r"^\s*(?:<SEC-DOCUMENT>|<DOCUMENT>).*?<TEXT>\s*(?:<(?:XBRL|XML)>\s*)?", re.IGNORECASE | re.DOTALL)
_WRAPPER_END = re.compile(r"\s*(?:</(?:XBRL|XML)>\s*)?</TEXT>\s*</DOCUMENT>.*$", re.IGNORECASE | re.DOTALL)
_LOOKS_LIKE_MARKUP = re.compile(
    r"<(?:!doctype\s+html|html|body|div|p|font|center|br|tr|td|ix:\w+)\b[^>]*>", re.IGNORECASE
)
_XHTML = re.compile(r"<\?xml|<html[^>]+xmlns", re.IGNORECASE)
_BOLD = re.compile(r"(?<![\w-])(?:font-weight\s*:\s*(bold|bolder|normal|lighter|\d+)|font\s*:[^;]*\b(bold)\b)")
_ALIGN = re.compile(r"text-align\s*:\s*(\w+)")
_DISPLAY = re.compile(r"(?<![\w-])display\s*:\s*([\w-]+)")
MARKUP_PROBE_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Style:
    """What a style attribute says about reading order; None means it says nothing."""

    bold: bool | None = None
    centred: bool | None = None
    display: str | None = None


def unwrap(text: str) -> str:
    """Drop the `<DOCUMENT>…<TEXT>` lines that a stored document may still carry around its body."""
    match = _WRAPPER.match(text)
    return text if match is None else _WRAPPER_END.sub("", text[match.end() :])


def _resolve(match: re.Match[str]) -> str:
    """Write an HTML entity as its character: XML knows five names only, and those keep theirs."""
    name = match.group(0)
    return name if name in _XML_ENTITIES else html.unescape(name)


def is_markup(text: str) -> bool:
    """Whether the beginning of a text carries HTML elements; `<TABLE>` and `<PAGE>` alone are EDGAR's text marks."""
    return _LOOKS_LIKE_MARKUP.search(text[:MARKUP_PROBE_CHARACTERS]) is not None


def parse(text: str) -> tuple[etree._Element | None, tuple[str, ...]]:
    """Return the root element and the reasons for which the reading is degraded."""
    text = _ILLEGAL.sub("", text)
    xhtml = _XHTML.search(text[:MARKUP_PROBE_CHARACTERS]) is not None
    if xhtml:
        body = _NAMED_ENTITY.sub(_resolve, _XML_DECLARATION.sub("", text, count=1).lstrip())
        parser = etree.XMLParser(encoding="utf-8", huge_tree=True, resolve_entities=False, no_network=True,
                                 load_dtd=False, remove_pis=True, remove_comments=True)  # fmt: skip
        try:
            return etree.fromstring(body.encode(), parser), ()
        except etree.XMLSyntaxError:
            text = _SELF_CLOSED.sub(r"<\1\2></\1>", body)
    lenient = etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True, remove_pis=True, remove_comments=True)
    reasons = ("markup_broken",) if xhtml else ()
    try:
        root = etree.fromstring(text.encode(), lenient)
    except etree.ParserError:
        return None, ("markup_empty",)
    except etree.XMLSyntaxError:
        return None, ("markup_broken",)
    return root, reasons


@functools.lru_cache(maxsize=4096)
def tag_name(tag: str) -> str:
    """Name an element alike in HTML and XHTML: lower case, `ix:` kept for inline XBRL, other prefixes dropped."""
    if tag.startswith("{"):
        namespace, _, local = tag[1:].partition("}")
        return f"ix:{local.lower()}" if "inlineXBRL" in namespace else local.lower()
    prefix, colon, local = tag.rpartition(":")
    return f"ix:{local.lower()}" if colon and prefix.lower() == "ix" else (local or tag).lower()


@functools.lru_cache(maxsize=16_384)
def read_style(style: str) -> Style:
    """Read the parts of a style attribute that matter: weight, alignment, display."""
    style = style.lower()
    bold = None
    if (weight := _BOLD.search(style)) is not None:
        word = weight.group(1) or weight.group(2)
        bold = int(word) >= 600 if word.isdigit() else word in {"bold", "bolder"}
    align = _ALIGN.search(style)
    display = _DISPLAY.search(style)
    centred = None if align is None else align.group(1) == "center"
    return Style(bold=bold, centred=centred, display=None if display is None else display.group(1))


def attribute(element: etree._Element, name: str) -> str | None:
    """Read an attribute whose capitals the HTML parser may have lowered."""
    value = element.get(name)
    return value if value is not None else element.get(name.lower())


def element_name(element: etree._Element) -> str | None:
    """Name an element as `tag_name` does; None for comments, entities and processing instructions."""
    tag: object = element.tag
    return tag_name(tag) if isinstance(tag, str) else None


def entity_text(element: etree._Element) -> str:
    """Return the characters that an unresolved entity of the source stands for, nothing for other nodes."""
    tag: object = element.tag
    return html.unescape(element.text or "") if tag is etree.Entity else ""


def text_of(element: etree._Element) -> str:
    """Join all text inside an element as the source has it."""
    return "".join(str(piece) for piece in element.itertext())
