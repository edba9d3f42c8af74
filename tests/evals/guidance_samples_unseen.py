"""Outlooks that no rule was written for: the third set was read after it was measured, the last never."""

from __future__ import annotations

from datetime import date

from tests.evals.guidance_samples import EPS, GAAP, OWN, PURE, SHARES, USD, Sample, bullets, heading, prose, table

THIRD: tuple[Sample, ...] = (
    Sample(
        "payments: growth ranges and a tax rate",
        heading("FISCAL YEAR 2025 OUTLOOK")
        + prose(
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
        heading("Reconciliation of Forecasted GAAP to Non-GAAP Diluted Earnings per Share")
        + prose("Fiscal year ending June 30, 2025")
        + table(
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
        heading("Looking Ahead")
        + prose(
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
        heading("Business Outlook for the Fiscal Second Quarter of 2025")
        + table(
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
        prose(
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
        heading("Guidance")
        + prose(
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
        prose(
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
        heading("Outlook for Fiscal 2026")
        + table(
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
        heading("First Quarter Fiscal 2026 Business Outlook")
        + prose("Ostrander is providing the following estimates for the quarter ending January 25, 2026:")
        + bullets(
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
        prose(
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
        heading("Forecast")
        + table(
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
        prose(
            "Revenues rose 6% to $4.8 billion. Adjusted diluted EPS grew 10% to $2.35. The company raised its "
            "dividend to "
            "$1.54 per share. Its pension expense is expected to be $30 million in fiscal 2025. Employer Services "
            "revenue "
            "is expected to grow 6% to 7%."
        )
        + heading("Fiscal 2025 Outlook")
        + prose(
            "Ledbury now expects consolidated revenue growth of 6% to 7% and adjusted diluted EPS growth of 7% to 9%."
        ),
        date(2024, 10, 30),
        date(2024, 9, 30),
        "Q1 FY2025",
        "0630",
        (("revenue_growth", GAAP, "FY2025", "0.06", "0.07", PURE),),
    ),
)
