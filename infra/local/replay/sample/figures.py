"""The books of the fictional Larkspur Instruments, in millions of US dollars, quarter by quarter from 2022 to 2024.

Only these entries are chosen; every statement is computed from them, and the balance sheet has to balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

# Per quarter: product revenue, service revenue, cost of products, cost of services, research, selling and general,
# interest expense, income tax.
_INCOME = {
    (2022, 1): (288, 92, 158, 36, 48, 71, 4, 13),
    (2022, 2): (301, 95, 164, 37, 49, 72, 4, 15),
    (2022, 3): (310, 99, 169, 39, 50, 73, 4, 16),
    (2022, 4): (334, 104, 181, 40, 52, 77, 4, 18),
    (2023, 1): (318, 110, 172, 42, 54, 76, 5, 17),
    (2023, 2): (326, 114, 175, 44, 55, 78, 5, 17),
    (2023, 3): (331, 119, 177, 45, 57, 79, 5, 18),
    (2023, 4): (362, 125, 192, 47, 58, 84, 5, 21),
    (2024, 1): (341, 131, 180, 49, 60, 82, 5, 20),
    (2024, 2): (352, 137, 184, 51, 61, 84, 5, 21),
    (2024, 3): (368, 144, 191, 53, 63, 87, 5, 24),
    (2024, 4): (401, 152, 207, 56, 65, 93, 5, 27),
}
# Working capital is stated as growth of the balance; what is spent or repaid as a positive amount.
_FLOW_NAMES = (
    "depreciation",
    "amortization",
    "stock_compensation",
    "receivables",
    "inventories",
    "payables",
    "deferred_revenue",
    "capex",
    "acquisitions",
    "debt_repaid",
    "dividends",
    "repurchases",
)
_FLOWS = {
    (2022, 1): (14, 8, 10, 6, 9, 4, 3, 18, 0, 5, 22, 20),
    (2022, 2): (14, 8, 10, 5, 8, 3, 2, 19, 0, 5, 22, 20),
    (2022, 3): (15, 8, 11, 4, 5, 2, 2, 21, 0, 5, 22, 20),
    (2022, 4): (15, 8, 11, 9, 2, 5, 4, 24, 0, 5, 22, 25),
    (2023, 1): (15, 8, 11, -3, 6, -2, 4, 22, 0, 5, 24, 25),
    (2023, 2): (16, 8, 12, 4, 3, 3, 2, 20, 35, 5, 24, 25),
    (2023, 3): (16, 8, 12, 3, 2, 2, 3, 23, 0, 5, 24, 30),
    (2023, 4): (16, 9, 12, 11, -4, 6, 5, 27, 0, 5, 24, 30),
    (2024, 1): (17, 9, 13, -4, 5, -3, 5, 24, 0, 10, 26, 30),
    (2024, 2): (17, 9, 13, 6, 2, 4, 3, 25, 0, 10, 26, 30),
    (2024, 3): (18, 9, 14, 8, -3, 3, 3, 26, 0, 10, 26, 35),
    (2024, 4): (18, 9, 14, 13, -6, 7, 6, 31, 0, 10, 26, 40),
}
_DILUTED_SHARES = {
    2022: ("124.0", "123.6", "123.2", "122.8"),
    2023: ("122.4", "122.0", "121.6", "121.2"),
    2024: ("120.8", "120.4", "120.0", "119.6"),
}
_DILUTION = Decimal("1.6")
_OPENING = {
    "cash": 212,
    "receivables": 248,
    "inventories": 231,
    "prepaid": 38,
    "property": 312,
    "goodwill": 405,
    "intangibles": 164,
    "other_assets": 57,
    "payables": 121,
    "accrued": 143,
    "deferred_revenue": 88,
    "long_term_debt": 420,
    "other_liabilities": 61,
    "paid_in_capital": 310,
    "retained_earnings": 540,
    "other_comprehensive_loss": -16,
}
DIVIDEND_PER_SHARE = {2022: Decimal("0.18"), 2023: Decimal("0.20"), 2024: Decimal("0.22")}
LIFE_SCIENCES_REVENUE = {
    (2022, 1, 4): 905,
    (2023, 1, 4): 1021,
    (2024, 1, 4): 1176,
    (2023, 3, 3): 256,
    (2024, 3, 3): 298,
}
LIFE_SCIENCES_REVENUE |= {(2023, 1, 3): 745, (2024, 1, 3): 852}


@dataclass(frozen=True, slots=True)
class Period:
    """Quarters `first` to `last` of a fiscal year, which is the calendar year."""

    year: int
    first: int
    last: int

    @property
    def quarters(self) -> tuple[tuple[int, int], ...]:
        """The quarters in it."""
        return tuple((self.year, quarter) for quarter in range(self.first, self.last + 1))

    @property
    def start(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.first - 2, 1)

    @property
    def end(self) -> date:
        """Its last day."""
        following = date(self.year + 1, 1, 1) if self.last == 4 else date(self.year, 3 * self.last + 1, 1)
        return following - timedelta(days=1)


def full_year(year: int) -> Period:
    """Return a fiscal year."""
    return Period(year, 1, 4)


@cache
def income(period: Period) -> dict[str, int]:
    """Return the income statement of a period."""
    columns = zip(*(_INCOME[quarter] for quarter in period.quarters), strict=True)
    product, service, cost_product, cost_service, research, selling, interest, tax = (sum(column) for column in columns)
    revenue, cost = product + service, cost_product + cost_service
    operating = revenue - cost - research - selling
    return {
        "product_revenue": product,
        "service_revenue": service,
        "revenue": revenue,
        "cost_of_products": cost_product,
        "cost_of_services": cost_service,
        "cost_of_revenue": cost,
        "gross_profit": revenue - cost,
        "research": research,
        "selling": selling,
        "operating_expenses": research + selling,
        "operating_income": operating,
        "interest_expense": interest,
        "income_before_tax": operating - interest,
        "tax": tax,
        "net_income": operating - interest - tax,
    }


@cache
def shares(period: Period, *, diluted: bool) -> Decimal:
    """Return weighted shares in millions: the mean of the quarters, to one decimal."""
    found = [Decimal(_DILUTED_SHARES[year][quarter - 1]) for year, quarter in period.quarters]
    mean = sum(found, Decimal()) / len(found) - (Decimal() if diluted else _DILUTION)
    return mean.quantize(Decimal("0.1"), ROUND_HALF_UP)


def per_share(amount: int, period: Period, *, diluted: bool) -> Decimal:
    """Return an amount in millions per weighted share, to the cent."""
    return (Decimal(amount) / shares(period, diluted=diluted)).quantize(Decimal("0.01"), ROUND_HALF_UP)


@cache
def cash_flow(period: Period, *, restated: int = 0) -> dict[str, int]:
    """Return the cash flow statement; `restated` millions of unpaid equipment move from investing to operations."""
    columns = zip(*(_FLOWS[quarter] for quarter in period.quarters), strict=True)
    flow = dict(zip(_FLOW_NAMES, (sum(column) for column in columns), strict=True))
    flow["net_income"] = income(period)["net_income"]
    flow["payables"] -= restated
    flow["capex"] -= restated
    flow["operating"] = (
        sum(flow[name] for name in ("net_income", "depreciation", "amortization", "stock_compensation"))
        - flow["receivables"]
        - flow["inventories"]
        + flow["payables"]
        + flow["deferred_revenue"]
    )
    flow["investing"] = -flow["capex"] - flow["acquisitions"]
    flow["financing"] = -flow["debt_repaid"] - flow["dividends"] - flow["repurchases"]
    flow["change"] = flow["operating"] + flow["investing"] + flow["financing"]
    opening = balance(date(period.year - 1, 12, 31))["cash"] if period.first == 1 else None
    if opening is not None:
        flow |= {"opening_cash": opening, "closing_cash": opening + flow["change"]}
    return flow


@cache
def balance(at: date) -> dict[str, int]:
    """Return the balance sheet at a quarter's end from 2021-12-31 on. Raises ValueError when it does not balance."""
    sheet = dict(_OPENING)
    for quarter in _FLOWS:
        period = Period(quarter[0], quarter[1], quarter[1])
        if period.end <= at:
            _roll(sheet, period)
    sheet["current_assets"] = sum(sheet[name] for name in ("cash", "receivables", "inventories", "prepaid"))
    sheet["total_assets"] = sheet["current_assets"] + sum(
        sheet[name] for name in ("property", "goodwill", "intangibles", "other_assets")
    )
    sheet["current_liabilities"] = sum(sheet[name] for name in ("payables", "accrued", "deferred_revenue"))
    sheet["total_liabilities"] = sheet["current_liabilities"] + sheet["long_term_debt"] + sheet["other_liabilities"]
    sheet["equity"] = sum(sheet[name] for name in ("paid_in_capital", "retained_earnings", "other_comprehensive_loss"))
    sheet["liabilities_and_equity"] = sheet["total_liabilities"] + sheet["equity"]
    if sheet["liabilities_and_equity"] != sheet["total_assets"]:
        raise ValueError(f"the balance sheet at {at} does not balance")
    return sheet


def _roll(sheet: dict[str, int], period: Period) -> None:
    """Carry a quarter's flows into the balance sheet."""
    flow = dict(zip(_FLOW_NAMES, _FLOWS[(period.year, period.first)], strict=True))
    net_income = income(period)["net_income"]
    for name in ("receivables", "inventories", "payables", "deferred_revenue"):
        sheet[name] += flow[name]
    sheet["property"] += flow["capex"] - flow["depreciation"]
    sheet["intangibles"] -= flow["amortization"]
    sheet["goodwill"] += flow["acquisitions"]
    sheet["long_term_debt"] -= flow["debt_repaid"]
    sheet["paid_in_capital"] += flow["stock_compensation"]
    sheet["retained_earnings"] += net_income - flow["dividends"] - flow["repurchases"]
    earned = net_income + flow["depreciation"] + flow["amortization"] + flow["stock_compensation"]
    tied_up = flow["receivables"] + flow["inventories"] - flow["payables"] - flow["deferred_revenue"]
    spent = flow["capex"] + flow["acquisitions"] + flow["debt_repaid"] + flow["dividends"] + flow["repurchases"]
    sheet["cash"] += earned - tied_up - spent
