"""Larkspur's 10-K for 1997, as filings were before HTML: one plain-text file with its SGML header."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

WIDTH = 79
# Label, 1997, 1996, 1995; in thousands.
_INCOME = (
    ("Net sales", 214310, 190115, 171240),
    ("Cost of goods sold", 121480, 109340, 99880),
    ("Gross profit", 92830, 80775, 71360),
    ("Research and development", 17905, 15610, 14020),
    ("Selling, general and administrative", 48220, 43005, 39415),
    ("Operating income", 26705, 22160, 17925),
    ("Interest expense", 1940, 2105, 2240),
    ("Income before income taxes", 24765, 20055, 15685),
    ("Provision for income taxes", 8915, 7220, 5645),
    ("Net income", 15850, 12835, 10040),
)
_SHARES = ("Weighted average shares outstanding", 19400, 19150, 18900)
# Label, 1997, 1996; in thousands.
_BALANCE = (
    ("Cash and cash equivalents", 22145, 17310),
    ("Accounts receivable", 38720, 35015),
    ("Inventories", 41260, 38890),
    ("Total current assets", 102125, 91215),
    ("Property, plant and equipment, net", 47915, 45105),
    ("Total assets", 150040, 136320),
    ("Total current liabilities", 34880, 33455),
    ("Long-term debt", 24000, 27500),
    ("Stockholders' equity", 91160, 75365),
    ("Total liabilities and stockholders' equity", 150040, 136320),
)
_TEXT = """
                                 UNITED STATES
                       SECURITIES AND EXCHANGE COMMISSION
                             WASHINGTON, D.C. 20549

                                   FORM 10-K

                                  sample: true
             (fictional company, written for demonstration by Auspex)

(X)  ANNUAL REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE
     ACT OF 1934

     For the fiscal year ended December 31, 1997

                     LARKSPUR INSTRUMENTS, INC. (FICTIONAL)

<PAGE>
                                     PART I

ITEM 1.  BUSINESS

     Larkspur Instruments, Inc. makes optical spectrometers for laboratories and
plants. Its Clarion line accounted for about two thirds of net sales in 1997.
The Company employed 1,310 people at the end of the year.

ITEM 2.  PROPERTIES

     The Company owns its plant and offices in Port Alder, Oregon.

ITEM 3.  LEGAL PROCEEDINGS

     None.

ITEM 4.  SUBMISSION OF MATTERS TO A VOTE OF SECURITY HOLDERS

     None.

<PAGE>
                                    PART II

ITEM 5.  MARKET FOR REGISTRANT'S COMMON EQUITY AND RELATED STOCKHOLDER MATTERS

     The Company has never paid a dividend.

ITEM 7.  MANAGEMENT'S DISCUSSION AND ANALYSIS OF FINANCIAL CONDITION AND
         RESULTS OF OPERATIONS

     Net sales of 1997 rose by 12.7% to $214.3 million. Exports made up 38% of
net sales. Gross profit was 43.3% of net sales, against 42.5% in 1996, because
a larger part of the parts is made in the Company's own plant.

     The Company has examined its instruments for the year 2000 and expects to
replace the clocks of some 2,000 older instruments at customers' expense.

ITEM 8.  FINANCIAL STATEMENTS AND SUPPLEMENTARY DATA
"""
_END = """
<PAGE>
                                    PART III

ITEM 10.  DIRECTORS AND EXECUTIVE OFFICERS OF THE REGISTRANT

     Incorporated by reference from the proxy statement.

                                    PART IV

ITEM 14.  EXHIBITS, FINANCIAL STATEMENT SCHEDULES, AND REPORTS ON FORM 8-K

     None.

                                   SIGNATURES

     Pursuant to the requirements of Section 13 or 15(d) of the Securities
Exchange Act of 1934, the registrant has duly caused this report to be signed
on its behalf by the undersigned, thereunto duly authorized.

                                   LARKSPUR INSTRUMENTS, INC. (FICTIONAL)
Date: March 27, 1998               By: /s/ Edda Rasmusson, Treasurer
"""


def text_report() -> str:
    """Return the text between the submission's tags."""
    per_share = [
        (Decimal(amount) / count).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for amount, count in zip(_INCOME[-1][1:], _SHARES[1:], strict=True)
    ]
    income = [_row(label, amounts, dollar=at in (0, 9)) for at, (label, *amounts) in enumerate(_INCOME)]
    sheet = [_row(label, amounts, dollar=at in (0, 9)) for at, (label, *amounts) in enumerate(_BALANCE)]
    return "\n".join(
        [
            _TEXT,
            *_centred("LARKSPUR INSTRUMENTS, INC. (FICTIONAL)", "CONSOLIDATED STATEMENTS OF INCOME"),
            *_centred("(in thousands, except per share amounts)"),
            "<TABLE>",
            "<CAPTION>",
            f"{'Year ended December 31':>79}",
            _row("", (1997, 1996, 1995), plain=True),
            _row("", ("----", "----", "----"), plain=True),
            f"{'<S>':<40}{'<C>':>13}{'<C>':>13}{'<C>':>13}",
            *income,
            _row("Net income per share", per_share, dollar=True, plain=True),
            _row(_SHARES[0], _SHARES[1:]),
            "</TABLE>",
            "<PAGE>",
            *_centred("CONSOLIDATED BALANCE SHEETS", "(in thousands)"),
            "<TABLE>",
            "<CAPTION>",
            f"{'December 31':>66}",
            _row("", (1997, 1996), plain=True),
            _row("", ("----", "----"), plain=True),
            f"{'<S>':<40}{'<C>':>13}{'<C>':>13}",
            *sheet,
            "</TABLE>",
            _END,
        ]
    )


def submission(accession: str, cik: int, name: str) -> str:
    """Return the whole file as EDGAR kept it: header, one document."""
    return "\n".join(
        [
            f"<SEC-DOCUMENT>{accession}.txt : 19980327",
            f"<SEC-HEADER>{accession}.hdr.sgml : 19980327",
            "<ACCEPTANCE-DATETIME>19980327153012",
            f"ACCESSION NUMBER:\t\t{accession}",
            "CONFORMED SUBMISSION TYPE:\t10-K",
            "PUBLIC DOCUMENT COUNT:\t\t1",
            "CONFORMED PERIOD OF REPORT:\t19971231",
            "FILED AS OF DATE:\t\t19980327",
            "COMMENT:\t\t\tsample: true",
            "",
            "FILER:",
            "",
            "\tCOMPANY DATA:",
            f"\t\tCOMPANY CONFORMED NAME:\t\t\t{name}",
            f"\t\tCENTRAL INDEX KEY:\t\t\t{cik:010d}",
            "\t\tFISCAL YEAR END:\t\t\t1231",
            "</SEC-HEADER>",
            "<DOCUMENT>",
            "<TYPE>10-K",
            "<SEQUENCE>1",
            "<DESCRIPTION>ANNUAL REPORT FOR 1997",
            "<TEXT>",
            text_report(),
            "</TEXT>",
            "</DOCUMENT>",
            "</SEC-DOCUMENT>",
            "",
        ]
    )


def _row(label: str, amounts: Sequence[object], *, dollar: bool = False, plain: bool = False) -> str:
    cells = [str(amount) if plain else f"{amount:,}" for amount in amounts]
    sign = "$" if dollar else ""
    return f"{label:<40}" + "".join(f"{sign + cell:>13}" for cell in cells)


def _centred(*lines: str) -> list[str]:
    return [line.center(WIDTH).rstrip() for line in lines]
