"""Only this module decides which characters a filing's bytes stand for."""

from __future__ import annotations

import codecs
import re

_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,40})["']|<meta[^>]{0,300}?charset\s*=\s*["']?([A-Za-z0-9._-]{2,40})""",
    re.IGNORECASE,
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Browsers read these labels as Windows-1252 (WHATWG Encoding, section 4.2), and so do filers who mislabel.
_READ_AS_CP1252 = {"ascii", "iso8859-1", "cp1252"}
DECLARATION_BYTES_MAX = 4096


def decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode a document's bytes: byte order mark, then the declared charset, then UTF-8, then Windows-1252.

    Returns the text and the reasons for which the reading is degraded; bytes that no code page defines become U+FFFD.
    """
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return _tolerant(raw, name)
    declared = _declared_charset(raw)
    reasons: tuple[str, ...] = ()
    if declared is not None and declared not in _READ_AS_CP1252 and declared != "utf-8":
        try:
            return raw.decode(declared), ()
        except UnicodeDecodeError:
            reasons = ("charset_wrong",)
    try:
        return raw.decode("utf-8"), reasons
    except UnicodeDecodeError:
        text, undefined = _tolerant(raw, "cp1252")
        wrong = reasons or (("charset_wrong",) if declared == "utf-8" else ())
        return text, wrong + undefined


def _declared_charset(raw: bytes) -> str | None:
    match = _DECLARED.search(raw[:DECLARATION_BYTES_MAX])
    if match is None:
        return None
    label = (match.group(1) or match.group(2)).decode("ascii")
    try:
        return codecs.lookup(label).name
    except LookupError:
        return None


def _tolerant(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        return raw.decode(name), ()
    except UnicodeDecodeError:
        return raw.decode(name, errors="replace"), ("charset_undefined_bytes",)
