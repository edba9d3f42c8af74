"""The figures that are followed by name: their concepts, the labels of their rows, their units (FILINGS 7.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Statement(StrEnum):
    """The statement that shows a metric."""

    INCOME = "income"
    BALANCE = "balance"
    CASH_FLOW = "cash_flow"


class Kind(StrEnum):
    """What a metric counts."""

    MONEY = "money"
    PER_SHARE = "per_share"
    SHARES = "shares"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Metric:
    """A followed figure. `concepts` stand in order of preference, as do `labels`.

    A pattern is tried on the row's label where `label_alone` says so, else on "group › label".
    """

    name: str
    title: str
    statement: Statement
    kind: Kind
    concepts: tuple[str, ...]
    labels: tuple[re.Pattern[str], ...]
    label_alone: tuple[bool, ...]
    unsigned: bool = False

    @property
    def is_instant(self) -> bool:
        """Whether it is a balance at a date rather than a flow over a period."""
        return self.statement is Statement.BALANCE

    @property
    def may_be_subtracted(self) -> bool:
        """Whether year-to-date figures may be subtracted: money flows only, never per-share figures or share counts."""
        return not self.is_instant and self.kind is Kind.MONEY


def _metric(
    name: str, title: str, statement: Statement, kind: Kind, concepts: str, *labels: str, unsigned: bool = False
) -> Metric:
    """Write a metric; a pattern that begins with `@` is anchored at the row's label and sees nothing else."""
    names = tuple(f"us-gaap:{concept}" for concept in concepts.split())
    patterns = tuple(re.compile(label.replace("@", "^"), re.IGNORECASE) for label in labels)
    alone = tuple(label.startswith("@") for label in labels)
    return Metric(name, title, statement, kind, names, patterns, alone, unsigned)


_I, _B, _C = Statement.INCOME, Statement.BALANCE, Statement.CASH_FLOW
_M, _P, _S, _R = Kind.MONEY, Kind.PER_SHARE, Kind.SHARES, Kind.RATIO
_SIDE = r"\(?(?:income|earnings|profit|loss(?:es)?)\)?"
_NET = rf"(?:consolidated )?net {_SIDE}(?:\s*/?\s*{_SIDE})*"
_OWNERS = r"(?:attributable|applicable|available)\s+to"
_HOLDERS = r"(?:stock|share)(?:holders|owners)[’']?s?[’']?"
_MOVED = r"\(?(?:provided|generated|used|from|required)\b"
_PAID = r"(?!.*(?:proceeds|unpaid|accru|non-?cash|payable|not yet|included in|liabilities))"


def _per_share(word: str) -> tuple[str, ...]:
    """Label patterns of earnings per share: all operations first, then continuing operations only."""
    not_earnings = (
        r"weighted|average|outstanding|shares? used|comput|denominator|dividend|discontinued|number of shares"
    )
    share = r"per\b[^›]*\b(?:share|unit)"
    total = rf"^(?!.*(?:{not_earnings}|continuing))"
    any_operations = rf"^(?!.*(?:{not_earnings}))"
    return (
        rf"{total}.*{share}.*{word}",
        rf"{total}.*{word}.*{share}",
        rf"{total}.*(?:\beps\b.*{word}|{word}.*\beps\b)",
        rf"{any_operations}.*{share}.*{word}",
        rf"{any_operations}.*{word}.*{share}",
    )


