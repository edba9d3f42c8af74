"""Read tagged facts: inline XBRL of a document, companyfacts rows of an accession (FILINGS 7.5)."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from auspex.filings.model import Fact, FactOrigin
from auspex.filings.reading.amounts import scaled
from auspex.filings.reading.markup import attribute, element_name, text_of

_ZERO_FORMATS = {"fixedzero", "zerodash", "numdash", "nocontent"}
_COMMA_POINT_FORMATS = {"numcommadecimal", "numdotcomma", "numspacecomma"}
_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {word: number for number, word in enumerate(_UNITS)}
_WORDS |= {word: 10 * number for number, word in enumerate(_TENS, start=2)}
_WORDS |= {"no": 0, "none": 0, "nil": 0, "a": 1, "an": 1}
_SCALE_WORDS = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_NIL = ("{http://www.w3.org/2001/XMLSchema-instance}nil", "xsi:nil", "xs:nil")
SCALE_MAX = 18


class CompanyFactsUnreadableError(ValueError):
    """The payload is not a companyfacts document."""


@dataclass(frozen=True, slots=True)
class Context:
    """The period and the dimensions that a fact refers to."""

    start: date | None
    end: date
    dims_hash: str


@dataclass(frozen=True, slots=True)
class XbrlResources:
    """Contexts and units by id, as the `ix:header` of a document declares them."""

    contexts: dict[str, Context]
    units: dict[str, str]


def read_resources(root: etree._Element) -> XbrlResources:
    """Collect the contexts and units of an inline XBRL document; unreadable ones are left out."""
    contexts: dict[str, Context] = {}
    units: dict[str, str] = {}
    for element in root.iter():
        identifier = element.get("id")
        if identifier is None:
            continue
        name = element_name(element)
        if name == "context":
            context = _read_context(element)
            if context is not None:
                contexts[identifier] = context
        elif name == "unit":
            units[identifier] = _read_unit(element)
    return XbrlResources(contexts, units)


def _named(element: etree._Element, names: set[str]) -> Iterator[etree._Element]:
    return (item for item in element.iter() if element_name(item) in names)


def _read_context(element: etree._Element) -> Context | None:
    dates: dict[str, date] = {}
    for item in _named(element, {"startdate", "enddate", "instant"}):
        try:
            dates[element_name(item) or ""] = date.fromisoformat(text_of(item).strip()[:10])
        except ValueError:
            return None
    end = dates.get("instant", dates.get("enddate"))
    if end is None:
        return None
    dims = sorted(
        f"{item.get('dimension', '')}={text_of(item).strip()}"
        for item in _named(element, {"explicitmember", "typedmember"})
    )
    if not dims and any(True for _ in _named(element, {"segment", "scenario"})):
        dims = ["undeclared"]
    digest = hashlib.sha256("|".join(dims).encode()).hexdigest()[:16] if dims else ""
    return Context(dates.get("startdate"), end, digest)


def _read_unit(element: etree._Element) -> str:
    """Write a unit as companyfacts does: `USD`, `shares`, `USD/shares`, `pure`."""
    above: list[str] = []
    below: list[str] = []
    for part in _named(element, {"measure"}):
        measure = text_of(part).strip().rpartition(":")[2]
        parent = part.getparent()
        under = parent is not None and element_name(parent) == "unitdenominator"
        (below if under else above).append(measure)
    return "*".join(above) + ("/" + "*".join(below) if below else "")


def read_fact(element: etree._Element, resources: XbrlResources) -> Fact | None:
    """Read one `ix:nonFraction` without its span; None if its context, unit, scale or figure cannot be read.

    value = parse(text, format) x 10^scale, negated by sign="-" (Inline XBRL 1.1, section 15).
    """
    context = resources.contexts.get(attribute(element, "contextRef") or "")
    unit = resources.units.get(attribute(element, "unitRef") or "")
    concept = element.get("name")
    if context is None or not unit or not concept:
        return None
    decimals_text = element.get("decimals")
    try:
        scale = int(element.get("scale") or 0)
        decimals = int(decimals_text) if decimals_text and decimals_text.upper() != "INF" else None
    except ValueError:
        return None
    if abs(scale) > SCALE_MAX:
        return None
    if any(element.get(name) in {"true", "1"} for name in _NIL):
        value = None
    else:
        value = parse_figure(text_of(element), element.get("format") or "")
        if value is None:
            return None
        value = scaled(-value if element.get("sign") == "-" else value, scale)
    return Fact(concept, unit, context.start, context.end, value, decimals, context.dims_hash, scale=scale)


def parse_figure(text: str, form: str) -> Decimal | None:
    """Read a displayed figure by its transformation rule (Inline XBRL Transformation Registry 1 to 5)."""
    rule = form.rpartition(":")[2].lower().replace("-", "")
    if rule in _ZERO_FORMATS:
        return Decimal(0)
    bare = re.sub(r"\s", "", text)
    if rule.startswith("numwords"):
        return _parse_words(text)
    if rule in _COMMA_POINT_FORMATS:
        bare = bare.replace(".", "").replace(",", ".")
    elif rule.startswith("numunitdecimal"):
        match = re.fullmatch(r"([\d.,]+)\D+(\d{1,2})\D*", bare)
        bare = bare if match is None else f"{re.sub(r'[.,]', '', match.group(1))}.{match.group(2)}"
    else:
        bare = bare.replace(",", "")
    if bare in {"—", "–", "-", ""} and bare:
        return Decimal(0)
    try:
        value = Decimal(bare) if re.fullmatch(r"\d+\.?\d*|\.\d+", bare) else None
    except InvalidOperation:
        return None
    return value


def _parse_words(text: str) -> Decimal | None:
    """Read English number words such as `twenty-two million`."""
    total = current = 0
    seen = False
    for word in re.findall(r"[a-z]+|\d+", text.lower()):
        if word == "and":
            continue
        if word in _WORDS:
            current += _WORDS[word]
        elif word.isdigit():
            current += int(word)
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALE_WORDS:
            total, current = total + max(current, 1) * _SCALE_WORDS[word], 0
        else:
            return None
        seen = True
    return Decimal(total + current) if seen else None


def keep_most_precise(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Drop duplicates of (concept, unit, period, dimensions): the larger `decimals` stays, then one with a span.

    The order of first appearance is kept; exact figures (decimals INF) are the most precise.
    """
    kept: dict[tuple[str, str, date | None, date, str], Fact] = {}
    for fact in facts:
        key = (fact.concept, fact.unit, fact.period_start, fact.period_end, fact.dims_hash)
        other = kept.get(key)
        if other is None or _precision(fact) > _precision(other):
            kept[key] = fact
    return tuple(kept.values())


