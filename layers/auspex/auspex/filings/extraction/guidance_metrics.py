"""The figures that companies guide: their names in prose and tables, what is better, their basis (FILINGS 7.9)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from auspex.filings.extraction.guidance_words import may_precede_name
from auspex.filings.extraction.metrics import Kind
from auspex.filings.model import Basis


@dataclass(frozen=True, slots=True)
class GuidedMetric:
    """A figure that is guided. `money`, `percent` name the metric that a value of that kind states, None if none.

    A percentage of a money metric is its growth, and only where the words say so (`percent_is_growth`).
    """

    pattern: re.Pattern[str]
    kind: Kind
    money: str | None
    percent: str | None
    percent_is_growth: bool = False
    basis: Basis = Basis.GAAP


@dataclass(frozen=True, slots=True)
class Mention:
    """A figure named in a text. `metric` is None for a part of one ("subscription revenue"), which is not followed."""

    metric: GuidedMetric | None
    start: int
    end: int
    loss: bool


def _guided(
    pattern: str, kind: Kind, money: str | None, percent: str | None = None, *, growth: bool = False,
    basis: Basis = Basis.GAAP,
) -> GuidedMetric:  # fmt: skip
    return GuidedMetric(re.compile(rf"\b(?:{pattern})(?!\w)", re.IGNORECASE), kind, money, percent, growth, basis)


_PER = r"\s+per\s+(?:\w+\s+){0,3}?(?:share|unit|ads)s?"
_GAIN = r"(?:net\s+)?(?:income|earnings|profit|loss)(?:\s*(?:/|and|or)?\s*\(?(?:loss|income)\)?)?"
_M, _P, _S, _R = Kind.MONEY, Kind.PER_SHARE, Kind.SHARES, Kind.RATIO
_OWN = Basis.NON_GAAP
# In order: what is named more exactly stands first and takes the words from what follows.
GUIDED: tuple[GuidedMetric, ...] = (
    _guided(rf"basic\s+{_GAIN}{_PER}|basic\s+eps", _P, "eps_basic"),
    _guided(
        rf"(?:diluted\s+)?{_GAIN}(?:\s+attributable\s+to\s+[\w ]{{1,40}}?)?{_PER}(?:,?\s+diluted)?|(?:diluted\s+)?eps",
        _P, "eps_diluted",
    ),
    _guided(r"ebitda\s+margins?", _R, None, "ebitda_margin", basis=_OWN),
    _guided(r"ebitda", _M, "ebitda", "ebitda_margin", basis=_OWN),
    _guided(r"gross\s+(?:profit\s+)?margins?(?:\s+(?:percentage|rate))?", _R, "gross_profit", "gross_margin"),
    _guided(r"gross\s+profit", _M, "gross_profit", "gross_margin"),
    _guided(r"(?:operating|operating\s+profit)\s+margins?(?:\s+(?:percentage|rate))?", _R, "operating_income",
            "operating_margin"),
    _guided(r"operating\s+(?:income|profit|earnings|loss)(?:\s*\(loss\))?|(?:income|loss)\s+from\s+operations", _M,
            "operating_income", "operating_income_growth", growth=True),
    _guided(r"operating\s+cash\s+flows?|(?:net\s+)?cash\s+(?:flows?\s+)?(?:provided\s+by|from)\s+operat"
            r"(?:ing\s+activities|ions)", _M, "operating_cash_flow"),
    _guided(r"free\s+cash\s+flows?|fcf", _M, "free_cash_flow", basis=_OWN),
    _guided(r"(?:total\s+)?operating\s+(?:expenses?|costs)|opex", _M, "operating_expenses"),
    _guided(r"costs?\s+of\s+(?:goods\s+sold|sales|revenues?)", _M, "cost_of_revenue"),
    _guided(r"research\s+and\s+development(?:\s+expenses?)?|r&d(?:\s+expenses?)?", _M, "research_and_development"),
    _guided(r"selling,?\s+general,?\s+and\s+administrative(?:\s+expenses?)?|sg&a(?:\s+expenses?)?", _M,
            "selling_general_administrative"),
    _guided(r"capital\s+(?:expenditures?|spending|investments?)|cap\s?ex", _M, "capex"),
    _guided(r"(?:effective\s+)?(?:income\s+)?tax\s+rates?", _R, None, "tax_rate"),
    _guided(r"share\s+count(?:,?\s+diluted)?"
            r"|(?:fully\s+)?diluted\s+(?:weighted[\s-]average\s+)?(?:common\s+)?share(?:s|\s+count)(?:\s+outstanding)?"
            r"|weighted[\s-]average\s+(?:diluted\s+)?(?:common\s+)?shares?(?:\s+count)?(?:\s+outstanding)?", _S,
            "shares_diluted"),
    _guided(r"depreciation\s+(?:and|&)\s+amortization(?:\s+expenses?)?", _M, "depreciation_and_amortization"),
    _guided(r"(?:stock|share)[\s-]based\s+compensation(?:\s+expenses?)?", _M, "stock_compensation"),
    _guided(r"(?:net\s+)?interest\s+expenses?(?:,?\s+net)?", _M, "interest_expense"),
    _guided(r"other\s+income(?:\s*(?:,|and|\()\s*\(?expenses?\)?)?(?:,?\s+net)?", _M, "other_income"),
    _guided(r"(?:comparable|same)[\s-](?:restaurant|club|store)?\s?sales(?:\s+growth)?|comps", _R, None,
            "comparable_sales"),
    _guided(r"annual(?:ized)?\s+recurring\s+revenue|arr", _M, "annual_recurring_revenue", basis=_OWN),
    _guided(r"billings|bookings", _M, "billings", basis=_OWN),
    _guided(r"(?:net\s+)?(?:revenues?|sales)\s+growth|growth\s+in\s+(?:net\s+)?(?:revenues?|sales)", _R, None,
            "revenue_growth"),
    _guided(r"(?:net\s+)?(?:sales\s+and\s+revenues?|revenues?|sales)", _M, "revenue", "revenue_growth", growth=True),
    _guided(r"net\s+(?:income|earnings|loss)(?:\s*\(loss\))?", _M, "net_income", "net_income_growth", growth=True),
)  # fmt: skip
POLARITY: dict[str, int] = {
    **dict.fromkeys(
        ("revenue", "revenue_growth", "gross_profit", "gross_margin", "operating_income", "operating_margin",
         "operating_income_growth", "net_income", "net_income_growth", "eps_diluted", "eps_basic", "ebitda",
         "ebitda_margin", "operating_cash_flow", "free_cash_flow", "comparable_sales", "annual_recurring_revenue",
         "billings"),
        1,
    ),
    **dict.fromkeys(
        ("cost_of_revenue", "operating_expenses", "research_and_development", "selling_general_administrative",
         "interest_expense", "stock_compensation", "depreciation_and_amortization"),
        -1,
    ),
}  # fmt: skip
"""+1 where more is better, -1 where less is; what is missing is neither (capex, tax rate, share count)."""

_NON_GAAP = re.compile(r"non[\s-]?gaap|\badjusted\b|\borganic\b|constant[\s-]currency|\bcore\b|\bunderlying\b", re.I)
_GAAP = re.compile(r"(?<!non-)(?<!non )\bgaap\b|\breported\b", re.IGNORECASE)
_WORD_BEFORE = re.compile(r"([\w’'&.-]+)\s*\(?$")
_PART_AFTER = re.compile(
    r"\s*(?:from|in|at|by|for|of|attributable\s+to|related\s+to)\s+(?:(?:our|the|its|their)\s+)?(?:[\w&-]+\s+){0,4}?"
    r"(?:segments?|business(?:es)?|divisions?|customers?|regions?|products?|services|subscriptions?|stores?|locations?"
    r"|contracts?|agreements?|operations\s+in)\b|\s+per\s+(?!.{0,20}share)|\s+synergies|\s+and\s+marketing"
    r"|\s+(?:recognized|recognition|backlog|mix|tax)\b",
    re.IGNORECASE,
)
_OF_A_NAME = re.compile(r"\s+of\s+(?:the\s+)?[A-Z][a-z]")
_LOSS = re.compile(r"\bloss\b", re.IGNORECASE)
_GAIN_OR_LOSS = re.compile(r"income|earnings|profit|\(loss\)", re.IGNORECASE)


def find_mentions(text: str) -> list[Mention]:
    """Return the figures that a text names, in order; of overlapping ones the more exact."""
    taken: list[Mention] = []
    for metric in GUIDED:
        for match in metric.pattern.finditer(text):
            if all(match.end() <= other.start or match.start() >= other.end for other in taken):
                followed = _is_whole(text, match.start(), match.end())
                words = match[0]
                loss = _LOSS.search(words) is not None and _GAIN_OR_LOSS.search(words) is None
                taken.append(Mention(metric if followed else None, match.start(), match.end(), loss))
    return sorted(taken, key=lambda mention: mention.start)


def find_label(label: str) -> Mention | None:
    """Return the figure that a table's row names, None unless the whole label is its name."""
    bare = re.sub(r"\s*\((?:[^()]{0,60})\)|\*+|\s*\[\w+\]|[¹²³⁴⁵⁶⁷⁸⁹]+", " ", label).strip(" :;,.–—-\u2022")
    bare = re.sub(r"\s+", " ", bare)
    mentions = find_mentions(bare)
    if len(mentions) != 1 or mentions[0].metric is None:
        return None
    rest = f"{bare[: mentions[0].start]} {bare[mentions[0].end :]}"
    return mentions[0] if all(may_precede_name(word) for word in re.findall(r"[\w’'&-]+", rest.lower())) else None


