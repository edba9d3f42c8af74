"""The catalogue of ratios and a safe evaluator of + - x / and brackets over named, cited inputs.

Two languages. A *template* names metrics (`365 * avg(payables) / cost_of_revenue`); `avg(m)` is the mean of a balance
at both ends of the period and `delta(m)` its change. `expand` turns it into an *expression* of plain arithmetic whose
names carry their period (`payables_fy2018`), which is what an answer shows and what `evaluate` computes. Nothing is
ever passed to `eval`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, DivisionByZero, InvalidOperation, localcontext

EXPRESSION_CHARACTERS_MAX = 2_000
EXPRESSION_DEPTH_MAX = 40
PRECISION_DIGITS = 34

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<mark>[-+*/()×÷−]))")
_SAME_MARK = {"×": "*", "÷": "/", "−": "-"}


class FormulaError(ValueError):
    """The expression is malformed, names an unknown input, divides by zero or is too long or too deep."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A ratio of the catalogue. `unit` is `percent`, `times`, `days` or `currency`; a percent is stored as a share."""

    key: str
    label: str
    template: str
    unit: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A parsed expression: a number, a name, a call of `avg`/`delta`, or an operation on `parts`."""

    kind: str
    text: str
    parts: tuple[Node, ...] = ()


def _catalogue(*formulas: Formula) -> dict[str, Formula]:
    return {formula.key: formula for formula in formulas}


FORMULAS: dict[str, Formula] = _catalogue(
    Formula(
        "gross_margin", "Gross margin", "gross_profit / revenue", "percent", ("(revenue - cost_of_revenue) / revenue",)
    ),
    Formula("operating_margin", "Operating margin", "operating_income / revenue", "percent"),
    Formula("net_margin", "Net margin", "net_income / revenue", "percent"),
    Formula("current_ratio", "Current ratio", "current_assets / current_liabilities", "times"),
    Formula("quick_ratio", "Quick ratio", "(current_assets - inventory) / current_liabilities", "times"),
    Formula("roa", "Return on assets", "net_income / avg(total_assets)", "percent"),
    Formula("roe", "Return on equity", "net_income / avg(equity)", "percent"),
    Formula("dso", "Days sales outstanding", "365 * avg(receivables) / revenue", "days"),
    Formula("dpo", "Days payable outstanding", "365 * avg(payables) / cost_of_revenue", "days"),
    Formula("dio", "Days inventory outstanding", "365 * avg(inventory) / cost_of_revenue", "days"),
    Formula(
        "cash_conversion_cycle",
        "Cash conversion cycle",
        "365 * avg(inventory) / cost_of_revenue + 365 * avg(receivables) / revenue"
        " - 365 * avg(payables) / cost_of_revenue",
        "days",
    ),
    Formula("free_cash_flow", "Free cash flow", "operating_cash_flow - capex", "currency"),
    Formula("debt_to_equity", "Long-term debt to equity", "long_term_debt / equity", "times"),
    Formula("asset_turnover", "Asset turnover", "revenue / avg(total_assets)", "times"),
    Formula("fixed_asset_turnover", "Fixed asset turnover", "revenue / avg(property_plant_equipment)", "times"),
    Formula("inventory_turnover", "Inventory turnover", "cost_of_revenue / avg(inventory)", "times"),
    Formula("capex_to_revenue", "Capital expenditure to revenue", "capex / revenue", "percent"),
    Formula("working_capital", "Working capital", "current_assets - current_liabilities", "currency"),
    Formula("ebitda", "Unadjusted EBITDA", "operating_income + depreciation_amortization", "currency"),
    Formula(
        "ebitda_margin",
        "Unadjusted EBITDA margin",
        "(operating_income + depreciation_amortization) / revenue",
        "percent",
    ),
    Formula(
        "ebitda_less_capex",
        "Unadjusted EBITDA less capital expenditure",
        "operating_income + depreciation_amortization - capex",
        "currency",
    ),
    Formula(
        "depreciation_amortization_margin",
        "Depreciation and amortization to revenue",
        "depreciation_amortization / revenue",
        "percent",
    ),
    Formula("retention_ratio", "Retention ratio", "(net_income - dividends) / net_income", "times"),
    Formula("dividend_payout_ratio", "Dividend payout ratio", "dividends / net_income", "times"),
    Formula(
        "operating_cash_flow_ratio", "Operating cash flow ratio", "operating_cash_flow / current_liabilities", "times"
    ),
    Formula("interest_coverage", "Interest coverage", "operating_income / interest_expense", "times"),
)

VIRTUAL_METRICS: dict[str, str] = {
    "gross_profit": "revenue - cost_of_revenue",
    "cost_of_revenue": "revenue - gross_profit",
}
"""Metrics that another line of the same statement gives when a company does not print them."""


def parse(expression: str) -> Node:
    """Parse an expression or template. Raises FormulaError for anything outside the small grammar."""
    if len(expression) > EXPRESSION_CHARACTERS_MAX:
        raise FormulaError(f"an expression has at most {EXPRESSION_CHARACTERS_MAX} characters")
    tokens: list[tuple[str, str]] = []
    place = 0
    text = expression.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise FormulaError(f"unexpected {text[place : place + 10]!r}")
        kind = match.lastgroup or ""
        tokens.append((kind, _SAME_MARK.get(match[kind], match[kind])))
        place = match.end()
    return _Parser(tokens).parse()


class _Parser:
    """Recursive descent over `sum = product (+|- product)*`, `product = factor (*|/ factor)*`."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._next = 0

    def parse(self) -> Node:
        node = self._sum(0)
        if self._next != len(self._tokens):
            raise FormulaError(f"unexpected {self._tokens[self._next][1]!r}")
        return node

    def _peek(self) -> str:
        return self._tokens[self._next][1] if self._next < len(self._tokens) else ""

    def _take(self, wanted: str) -> None:
        if self._peek() != wanted:
            raise FormulaError(f"expected {wanted!r}, found {self._peek()!r}")
        self._next += 1

    def _chain(self, depth: int, marks: str, operand: Callable[[int], Node]) -> Node:
        if depth > EXPRESSION_DEPTH_MAX:
            raise FormulaError(f"an expression nests at most {EXPRESSION_DEPTH_MAX} deep")
        node = operand(depth)
        while self._peek() and self._peek() in marks and self._tokens[self._next][0] == "mark":
            mark = self._peek()
            self._next += 1
            node = Node("operation", mark, (node, operand(depth)))
        return node

    def _sum(self, depth: int) -> Node:
        return self._chain(depth, "+-", self._product)

    def _product(self, depth: int) -> Node:
        return self._chain(depth, "*/", self._factor)

    def _factor(self, depth: int) -> Node:
        if depth > EXPRESSION_DEPTH_MAX:
            raise FormulaError(f"an expression nests at most {EXPRESSION_DEPTH_MAX} deep")
        if self._next >= len(self._tokens):
            raise FormulaError("the expression ends too early")
        kind, text = self._tokens[self._next]
        self._next += 1
        if kind == "number":
            return Node("number", text)
        if kind == "name":
            if self._peek() != "(":
                return Node("name", text)
            if text not in {"avg", "delta"}:
                raise FormulaError(f"there is no function {text}")
            self._take("(")
            inner = self._sum(depth + 1)
            self._take(")")
            return Node("call", text, (inner,))
        if text == "-":
            return Node("operation", "-", (Node("number", "0"), self._factor(depth + 1)))
        if text == "(":
            inner = self._sum(depth + 1)
            self._take(")")
            return inner
        raise FormulaError(f"unexpected {text!r}")