METRICS: tuple[Metric, ...] = (
    _metric("revenue", "Revenue", _I, _M,
            "RevenueFromContractWithCustomerExcludingAssessedTax Revenues "
            "RevenueFromContractWithCustomerIncludingAssessedTax RevenuesNetOfInterestExpense SalesRevenueNet",
            r"@total (?:net |operating |consolidated )*(?:revenues?|sales)(?: and other(?: income)?)?(?:,? net)?$",
            r"@total (?:net )?(?:sales and revenues|revenues? and sales)",
            r"@(?:consolidated )?(?:net )?(?:operating )?(?:revenues?|sales)(?:,? net)?(?:,? net of .*)?$",
            r"@total (?:net )?(?:revenues?|sales)\b(?!.*(?:growth|percent|cost|%))",
            r"@(?:net )?(?:revenues?|sales)\W+total$",
            r"^(?:net )?(?:operating )?(?:revenues?|sales) ›\s*(?:total)?$"),
    _metric("cost_of_revenue", "Cost of revenue", _I, _M, "CostOfRevenue CostOfGoodsAndServicesSold CostOfGoodsSold",
            r"@total costs? of (?:net )?(?:revenues?|sales|goods sold|products sold|services)(?!.*(?:percent|%))",
            r"@costs? of (?:net )?(?:revenues?|sales|goods(?: and services)? sold|products sold)"
            r"(?:,? excluding [^%]*)?$",
            r"@costs? of (?:net )?(?:revenues?|sales)\b(?!.*(?:percent|%|as a|products|services))", unsigned=True),
    _metric("gross_profit", "Gross profit", _I, _M, "GrossProfit",
            r"@(?:total )?gross (?:profit|margin)(?!.*(?:percent|%|rate|ratio))"),
    _metric("operating_income", "Operating income", _I, _M, "OperatingIncomeLoss",
            rf"@(?:total )?(?:operating {_SIDE}(?:\s*/?\s*{_SIDE})*|{_SIDE}(?:\s*/?\s*{_SIDE})* from operations)$",
            r"@(?:total )?operating (?:income|profit|margin|earnings)(?!.*(?:before|percent|%|per share|other|ratio))"),
    _metric("net_income", "Net income", _I, _M, "NetIncomeLoss ProfitLoss",
            rf"@{_NET} {_OWNERS} (?!.*(?:non-?controlling|participating|preferred|common|continuing)).*$",
            rf"@{_NET}$", rf"@{_NET} {_OWNERS} (?!.*(?:non-?controlling|participating|preferred|continuing)).*$",
            r"@(?:profit|loss)(?: of consolidated .*)?$"),
    _metric("eps_diluted", "Diluted earnings per share", _I, _P,
            "EarningsPerShareDiluted EarningsPerShareBasicAndDiluted", *_per_share("dilut")),
    _metric("eps_basic", "Basic earnings per share", _I, _P,
            "EarningsPerShareBasic EarningsPerShareBasicAndDiluted", *_per_share("basic")),
    _metric("shares_diluted", "Weighted average diluted shares", _I, _S,
            "WeightedAverageNumberOfDilutedSharesOutstanding",
            r"(?:weighted|average|shares (?:used|outstanding)|comput).*dilut",
            r"dilut.*(?:weighted|average|shares outstanding)", r"@diluted shares\b(?!.*(?:dilut.*per|effect))"),
    _metric("tax_rate", "Effective tax rate", _I, _R, "EffectiveIncomeTaxRateContinuingOperations",
            r"@(?:total )?effective (?:income )?tax rate"),
    _metric("research_development", "Research and development", _I, _M, "ResearchAndDevelopmentExpense",
            r"@(?:total )?research,? (?:and|&) development(?: expenses?| costs?)?(?:,? net)?$", unsigned=True),
    _metric("total_assets", "Total assets", _B, _M, "Assets", r"@total assets$"),
    _metric("current_assets", "Current assets", _B, _M, "AssetsCurrent", r"@total current assets$"),
    _metric("current_liabilities", "Current liabilities", _B, _M, "LiabilitiesCurrent", r"@total current liabilities$"),
    _metric("total_liabilities", "Total liabilities", _B, _M, "Liabilities", r"@total liabilities$"),
    _metric("cash", "Cash and cash equivalents", _B, _M,
            "CashAndCashEquivalentsAtCarryingValue CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents Cash",
            r"@cash and (?:cash )?equivalents(?:,? at carrying value)?$", r"@cash and cash equivalents\b",
            r"@cash and (?:short-term|temporary) (?:cash )?investments$", r"@cash$"),
    _metric("inventory", "Inventory", _B, _M, "InventoryNet",
            r"@(?:total |merchandise )?inventor(?:y|ies)(?:,? net)?(?! held).{0,40}$"),
    _metric("receivables", "Receivables", _B, _M, "AccountsReceivableNetCurrent ReceivablesNetCurrent",
            r"@(?:trade )?(?:accounts |trade )?(?:and notes )?receivables?\b(?!.*(?:tax|non-trade|long)).*$",
            r"@(?:accounts|trade)\b.*receivable"),
    _metric("payables", "Accounts payable", _B, _M, "AccountsPayableCurrent AccountsPayableTradeCurrent",
            r"@(?:trade )?accounts payable(?:,? trade)?$",
            r"@(?:trade )?(?:accounts )?payables?\b(?!.*(?:tax|note|net of))"),
    _metric("long_term_debt", "Long-term debt", _B, _M,
            "LongTermDebtNoncurrent LongTermDebt LongTermDebtAndCapitalLeaseObligations",
            r"@(?:total )?long-term (?:debt|borrowings|obligations)(?:,? (?:net|less|excluding|exclusive)\b.*)?$",
            r"@(?:total )?long-term (?:debt|borrowings)(?!.*(?:current|due within))", r"@term debt$|@long-term notes"),
    _metric("equity", "Shareholders' equity", _B, _M,
            "StockholdersEquity StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
            rf"@total (?!.*(?:liabilities and|liabilities,)).*{_HOLDERS} ?(?:equity|\(?deficit|investment)",
            rf"@total (?:equity|{_HOLDERS} .{{0,20}}equity)(?!.*liabilities)", rf"@{_HOLDERS} equity$"),
    _metric("property_plant_equipment", "Property, plant and equipment, net", _B, _M, "PropertyPlantAndEquipmentNet",
            r"@(?:net |total )?propert(?:y|ies)[^›]*equipment[^›]*(?:net\b|less accumulated)",
            r"@net property(?:, plant)?,? and equipment$|@(?:fixed assets|property),? (?:net|less accumulated)\b"),
    _metric("operating_cash_flow", "Cash from operating activities", _C, _M,
            "NetCashProvidedByUsedInOperatingActivities NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
            rf"@(?:total )?(?:net )?cash (?:flows? )?{_MOVED}.*\boperat(?:ing activities|ions)(?!.*discontinued)",
            r"@(?:net )?cash flows?\b.*operating activities(?!.*:)"),
    _metric("capex", "Capital expenditure", _C, _M,
            "PaymentsToAcquirePropertyPlantAndEquipment PaymentsToAcquireProductiveAssets",
            rf"@(?:cash paid for |payments for |payments to acquire )?(?:purchases?|acquisitions?|additions?)"
            rf"(?: of| to|,| related to)(?: to)? property{_PAID}",
            rf"@(?:payments to acquire|cash paid for) property{_PAID}", rf"@(?:total )?capital expenditures?{_PAID}",
            rf"@additions to (?:property|plant){_PAID}", rf"@property,? (?:plant )?(?:and equipment )?additions{_PAID}",
            unsigned=True),
    _metric("dividends", "Dividends paid", _C, _M, "PaymentsOfDividends PaymentsOfDividendsCommonStock",
            r"@(?:payments? (?:of|for) |cash )?(?:common )?dividends?(?: and dividend equivalents)? ?(?:paid|payments)?"
            r"(?!.*(?:declared|per share|payable|received)).*$", unsigned=True),
)  # fmt: skip

_REMARK = re.compile(
    r"\s*\((?:\d{1,2}|[a-z]|(?:see )?notes?\s[^)]*|unaudited|gaap|non-gaap|in [^)]*)\)|\s*[*†‡]+", re.IGNORECASE
)
_BASIS_WORD = re.compile(r"^(?:non-gaap|gaap|adjusted)\s+", re.IGNORECASE)

BY_NAME = {metric.name: metric for metric in METRICS}
CONTRACT_REVENUE = "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax"
TOTAL_REVENUE = "us-gaap:Revenues"


def label_rank(metric: Metric, label: str, group: str) -> int | None:
    """Say how well a row's label names a metric: 0 best, None not at all."""
    label = clean_label(label)
    whole = f"{clean_label(group)} › {label}" if group else label
    found = (
        rank
        for rank, (pattern, of_label) in enumerate(zip(metric.labels, metric.label_alone, strict=True))
        if pattern.search(label if of_label else whole)
    )
    return next(found, None)


def clean_label(label: str) -> str:
    """Drop footnote marks, trailing punctuation and a leading basis word that do not change what a row is."""
    return _BASIS_WORD.sub("", " ".join(_REMARK.sub("", label).split()).strip(" :;,.·—–-"))