def _precision(fact: Fact) -> tuple[bool, float, bool]:
    digits = float("inf") if fact.decimals is None else float(fact.decimals)
    return fact.value is not None, digits, fact.start is not None


def read_companyfacts(payload: bytes, *, accession: str) -> tuple[Fact, ...]:
    """Read the rows of one accession from a companyfacts file.

    `fy` and `fp` describe the filing that carried the row, so a period comes from `start` and `end` alone. Rows state
    neither decimals nor dimensions: companyfacts holds undimensioned facts only.
    Raises CompanyFactsUnreadableError on anything but a companyfacts document.
    """
    try:
        document = json.loads(payload, parse_float=Decimal, parse_int=Decimal)
    except ValueError as error:
        raise CompanyFactsUnreadableError("not JSON") from error
    taxonomies = document.get("facts") if isinstance(document, dict) else None
    if not isinstance(taxonomies, dict):
        raise CompanyFactsUnreadableError("no `facts` object")
    found: list[Fact] = []
    for taxonomy, concepts in taxonomies.items():
        for concept, body in concepts.items():
            for unit, rows in body.get("units", {}).items():
                found += [
                    Fact(f"{taxonomy}:{concept}", unit, date.fromisoformat(row["start"]) if "start" in row else None,
                         date.fromisoformat(row["end"]), Decimal(row["val"]), None, origin=FactOrigin.COMPANYFACTS)
                    for row in rows
                    if row.get("accn") == accession
                ]  # fmt: skip
    return keep_most_precise(found)


def with_span(fact: Fact, start: int | None, end: int | None) -> Fact:
    """Return the fact with the place of its figure in the document's text."""
    return replace(fact, start=start, end=end)
