"""Claims over a made-up release: honest ones, and every way of spoiling one that a hostile provider has."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from auspex.filings.answers.citations import hash_text
from auspex.filings.answers.claims import Claim, Words, texts_to_stem
from auspex.filings.answers.evidence import Passage, Sentence, Source
from auspex.filings.answers.proofs import Context, Quotable
from auspex.filings.extraction.fiscal_periods import FiscalCalendar
from auspex.filings.reading.sentences import split_sentences

SENTENCES = (
    "Revenue in the third quarter of 2024 was $512.0 million, compared with $480.0 million in third quarter 2023.",
    "Operating expenses decreased 4.5% to $121.3 million in the third quarter of 2024.",
    "Net loss attributable to the minority was $3.2 million in fiscal 2023.",
    "Diluted earnings were $1.40 per share in the third quarter of 2024, adjusted diluted earnings $1.62 per share.",
    "Larkspur did not repurchase shares during the third quarter of 2024.",
    "At September 30, 2024, Larkspur employed 12,400 employees in 14 countries.",
    "Gross margin improved 120 basis points because freight costs declined.",
    "Services revenue increased 18% in fiscal 2024, while product revenue decreased 6% in fiscal 2024.",
)
TEXT = "\n".join(SENTENCES)
SOURCE = Source(
    "9999999001-24-000018", "8-K", 1, "ex99.htm", "sec-1", "ex99.1-1", 0, len(TEXT), TEXT, hash_text(TEXT), "urn:test",
    datetime(2024, 10, 29, tzinfo=UTC),
)  # fmt: skip
HONEST = (
    ("Revenue for the third quarter of 2024 was $512.0 million.", (0,)),
    ("In the third quarter of 2024, Larkspur's revenue was $512 million, compared with $480 million in Q3 2023.", (0,)),
    ("Operating expenses decreased 4.5% in the third quarter of 2024.", (1,)),
    ("Operating expenses decreased 4.5% to $121.3 million in Q3 2024.", (1,)),
    ("Net loss attributable to the minority was $3.2 million in fiscal 2023.", (2,)),
    ("Diluted earnings were $1.40 per share in the third quarter of 2024.", (3,)),
    ("Larkspur did not repurchase shares in the third quarter of 2024.", (4,)),
    ("Larkspur employed 12,400 employees at September 30, 2024.", (5,)),
    ("Gross margin improved 120 basis points because freight costs declined.", (6,)),
    ("Services revenue increased 18% in fiscal 2024.", (7,)),
    ("Product revenue decreased 6% in fiscal 2024, while services revenue increased 18% in fiscal 2024.", (7,)),
)
_NUMBER = re.compile(r"(?<![\w.-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w-])")
_PERIOD = re.compile(r"\b20\d\d\b|\b(?:third|Q3)\b")


def stems(text: str) -> frozenset[str]:
    """Return words without their endings, roughly as Postgres stems them, and without the commonest."""
    common = {"the", "of", "in", "for", "was", "were", "at", "to", "and", "a", "with", "because", "while", "did", "not"}
    words = re.findall(r"[a-z0-9]+", text.lower().replace("'s", ""))
    return frozenset(re.sub(r"(?:ing|ed|es|s)$", "", word) for word in words if word not in common)


def words_for(claims: Iterable[Claim], context: Context) -> Words:
    """Return lexemes and equal weights for what claims need."""
    lexemes = {text: stems(text) for text in texts_to_stem(list(claims), context)}
    return Words(lexemes, dict.fromkeys(frozenset().union(*lexemes.values()), 1.0))


def context() -> Context:
    """Return the chunk that all claims are about."""
    sentences = tuple(
        Sentence(start, start + len(TEXT[start:end].rstrip()), TEXT[start:end].rstrip(), stems(TEXT[start:end]))
        for start, end in split_sentences(TEXT)
    )
    chunk = Quotable("c1", Passage(1, SOURCE, "text", sentences, stems(TEXT)))
    return Context({"c1": chunk}, FiscalCalendar(), names=("Larkspur",))


def honest_claims() -> list[Claim]:
    """Return claims that are all proven."""
    return [Claim(text, tuple(("c1", SENTENCES[i]) for i in places)) for text, places in HONEST]


def spoil(claim: Claim, dice: random.Random) -> tuple[str, Claim]:
    """Return (kind, claim) with one thing made false, of a kind drawn from those the claim allows."""
    options = [(kind, spoiled) for kind, way in WAYS.items() if (spoiled := way(claim, dice)) is not None]
    return dice.choice(options)


def _swap(text: str, pairs: dict[str, str], dice: random.Random) -> str | None:
    found = [match for word in pairs for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text)]
    if not found:
        return None
    match = dice.choice(found)
    return text[: match.start()] + pairs[match[0]] + text[match.end() :]


def in_text(change: Callable[[str, random.Random], str | None]) -> Callable[[Claim, random.Random], Claim | None]:
    def way(claim: Claim, dice: random.Random) -> Claim | None:
        text = change(claim.text, dice)
        return None if text is None else Claim(text, claim.quotes)

    return way


def _digit(text: str, dice: random.Random) -> str | None:
    masked = _PERIOD.sub(lambda m: "x" * len(m[0]), text).replace("30,", "xx,")
    places = [m.start() + i for m in _NUMBER.finditer(masked) for i, c in enumerate(m[0]) if c.isdigit()]
    if not places:
        return None
    at = dice.choice(places)
    return text[:at] + dice.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]


def _sign(text: str, dice: random.Random) -> str | None:
    found = [m.start() for m in re.finditer(r"\$\d", text)]
    at = dice.choice(found) if found else None
    return None if at is None else f"{text[:at]}-{text[at:]}"


def _period(text: str, dice: random.Random) -> str | None:
    return _swap(text, {"2024": "2022", "2023": "2024", "third": "first", "Q3": "Q2"}, dice)


def _scale(text: str, dice: random.Random) -> str | None:
    pairs = {"million": dice.choice(["billion", "thousand", "trillion"])}
    return _swap(text, pairs, dice)


def _unit(text: str, dice: random.Random) -> str | None:
    pairs = {"basis points": "percent", "employees": "stores", "per share": "million"}
    swapped = _swap(text, pairs, dice)
    if swapped is not None and dice.random() < 0.5:
        return swapped
    if "%" in text:
        return text.replace("%", dice.choice([" million", " percentage points", " basis points"]), 1)
    return text.replace("$", dice.choice(["€", "£", ""]), 1) if "$" in text else swapped


def _direction(text: str, dice: random.Random) -> str | None:
    pairs = {"increased": "decreased", "decreased": "increased", "improved": "worsened", "loss": "profit"}
    return _swap(text, pairs, dice)


def _negation(text: str, dice: random.Random) -> str | None:
    if "did not " in text:
        return text.replace("did not repurchase", "repurchased")
    return _swap(text, {"was": "was not", "were": "were not", "employed": "never employed"}, dice)


def _added(text: str, dice: random.Random) -> str | None:
    extra = (
        "Revenue will be $900 million.", "Margins were 45.2%.", "Revenue was $9bn.", "It sold twelve billion units.",
        "Revenue was $512.0 million in fiscal 2019.", "Profit was ５１２ million dollars.", "It doubled.",
    )  # fmt: skip
    return f"{text} {dice.choice(extra)}"


def _quote(claim: Claim, dice: random.Random) -> Claim | None:
    (chunk_id, quote), *rest = claim.quotes
    letters = [i for i, c in enumerate(quote) if c.isalnum()]
    at = dice.choice(letters)
    other = dice.choice([c for c in "abcdefghijklmnopqrstuvwxyz0123456789" if c != quote[at].lower()])
    return Claim(claim.text, ((chunk_id, quote[:at] + other + quote[at + 1 :]), *rest))


def _chunk(claim: Claim, dice: random.Random) -> Claim | None:
    return Claim(claim.text, tuple((dice.choice(["c2", "c9", ""]), quote) for _, quote in claim.quotes))


def _other_quote(claim: Claim, dice: random.Random) -> Claim | None:
    """Cite a true quote that is about something else."""
    others = [s for s in SENTENCES if s not in {quote for _, quote in claim.quotes}]
    return Claim(claim.text, (("c1", dice.choice(others)),))


WAYS: dict[str, Callable[[Claim, random.Random], Claim | None]] = {
    "digit": in_text(_digit), "sign": in_text(_sign), "period": in_text(_period), "scale": in_text(_scale),
    "unit": in_text(_unit), "direction": in_text(_direction), "negation": in_text(_negation),
    "added": in_text(_added), "quote": _quote, "chunk": _chunk, "other_quote": _other_quote,
}  # fmt: skip
