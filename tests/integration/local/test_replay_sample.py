"""The sample company's books, read back from its filings by a reader of the tests' own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

CORPUS = Path(__file__).parents[3] / "infra" / "local" / "replay" / "corpus"
IX = "{http://www.xbrl.org/2013/inlineXBRL}"
XBRLI = "{http://www.xbrl.org/2003/instance}"
YEAR, QUARTER, NINE_MONTHS = ("2024-01-01", "2024-12-31"), ("2024-07-01", "2024-09-30"), ("2024-01-01", "2024-09-30")
REVENUE = "RevenueFromContractWithCustomerExcludingAssessedTax"

Key = tuple[str, str | None, str, str | None]


@dataclass(frozen=True)
class Books:
    """Facts of one document by (concept, start, end, member)."""

    facts: dict[Key, Decimal]

    def flow(self, concept: str, period: tuple[str, str], member: str | None = None) -> Decimal:
        return self.facts[concept, *period, member]

    def stock(self, concept: str, at: str) -> Decimal:
        return self.facts[concept, None, at, None]


def read(accession: str) -> Books:
    (path,) = (p for p in CORPUS.glob(f"www/Archives/edgar/data/*/{accession.replace('-', '')}/*.htm"))
    root = etree.fromstring(path.read_bytes(), etree.XMLParser())
    contexts: dict[str, tuple[str | None, str, str | None]] = {}
    for context in root.iter(f"{XBRLI}context"):
        member = context.find(".//{http://xbrl.org/2006/xbrldi}explicitMember")
        start, end, instant = (context.findtext(f".//{XBRLI}{name}") for name in ("startDate", "endDate", "instant"))
        contexts[str(context.attrib["id"])] = (start, str(end or instant), member.text if member is not None else None)
    facts: dict[Key, Decimal] = {}
    for fact in root.iter(f"{IX}nonFraction"):
        shown = "".join(str(piece) for piece in fact.itertext())
        value = Decimal(0) if fact.get("format") == "ixt:fixed-zero" else Decimal(shown.replace(",", ""))
        value = value.scaleb(int(fact.attrib["scale"])) * (-1 if fact.get("sign") == "-" else 1)
        key = (str(fact.attrib["name"]).partition(":")[2], *contexts[str(fact.attrib["contextRef"])])
        assert facts.setdefault(key, value) == value, f"{key} is told twice and differently"
    return Books(facts)


@pytest.fixture(scope="module")
def annual() -> Books:
    return read("9999999001-25-000003")


@pytest.fixture(scope="module")
def quarterly() -> Books:
    return read("9999999001-24-000019")


@pytest.mark.parametrize("year", [2024, 2023, 2022])
def test_each_income_statement_adds_up(annual: Books, year: int) -> None:
    period = (f"{year}-01-01", f"{year}-12-31")
    flow = annual.flow
    assert flow(REVENUE, period, "us-gaap:ProductMember") + flow(REVENUE, period, "us-gaap:ServiceMember") == flow(
        REVENUE, period
    )
    assert flow(REVENUE, period) - flow("CostOfRevenue", period) == flow("GrossProfit", period)
    assert flow("GrossProfit", period) - flow("OperatingExpenses", period) == flow("OperatingIncomeLoss", period)
    before_tax = flow("OperatingIncomeLoss", period) - flow("InterestExpense", period)
    assert before_tax - flow("IncomeTaxExpenseBenefit", period) == flow("NetIncomeLoss", period)
    shares = flow("WeightedAverageNumberOfDilutedSharesOutstanding", period)
    per_share = flow("NetIncomeLoss", period) / shares
    assert abs(per_share - flow("EarningsPerShareDiluted", period)) <= Decimal("0.005")


def test_segments_add_up_to_revenue(annual: Books, quarterly: Books) -> None:
    for books, period in ((annual, YEAR), (quarterly, QUARTER), (quarterly, NINE_MONTHS)):
        parts = [books.flow(REVENUE, period, f"flrk:{name}Member") for name in ("LifeSciences", "Industrial")]
        assert sum(parts) == books.flow(REVENUE, period)


@pytest.mark.parametrize("at", ["2024-12-31", "2023-12-31"])
def test_each_balance_sheet_balances(annual: Books, at: str) -> None:
    stock = annual.stock
    assert stock("Assets", at) == stock("LiabilitiesAndStockholdersEquity", at)
    assert stock("Liabilities", at) + stock("StockholdersEquity", at) == stock("Assets", at)
    current = ("CashAndCashEquivalentsAtCarryingValue", "AccountsReceivableNetCurrent", "InventoryNet")
    parts = sum(stock(name, at) for name in (*current, "PrepaidExpenseAndOtherAssetsCurrent"))
    assert parts == stock("AssetsCurrent", at)


@pytest.mark.parametrize("accession", ["9999999001-25-000003", "9999999001-25-000009"])
def test_each_cash_flow_statement_ends_at_the_balance_sheets_cash(annual: Books, accession: str) -> None:
    books = read(accession)
    activities = ("Operating", "Investing", "Financing")
    flows = [books.flow(f"NetCashProvidedByUsedIn{name}Activities", YEAR) for name in activities]
    cash = "CashAndCashEquivalentsAtCarryingValue"
    assert sum(flows) == annual.stock(cash, "2024-12-31") - annual.stock(cash, "2023-12-31")


def test_the_amendment_restates_capital_expenditures_and_nothing_in_total(annual: Books) -> None:
    amended, capex = read("9999999001-25-000009"), "PaymentsToAcquirePropertyPlantAndEquipment"
    operating = "NetCashProvidedByUsedInOperatingActivities"
    assert annual.flow(capex, YEAR) - amended.flow(capex, YEAR) == 4_000_000
    assert annual.flow(operating, YEAR) - amended.flow(operating, YEAR) == 4_000_000
    assert annual.flow(capex, YEAR) == 106_000_000


def test_the_fourth_quarter_is_the_year_less_nine_months(annual: Books, quarterly: Books) -> None:
    assert annual.flow(REVENUE, YEAR) - quarterly.flow(REVENUE, NINE_MONTHS) == 553_000_000
    assert annual.flow("NetIncomeLoss", YEAR) - quarterly.flow("NetIncomeLoss", NINE_MONTHS) == 100_000_000


def test_companyfacts_say_what_the_documents_say(annual: Books, quarterly: Books) -> None:
    facts = json.loads((CORPUS / "data/api/xbrl/companyfacts/CIK9999999001.json").read_text())["facts"]["us-gaap"]
    checked = 0
    for concept, told in facts.items():
        for rows in told["units"].values():
            for row in rows:
                books = {"9999999001-25-000003": annual, "9999999001-24-000019": quarterly}.get(row["accn"])
                if books is not None:
                    assert books.facts[concept, row.get("start"), row["end"], None] == Decimal(str(row["val"]))
                    checked += 1
    assert checked > 150


def test_the_release_shows_the_quarter_of_the_report(quarterly: Books) -> None:
    (release,) = CORPUS.glob("www/Archives/edgar/data/*/999999900124000018/*ex991.htm")
    text = release.read_text(encoding="utf-8")
    revenue, earned = quarterly.flow(REVENUE, QUARTER), quarterly.flow("EarningsPerShareDiluted", QUARTER)
    assert f"reported revenue of ${revenue / 1_000_000:.0f} million" in text
    assert f"Diluted earnings per share were ${earned}" in text
    assert "revenue of $540 million to $560 million" in text


def test_the_release_in_the_specifications_shape_has_its_figures() -> None:
    (release,) = CORPUS.glob("www/Archives/edgar/data/*/999999900223000044/*ex991*.htm")
    text = release.read_text(encoding="utf-8")
    for shown in ("4,655", "2.71", "3.80", "$10.85 to $11.15", "$15.30 to $15.60", "4.75 billion to $4.78 billion"):
        assert shown in text
