"""Find the lines that may open an item and choose those that do (FILINGS 7.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from auspex.filings.model import NormalizedDocument
from auspex.filings.reading.items import ITEM_TITLES_8K, ITEMS_10K, ITEMS_10Q, Item

_LINE_CHARACTERS_MAX = 300
_LINE = re.compile(
    r"^[^\w\n]{0,4}(?:part\s+(?P<part>iv|i{1,3}|[1-4])\b[\s,.:|–—-]*)?items?\b[\s|.:#–—-]*"
    r"(?P<first>\d{1,2}(?:\.\d\d)?)\s?(?P<letter>\(?[a-c]\)?(?![a-z]))?"
    r"(?:\s*(?:and|&|,|to|through|–|-)\s*(?:items?\s*)?(?P<last>\d{1,2})\s?(?P<last_letter>[a-c](?![a-z]))?(?=[\s.:|]))?"
    r"(?P<rest>[^\n]*)$",
    re.IGNORECASE | re.MULTILINE,
)
_PART = re.compile(
    r"^[^\w\n]{0,4}part\s*[\s–—-]?\s*(?P<part>iv|i{1,3}|[1-4])\b(?![\s,.]*item)[^\n]{0,80}$",
    re.IGNORECASE | re.MULTILINE,
)
_PAGE_NUMBER = re.compile(r"\|\s*\*?(?:[FS]-)?\d{0,4}\*?\s*$")
_CONTINUED = re.compile(r"continued", re.IGNORECASE)
_PROSE = re.compile(r"^\s*(?:of|in|to|and|or|under|above|below|is|are|was|contains|includes|refers?|on|for)\b")
_PARTS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_UNTITLED_WEIGHT = 0.25
_MISTITLED_WEIGHT = 0.05
_INDEX_ROW_WEIGHT = 0.5
_ROW_CHARACTERS = 400
_ROWS_MIN = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may open an item. `covers` names the last item it opens ("Items 1 and 2"); `score` is its worth."""

    start: int
    key: str
    title: str
    covers: str
    weight: float
    body: int = 0

    @property
    def score(self) -> float:
        """The characters it would give to its item, discounted where the line does not look like a heading."""
        return self.weight * self.body


def read_candidates(document: NormalizedDocument, form: str) -> list[Candidate]:
    """List the lines of a 10-K, 10-Q or 8-K that read like an item's heading, in document order, with their bodies."""
    if form == "8-K":
        found = list(_candidates_8k(document.text))
    elif form == "10-K":
        found = list(_candidates(document.text, ITEMS_10K, parts=False))
    else:
        found = list(_candidates(document.text, ITEMS_10Q, parts=True))
    return _with_bodies(found, len(document.text))


def _candidates(text: str, items: Sequence[Item], *, parts: bool) -> Iterator[Candidate]:
    by_key = {item.key: item for item in items}
    part_lines = [(match.start(), _PARTS[match["part"].lower()]) for match in _PART.finditer(text)]
    for match in _LINE.finditer(text):
        if match.end() - match.start() > _LINE_CHARACTERS_MAX:
            continue
        number = _number(match["first"], match["letter"])
        last = _number(match["last"], match["last_letter"]) if match["last"] else number
        title = _following_title(text, match)
        if _PROSE.match(match["rest"]):
            continue
        stated = _PARTS.get((match["part"] or "").lower())
        for prefix, sure in _prefixes(stated, part_lines, match.start()) if parts else [("", True)]:
            item = by_key.get(f"{prefix}item{number}")
            if item is None:
                continue
            weight = _weight(item, title, match["rest"]) * (1.0 if sure else 0.5)
            covers = f"{prefix}item{last}"
            covered = covers if covers in by_key else item.key
            yield Candidate(match.start(), item.key, _shown(match, title), covered, weight)


def _prefixes(stated: int | None, part_lines: list[tuple[int, int]], position: int) -> list[tuple[str, bool]]:
    """Name the parts a 10-Q heading may belong to: the one it states, else the last part line's, else the other."""
    current = stated
    if current is None:
        before = [part for start, part in part_lines if start <= position]
        current = before[-1] if before else 1
    other = 2 if current == 1 else 1
    return [(f"part{current}", True)] if stated else [(f"part{current}", True), (f"part{other}", False)]


def _number(digits: str, letter: str | None) -> str:
    return f"{int(digits) if '.' not in digits else digits}{(letter or '').strip('()').lower()}"


