"""The ratios of the catalogue against numbers worked out by hand, and a parser that takes nothing but arithmetic."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.filings.answers.formulas import FORMULAS, FormulaError, evaluate, expand, names, parse, render

# A small company, worked out by hand. "_before" is the balance one year earlier.
BOOK = {
    "revenue": 1_000,
    "cost_of_revenue": 600,
    "gross_profit": 400,
    "operating_income": 150,
    "net_income": 90,
    "operating_cash_flow": 180,
    "capex": 50,
    "depreciation_amortization": 40,
    "dividends": 27,
    "interest_expense": 10,
    "current_assets": 500,
    "current_liabilities": 250,
    "long_term_debt": 300,
    "inventory": 120,
    "inventory_before": 80,
    "receivables": 110,
    "receivables_before": 90,
    "payables": 70,
    "payables_before": 50,
    "total_assets": 1_300,
    "total_assets_before": 1_100,
    "equity": 650,
    "equity_before": 550,
    "property_plant_equipment": 420,
    "property_plant_equipment_before": 380,
}
BY_HAND = {
    "gross_margin": "0.4",
    "operating_margin": "0.15",
    "net_margin": "0.09",
    "current_ratio": "2",
    "quick_ratio": "1.52",
    "roa": "0.075",
    "roe": "0.15",
    "dso": "36.5",
    "dpo": "36.5",
    "dio": "60.83333333",
    "cash_conversion_cycle": "60.83333333",
    "free_cash_flow": "130",
    "debt_to_equity": "0.461538461",
    "asset_turnover": "0.83333333",
    "fixed_asset_turnover": "2.5",
    "inventory_turnover": "6",
    "capex_to_revenue": "0.05",
    "working_capital": "250",
    "ebitda": "190",
    "ebitda_margin": "0.19",
    "ebitda_less_capex": "140",
    "depreciation_amortization_margin": "0.04",
    "retention_ratio": "0.7",
    "dividend_payout_ratio": "0.3",
    "operating_cash_flow_ratio": "0.72",
    "interest_coverage": "15",
}


def compute(template: str) -> Decimal:
    node = expand(parse(template), lambda metric, back: f"{metric}_before" if back else metric)
    return evaluate(node, {name: Decimal(value) for name, value in BOOK.items()})


@pytest.mark.parametrize("key", sorted(FORMULAS))
def test_every_ratio_of_the_catalogue_gives_the_number_worked_out_by_hand(key: str) -> None:
    assert compute(FORMULAS[key].template) == pytest.approx(Decimal(BY_HAND[key]), abs=Decimal("1e-8"))


def test_the_margin_from_costs_equals_the_margin_from_gross_profit() -> None:
    formula = FORMULAS["gross_margin"]
    assert [compute(other) for other in formula.alternatives] == [compute(formula.template)]


def test_an_average_uses_the_two_balance_dates() -> None:
    node = expand(parse("365 * avg(payables) / cost_of_revenue"), lambda metric, back: f"{metric}_fy{2018 - back}")
    assert render(node) == "365 × ((payables_fy2018 + payables_fy2017) ÷ 2) ÷ cost_of_revenue_fy2018"
    assert names(node) == ("payables_fy2018", "payables_fy2017", "cost_of_revenue_fy2018")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a +",
        "a b",
        "__import__('os')",
        "a ** 2",
        "a.b",
        "sum(a)",
        "(a",
        "a)",
        "a[0]",
        "2a",
        "lambda: 1",
        "A + B",
        "a; b",
        "(" * 60 + "1" + ")" * 60,
        "1+" * 2000 + "1",
    ],
)
def test_whatever_is_not_plain_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text)


def test_division_by_zero_and_unknown_names_are_named() -> None:
    with pytest.raises(FormulaError, match="zero"):
        evaluate("a / (b - b)", {"a": Decimal(1), "b": Decimal(2)})
    with pytest.raises(FormulaError, match="missing"):
        evaluate("missing + 1", {})


def trees(depth: int) -> st.SearchStrategy[str]:
    leaf = st.integers(1, 99).map(str)
    if depth == 0:
        return leaf
    below = trees(depth - 1)
    return st.one_of(leaf, st.tuples(below, st.sampled_from("+-*/"), below).map(lambda t: f"({t[0]}{t[1]}{t[2]})"))


@given(trees(4))
def test_values_are_those_of_exact_fractions_and_survive_printing(text: str) -> None:
    try:
        exact = exact_value(text)
    except ZeroDivisionError:
        with pytest.raises(FormulaError):
            evaluate(text, {})
        return
    value = evaluate(text, {})
    assert float(value) == pytest.approx(float(exact), rel=1e-12, abs=1e-20)
    assert evaluate(render(parse(text)), {}) == value


def exact_value(text: str) -> Fraction:
    if text[0] != "(":
        return Fraction(int(text))
    depth = 0
    for i, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 1 and i > 0 and char in "+-*/" and i + 1 < len(text):
            left, right = exact_value(text[1:i]), exact_value(text[i + 1 : -1])
            if char == "+":
                return left + right
            if char == "-":
                return left - right
            return left * right if char == "*" else left / right
    raise AssertionError(text)
