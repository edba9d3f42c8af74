"""The items that forms are made of: their order, their titles, the severity of an 8-K item (FILINGS 7.4, 7.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much an 8-K item usually matters to a holder."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a form: its section key, its official title, the words its heading is known by."""

    key: str
    title: str
    words: re.Pattern[str]


def _items(rows: str) -> tuple[Item, ...]:
    parsed = (row.strip().split(" | ") for row in rows.strip().splitlines())
    return tuple(Item(key, title, re.compile(words, re.IGNORECASE)) for key, title, words in parsed)


# Form 10-K, general instructions and parts I to IV (SEC form 1673), with items 1C (2023) and 9C (2021).
ITEMS_10K = _items("""
item1 | Business | business|general|our company|overview
item1a | Risk Factors | risk\\W*factors
item1b | Unresolved Staff Comments | unresolved|staff\\W*comments
item1c | Cybersecurity | cyber\\W*security
item2 | Properties | propert
item3 | Legal Proceedings | legal|litigation
item4 | Mine Safety Disclosures | mine|reserved|removed|submission\\W*of\\W*matters
item5 | Market for Registrant's Common Equity, Related Stockholder Matters and Issuer Purchases | market|equity|stock
item6 | Selected Financial Data (Reserved) | reserved|selected|financial\\W*data|removed
item7 | Management's Discussion and Analysis of Financial Condition and Results of Operations | management|discussion
item7a | Quantitative and Qualitative Disclosures About Market Risk | quantitative|market\\W*risk
item8 | Financial Statements and Supplementary Data | financial\\W*statements|supplementa
item9 | Changes in and Disagreements with Accountants | disagreement|accountants
item9a | Controls and Procedures | controls
item9b | Other Information | other\\W*information
item9c | Disclosure Regarding Foreign Jurisdictions that Prevent Inspections | foreign|inspections
item10 | Directors, Executive Officers and Corporate Governance | directors|officers|governance
item11 | Executive Compensation | compensation
item12 | Security Ownership of Certain Beneficial Owners and Management | ownership|beneficial
item13 | Certain Relationships and Related Transactions, and Director Independence | relationships|related|independence
item14 | Principal Accountant Fees and Services | accountant|fees
item15 | Exhibits and Financial Statement Schedules | exhibit|schedule
item16 | Form 10-K Summary | summary
""")

# Form 10-Q, parts I and II (SEC form 1296).
ITEMS_10Q = _items("""
part1item1 | Financial Statements | financial\\W*(?:statements|information)|condensed|consolidated
part1item2 | Management's Discussion and Analysis | management|discussion\\W*and\\W*analysis
part1item3 | Quantitative and Qualitative Disclosures About Market Risk | quantitative|market\\W*risk
part1item4 | Controls and Procedures | controls
part2item1 | Legal Proceedings | legal|litigation
part2item1a | Risk Factors | risk\\W*factors
part2item2 | Unregistered Sales of Equity Securities and Use of Proceeds | unregistered|purchase|proceeds|securities
part2item3 | Defaults Upon Senior Securities | default
part2item4 | Mine Safety Disclosures | mine|reserved|removed|submission\\W*of\\W*matters
part2item5 | Other Information | other\\W*information
part2item6 | Exhibits | exhibit
""")

# Form 8-K, items of sections 1 to 9 (SEC form 873).
ITEM_TITLES_8K: dict[str, str] = dict(
    row.strip().split(" ", 1)
    for row in """
    1.01 Entry into a Material Definitive Agreement
    1.02 Termination of a Material Definitive Agreement
    1.03 Bankruptcy or Receivership
    1.04 Mine Safety – Reporting of Shutdowns and Patterns of Violations
    1.05 Material Cybersecurity Incidents
    2.01 Completion of Acquisition or Disposition of Assets
    2.02 Results of Operations and Financial Condition
    2.03 Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement
    2.04 Triggering Events That Accelerate or Increase a Financial Obligation
    2.05 Costs Associated with Exit or Disposal Activities
    2.06 Material Impairments
    3.01 Notice of Delisting or Failure to Satisfy a Continued Listing Rule or Standard; Transfer of Listing
    3.02 Unregistered Sales of Equity Securities
    3.03 Material Modification to Rights of Security Holders
    4.01 Changes in Registrant's Certifying Accountant
    4.02 Non-Reliance on Previously Issued Financial Statements or a Related Audit Report
    5.01 Changes in Control of Registrant
    5.02 Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers
    5.03 Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year
    5.04 Temporary Suspension of Trading Under Registrant's Employee Benefit Plans
    5.05 Amendments to the Registrant's Code of Ethics, or Waiver of a Provision of the Code of Ethics
    5.06 Change in Shell Company Status
    5.07 Submission of Matters to a Vote of Security Holders
    5.08 Shareholder Director Nominations
    6.01 ABS Informational and Computational Material
    6.02 Change of Servicer or Trustee
    6.03 Change in Credit Enhancement or Other External Support
    6.04 Failure to Make a Required Distribution
    6.05 Securities Act Updating Disclosure
    6.06 Static Pool
    7.01 Regulation FD Disclosure
    8.01 Other Events
    9.01 Financial Statements and Exhibits
    """.strip().splitlines()
)  # fmt: skip

_HIGH = frozenset({"1.03", "1.05", "2.06", "3.01", "4.01", "4.02"})
_MEDIUM = frozenset({"1.01", "1.02", "2.01", "2.02", "2.04", "2.05", "5.01", "5.02"})
_RANK = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


def item_severity(item: str) -> Severity:
    """Rate an 8-K item number such as `4.02` (FILINGS 7.7)."""
    if item in _HIGH:
        return Severity.HIGH
    return Severity.MEDIUM if item in _MEDIUM else Severity.LOW


def by_severity(items: tuple[str, ...]) -> tuple[str, ...]:
    """Order 8-K item numbers from high to low severity, equal ones by number."""
    return tuple(sorted(items, key=lambda item: (_RANK[item_severity(item)], item)))


def item_numbers_from_titles(titles: tuple[str, ...]) -> tuple[str, ...]:
    """Turn the item titles of a submission header ("Regulation FD Disclosure") into item numbers, in header order."""
    known = {_letters(title): number for number, title in ITEM_TITLES_8K.items()}
    found: list[str] = []
    for title in titles:
        letters = _letters(title)
        number = known.get(letters) or next((n for text, n in known.items() if _same(text, letters)), None)
        if number is not None and number not in found:
            found.append(number)
    return tuple(found)


def _letters(title: str) -> str:
    return re.sub(r"[^a-z]", "", title.lower())


def _same(official: str, shown: str) -> bool:
    """Whether two titles begin alike: headers have been worded differently over the years."""
    return len(shown) >= 12 and official[:18] == shown[:18]


def section_title(section_key: str, form: str) -> str:
    """Name a section key for people; an unknown key is returned as it stands."""
    base = form.removesuffix("/A")
    items = {"10-K": ITEMS_10K, "10-Q": ITEMS_10Q}.get(base, ())
    for item in items:
        if item.key == section_key:
            return item.title
    return ITEM_TITLES_8K.get(section_key.removeprefix("item"), section_key)
