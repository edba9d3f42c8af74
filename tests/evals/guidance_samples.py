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


def _p(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def _h(text: str) -> str:
    return f"<p><b>{text}</b></p>"


def _ul(*texts: str) -> str:
    return "<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>"


def _t(*rows: tuple[str, ...]) -> str:
    return "<table>" + "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows) + "</table>"


DEV: tuple[Sample, ...] = (
    Sample(
        "chips: bullets under a dated outlook",
        _h("Outlook")
        + _p("Corvane’s outlook for the third quarter of fiscal 2025 is as follows:")
        + _ul(
            "Revenue is expected to be $37.5 billion, plus or minus 2%.",
            "GAAP and non-GAAP gross margins are expected to be 74.4% and 75.0%, respectively, plus or minus 50 basis "
            "points.",
            "GAAP and non-GAAP operating expenses are expected to be approximately $4.3 billion and $3.0 billion, "
            "respectively.",
            "GAAP and non-GAAP tax rates are expected to be 17.0%, plus or minus 1%, excluding any discrete items.",
        )
        + _h("Highlights")
        + _ul("Second-quarter revenue was a record $26.3 billion, up 16% from the previous quarter."),
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
        _h("Financial Outlook")
        + _p("Tallowmere is issuing the following guidance (in millions, except per share data):")
        + _t(
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
        _h("Fiscal 2024 Outlook")
        + _t(
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
        _h("2025 Guidance")
        + _p("(in millions, except per share amounts)")
        + _t(
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
        _p(
            "Revenue for the first quarter was $5.5 billion, which exceeded the high end of our guidance of $5.1 "
            "billion "
            "to $5.4 billion."
        )
        + _h("Current Outlook")
        + _p(
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
        _h("Full-Year 2024 Financial Guidance")
        + _p(
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
        _h("Business Outlook")
        + _p(
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
        _p(
            "Revenue for the quarter was $1.2 billion, an increase of 8%. The segment expects subscription revenue of "
            "$300 million. We expect to pay a dividend of $0.25 per share in the third quarter of 2024. We expect to "
            "recognize revenue of $40 million from these contracts over two years."
        )
        + _h("Forward-Looking Statements")
        + _p("Statements about expected revenue, margins and earnings per share are subject to risks."),
        date(2024, 7, 25),
        date(2024, 6, 30),
        "Q2 FY2024",
        "1231",
        (),
    ),
)
SECOND: tuple[Sample, ...] = (
    Sample(
        "cloud: bullets, quarter and year",
        _h("Guidance for the Third Quarter and Full Year Fiscal 2025")
        + _p("For the third quarter of fiscal 2025, Quillon currently expects:")
        + _ul(
            "Total revenue of $268 million to $270 million, representing growth of 21% to 22% year over year.",
            "Non-GAAP operating income of $38.0 million to $39.0 million.",
            "Non-GAAP net income per share of $0.31 to $0.32, assuming approximately 148 million weighted average "
            "diluted shares outstanding.",
        )
        + _p("For the full fiscal year 2025, Quillon currently expects:")
        + _ul(
            "Total revenue between $1.045 billion and $1.049 billion.",
            "Non-GAAP operating margin of approximately 14.5%.",
        ),
        date(2024, 9, 4),
        date(2024, 7, 31),
        "Q2 FY2025",
        "0131",
        (
            ("revenue", GAAP, "Q3 FY2025", "268000000", "270000000", USD),
            ("revenue_growth", GAAP, "Q3 FY2025", "0.21", "0.22", PURE),
            ("operating_income", OWN, "Q3 FY2025", "38000000", "39000000", USD),
            ("eps_diluted", OWN, "Q3 FY2025", "0.31", "0.32", EPS),
            ("revenue", GAAP, "FY2025", "1045000000", "1049000000", USD),
            ("operating_margin", OWN, "FY2025", "0.145", "0.145", PURE),
        ),
    ),
    Sample(
        "food: prose with growth",
        _h("Outlook")
        + _p(
            "For fiscal 2025, the company expects organic net sales growth of 2% to 4%, adjusted operating margin of "
            "17.5% "
            "to 18.0% and adjusted diluted EPS of $3.10 to $3.20, compared with $2.95 in fiscal 2024. Capital "
            "expenditures "
            "are projected to be about $550 million. The company anticipates interest expense of approximately $230 "
            "million."
        ),
        date(2024, 6, 27),
        date(2024, 5, 26),
        "FY2024",
        "0526",
        (
            ("revenue_growth", OWN, "FY2025", "0.02", "0.04", PURE),
            ("operating_margin", OWN, "FY2025", "0.175", "0.180", PURE),
            ("eps_diluted", OWN, "FY2025", "3.10", "3.20", EPS),
            ("capex", GAAP, "FY2025", "550000000", "550000000", USD),
            ("interest_expense", GAAP, "FY2025", "230000000", "230000000", USD),
        ),
    ),
    Sample(
        "networking: table with bases as columns",
        _h("Q1 FY2025 Guidance")
        + _t(
            ("", "GAAP", "Non-GAAP"),
            ("Gross margin", "62% - 63%", "67% - 68%"),
            ("Operating margin", "20.5% - 21.5%", "32% - 33%"),
            ("Earnings per share", "$0.35 to $0.42", "$0.86 to $0.88"),
        )
        + _p("Revenue for the quarter is expected to be in the range of $13.65 billion to $13.85 billion."),
        date(2024, 8, 14),
        date(2024, 7, 27),
        "FY2024",
        "0727",
        (
            ("gross_margin", GAAP, "Q1 FY2025", "0.62", "0.63", PURE),
            ("gross_margin", OWN, "Q1 FY2025", "0.67", "0.68", PURE),
            ("operating_margin", GAAP, "Q1 FY2025", "0.205", "0.215", PURE),
            ("operating_margin", OWN, "Q1 FY2025", "0.32", "0.33", PURE),
            ("eps_diluted", GAAP, "Q1 FY2025", "0.35", "0.42", EPS),
            ("eps_diluted", OWN, "Q1 FY2025", "0.86", "0.88", EPS),
            ("revenue", GAAP, "Q1 FY2025", "13650000000", "13850000000", USD),
        ),
    ),
    Sample(
        "airline: dashes and cents",
        _p("Sablewing reported second quarter results on July 11, 2024. Operating revenue was $16.7 billion.")
        + _h("September Quarter and Full Year 2024 Guidance")
        + _t(
            ("", "3Q24 Forecast", "FY 2024 Forecast"),
            ("Earnings per share", "$1.70 – $2.00", "$6 – $7"),
            ("Free cash flow", "", "$3 – $4 billion"),
            ("Operating margin", "11% – 13%", ""),
        )
        + _p("Sablewing continues to expect capital expenditures of approximately $5 billion in 2024."),
        date(2024, 7, 11),
        date(2024, 6, 30),
        "Q2 FY2024",
        "1231",
        (
            ("eps_diluted", GAAP, "Q3 FY2024", "1.70", "2.00", EPS),
            ("eps_diluted", GAAP, "FY2024", "6", "7", EPS),
            ("free_cash_flow", OWN, "FY2024", "3000000000", "4000000000", USD),
            ("operating_margin", GAAP, "Q3 FY2024", "0.11", "0.13", PURE),
            ("capex", GAAP, "FY2024", "5000000000", "5000000000", USD),
        ),
    ),
    Sample(
        "medical: reaffirmed and narrowed in one paragraph",
        _h("2024 Outlook")
        + _p(
            "Halden Surgical now expects full year 2024 revenue of $2.46 billion to $2.48 billion, narrowed from its "
            "previous guidance of $2.44 billion to $2.49 billion. The company reaffirms adjusted EPS guidance of "
            "$5.35 to "
            "$5.45. GAAP EPS is expected to be between $3.80 and $3.95. The adjusted tax rate is expected to be "
            "between 20% and 21%."
        ),
        date(2024, 10, 30),
        date(2024, 9, 30),
        "Q3 FY2024",
        "1231",
        (
            ("revenue", GAAP, "FY2024", "2460000000", "2480000000", USD),
            ("eps_diluted", OWN, "FY2024", "5.35", "5.45", EPS),
            ("eps_diluted", GAAP, "FY2024", "3.80", "3.95", EPS),
            ("tax_rate", OWN, "FY2024", "0.20", "0.21", PURE),
        ),
    ),
    Sample(
        "energy: figures in thousands in the head, one point",
        _h("Guidance")
        + _p("The following table gives our current guidance for the year ending December 31, 2025 (in thousands).")
        + _t(
            ("", "2025 Guidance"),
            ("Capital expenditures", "$1,900,000 to $2,000,000"),
            ("Adjusted EBITDA", "$3,400,000"),
            ("Depreciation and amortization", "$760,000 to $780,000"),
            ("Effective tax rate", "22% to 23%"),
        ),
        date(2025, 2, 20),
        date(2024, 12, 31),
        "FY2024",
        "1231",
        (
            ("capex", GAAP, "FY2025", "1900000000", "2000000000", USD),
            ("ebitda", OWN, "FY2025", "3400000000", "3400000000", USD),
            ("depreciation_and_amortization", GAAP, "FY2025", "760000000", "780000000", USD),
            ("tax_rate", GAAP, "FY2025", "0.22", "0.23", PURE),
        ),
    ),
    Sample(
        "half year and a tail of history",
        _p(
            "In the second quarter of 2025 Fennmark expects net sales of $310 million to $320 million, compared to "
            "$298 "
            "million in the second quarter of 2024, and gross margin of 41% to 42%. For the second half of 2025 it "
            "anticipates operating expenses of $150 million to $155 million. In the first quarter, operating expenses "
            "were $71 million."
        ),
        date(2025, 5, 6),
        date(2025, 3, 31),
        "Q1 FY2025",
        "1231",
        (
            ("revenue", GAAP, "Q2 FY2025", "310000000", "320000000", USD),
            ("gross_margin", GAAP, "Q2 FY2025", "0.41", "0.42", PURE),
            ("operating_expenses", GAAP, "H2 FY2025", "150000000", "155000000", USD),
        ),
    ),
    Sample(
        "parts of a whole, and what was said of another year",
        _h("Outlook for the year 2025")
        + _p(
            "The Instruments segment is expected to have revenue of $400 million to $420 million. Services revenue is "
            "expected to grow 10%. Our long-term target is a cost reduction of $50 million by 2028. In February 2024 "
            "we "
            "had guided to 2024 revenue of $900 million to $950 million; actual revenue was $940 million. We expect "
            "consolidated revenue of $1.02 billion to $1.06 billion."
        ),
        date(2025, 2, 6),
        date(2024, 12, 31),
        "FY2024",
        "1231",
        (("revenue", GAAP, "FY2025", "1020000000", "1060000000", USD),),
    ),
)
THIRD: tuple[Sample, ...] = (
    Sample(
        "payments: growth ranges and a tax rate",
        _h("FISCAL YEAR 2025 OUTLOOK")
        + _p(
            "Marlbank anticipates fiscal full-year 2025 net revenue growth of 9% to 10% and operating expenses of "
            "$12.1 "
            "billion to $12.3 billion. Its effective tax rate should be between 18.5% and 19.0% for the year."
        ),
        date(2024, 10, 29),
        date(2024, 9, 30),
        "FY2024",
        "0930",
        (
            ("revenue_growth", GAAP, "FY2025", "0.09", "0.10", PURE),
            ("operating_expenses", GAAP, "FY2025", "12100000000", "12300000000", USD),
            ("tax_rate", GAAP, "FY2025", "0.185", "0.19", PURE),
        ),
    ),
    Sample(
        "tools: reconciliation of the promised earnings",
        _h("Reconciliation of Forecasted GAAP to Non-GAAP Diluted Earnings per Share")
        + _p("Fiscal year ending June 30, 2025")
        + _t(
            ("", "Low", "High"),
            ("GAAP diluted earnings per share", "$3.42", "$3.62"),
            ("Restructuring charges", "0.18", "0.18"),
            ("Non-GAAP diluted earnings per share", "$3.60", "$3.80"),
        ),
        date(2024, 8, 1),
        date(2024, 6, 30),
        "FY2024",
        "0630",
        (
            ("eps_diluted", GAAP, "FY2025", "3.42", "3.62", EPS),
            ("eps_diluted", OWN, "FY2025", "3.60", "3.80", EPS),
        ),
    ),
    Sample(
        "logistics: what the chief says",
        _h("Looking Ahead")
        + _p(
            "“We now see full-year 2024 adjusted EBITDA of $1.22 billion to $1.26 billion, up from our earlier view of "
            "$1.18 billion to $1.24 billion, on revenue of roughly $8.1 billion,” said the chief financial officer. "
            "“Capital spending will be about $240 million.”"
        ),
        date(2024, 8, 1),
        date(2024, 6, 30),
        "Q2 FY2024",
        "1231",
        (
            ("ebitda", OWN, "FY2024", "1220000000", "1260000000", USD),
            ("revenue", GAAP, "FY2024", "8100000000", "8100000000", USD),
            ("capex", GAAP, "FY2024", "240000000", "240000000", USD),
        ),
    ),
    Sample(
        "storage: one row per period",
        _h("Business Outlook for the Fiscal Second Quarter of 2025")
        + _t(
            ("Revenue", "$4.20B - $4.40B"),
            ("Gross margin (%)", "37.5 - 39.5"),
            ("Operating expenses ($ in millions)", "$695 - $715"),
            ("Diluted earnings per share", "$1.75 - $2.05"),
            ("Share count, diluted (in millions)", "~358"),
        ),
        date(2024, 10, 24),
        date(2024, 9, 27),
        "Q1 FY2025",
        "0628",
        (
            ("revenue", GAAP, "Q2 FY2025", "4200000000", "4400000000", USD),
            ("gross_margin", GAAP, "Q2 FY2025", "0.375", "0.395", PURE),
            ("operating_expenses", GAAP, "Q2 FY2025", "695000000", "715000000", USD),
            ("eps_diluted", GAAP, "Q2 FY2025", "1.75", "2.05", EPS),
            ("shares_diluted", GAAP, "Q2 FY2025", "358000000", "358000000", SHARES),
        ),
    ),
    Sample(
        "restaurants: first look at a year",
        _p(
            "Fourth quarter revenue increased 11% to $1.45 billion. For 2025, management is introducing guidance for "
            "comparable restaurant sales growth of 1.5% to 2.5%, capital expenditures of $390 million to $410 million "
            "and a tax rate of approximately 24%."
        ),
        date(2025, 2, 13),
        date(2024, 12, 31),
        "FY2024",
        "1231",
        (
            ("comparable_sales", GAAP, "FY2025", "0.015", "0.025", PURE),
            ("capex", GAAP, "FY2025", "390000000", "410000000", USD),
            ("tax_rate", GAAP, "FY2025", "0.24", "0.24", PURE),
        ),
    ),
    Sample(
        "security: two quarters in one sentence, and annual recurring revenue",
        _h("Guidance")
        + _p(
            "Nightjar expects revenue of $204 million to $206 million in the first quarter of fiscal 2026 and $852 "
            "million "
            "to $858 million for the full fiscal year 2026. Non-GAAP operating margin for fiscal 2026 is forecast at "
            "3% "
            "to 4%. Annual recurring revenue is expected to reach at least $1.0 billion in fiscal 2026."
        ),
        date(2025, 3, 12),
        date(2025, 1, 31),
        "FY2025",
        "0131",
        (
            ("revenue", GAAP, "Q1 FY2026", "204000000", "206000000", USD),
            ("revenue", GAAP, "FY2026", "852000000", "858000000", USD),
            ("operating_margin", OWN, "FY2026", "0.03", "0.04", PURE),
            ("annual_recurring_revenue", OWN, "FY2026", "1000000000", None, USD),
        ),
    ),
    Sample(
        "results that speak of guidance",
        _p(
            "Third quarter revenue of $2.4 billion was within our guidance range of $2.35 billion to $2.45 billion. "
            "Diluted EPS of $1.12 beat our outlook of $1.00 to $1.08. Management will give its outlook for revenue and "
            "earnings per share on a call at 5 p.m. Backlog at quarter end was $6.1 billion, of which $3.0 billion is "
            "expected to convert to revenue in 2025."
        ),
        date(2024, 11, 5),
        date(2024, 9, 30),
        "Q3 FY2024",
        "1231",
        (),
    ),
)
HELD_OUT: tuple[Sample, ...] = (
    Sample(
        "beverages: a table of words and figures",
        _h("Outlook for Fiscal 2026")
        + _t(
            ("Organic revenue growth", "5% to 6%"),
            ("Comparable EPS", "$2.98 to $3.02"),
            ("Underlying effective tax rate", "20.8%"),
            ("Capital expenditures", "~$2.2 billion"),
            ("Free cash flow", "at least $9.5 billion"),
        ),
        date(2026, 2, 10),
        date(2025, 12, 31),
        "FY2025",
        "1231",
        (
            ("revenue_growth", OWN, "FY2026", "0.05", "0.06", PURE),
            ("eps_diluted", OWN, "FY2026", "2.98", "3.02", EPS),
            ("tax_rate", OWN, "FY2026", "0.208", "0.208", PURE),
            ("capex", GAAP, "FY2026", "2200000000", "2200000000", USD),
            ("free_cash_flow", OWN, "FY2026", "9500000000", None, USD),
        ),
    ),
    Sample(
        "chip tools: short bullets",
        _h("First Quarter Fiscal 2026 Business Outlook")
        + _p("Ostrander is providing the following estimates for the quarter ending January 25, 2026:")
        + _ul(
            "Total net revenue: approximately $6.85 billion, plus or minus $500 million",
            "Non-GAAP gross margin: approximately 48.4%",
            "Non-GAAP diluted EPS: approximately $2.18, plus or minus $0.20",
        ),
        date(2025, 11, 13),
        date(2025, 10, 26),
        "FY2025",
        "1026",
        (
            ("revenue", GAAP, "Q1 FY2026", "6350000000", "7350000000", USD),
            ("gross_margin", OWN, "Q1 FY2026", "0.484", "0.484", PURE),
            ("eps_diluted", OWN, "Q1 FY2026", "1.98", "2.38", EPS),
        ),
    ),
    Sample(
        "home builder: a paragraph",
        _p(
            "Based on current market conditions, the Company is updating its fiscal 2025 guidance. Consolidated "
            "revenues "
            "are now expected to be in the range of $33.3 billion to $34.8 billion, and cash flow provided by "
            "operations "
            "is expected to be greater than $3.0 billion. The income tax rate is estimated at approximately 24%."
        ),
        date(2025, 4, 17),
        date(2025, 3, 31),
        "Q2 FY2025",
        "0930",
        (
            ("revenue", GAAP, "FY2025", "33300000000", "34800000000", USD),
            ("operating_cash_flow", GAAP, "FY2025", "3000000000", None, USD),
            ("tax_rate", GAAP, "FY2025", "0.24", "0.24", PURE),
        ),
    ),
    Sample(
        "streaming: current against prior year",
        _h("Forecast")
        + _t(
            ("($ in millions)", "Q1'25 Actual", "Q2'25 Forecast"),
            ("Revenue", "10,543", "11,035"),
            ("Operating income", "3,347", "3,675"),
            ("Operating margin", "31.7%", "33.3%"),
            ("Diluted EPS", "$6.61", "$7.03"),
        ),
        date(2025, 4, 17),
        date(2025, 3, 31),
        "Q1 FY2025",
        "1231",
        (
            ("revenue", GAAP, "Q2 FY2025", "11035000000", "11035000000", USD),
            ("operating_income", GAAP, "Q2 FY2025", "3675000000", "3675000000", USD),
            ("operating_margin", GAAP, "Q2 FY2025", "0.333", "0.333", PURE),
            ("eps_diluted", GAAP, "Q2 FY2025", "7.03", "7.03", EPS),
        ),
    ),
    Sample(
        "payroll: what was and what will be",
        _p(
            "Revenues rose 6% to $4.8 billion. Adjusted diluted EPS grew 10% to $2.35. The company raised its "
            "dividend to "
            "$1.54 per share. Its pension expense is expected to be $30 million in fiscal 2025. Employer Services "
            "revenue "
            "is expected to grow 6% to 7%."
        )
        + _h("Fiscal 2025 Outlook")
        + _p(
            "Ledbury now expects consolidated revenue growth of 6% to 7% and adjusted diluted EPS growth of 7% to 9%."
        ),
        date(2024, 10, 30),
        date(2024, 9, 30),
        "Q1 FY2025",
        "0630",
        (("revenue_growth", GAAP, "FY2025", "0.06", "0.07", PURE),),
    ),
)
