"""Larkspur's current reports: earnings with a press release, its correction, and a change of directors."""

from __future__ import annotations

from datetime import date

from infra.local.replay.item_titles import ITEM_TITLES
from infra.local.replay.sample import prose
from infra.local.replay.sample.figures import Period, balance, cash_flow, income, per_share, shares
from infra.local.replay.sample.inline import Inline
from infra.local.replay.sample.markup import heading, paragraph, subheading, table
from infra.local.replay.sample.quarterly import (
    NINE_MONTHS,
    NINE_MONTHS_BEFORE,
    PERIODS,
    QUARTER,
    QUARTER_BEFORE,
)

IN_TRANSIT = 10
"""Millions of instruments in transit that the first release showed as receivables instead of inventories."""

_HEADS = (
    ("Three Months Ended", "Nine Months Ended"),
    ("September 30, 2024", "September 30, 2023", "September 30, 2024", "September 30, 2023"),
)
_TAX_EFFECT = {QUARTER: 5, QUARTER_BEFORE: 4, NINE_MONTHS: 15, NINE_MONTHS_BEFORE: 12}


def current_report(day: date, items: dict[str, list[str]], *, form: str = "8-K") -> str:
    """Return the main document of a current report: cover and the text of each item."""
    inline = Inline(f"flrk-{day:%Y%m%d}{'a' if form.endswith('/A') else ''}")
    date_words = f"{day:%B} {day.day}, {day.year}"
    parts = [
        heading("UNITED STATES SECURITIES AND EXCHANGE COMMISSION", centred=True),
        f'<div style="text-align:center"><b>FORM {inline.words("dei:DocumentType", day, form)}</b></div>',
        heading("CURRENT REPORT Pursuant to Section 13 or 15(d) of the Securities Exchange Act of 1934", centred=True),
        paragraph(f"Date of Report (Date of earliest event reported): {date_words}"),
        paragraph(f"{inline.words('dei:EntityRegistrantName', day, prose.NAME)}"),
    ]
    for item, texts in items.items():
        parts += [heading(f"Item {item} {ITEM_TITLES[item]}."), *(paragraph(text) for text in texts)]
    parts.append(prose.signatures(date_words))
    hidden = [
        inline.words("dei:EntityCentralIndexKey", day, "9999999001"),
        inline.words("dei:DocumentPeriodEndDate", day, day.isoformat()),
    ]
    return inline.whole("\n".join(parts), hidden)


def earnings_report() -> str:
    """Return the 8-K that carries the release of the third quarter of 2024."""
    return current_report(
        date(2024, 10, 29),
        {
            "2.02": [
                (
                    "On October 29, 2024, Larkspur Instruments announced its results for the quarter ended September "
                    "30, 2024. The press release is furnished as Exhibit 99.1."
                )
            ],
            "9.01": ["(d) Exhibits: 99.1 Press release dated October 29, 2024."],
        },
    )


def corrected_report() -> str:
    """Return the 8-K/A that furnishes the corrected release."""
    return current_report(
        date(2024, 10, 29),
        {
            "2.02": [
                (
                    "This amendment furnishes a corrected press release. The balance sheet in the release of October "
                    f"29, 2024 showed ${IN_TRANSIT} million of instruments in transit as accounts receivable; they "
                    "belong to inventories. Total assets, revenue and net income do not change."
                )
            ],
            "9.01": ["(d) Exhibits: 99.1 Corrected press release."],
        },
        form="8-K/A",
    )


def director_report() -> str:
    """Return the 8-K on a change of directors: a valid filing without a single figure."""
    return current_report(
        date(2024, 6, 11),
        {
            "5.02": [
                (
                    "On June 11, 2024, Odile Farrant (fictional) informed the board of directors of Larkspur "
                    "Instruments that she will not stand for election again and will leave the board at the annual "
                    "meeting. Her decision is not the result of any disagreement with the company."
                ),
                (
                    "The board appointed Tomasz Brandvold (fictional), formerly head of operations at a maker of "
                    "medical devices, as a director and as a member of the audit committee."
                ),
            ]
        },
    )


