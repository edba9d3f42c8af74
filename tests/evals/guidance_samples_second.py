"""Outlooks that were new to the rules once: measured, then read (see guidance_samples.py)."""

from __future__ import annotations

from datetime import date

from tests.evals.guidance_samples import EPS, GAAP, OWN, PURE, USD, Sample, bullets, heading, prose, table

SECOND: tuple[Sample, ...] = (
    Sample(
        "cloud: bullets, quarter and year",
        heading("Guidance for the Third Quarter and Full Year Fiscal 2025")
        + prose("For the third quarter of fiscal 2025, Quillon currently expects:")
        + bullets(
            "Total revenue of $268 million to $270 million, representing growth of 21% to 22% year over year.",
            "Non-GAAP operating income of $38.0 million to $39.0 million.",
            "Non-GAAP net income per share of $0.31 to $0.32, assuming approximately 148 million weighted average "
            "diluted shares outstanding.",
        )
        + prose("For the full fiscal year 2025, Quillon currently expects:")
        + bullets(
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
        heading("Outlook")
        + prose(
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
        heading("Q1 FY2025 Guidance")
        + table(
            ("", "GAAP", "Non-GAAP"),
            ("Gross margin", "62% - 63%", "67% - 68%"),
            ("Operating margin", "20.5% - 21.5%", "32% - 33%"),
            ("Earnings per share", "$0.35 to $0.42", "$0.86 to $0.88"),
        )
        + prose("Revenue for the quarter is expected to be in the range of $13.65 billion to $13.85 billion."),
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
        prose("Sablewing reported second quarter results on July 11, 2024. Operating revenue was $16.7 billion.")
        + heading("September Quarter and Full Year 2024 Guidance")
        + table(
            ("", "3Q24 Forecast", "FY 2024 Forecast"),
            ("Earnings per share", "$1.70 – $2.00", "$6 – $7"),
            ("Free cash flow", "", "$3 – $4 billion"),
            ("Operating margin", "11% – 13%", ""),
        )
        + prose("Sablewing continues to expect capital expenditures of approximately $5 billion in 2024."),
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
        heading("2024 Outlook")
        + prose(
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
        heading("Guidance")
        + prose("The following table gives our current guidance for the year ending December 31, 2025 (in thousands).")
        + table(
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
        prose(
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
        heading("Outlook for the year 2025")
        + prose(
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