def names(node: Node) -> tuple[str, ...]:
    """Return the names of an expression in order of first use."""
    if node.kind == "name":
        return (node.text,)
    found: dict[str, None] = {}
    for part in node.parts:
        found.update(dict.fromkeys(names(part)))
    return tuple(found)


def expand(node: Node, name_at: Callable[[str, int], str], *, back: int = 0) -> Node:
    """Return plain arithmetic: `name_at(metric, periods_back)` names each input; `avg` and `delta` are spelled out."""
    if node.kind == "number":
        return node
    if node.kind == "name":
        return Node("name", name_at(node.text, back))
    if node.kind == "call":
        now = expand(node.parts[0], name_at, back=back)
        before = expand(node.parts[0], name_at, back=back + 1)
        if node.text == "delta":
            return Node("operation", "-", (now, before))
        return Node("operation", "/", (Node("operation", "+", (now, before)), Node("number", "2")))
    return Node("operation", node.text, tuple(expand(part, name_at, back=back) for part in node.parts))


def substitute(node: Node, replacements: Mapping[str, Node]) -> Node:
    """Return the expression with some names replaced by expressions."""
    if node.kind == "name":
        return replacements.get(node.text, node)
    return Node(node.kind, node.text, tuple(substitute(part, replacements) for part in node.parts))


_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def render(node: Node) -> str:
    """Return the expression as text in ×, ÷ and −; brackets keep the order of computation."""
    if node.kind in {"number", "name"}:
        return node.text
    if node.kind == "call":
        return f"{node.text}({render(node.parts[0])})"
    mark = {"*": "×", "/": "÷", "-": "−"}.get(node.text, node.text)
    left, right = (_bracket(part, node.text, right=i == 1) for i, part in enumerate(node.parts))
    return f"{left} {mark} {right}"


def _bracket(part: Node, mark: str, *, right: bool) -> str:
    text = render(part)
    if part.kind != "operation":
        return text
    weaker = _STRENGTH[part.text] < _STRENGTH[mark]
    equal_on_the_right = right and _STRENGTH[part.text] == _STRENGTH[mark]
    return f"({text})" if weaker or equal_on_the_right else text


def evaluate(expression: str | Node, inputs: Mapping[str, Decimal]) -> Decimal:
    """Compute an expression over named inputs with 34 digits. Raises FormulaError (missing name, division by 0)."""
    node = parse(expression) if isinstance(expression, str) else expression
    with localcontext() as context:
        context.prec = PRECISION_DIGITS
        try:
            return _value(node, inputs)
        except (DivisionByZero, InvalidOperation) as error:
            raise FormulaError("the expression divides by zero") from error


def divides_by_negative(node: Node, inputs: Mapping[str, Decimal]) -> bool:
    """Tell whether any divisor of an expression is below zero, where a ratio says nothing (a loss, negative equity)."""
    if node.kind == "operation" and node.text == "/" and evaluate(node.parts[1], inputs) < 0:
        return True
    return any(divides_by_negative(part, inputs) for part in node.parts)


def _value(node: Node, inputs: Mapping[str, Decimal]) -> Decimal:
    if node.kind == "number":
        return Decimal(node.text)
    if node.kind == "name":
        if node.text not in inputs:
            raise FormulaError(f"no input is called {node.text}")
        return inputs[node.text]
    if node.kind == "call":
        raise FormulaError(f"{node.text} must be expanded before it is computed")
    left, right = (_value(part, inputs) for part in node.parts)
    match node.text:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right
