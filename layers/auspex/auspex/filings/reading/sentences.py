"""Find sentences of filings: boundaries that a reader would accept, none inside "Inc.", "U.S." or "No. 5"."""

from __future__ import annotations

import re

_BOUNDARY = re.compile(r"[.!?][\"'”’)\]]*(?P<gap>\s+)(?=[\"'“‘(\[]?[A-Z0-9$])")
_ABBREVIATION = re.compile(
    r"(?<![A-Za-z.])(?:[A-Z]|(?:[A-Za-z]\.)+[A-Za-z]|Inc|Corp|Co|Cos|Ltd|No|Nos|vs|Mr|Mrs|Ms|Dr|St|Jr|Sr|Jan|Feb|Mar|Apr|Jun|"
    r"Jul|Aug|Sept?|Oct|Nov|Dec|approx|e\.g|i\.e|cf|Art|Sec|Reg|Rev|Fig|Messrs|N\.A|Bros|Mfg|Intl|Dept)$"
)


def split_sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return half-open spans that follow one another and cover the whole text; blanks belong to what precedes them.

    A line break ends a sentence as well: canonical text has none inside a paragraph.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for line in re.finditer(r"[^\n]*\n*", text):
        for boundary in _BOUNDARY.finditer(text, line.start(), line.end()):
            end = boundary.end("gap")
            if boundary.group().startswith(".") and _ABBREVIATION.search(text, start, boundary.start()):
                continue
            spans.append((start, end))
            start = end
        if line.end() > start:
            spans.append((start, line.end()))
            start = line.end()
    return tuple(spans)
