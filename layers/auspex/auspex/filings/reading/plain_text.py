"""Make a text filing readable: EDGAR's text marks go, paragraphs that were broken by width come together."""

from __future__ import annotations

import html
import re

_PAGE = re.compile(r"^[ \t]*<PAGE>[^\n]*$", re.IGNORECASE | re.MULTILINE)
_MARK = re.compile(r"</?(?:TABLE|CAPTION|S|C|FN|F\d{1,2}|TEXT)(?:[ \t][^>\n]*)?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
_GAP = re.compile(r"\S(?: {3,}|\t)\S|\.{4,}|(?:[-=_] ?){4,}")
_ITEM = re.compile(r"\s*(?:part\s+[iv]+\b|items?\s+\d)", re.IGNORECASE)
_LIST = re.compile(r"\s*(?:[•*·-]\s|\(?[a-z0-9]{1,3}[.)]\s)", re.IGNORECASE)
_FIGURE_END = re.compile(r"[\d)%]\s*$")
# A line broken by width is nearly full; shorter ones end where their author ended them.
_FULL_LINE_CHARACTERS_MIN = 55


def flow(text: str) -> str:
    """Return a text filing with one line a paragraph; rows of tables, headings and lists keep their lines."""
    text = _PAGE.sub("\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ENTITY.sub(lambda match: html.unescape(match.group(0)), _MARK.sub("", text))
    flowed: list[str] = []
    previous = ""
    for line in text.expandtabs(8).split("\n"):
        if _continues(previous, line):
            flowed[-1] = f"{flowed[-1].rstrip()} {line.strip()}"
        else:
            flowed.append(line)
        previous = line
    return "\n".join(flowed)


def _continues(previous: str, line: str) -> bool:
    """Whether a line goes on with the paragraph of the line above it."""
    above, here = previous.strip(), line.strip()
    if len(above) < _FULL_LINE_CHARACTERS_MIN or not here or _GAP.search(above) or _GAP.search(here):
        return False
    if _ITEM.match(line) or _LIST.match(line):
        return False
    if _ITEM.match(previous):
        return here.isupper() == above.isupper()
    indented = len(line) - len(line.lstrip()) > len(previous) - len(previous.lstrip()) + 1
    row = _FIGURE_END.search(above) is not None and _FIGURE_END.search(here) is not None
    return not indented and not row and here.isupper() == above.isupper()
