"""The fictional Meridian Software: one release in the shape of FILINGS 7.6, GAAP and non-GAAP side by side."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from infra.local.replay.item_titles import ITEM_TITLES
from infra.local.replay.sample.markup import heading, paragraph, table
from infra.local.replay.sample.releases import page

CIK = 9_999_999_002
NAME = "Meridian Software Corp. (fictional)"
TICKER = "FMRD"
DAY = date(2023, 3, 15)

_HEADS = (("Three Months Ended",), ("March 3, 2023", "March 4, 2022"))
# Label, quarter, the quarter a year before; in millions.
_INCOME = (
    ("Subscription", 4410, 3952),
    ("Product", 95, 104),
    ("Services and other", 150, 145),
    ("Total revenue", 4655, 4201),
    ("Total cost of revenue", 565, 520),
    ("Gross profit", 4090, 3681),
    ("Research and development", 827, 701),
    ("Sales and marketing", 1301, 1158),
    ("General and administrative", 343, 291),
    ("Amortization of intangibles", 42, 43),
    ("Total operating expenses", 2513, 2193),
    ("Operating income", 1577, 1488),
    ("Other income (expense), net", 35, -28),
    ("Income before income taxes", 1612, 1460),
    ("Provision for income taxes", 365, 262),
    ("Net income", 1247, 1198),
)
_ADJUSTED = (
    ("GAAP net income", 1247, 1198),
    ("Stock-based compensation", 412, 338),
    ("Amortization of intangibles", 93, 101),
    ("Income tax adjustments", -4, -27),
    ("Non-GAAP net income", 1748, 1610),
)
_SHARES = (Decimal("460.0"), Decimal("475.4"))


def release() -> str:
    """Return Exhibit 99.1 of the quarter ended March 3, 2023."""
    gaap, adjusted = _per_share(_INCOME[-1]), _per_share(_ADJUSTED[-1])
    parts = [
        heading("Exhibit 99.1"),
        heading("MERIDIAN SOFTWARE REPORTS RECORD FIRST QUARTER REVENUE", centred=True),
        paragraph(
            "Meridian Software (fictional) today reported results for its first quarter of fiscal year 2023 ended "
            f"March 3, 2023. Revenue was $4.66 billion. Diluted earnings per share was ${gaap[0]} on a GAAP basis "
            f"and ${adjusted[0]} on a non-GAAP basis."
        ),
        heading("Financial targets"),
        paragraph(
            "Meridian raised its targets for fiscal year 2023: GAAP earnings per share of $10.85 to $11.15 and "
            "non-GAAP earnings per share of $15.30 to $15.60."
        ),
        table(
            (("Second quarter fiscal 2023 target",),),
            [
                ("Total revenue", ["$4.75 billion to $4.78 billion"]),
                ("GAAP earnings per share", ["$2.65 to $2.70"]),
                ("Non-GAAP earnings per share", ["$3.75 to $3.80"]),
            ],
            dollars=False,
        ),
        heading("CONDENSED CONSOLIDATED STATEMENTS OF INCOME", centred=True),
        heading("(In millions, except per share data; unaudited)", centred=True),
        table(
            _HEADS,
            [
                *((label, [_shown(this), _shown(last)]) for label, this, last in _INCOME),
                ("Diluted net income per share", [f"${amount}" for amount in gaap]),
                ("Shares used to compute diluted net income per share", [str(count) for count in _SHARES]),
            ],
            dollars=False,
        ),
        heading("NON-GAAP RESULTS", centred=True),
        heading("(In millions, except per share data; unaudited)", centred=True),
        table(
            _HEADS,
            [
                *((label, [_shown(this), _shown(last)]) for label, this, last in _ADJUSTED),
                ("GAAP diluted net income per share", [f"${amount}" for amount in gaap]),
                ("Non-GAAP diluted net income per share", [f"${amount}" for amount in adjusted]),
            ],
            dollars=False,
        ),
    ]
    return page("Meridian Software First Quarter Fiscal 2023", parts)


def report() -> str:
    """Return the 8-K that carries the release."""
    parts = [
        heading("FORM 8-K", centred=True),
        paragraph(f"Date of Report (Date of earliest event reported): March 15, 2023. {NAME}"),
        heading(f"Item 2.02 {ITEM_TITLES['2.02']}."),
        paragraph("Meridian Software furnishes its press release of March 15, 2023 as Exhibit 99.1."),
        heading(f"Item 9.01 {ITEM_TITLES['9.01']}."),
        paragraph("(d) Exhibits: 99.1 Press release dated March 15, 2023."),
        heading("SIGNATURES", centred=True),
        paragraph("Date: March 15, 2023"),
    ]
    return page("8-K", parts)


def _per_share(row: tuple[str, int, int]) -> list[Decimal]:
    return [
        (Decimal(amount) / count).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for amount, count in zip(row[1:], _SHARES, strict=True)
    ]


def _shown(amount: int) -> str:
    return f"({-amount:,})" if amount < 0 else f"{amount:,}"
