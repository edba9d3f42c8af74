"""Only this module writes canonical text: every blank, newline and offset of FILINGS 7.3 is decided here."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

HEADING_CHARACTERS_MAX = 250
_STYLED_SHARE_MIN = 0.9
# Numeric references to 0x80-0x9F mean Windows-1252 (WHATWG HTML, numeric character reference end state).
_C1 = {code: bytes([code]).decode("cp1252", errors="ignore") for code in range(0x80, 0xA0)}
_DROPPED = dict.fromkeys([*range(9), *range(0x0E, 0x1C), 0x7F, 0xAD, 0x200B, 0x2060, 0xFEFF], "")
_CHARACTERS = str.maketrans({**_C1, **_DROPPED, 0x85: "…"})
_COMBINING_FROM = "\u0300"


@dataclass(slots=True)
class Mark:
    """A span being recorded; `start` is None until its first character is written."""

    payload: object
    start: int | None = None
    end: int | None = None


@dataclass(slots=True)
class StyledLine:
    """A finished line set apart by bold or centred type."""

    start: int
    end: int


@dataclass(slots=True)
class Emitter:
    """Collects words into canonical text.

    With `inline` (a table cell) line breaks become blanks. Offsets are code points of the text written so far.
    """

    inline: bool = False
    parts: list[str] = field(default_factory=list)
    length: int = 0
    bold: bool = False
    centred: bool = False
    preformatted: bool = False
    marks: list[Mark] = field(default_factory=list)
    styled_lines: list[StyledLine] = field(default_factory=list)
    bold_characters: int = 0
    _waiting: list[Mark] = field(default_factory=list)
    _newlines: int = 0
    _blank: bool = False
    _line_start: int = 0
    _line_bold: int = 0
    _line_centred: bool = False

    def write(self, raw: str) -> None:
        """Append characters of the source, folding runs of blanks into one."""
        if self.preformatted and not self.inline:
            first, *rest = raw.split("\n")
            self._write_folded(first)
            for line in rest:
                self.add_break()
                self._write_folded(line)
            return
        self._write_folded(raw)

    def _write_folded(self, raw: str) -> None:
        if not raw.isascii() or not raw.isprintable():
            raw = raw.translate(_CHARACTERS)
        words = raw.split()
        if not words:
            self._blank = self._blank or bool(raw)
            return
        if raw[0].isspace():
            self._blank = True
        piece = " ".join(words)
        self.append(piece if piece.isascii() else unicodedata.normalize("NFC", piece))
        self._blank = raw[-1].isspace()

    def append(self, piece: str, bold_characters: int | None = None) -> int:
        """Append one folded piece after whatever separator is due and return the offset of its first character."""
        separator = self._separator()
        if separator:
            self.parts.append(separator)
            self.length += len(separator)
        elif self.parts and piece[0] >= _COMBINING_FROM:
            piece = self._compose(piece)
        start = self.length
        for mark in self._waiting:
            mark.start = start
        self._waiting.clear()
        self.parts.append(piece)
        self.length += len(piece)
        bold = bold_characters if bold_characters is not None else len(piece) * self.bold
        self.bold_characters += bold
        self._line_bold += bold
        self._line_centred = self._line_centred or self.centred
        return start

    def _separator(self) -> str:
        separator = ""
        if self._newlines and self.length:
            separator = "\n" * self._newlines
            self._finish_line()
            self._line_start = self.length + len(separator)
        elif self._blank and self.length:
            separator = " "
        self._newlines, self._blank = 0, False
        return separator

    def _compose(self, piece: str) -> str:
        """Keep the text NFC where a combining character starts a piece: it joins the character before it."""
        last = self.parts[-1]
        joined = unicodedata.normalize("NFC", last[-1:] + piece)
        if not last or joined[:1] == last[-1] or len(joined) < 2:
            return piece
        self.parts[-1] = last[:-1] + joined[0]
        return joined[1:]

    def break_line(self, count: int = 1) -> None:
        """Require `count` newlines (1, or 2 for a blank line) before the next character."""
        if self.inline:
            self._blank = True
        else:
            self._newlines = min(2, max(self._newlines, count))

    def add_break(self) -> None:
        """Add one explicit line break; two in a row leave a blank line."""
        if self.inline:
            self._blank = True
        else:
            self._newlines = min(2, self._newlines + 1)

    def open_mark(self, payload: object) -> Mark:
        """Start recording the span of what is written next."""
        mark = Mark(payload)
        self._waiting.append(mark)
        return mark

    def close_mark(self, mark: Mark) -> None:
        """Finish a span; one that covered no character keeps None for both ends."""
        if mark.start is None:
            self._waiting.remove(mark)
        else:
            mark.end = self.length
        self.marks.append(mark)

    def _finish_line(self) -> None:
        length = self.length - self._line_start
        styled = self._line_centred or self._line_bold >= _STYLED_SHARE_MIN * length
        if 0 < length <= HEADING_CHARACTERS_MAX and styled:
            self.styled_lines.append(StyledLine(self._line_start, self.length))
        self._line_bold, self._line_centred = 0, False

    def finish(self) -> str:
        """Close the last line and return the canonical text."""
        self._finish_line()
        return "".join(self.parts)
