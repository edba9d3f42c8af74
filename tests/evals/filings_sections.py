"""Measure section splitting on filings with a reference list of items (FILINGS 10.3).

Reference lists come from another tool: items with a character count of 0 are absent from the filing, and identifiers
that the tool never lists for a form (10-K items 1C, 9C and 16 are younger than it) cannot be judged, so they count
neither for nor against `section_precision`; `section_precision_strict` counts them as wrong.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from pathlib import Path

from auspex.filings.model import Section
from auspex.filings.reading.normalize import normalize
from auspex.filings.reading.sections import split_sections

LARGE_CHARACTERS = 5_000
# Markup is 3 to 40 times its text; a large item whose text is below this share of its markup has lost its body.
BODY_SHARE_MIN = 0.02


def evaluate(data_folder: Path, *, every: int = 1) -> dict[str, float | int]:
    """Split the filings of `<data_folder>/sections` and compare with their references; shares are 0 to 1.

    `every` = n takes each n-th filing only.
    """
    folder = data_folder / "sections"
    cases = [(path, _reference(path)) for path in sorted(folder.glob("10-*.html.gz"))[::every]]
    vocabulary: dict[str, set[str]] = {"10-K": set(), "10-Q": set()}
    for path, reference in cases:
        vocabulary[path.name[:4]] |= set(reference)
    totals = dict.fromkeys(("expected", "found", "emitted", "judged", "right", "large", "large_with_body"), 0)
    started = time.perf_counter()
    for path, reference in cases:
        form = path.name[:4]
        _count(_split(path, form), reference, vocabulary[form], totals, path.name)
    return {
        "section_recall": totals["found"] / max(1, totals["expected"]),
        "section_precision": totals["right"] / max(1, totals["judged"]),
        "section_precision_strict": totals["right"] / max(1, totals["emitted"]),
        "section_large_with_body": totals["large_with_body"] / max(1, totals["large"]),
        "section_filings": len(cases),
        "section_expected": totals["expected"],
        "section_judged": totals["judged"],
        "section_large": totals["large"],
        "section_seconds": round(time.perf_counter() - started, 1),
    }


def _reference(path: Path) -> dict[str, int]:
    rows = json.loads(path.with_name(path.name.removesuffix(".html.gz") + ".expected.json").read_text())
    names = {row["identifier"]: row["character_count"] for row in rows}
    return {name.lower() if name.startswith("part") else f"item{name.lower()}": n for name, n in names.items() if n}


def _split(path: Path, form: str) -> tuple[Section, ...]:
    document = normalize(gzip.decompress(path.read_bytes()), filename=path.name.removesuffix(".gz"))
    sections = split_sections(document, form=form, document_type=form)
    if "".join(section.text for section in sections) != document.text:
        raise AssertionError(f"{path.name}: sections do not join to the text")
    return sections


def _count(
    sections: tuple[Section, ...], reference: dict[str, int], vocabulary: set[str], totals: dict[str, int], name: str
) -> None:
    keys = {
        section.section_key: len(section.text) for section in sections if section.section_key not in {"front", "body"}
    }
    right = keys.keys() & reference.keys()
    large = {key: count for key, count in reference.items() if count > LARGE_CHARACTERS}
    with_body = {key for key, count in large.items() if keys.get(key, 0) >= BODY_SHARE_MIN * count}
    totals["expected"] += len(reference)
    totals["found"] += len(right)
    totals["emitted"] += len(keys)
    totals["judged"] += len(keys.keys() & vocabulary)
    totals["right"] += len(right)
    totals["large"] += len(large)
    totals["large_with_body"] += len(with_body)
    wrong = {"missing": sorted(reference.keys() - right), "extra": sorted((keys.keys() & vocabulary) - right),
             "thin": sorted(large.keys() - with_body)}  # fmt: skip
    if any(wrong.values()):
        print(f"{name}: {wrong}", file=sys.stderr)


if __name__ == "__main__":
    print(json.dumps(evaluate(Path(sys.argv[1]))))
