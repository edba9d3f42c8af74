"""Write docs/errors.md, docs/limits.md, docs/functions.md and the message contracts from the code that they describe.

`python -m infra.local.generate_docs` writes, `--check` compares and names what is stale. A contract that would be
narrowed is refused: the message needs a new version.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.local.application import DEFAULT_ROUTE, Application, FunctionDefinition, read_application
from infra.local.contracts import contract_files, import_package, narrowings
from infra.local.function_files import ROOT

import auspex.core.limits
from auspex.core.problems import Problem, catalogue

NOTICE = "<!-- Written by `make docs` from {source}; edit that instead. -->\n"
PARAMETERS = {"Stage": "local", "DatabaseHost": "localhost", "DatabaseOwnerSecretArn": "owner"}


def main() -> int:
    """Write or check every generated file; return 1 when one is stale."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.generate_docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is stale")
    arguments = parser.parse_args()
    wanted = generated_files()
    present = set((ROOT / "events" / "contracts").glob("*.schema.json"))
    orphans = [path.relative_to(ROOT) for path in present if path.relative_to(ROOT) not in wanted]
    stale = [path for path, text in wanted.items() if _current(path) != text]
    if arguments.check:
        for path in [*stale, *orphans]:
            print(f"{path} is stale: run `make docs`", file=sys.stderr)
        return 1 if stale or orphans else 0
    broken = narrowed_contracts(wanted)
    if broken:
        print("a committed contract only widens; make a new version:", *broken, sep="\n  ", file=sys.stderr)
        return 1
    for path in stale:
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(wanted[path], encoding="utf-8")
        print(path)
    for path in orphans:
        print(f"{path} belongs to no message any more: delete it once no such message is in flight", file=sys.stderr)
    return 0


def generated_files() -> dict[Path, str]:
    """Return every generated file, relative to the checkout, with the text it should have."""
    import_package()
    return {
        Path("docs/errors.md"): errors_page(),
        Path("docs/limits.md"): limits_page(),
        Path("docs/functions.md"): functions_page(),
        **contract_files(),
    }


def narrowed_contracts(wanted: dict[Path, str]) -> list[str]:
    """Return what the wanted contracts no longer accept of what the committed ones do."""
    found = []
    for path, text in wanted.items():
        committed = _current(path)
        if path.suffix == ".json" and committed is not None:
            found += [f"{path.name}{entry}" for entry in narrowings(json.loads(committed), json.loads(text))]
    return found


def errors_page() -> str:
    """Return the page that every problem's `type` leads to."""
    by_code: dict[str, type[Problem]] = {}
    for problem in catalogue():
        if problem.__module__.startswith("auspex."):
            by_code.setdefault(problem.code, problem)
    lines = [
        NOTICE.format(source="the `Problem` classes"),
        "# Errors\n",
        "Every refusal is an RFC 9457 document of type `application/problem+json` with `type`, `title`, `status`,",
        "`detail`, `instance`, `code`, `request_id` and, where fields are to blame, `errors[]` of `pointer` and",
        "`message`. `type` is the address of the section below; programs compare `code`.\n",
        "| code | status | title |",
        "| --- | --- | --- |",
        *(f"| [{p.code}](#{p.code}) | {p.status} | {p.title} |" for p in by_code.values()),
    ]
    for problem in by_code.values():
        meaning = " ".join((problem.__doc__ or "").split())
        lines += [
            f"\n## {problem.code}\n",
            f"**{problem.status}** · {problem.title}.\n",
            meaning,
            f"\n*{problem.remedy}*",
        ]
    return "\n".join(lines) + "\n"


def limits_page() -> str:
    """Return the page of every cap, in the order and words of the limits module."""
    lines = [
        NOTICE.format(source="`auspex/core/limits.py`"),
        "# Limits\n",
        "Units stand last in the names; each cap is tested.",
    ]
    for section, rows in limits_by_section():
        lines += [f"\n## {section}\n", "| limit | value | what it bounds |", "| --- | --- | --- |"]
        lines += [f"| `{name}` | {value} | {meaning} |" for name, value, meaning in rows]
    return "\n".join(lines) + "\n"


def limits_by_section() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return name, value and meaning of every constant of the limits module, grouped by its comment lines."""
    text = Path(auspex.core.limits.__file__).read_text(encoding="utf-8")
    headings = {number: line[2:] for number, line in enumerate(text.splitlines(), 1) if line.startswith("# ")}
    sections: dict[str, list[tuple[str, str, str]]] = {heading: [] for heading in headings.values()}
    body = ast.parse(text).body
    for node, following in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        meaning = following.value if isinstance(following, ast.Expr) else None
        if not isinstance(meaning, ast.Constant) or not isinstance(meaning.value, str):
            raise TypeError(f"limits.py: {node.target.id} lacks the line that says what it bounds")
        heading = headings[max(number for number in headings if number < node.lineno)]
        value = getattr(auspex.core.limits, node.target.id)
        shown = f"{value:,}" if isinstance(value, int) else str(value)
        sections[heading].append((node.target.id, shown, " ".join(meaning.value.split())))
    return [(heading, rows) for heading, rows in sections.items() if rows]


def functions_page() -> str:
    """Return the page of every function with what invokes it."""
    application = read_application(ROOT / "template.yaml", PARAMETERS, secret_arn=lambda name: name)
    lines = [
        NOTICE.format(source="the templates and the function files"),
        "# Functions\n",
        "One file is one Lambda; its stem names its event, its runbook and its logical id.",
    ]
    products = sorted({function.product for function in application.functions})
    for product in products:
        lines += [f"\n## {product}\n", "| function | invoked by | timeout | does |", "| --- | --- | --- | --- |"]
        for function in (f for f in application.functions if f.product == product):
            cause = "<br>".join(_invoked_by(application, function))
            link = f"[{function.stem}](../functions/{product}/{function.stem}.py)"
            lines.append(f"| {link} | {cause} | {function.timeout_seconds} s | {_first_sentence(function.path)} |")
    return "\n".join(lines) + "\n"


def _invoked_by(application: Application, function: FunctionDefinition) -> Iterator[str]:
    for route in application.routes:
        if route.function is function:
            yield f"`{route.method} {route.path}`"
    if function in application.defaults.values():
        yield f"`{DEFAULT_ROUTE}`"
    queues = {queue.arn: queue.name for queue in application.queues}
    served = [queues[mapping.queue_arn] for mapping in application.mappings if mapping.function_arn == function.arn]
    if len(served) > 1 and all(name.endswith("-dlq") for name in served):
        yield "every dead-letter queue"
    else:
        yield from (f"queue `{name.removeprefix('auspex-')}`" for name in served)
    for schedule in application.schedules:
        if schedule.function is function:
            yield f"`{schedule.expression}`"
    if function.kind == "task":
        yield "deployment"


def _first_sentence(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return re.sub(r"\s+", " ", docstring.split("\n")[0]).replace("|", "\\|")


def _current(path: Path) -> str | None:
    return (ROOT / path).read_text(encoding="utf-8") if (ROOT / path).is_file() else None


if __name__ == "__main__":
    sys.exit(main())
