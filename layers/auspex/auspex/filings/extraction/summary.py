"""Summarise a filing by its own sentences (FILINGS 7.7): at most five, each verbatim with its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auspex.filings.extraction.figures import ShownNumber, equals, scan_numbers
from auspex.filings.extraction.metrics import BY_NAME, Kind
from auspex.filings.index.bm25 import idf
from auspex.filings.model import FilingDocument, FilingHeader, Kpi, Section, Span, SummaryBullet
from auspex.filings.reading.items import ITEM_TITLES_8K, by_severity
from auspex.filings.reading.sections import FRONT
from auspex.filings.reading.sentences import split_sentences

BULLETS_MAX = 5
_SENTENCES_PER_ITEM = 2
_SENTENCE_CHARACTERS_MIN = 30
_SENTENCE_CHARACTERS_MAX = 700
_DIGITS_MIN = 3
_DISCUSSION = {"10-K": "item7", "10-Q": "part1item2"}
_TOKEN = re.compile(r"[a-z][a-z'’-]*|\d[\d.,]*")
_FORMULA = re.compile(r"pursuant to the requirements of the securities exchange act", re.IGNORECASE)
_HEADED = re.compile(r"item\s+\d{1,2}\.\d\d\b", re.IGNORECASE)
_TITLES = frozenset(
    re.sub(r"[^a-z]", "", part.lower())
    for title in ITEM_TITLES_8K.values()
    for part in (title, *title.split("; "), "Compensatory Arrangements of Certain Officers")
)
_ENDS = re.compile(r"[.!?][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of running text and its place."""

    text: str
    span: Span
    section_key: str

    def tokens(self) -> list[str]:
        return _TOKEN.findall(self.text.lower())


def summarize(
    header: FilingHeader, documents: Sequence[FilingDocument], kpis: Sequence[Kpi]
) -> tuple[SummaryBullet, ...]:
    """Choose the sentences that say most.

    A filing with figures (a results release, a 10-K or 10-Q): for each KPI of the newest period the first sentence that
    holds its figure, highest idf per token first, read in the release or in the management's discussion. Any other
    8-K: the first two sentences of each item, by severity.
    """
    if header.base_form == "8-K":
        releases = [document for document in documents if document.type.upper().startswith("EX-99")]
        sentences = [s for document in releases for section in document.sections for s in _sentences(document, section)]
        bullets = _holding_figures(sentences, kpis)
        return bullets or _first_of_items(header, documents)
    wanted = _DISCUSSION.get(header.base_form)
    primary = [document for document in documents if document.type.upper().removesuffix("/A") == header.base_form]
    sections = [(document, section) for document in primary for section in document.sections]
    discussion = [place for place in sections if place[1].section_key == wanted] or sections
    return _holding_figures([s for place in discussion for s in _sentences(*place)], kpis)


def _sentences(document: FilingDocument, section: Section) -> Iterator[_Sentence]:
    """List the sentences of a section's running text: rows of tables and headings are none."""
    for start, end in split_sentences(section.text):
        text = section.text[start:end].strip()
        fits = _SENTENCE_CHARACTERS_MIN <= len(text) <= _SENTENCE_CHARACTERS_MAX
        begin = start + len(section.text[start:end]) - len(section.text[start:end].lstrip())
        if fits and _ENDS.search(text) and " | " not in text and not _is_formal(document, section, begin, text):
            place = Span(document.sequence, section.ordinal, begin, begin + len(text))
            yield _Sentence(text, place, section.section_key)


def _is_formal(document: FilingDocument, section: Section, begin: int, text: str) -> bool:
    """Whether a sentence is a heading, an item's official title, or the formula above the signature."""
    position = section.start + begin
    in_heading = any(heading.start <= position < heading.end for heading in document.headings)
    letters = re.sub(r"[^a-z]", "", text.lower())
    return in_heading or _FORMULA.match(text) is not None or letters in _TITLES or _HEADED.match(text) is not None


def _holding_figures(sentences: Sequence[_Sentence], kpis: Sequence[Kpi]) -> tuple[SummaryBullet, ...]:
    newest = max((kpi.period_end for kpi in kpis), default=None)
    current = [kpi for kpi in kpis if kpi.period_end == newest and kpi.value != 0]
    numbered = [(sentence, scan_numbers(sentence.text)) for sentence in sentences if "$" in sentence.text]
    chosen: dict[Span, _Sentence] = {}
    for kpi in current:
        sentence = next((s for s, numbers in numbered if any(_shows(kpi, number) for number in numbers)), None)
        if sentence is not None:
            chosen.setdefault(sentence.span, sentence)
    weights = _idf(sentences)
    ranked = sorted(chosen.values(), key=lambda s: (-_density(s, weights), s.span.document_sequence, s.span.start))
    return _bullets(ranked)


def _shows(kpi: Kpi, number: ShownNumber) -> bool:
    """Whether a number of a sentence is a KPI's figure: enough digits to be no coincidence, and of its kind."""
    if number.percent or sum(character.isdigit() for character in number.text) < _DIGITS_MIN:
        return False
    kind = BY_NAME[kpi.metric].kind
    right_kind = not number.scaled and "." in number.text if kind is Kind.PER_SHARE else kind is Kind.MONEY
    whole = kind is Kind.PER_SHARE or number.scaled or "," in number.text
    return right_kind and whole and equals(number, kpi.value)


def _idf(sentences: Sequence[_Sentence]) -> dict[str, float]:
    frequency = Counter(token for sentence in sentences for token in set(sentence.tokens()))
    return {token: idf(len(sentences), count) for token, count in frequency.items()}


def _density(sentence: _Sentence, weights: dict[str, float]) -> float:
    tokens = sentence.tokens()
    return sum(weights[token] for token in tokens) / max(1, len(tokens))


def _first_of_items(header: FilingHeader, documents: Sequence[FilingDocument]) -> tuple[SummaryBullet, ...]:
    primary = [document for document in documents if document.type.upper().removesuffix("/A") == "8-K"]
    sections = [(document, section) for document in primary for section in document.sections]
    sentences = [s for place in sections if place[1].section_key != FRONT for s in _sentences(*place)]
    shown = tuple(dict.fromkeys(s.section_key.removeprefix("item") for s in sentences))
    items = by_severity(tuple(item for item in header.items if item in shown) or shown)
    found: list[_Sentence] = []
    for item in items:
        of_item = [sentence for sentence in sentences if sentence.section_key in {f"item{item}", item}]
        found += of_item[:_SENTENCES_PER_ITEM]
    return _bullets(found)


def _bullets(sentences: Iterable[_Sentence]) -> tuple[SummaryBullet, ...]:
    return tuple(SummaryBullet(sentence.text, sentence.span) for sentence in list(sentences)[:BULLETS_MAX])
