"""TAT-QA: our reader finds each operand of a gold derivation by its labels and computes (FILINGS 10.5).

The table and its paragraphs become an HTML document that goes through our own normaliser. Each operand of the gold
derivation is looked up in the raw grid only to learn its labels (row and column heads); with these labels alone our
reader has to find the cell again in *its* tables and give the number. A question counts when the computed value equals
gold to its two printed decimals and the scale (thousand, million, billion, percent, none) is gold's. Evaluating the
gold derivation itself would be no test.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.evals.ground import bootstrap_interval

from auspex.filings.answers.formulas import FormulaError
from auspex.filings.answers.formulas import evaluate as evaluate_expression
from auspex.filings.answers.statement_columns import read_scale_mark
from auspex.filings.extraction.figures import scan_numbers
from auspex.filings.model import Cell, NormalizedDocument, Table
from auspex.filings.reading.amounts import is_year, parse_amount
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.tables import read_scale

_OPERAND = re.compile(r"\$?\s*(?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)\s*(?P<percent>%)?")
_CONSTANT = re.compile(r"[1-9]|1[0-2]|100|365")
_SCALES = {3: "thousand", 6: "million", 9: "billion"}
_SHARE_WORDS = re.compile(r"\bpercent|\bproportion\b.*\bpercent|%", re.IGNORECASE)


@dataclass(frozen=True)
class Labels:
    """Where the raw grid shows an operand: the words of its row and the heads of its column."""

    row: str
    heads: tuple[str, ...]


def evaluate(data_folder: Path) -> dict[str, float | int]:
    """Measure the share of arithmetic questions with the right value and scale, and each of them alone."""
    tables = json.loads((data_folder / "tatqa" / "tatqa.json").read_text(encoding="utf-8"))
    both: list[float] = []
    values: list[float] = []
    scales: list[float] = []
    for entry in tables:
        arithmetic = [q for q in entry["questions"] if q["answer_type"] == "arithmetic"]
        if not arithmetic:
            continue
        document = normalize(_as_html(entry).encode(), filename="table.htm")
        for question in arithmetic:
            value, scale = answer(question, entry, document)
            right_value = value is not None and _equals(value, question, scale)
            right_scale = scale == question["scale"]
            values.append(float(right_value))
            scales.append(float(right_scale))
            both.append(float(right_value and right_scale))
    low, high = bootstrap_interval(both)
    return {
        "formula_n": len(both),
        "formula_accuracy": sum(both) / len(both),
        "formula_accuracy_low": low,
        "formula_accuracy_high": high,
        "formula_values": sum(values) / len(values),
        "formula_scales": sum(scales) / len(scales),
    }


def answer(question: dict[str, Any], entry: dict[str, Any], document: NormalizedDocument) -> tuple[Decimal | None, str]:
    """Compute a question's value from cells found by label; None when an operand was not found again."""
    grid: list[list[str]] = entry["table"]["table"]
    inputs: dict[str, Decimal] = {}
    cells: list[tuple[Table, Cell]] = []
    text = ""
    place = 0
    derivation: str = question["derivation"].replace("[", "(").replace("]", ")").replace("–", "-")
    for match in _OPERAND.finditer(derivation):
        text += derivation[place : match.start()]
        place = match.end()
        number = Decimal(match["digits"].replace(",", ""))
        found = _find(number, match, grid, question, document)
        if found is None:
            if _CONSTANT.fullmatch(match["digits"]) or is_year(match["digits"]):
                text += str(number)
                continue
            return None, _scale(question, cells, document)
        value, cell = found
        if cell is not None:
            cells.append(cell)
        name = f"operand_{len(inputs)}"
        inputs[name] = abs(value) / 100 if match["percent"] and not _only_percentages(derivation) else abs(value)
        text += name
    text += derivation[place:]
    scale = _scale(question, cells, document)
    try:
        return evaluate_expression(text.strip(" ="), inputs), scale
    except FormulaError:
        return None, scale


def _only_percentages(derivation: str) -> bool:
    return all(m["percent"] or _CONSTANT.fullmatch(m["digits"]) for m in _OPERAND.finditer(derivation))


def _find(
    number: Decimal,
    operand: re.Match[str],
    grid: Sequence[Sequence[str]],
    question: dict[str, Any],
    document: NormalizedDocument,
) -> tuple[Decimal, tuple[Table, Cell] | None] | None:
    """Find an operand by the labels that the raw grid has for it, else among the numbers of the paragraphs."""
    for labels in _labels_of(number, grid, question["question"]):
        found = _locate(labels, document)
        if found is not None:
            amount = parse_amount(found[1].text)
            if amount is not None and abs(amount.value) == number:
                return amount.value, found
            return None
    if operand["percent"] or not _CONSTANT.fullmatch(operand["digits"]):
        inside = [(t.start, t.end) for t in document.tables]
        for shown in scan_numbers(document.text):
            outside = not any(start <= shown.start < end for start, end in inside)
            printed = re.search(r"[\d,]*\.?\d+", shown.text)
            if outside and printed and Decimal(printed[0].replace(",", "").lstrip(".") or 0) == number:
                return number, None
    return None