def read_basis(words: str) -> tuple[Basis, ...]:
    """Return the bases that words name, in their order; none where they name none."""
    found = [(match.start(), Basis.NON_GAAP) for match in _NON_GAAP.finditer(words)]
    found += [(match.start(), Basis.GAAP) for match in _GAAP.finditer(words)]
    return tuple(dict.fromkeys(basis for _, basis in sorted(found, key=lambda item: item[0])))


def metric_for(metric: GuidedMetric, kind: str) -> str | None:
    """Return the metric that a value of a kind states (`money`, `percent`, `plain`), None where it fits none."""
    return metric.percent if kind == "percent" else metric.money


def unit_of(name: str, metric: GuidedMetric, kind: str, currency: str | None) -> str:
    """Return the unit that figures of a metric are kept in: `USD`, `USD/shares`, `shares` or `pure`."""
    if kind == "percent" or name == "tax_rate":
        return "pure"
    if metric.kind is Kind.SHARES:
        return "shares"
    return f"{currency or 'USD'}/shares" if metric.kind is Kind.PER_SHARE else currency or "USD"


def outlook_polarity(metric: str) -> int:
    """Return +1 where more than promised is a beat, -1 where less is, 0 where neither is."""
    return POLARITY.get(metric, 0)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a name stands for the whole company's figure: nothing before or after narrows it to a part."""
    before = _WORD_BEFORE.search(text[max(0, start - 40) : start].rstrip())
    if before is not None:
        word = before[1].lower().strip(".'’")
        open_end = text[:start].rstrip()[-1:] in ",;:()•—–|"
        if not open_end and not may_precede_name(word):
            return False
    return _PART_AFTER.match(text, end) is None and _OF_A_NAME.match(text, end) is None


def names_of(mentions: Sequence[Mention]) -> list[str]:
    """Return the metrics that mentions name as amounts, first mention first."""
    names = [mention.metric.money or mention.metric.percent for mention in mentions if mention.metric is not None]
    return [name for name in dict.fromkeys(names) if name is not None]