def press_release(*, corrected: bool = False) -> str:
    """Return Exhibit 99.1: results of the third quarter of 2024 and the outlook, in millions."""
    this, last = income(QUARTER), income(QUARTER_BEFORE)
    growth = 100 * (this["revenue"] - last["revenue"]) / last["revenue"]
    title = "LARKSPUR INSTRUMENTS REPORTS THIRD QUARTER 2024 RESULTS" + (" (CORRECTED)" if corrected else "")
    diluted, adjusted = per_share(this["net_income"], QUARTER, diluted=True), _adjusted_per_share(QUARTER)
    parts = [
        heading("Exhibit 99.1"),
        heading(title, centred=True),
        paragraph(
            "PORT ALDER, Oregon, October 29, 2024. Larkspur Instruments, Inc. (fictional) today reported revenue of "
            f"${this['revenue']} million for the quarter ended September 30, 2024, an increase of {growth:.1f}% over "
            f"the same quarter of 2023. Diluted earnings per share were ${diluted} under generally accepted "
            f"accounting principles and ${adjusted} without stock-based compensation and amortization (non-GAAP)."
        ),
        paragraph(
            "“Customers who had waited with new production lines are moving ahead,” said Maren Holloway, chief "
            "executive officer. “We delivered the first Clarion 7 in October.”"
        ),
        heading("Outlook"),
        paragraph(
            "For the fourth quarter of 2024, Larkspur expects revenue of $540 million to $560 million, diluted "
            "earnings per share of $0.78 to $0.84 and non-GAAP diluted earnings per share of $0.94 to $1.00."
        ),
        paragraph(
            "For the full year 2024, Larkspur expects revenue between $2.013 billion and $2.033 billion and capital "
            "expenditures of approximately $105 million. It reaffirms its aim of a gross margin of at least 52%."
        ),
        heading("CONSOLIDATED STATEMENTS OF INCOME", centred=True),
        heading("(In millions, except per-share amounts; unaudited)", centred=True),
        table(_HEADS, _income_rows(), dollars=False),
        heading("RECONCILIATION OF GAAP TO NON-GAAP RESULTS", centred=True),
        heading("(In millions, except per-share amounts; unaudited)", centred=True),
        table(_HEADS, _adjusted_rows(), dollars=False),
        heading("CONSOLIDATED BALANCE SHEETS", centred=True),
        heading("(In millions; unaudited)", centred=True),
        table((("September 30, 2024", "December 31, 2023"),), _balance_rows(in_transit=0 if corrected else IN_TRANSIT)),
        subheading("About non-GAAP figures"),
        paragraph(
            "Non-GAAP figures leave out stock-based compensation, amortization of intangible assets and their "
            "effect on income tax. They do not replace figures under generally accepted accounting principles."
        ),
    ]
    return page(title.title(), parts)


def page(title: str, parts: list[str]) -> str:
    """Return an exhibit's HTML."""
    return "\n".join(
        [
            "<html><head>",
            "<!-- sample: true. A fictional filing written for Auspex; no such company exists. -->",
            '<meta name="auspex-sample" content="true">',
            f"<title>{title}</title></head><body>",
            "<p><b>sample: true</b> (fictional company, written for demonstration)</p>",
            *parts,
            "</body></html>",
            "",
        ]
    )


def _income_rows() -> list[tuple[str, list[str]]]:
    labels = (
        ("Revenue", "revenue"),
        ("Cost of revenue", "cost_of_revenue"),
        ("Gross profit", "gross_profit"),
        ("Research and development", "research"),
        ("Selling, general and administrative", "selling"),
        ("Operating income", "operating_income"),
        ("Interest expense", "interest_expense"),
        ("Income before income taxes", "income_before_tax"),
        ("Provision for income taxes", "tax"),
        ("Net income", "net_income"),
    )
    rows = [(label, [f"{income(period)[name]:,}" for period in PERIODS]) for label, name in labels]
    for label, diluted in (("Basic earnings per share", False), ("Diluted earnings per share", True)):
        cells = [per_share(income(period)["net_income"], period, diluted=diluted) for period in PERIODS]
        rows.append((label, [f"${cell}" for cell in cells]))
    rows.append(("Diluted shares (in millions)", [str(shares(period, diluted=True)) for period in PERIODS]))
    return rows


def _adjusted_rows() -> list[tuple[str, list[str]]]:
    flows = [cash_flow(period) for period in PERIODS]
    return [
        ("Net income (GAAP)", [str(income(period)["net_income"]) for period in PERIODS]),
        ("Stock-based compensation", [str(flow["stock_compensation"]) for flow in flows]),
        ("Amortization of intangible assets", [str(flow["amortization"]) for flow in flows]),
        ("Income tax effect of adjustments", [f"({_TAX_EFFECT[period]})" for period in PERIODS]),
        ("Non-GAAP net income", [str(_adjusted(period)) for period in PERIODS]),
        (
            "GAAP diluted earnings per share",
            [f"${per_share(income(period)['net_income'], period, diluted=True)}" for period in PERIODS],
        ),
        ("Non-GAAP diluted earnings per share", [f"${_adjusted_per_share(period)}" for period in PERIODS]),
    ]


def _adjusted(period: Period) -> int:
    flow = cash_flow(period)
    return income(period)["net_income"] + flow["stock_compensation"] + flow["amortization"] - _TAX_EFFECT[period]


def _adjusted_per_share(period: Period) -> str:
    return str(per_share(_adjusted(period), period, diluted=True))


def _balance_rows(*, in_transit: int) -> list[tuple[str, list[str]]]:
    moved = {"receivables": in_transit, "inventories": -in_transit}
    labels = (
        ("Cash and cash equivalents", "cash"),
        ("Accounts receivable, net", "receivables"),
        ("Inventories", "inventories"),
        ("Prepaid expenses and other current assets", "prepaid"),
        ("Total current assets", "current_assets"),
        ("Total assets", "total_assets"),
        ("Total current liabilities", "current_liabilities"),
        ("Long-term debt", "long_term_debt"),
        ("Total liabilities", "total_liabilities"),
        ("Total stockholders’ equity", "equity"),
        ("Total liabilities and stockholders’ equity", "liabilities_and_equity"),
    )
    now, before = balance(date(2024, 9, 30)), balance(date(2023, 12, 31))
    return [(label, [f"{now[name] + moved.get(name, 0):,}", f"{before[name]:,}"]) for label, name in labels]