def _labels_of(number: Decimal, grid: Sequence[Sequence[str]], question: str) -> Iterator[Labels]:
    """Yield the labels of raw cells that print a number, those whose words the question uses first."""
    asked = set(re.findall(r"[a-z0-9]+", question.lower()))
    found = []
    for i, row in enumerate(grid):
        for j, text in enumerate(row):
            amount = parse_amount(text)
            if j == 0 or amount is None or abs(amount.value) != number or is_year(text.strip()):
                continue
            heads = tuple(
                " ".join(grid[k][j].split()) for k in range(i) if grid[k][j].strip() and _is_head(grid[k], grid[k][j])
            )
            words = set(re.findall(r"[a-z0-9]+", f"{row[0]} {' '.join(heads)}".lower()))
            found.append((-len(words & asked), i, j, Labels(" ".join(row[0].split()), heads)))
    yield from (labels for *_, labels in sorted(found, key=lambda f: f[:3]))


def _is_head(row: Sequence[str], text: str) -> bool:
    """Tell whether a raw cell is a column head: a year, a date or words, in a row without figures."""
    figures = [c for c in row[1:] if (a := parse_amount(c)) is not None and not a.dash and not is_year(c.strip())]
    return not figures or (parse_amount(text) is None or is_year(text.strip()))


def _locate(labels: Labels, document: NormalizedDocument) -> tuple[Table, Cell] | None:
    """Find the cell of our own tables that bears the labels: same row words, most of the column's heads."""
    best: tuple[int, Table, Cell] | None = None
    for table in document.tables:
        for cell in table.cells:
            if _words(cell.row_label) != _words(labels.row) or parse_amount(cell.text) is None:
                continue
            if _words(cell.text) == _words(cell.row_label):
                continue
            heads = _words(" ".join(cell.header))
            wanted = _words(" ".join(labels.heads))
            if (wanted[-1:] or [""])[0] not in {*heads, ""}:
                continue
            score = len(set(heads) & set(wanted)) * 2 - len(set(heads) ^ set(wanted))
            if best is None or score > best[0]:
                best = (score, table, cell)
    return (best[1], best[2]) if best else None


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _scale(question: dict[str, Any], cells: Sequence[tuple[Table, Cell]], document: NormalizedDocument) -> str:
    """Say in which scale the result is: a percentage where the question wants one, else that of its cells' table."""
    if _SHARE_WORDS.search(question["question"]):
        return "percent"
    if cells and all("%" in cell.text or "%" in " ".join(cell.header) for _, cell in cells):
        return "percent"
    if re.search(r"[^/]/\s*\(?\$?[\d,.]{4,}|/\s*[\d,]+\.\d", question["derivation"]):
        return ""
    if any(
        re.search(r"per (?:\w+ )?share|%|rate|ratio", f"{cell.row_group} {cell.row_label}", re.I) for _, cell in cells
    ):
        return ""
    scales = (table.scale or read_scale_mark(_heads(table)) for table, _ in cells)
    stated = {scale for scale in scales if scale is not None} or _scales_of_text(document if cells else None)
    return _SCALES.get(stated.pop(), "") if len(stated) == 1 else ""


def _scales_of_text(document: NormalizedDocument | None) -> set[int]:
    """Return the scales that the words around a table state in brackets; a table that states none takes them over."""
    if document is None:
        return set()
    found = (read_scale(words) for words in re.findall(r"\([^()]*\bin [^()]*\)", document.text))
    return {scale for scale in found if scale is not None}


def _heads(table: Table) -> str:
    """Return the words of a table's cells and heads, one a line: marks of scale stand among them."""
    words = [cell.text for cell in table.cells if parse_amount(cell.text) is None]
    return "\n".join(dict.fromkeys([*words, *(head for cell in table.cells for head in cell.header), table.caption]))


def _equals(value: Decimal, question: dict[str, Any], scale: str) -> bool:
    gold = Decimal(str(question["answer"]))
    shares = (value, value * 100) if question["scale"] == "percent" or scale == "percent" else (value,)
    return any(abs(each - gold) <= Decimal("0.0051") for each in shares)


def _as_html(entry: dict[str, Any]) -> str:
    paragraphs = "".join(
        f"<p>{html.escape(p['text'])}</p>" for p in sorted(entry["paragraphs"], key=lambda p: p["order"])
    )
    rows = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in entry["table"]["table"]
    )
    return f"<html><body>{paragraphs}<table>{rows}</table></body></html>"
