"""Checks replies of the ask endpoint from the outside. Imports nothing of this project: only the standard library.

A reply passes when every quote stands in the stored text byte for byte at its offsets, the stored text has the cited
hash, every derivation gives its result again from its inputs, and every reported figure is a number of its own quote.
"""

from __future__ import annotations

import ast
import hashlib
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

FetchText = Callable[[str, str, str], "str | None"]
"""(accession, document, section_key) -> the stored text as it is now."""

_OPERATIONS: dict[type, Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?|\.\d+")
_POWERS = (0, 3, 6, 9, 12, -2)


def check_citation(citation: Mapping[str, Any], fetch: FetchText) -> bool:
    """Compare one quote with the stored text and its hash."""
    text = fetch(citation["accession"], citation["document"], citation["section_key"])
    if text is None or not 0 <= citation["start"] < citation["end"] <= len(text):
        return False
    same_bytes: bool = text[citation["start"] : citation["end"]].encode() == citation["quote"].encode()
    return bool(same_bytes) and hashlib.sha256(text.encode()).hexdigest() == citation["text_sha256"]


def check_reply(reply: Mapping[str, Any], fetch: FetchText) -> list[str]:
    """Return what is wrong with a reply; empty means that everything it states is proven."""
    if reply["refused"]:
        return [] if reply["reason"] and not reply["citations"] else ["a refusal without a reason, or with citations"]
    wrong = [f"citation {i}" for i, each in enumerate(reply["citations"]) if not check_citation(each, fetch)]
    if not reply["citations"]:
        wrong.append("an answer without citations")
    for i, figure in enumerate(reply["figures"]):
        if figure["citation_index"] is not None:
            quote = reply["citations"][figure["citation_index"]]["quote"]
            if not _shows(quote, Decimal(figure["value"])):
                wrong.append(f"figure {i}: {figure['shown']} is not in its quote")
        elif figure["derivation_index"] is None:
            wrong.append(f"figure {i} has neither citation nor derivation")
    for i, derivation in enumerate(reply["derivations"]):
        if not _derives(derivation, reply["citations"]):
            wrong.append(f"derivation {i}")
    return wrong


def _shows(quote: str, value: Decimal) -> bool:
    """Tell whether a quote holds the digits of a value at some power of ten; brackets may stand for its sign."""
    for match in _DIGITS.finditer(quote):
        number = Decimal(match[0].replace(",", ""))
        if any(number.scaleb(power) == abs(value) for power in _POWERS):
            return True
    return False


def _derives(derivation: Mapping[str, Any], citations: list[Mapping[str, Any]]) -> bool:
    values = {}
    for name, given in derivation["inputs"].items():
        values[name] = Fraction(Decimal(given["value"]))
        if not _shows(citations[given["citation_index"]]["quote"], Decimal(given["value"])):
            return False
    text = derivation["expression"].replace("×", "*").replace("÷", "/").replace("−", "-")
    exact = _evaluate(ast.parse(text, mode="eval").body, values)
    stated = Fraction(Decimal(derivation["result"]))
    return abs(exact - stated) <= max(abs(exact), Fraction(1)) / 10**20


def _evaluate(node: ast.expr, values: Mapping[str, Fraction]) -> Fraction:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return Fraction(str(node.value))
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        return _OPERATIONS[type(node.op)](_evaluate(node.left, values), _evaluate(node.right, values))
    raise ValueError(f"{ast.dump(node)} is not plain arithmetic")