def _following_title(text: str, match: re.Match[str]) -> str:
    """Return the heading's words; where the line holds the number only, those of the next line."""
    rest = match["rest"].strip(" .|:–—-")
    if rest:
        return rest
    following = text[match.end() : match.end() + 400].strip().split("\n", 1)[0]
    return following[:_LINE_CHARACTERS_MAX]


def _shown(match: re.Match[str], title: str) -> str:
    """Write the heading as people read it: its own line, with the next one where it holds the number only."""
    line = match.group(0).strip()
    return line if match["rest"].strip(" .|:–—-") else f"{line} {title}"


def _weight(item: Item, title: str, rest: str) -> float:
    if not title:
        return _UNTITLED_WEIGHT
    found = item.words.search(title[:120])
    weight = 1.0 if found else _MISTITLED_WEIGHT
    if _CONTINUED.search(title):
        weight *= _UNTITLED_WEIGHT
    return weight * (_INDEX_ROW_WEIGHT if _PAGE_NUMBER.search(rest if rest.strip() else title) else 1.0)


def _candidates_8k(text: str) -> Iterator[Candidate]:
    found: list[Candidate] = []
    old: list[Candidate] = []
    for match in _LINE.finditer(text):
        if match.end() - match.start() > 600 or _PROSE.match(match["rest"]):
            continue
        number = match["first"]
        title = " ".join(
            f"{match.group(0).strip()} {'' if match['rest'].strip(' .|') else _following_title(text, match)}".split()
        )
        key = f"item{number}"
        if number in ITEM_TITLES_8K:
            found.append(Candidate(match.start(), key, title, key, 1.0))
        elif "." not in number and 1 <= int(number) <= 12:
            old.append(Candidate(match.start(), f"item{int(number)}", title, key, 1.0))
    yield from found or old


def _with_bodies(found: list[Candidate], length: int) -> list[Candidate]:
    """Give each candidate the text up to the next heading of another item.

    The last row of a table of contents seems to own all up to the first real heading: where a run of rows ends and the
    same item is named again later, it counts as a row like the others.
    """
    done: list[Candidate] = []
    last_named = {candidate.key: candidate.start for candidate in found}
    rows = _RowRun()
    for index, candidate in enumerate(found):
        end = next((other.start for other in found[index + 1 :] if _opens_another(candidate, other)), length)
        body = end - candidate.start
        if rows.ends_at(candidate.start, body) and last_named[candidate.key] > candidate.start:
            body = min(body, _ROW_CHARACTERS)
        done.append(replace(candidate, body=body))
    return done


def _opens_another(candidate: Candidate, other: Candidate) -> bool:
    return other.key != candidate.key and other.start > candidate.start


@dataclass(slots=True)
class _RowRun:
    """Counts consecutive heading lines with next to nothing between them."""

    count: int = 0
    latest: int = -1
    ended: bool = False

    def ends_at(self, start: int, body: int) -> bool:
        """Whether the line at `start` ends a run of rows; a line read as two candidates is counted once."""
        if start != self.latest:
            self.latest = start
            self.ended = self.count >= _ROWS_MIN and body > _ROW_CHARACTERS
            self.count = self.count + 1 if body <= _ROW_CHARACTERS else 0
        return self.ended


def best_sequence(candidates: Sequence[Candidate], order: Mapping[str, int]) -> list[Candidate]:
    """Choose the headings, strictly increasing in place and in form order, whose bodies are longest in all.

    Dynamic programming over the candidates, O(n^2); tables of contents and cross-references lose by short bodies.
    """
    best: list[float] = []
    previous: list[int] = []
    for index, candidate in enumerate(candidates):
        top, link = 0.0, -1
        for earlier in range(index):
            other = candidates[earlier]
            if other.start < candidate.start and order[other.covers] < order[candidate.key] and best[earlier] > top:
                top, link = best[earlier], earlier
        best.append(top + candidate.score)
        previous.append(link)
    chosen: list[Candidate] = []
    index = max(range(len(best)), key=best.__getitem__, default=-1)
    while index >= 0:
        chosen.append(candidates[index])
        index = previous[index]
    return chosen[::-1]


def longest_of_each(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Choose for each item the heading with the longest body, in document order (8-K items come in any order)."""
    best: dict[str, Candidate] = {}
    for candidate in candidates:
        if candidate.key not in best or candidate.body > best[candidate.key].body:
            best[candidate.key] = candidate
    return sorted(best.values(), key=lambda candidate: candidate.start)
