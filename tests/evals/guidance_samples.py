"""Outlooks in the shapes that releases use, labelled by hand: `sample: true`, every company and figure is made up.

`DEV` was read while the rules were written. `SECOND` and `THIRD` were written without regard to them, measured once
when new (30 of 35 with one wrong, 17 of 20 with none) and read then. `HELD_OUT` was written last and is measured only:
no rule was changed for it.
A label is (metric, basis, fiscal period, low, high, unit), shares for percentages, None where a side is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

Label = tuple[str, str, str, str | None, str | None, str]
GAAP, OWN = "gaap", "non_gaap"
USD, EPS, PURE, SHARES = "USD", "USD/shares", "pure", "shares"


@dataclass(frozen=True, slots=True)
class Sample:
    """One release's outlook: its markup, when it was filed, the last period it reports, and what it promises."""

    name: str
    html: str
    filed: date
    report_end: date
    report_label: str
    year_end: str
    labels: tuple[Label, ...]


def prose(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def heading(text: str) -> str:
    return f"<p><b>{text}</b></p>"


def bullets(*texts: str) -> str:
    return "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"


def table(*rows: tuple[str, ...]) -> str:
    return "<table>" + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows) + "</table>"


DEV: tuple[Sample, ...] = (
    Sample(
        "chips: bullets under a dated outlook",
        heading("Outlook")
        + prose("Corvane’s outlook for the third quarter of fiscal 2025 is as follows:")
        + bullets(
            "Revenue is expected to be $37.5 billion, plus or minus 2%.",
            "GAAP and non-GAAP gross margins are expected to be 74.4% and 75.0%, respectively, plus or minus 50 basis "
            "points.",
            "GAAP and non-GAAP operating expenses are expected to be approximately $4.3 billion and $3.0 billion, "
            "respectively.",
            "GAAP and non-GAAP tax rates are expected to be 17.0%, plus or minus 1%, excluding any discrete items.",
        )
        + heading("Highlights")
        + bullets("Second-quarter revenue was a record $26.3 billion, up 16% from the previous quarter."),
        date(2024, 8, 28),
        date(2024, 7, 28),
        "Q2 FY2025",
        "0126",
        (
            ("revenue", GAAP, "Q3 FY2025", "36750000000", "38250000000", USD),
            ("gross_margin", GAAP, "Q3 FY2025", "0.739", "0.749", PURE),
            ("gross_margin", OWN, "Q3 FY2025", "0.745", "0.755", PURE),
            ("operating_expenses", GAAP, "Q3 FY2025", "4300000000", "4300000000", USD),
            ("operating_expenses", OWN, "Q3 FY2025", "3000000000", "3000000000", USD),
            ("tax_rate", GAAP, "Q3 FY2025", "0.16", "0.18", PURE),
            ("tax_rate", OWN, "Q3 FY2025", "0.16", "0.18", PURE),
        ),
    ),
    Sample(
        "software: one table, two periods",
        heading("Financial Outlook")
        + prose("Tallowmere is issuing the following guidance (in millions, except per share data):")
        + table(
            ("", "Q4 FY24 Guidance", "Full Year FY24 Guidance"),
            ("Total revenue", "$603 - $605", "$2,348 - $2,350"),
            ("Non-GAAP income from operations", "$142 - $144", "$565 - $567"),
            ("Non-GAAP diluted net income per share", "$0.44 - $0.45", "$1.75 - $1.76"),
        ),
        date(2023, 12, 5),
        date(2023, 10, 31),
        "Q3 FY2024",
        "0131",
        (
            ("revenue", GAAP, "Q4 FY2024", "603000000", "605000000", USD),
            ("revenue", GAAP, "FY2024", "2348000000", "2350000000", USD),
            ("operating_income", OWN, "Q4 FY2024", "142000000", "144000000", USD),
            ("operating_income", OWN, "FY2024", "565000000", "567000000", USD),
            ("eps_diluted", OWN, "Q4 FY2024", "0.44", "0.45", EPS),
            ("eps_diluted", OWN, "FY2024", "1.75", "1.76", EPS),
        ),
    ),
    Sample(
        "retail: prior beside updated",
        heading("Fiscal 2024 Outlook")
        + table(
            ("", "Prior Outlook", "Updated Outlook"),
            ("Net sales", "$24.1 billion to $24.4 billion", "$24.5 billion to $24.7 billion"),
            ("Comparable sales growth", "1.0% to 2.0%", "2.5% to 3.0%"),
            ("Diluted earnings per share", "$12.90 to $13.30", "$13.55 to $13.75"),
            ("Capital expenditures", "approximately $700 million", "approximately $720 million"),
        ),
        date(2024, 8, 21),
        date(2024, 8, 3),
        "Q2 FY2024",
        "0201",
        (
            ("revenue", GAAP, "FY2024", "24500000000", "24700000000", USD),
            ("comparable_sales", GAAP, "FY2024", "0.025", "0.030", PURE),
            ("eps_diluted", GAAP, "FY2024", "13.55", "13.75", EPS),
            ("capex", GAAP, "FY2024", "720000000", "720000000", USD),
        ),
    ),
    Sample(
        "industrial: low and high columns",
        heading("2025 Guidance")
        + prose("(in millions, except per share amounts)")
        + table(
            ("", "Low", "High"),
            ("Net sales", "$4,150", "$4,250"),
            ("Adjusted EBITDA", "$830", "$860"),
            ("Adjusted diluted earnings per share", "$6.10", "$6.40"),
            ("Free cash flow", "$400", "$450"),
        ),
        date(2025, 2, 11),
        date(2024, 12, 31),
        "FY2024",
        "1231",
        (
            ("revenue", GAAP, "FY2025", "4150000000", "4250000000", USD),
            ("ebitda", OWN, "FY2025", "830000000", "860000000", USD),
            ("eps_diluted", OWN, "FY2025", "6.10", "6.40", EPS),
            ("free_cash_flow", OWN, "FY2025", "400000000", "450000000", USD),
        ),
    ),
    Sample(
        "semis: prose, with history around it",
        prose(
            "Revenue for the first quarter was $5.5 billion, which exceeded the high end of our guidance of $5.1 "
            "billion "
            "to $5.4 billion."
        )
        + heading("Current Outlook")
        + prose(
            "For the second quarter of 2024, Brackenridge expects revenue to be approximately $5.7 billion, plus or "
            "minus "
            "$300 million. At the mid-point of the revenue range, this represents year-over-year growth of "
            "approximately "
            "6%. Non-GAAP gross margin is expected to be approximately 53%."
        ),
        date(2024, 4, 30),
        date(2024, 3, 30),
        "Q1 FY2024",
        "1228",
        (
            ("revenue", GAAP, "Q2 FY2024", "5400000000", "6000000000", USD),
            ("gross_margin", OWN, "Q2 FY2024", "0.53", "0.53", PURE),
        ),
    ),
    Sample(
        "pharma: raise from a former range",
        heading("Full-Year 2024 Financial Guidance")
        + prose(
            "Oriel raised its full-year 2024 revenue guidance to a range of $45.4 billion to $46.6 billion from a "
            "prior "
            "range of $42.4 billion to $43.6 billion.",
            "Reported earnings per share guidance is now $15.10 to $15.60 and non-GAAP earnings per share guidance is "
            "$16.10 to $16.60. The 2024 effective tax rate is expected to be approximately 15%.",
        ),
        date(2024, 8, 8),
        date(2024, 6, 30),
        "Q2 FY2024",
        "1231",
        (
            ("revenue", GAAP, "FY2024", "45400000000", "46600000000", USD),
            ("eps_diluted", GAAP, "FY2024", "15.10", "15.60", EPS),
            ("eps_diluted", OWN, "FY2024", "16.10", "16.60", EPS),
            ("tax_rate", GAAP, "FY2024", "0.15", "0.15", PURE),
        ),
    ),
    Sample(
        "start-up: losses and bounds",
        heading("Business Outlook")
        + prose(
            "For the fourth quarter ending December 31, 2024, Pemberly expects revenue of at least $88 million and a "
            "GAAP "
            "net loss per share of $0.14 to $0.12.",
            "For the full year, Pemberly expects capital expenditures of no more than $25 million, and free cash flow "
            "to "
            "exceed $40 million.",
        ),
        date(2024, 11, 7),
        date(2024, 9, 30),
        "Q3 FY2024",
        "1231",
        (
            ("revenue", GAAP, "Q4 FY2024", "88000000", None, USD),
            ("eps_diluted", GAAP, "Q4 FY2024", "-0.14", "-0.12", EPS),
            ("capex", GAAP, "FY2024", None, "25000000", USD),
            ("free_cash_flow", OWN, "FY2024", "40000000", None, USD),
        ),
    ),
    Sample(
        "nothing promised",
        prose(
            "Revenue for the quarter was $1.2 billion, an increase of 8%. The segment expects subscription revenue of "
            "$300 million. We expect to pay a dividend of $0.25 per share in the third quarter of 2024. We expect to "
            "recognize revenue of $40 million from these contracts over two years."
        )
        + heading("Forward-Looking Statements")
        + prose("Statements about expected revenue, margins and earnings per share are subject to risks."),
        date(2024, 7, 25),
        date(2024, 6, 30),
        "Q2 FY2024",
        "1231",
        (),
    ),
)
