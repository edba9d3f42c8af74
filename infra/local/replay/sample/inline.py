"""Write one inline XBRL document: tagged figures in the text, contexts and units in its header."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from html import escape

from infra.local.replay.sample.figures import Period

CIK = 9_999_999_001
NAMESPACES = (
    'xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" '
    'xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" '
    'xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi" '
    'xmlns:link="http://www.xbrl.org/2003/linkbase" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:dei="http://xbrl.sec.gov/dei/2024" '
    'xmlns:us-gaap="http://fasb.org/us-gaap/2024" xmlns:srt="http://fasb.org/srt/2024" xmlns:flrk="http://larkspur.example/20241231"'
)
_UNITS = {
    "usd": '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>',
    "shares": '<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>',
    "usdPerShare": '<xbrli:unit id="usdPerShare"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD'
    "</xbrli:measure></xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure>"
    "</xbrli:unitDenominator></xbrli:divide></xbrli:unit>",
}
AXES = {
    "flrk:LifeSciencesMember": "us-gaap:StatementBusinessSegmentsAxis",
    "flrk:IndustrialMember": "us-gaap:StatementBusinessSegmentsAxis",
    "us-gaap:ProductMember": "srt:ProductOrServiceAxis",
    "us-gaap:ServiceMember": "srt:ProductOrServiceAxis",
}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A fact as written, for the companyfacts file: value in its unit, `member` None for the whole company."""

    concept: str
    unit: str
    start: date | None
    end: date
    value: Decimal
    member: str | None


@dataclass(slots=True)
class Inline:
    """Collects contexts while a document is written; `whole()` puts the header in front."""

    title: str
    facts: list[Tagged] = field(default_factory=list)
    _contexts: dict[tuple[date | None, date, str | None], str] = field(default_factory=dict)
    _units: set[str] = field(default_factory=set)

    def millions(self, concept: str, when: Period | date, amount: int, *, member: str | None = None) -> str:
        """Tag an amount shown in millions of dollars; a negative one is shown in brackets."""
        return self._number(concept, when, Decimal(amount), "usd", scale=6, decimals=-6, member=member)

    def shares(self, concept: str, when: Period | date, amount: Decimal) -> str:
        """Tag a number of shares shown in millions with one decimal."""
        return self._number(concept, when, amount, "shares", scale=6, decimals=-5)

    def per_share(self, concept: str, when: Period, amount: Decimal) -> str:
        """Tag dollars a share."""
        return self._number(concept, when, amount, "usdPerShare", scale=0, decimals=2)

    def words(self, name: str, when: Period | date, text: str) -> str:
        """Tag a fact in words."""
        return f'<ix:nonNumeric contextRef="{self._context(when, None)}" name="{name}">{escape(text)}</ix:nonNumeric>'

    def whole(self, body: str, hidden: Sequence[str] = ()) -> str:
        """Return the document: the header that no reader sees, then the body."""
        contexts = "".join(self._context_element(key, name) for key, name in self._contexts.items())
        units = "".join(_UNITS[unit] for unit in sorted(self._units))
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            "<!-- sample: true. A fictional filing written for Auspex; no such company exists. -->\n"
            f"<html {NAMESPACES}>\n<head>\n"
            '<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />\n'
            f'<meta name="auspex-sample" content="true" />\n<title>{self.title}</title>\n</head>\n<body>\n'
            f'<div style="display:none"><ix:header><ix:hidden>{"".join(hidden)}</ix:hidden><ix:references>'
            f'<link:schemaRef xlink:type="simple" xlink:href="{self.title}.xsd" /></ix:references>'
            f"<ix:resources>{contexts}{units}</ix:resources></ix:header></div>\n"
            '<p style="text-align:center"><b>sample: true</b> (fictional company, written for demonstration)</p>\n'
            f"{body}\n</body>\n</html>\n"
        )

    def _number(
        self,
        concept: str,
        when: Period | date,
        amount: Decimal,
        unit: str,
        *,
        scale: int,
        decimals: int,
        member: str | None = None,
    ) -> str:
        name = f"us-gaap:{concept}" if ":" not in concept else concept
        start, end = _span(when)
        self._units.add(unit)
        self.facts.append(Tagged(name, unit, start, end, amount.scaleb(scale), member))
        attributes = (
            f'contextRef="{self._context(when, member)}" name="{name}" unitRef="{unit}" '
            f'decimals="{decimals}" scale="{scale}"'
        )
        if amount == 0:
            return f'<ix:nonFraction {attributes} format="ixt:fixed-zero">—</ix:nonFraction>'
        sign = ' sign="-"' if amount < 0 else ""
        shown = f'<ix:nonFraction {attributes} format="ixt:num-dot-decimal"{sign}>{abs(amount):,}</ix:nonFraction>'
        return f"({shown})" if amount < 0 else shown

    def _context(self, when: Period | date, member: str | None) -> str:
        key = (*_span(when), member)
        return self._contexts.setdefault(key, f"c-{len(self._contexts) + 1}")

    @staticmethod
    def _context_element(key: tuple[date | None, date, str | None], name: str) -> str:
        start, end, member = key
        segment = (
            f'<xbrli:segment><xbrldi:explicitMember dimension="{AXES[member]}">{member}</xbrldi:explicitMember>'
            "</xbrli:segment>"
            if member
            else ""
        )
        period = (
            f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"
            if start
            else f"<xbrli:instant>{end}</xbrli:instant>"
        )
        return (
            f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">{CIK:010d}'
            f"</xbrli:identifier>{segment}</xbrli:entity><xbrli:period>{period}</xbrli:period></xbrli:context>"
        )


def _span(when: Period | date) -> tuple[date | None, date]:
    return (when.start, when.end) if isinstance(when, Period) else (None, when)
