"""Lint every SQL file with sqlfluff (settings in pyproject.toml).

`python -m infra.local.lint_sql`. A file of named blocks is no script: its statements end where the next `-- name:`
begins. The linter sees each block closed by a semicolon; lines and columns stay those of the file.
"""

from __future__ import annotations

import re
import sys
from itertools import pairwise

from infra.local.function_files import ROOT
from sqlfluff.core import FluffConfig, Linter

FOLDERS = ("layers/auspex/auspex", "infra/migrations")
BLOCK = re.compile(r"^-- name: ", re.MULTILINE)


def main() -> int:
    """Lint and print what was found; return 1 when there is anything."""
    linter = Linter(config=FluffConfig.from_path(str(ROOT)))
    failures = 0
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.sql")):
        linted = linter.lint_string(closed(path.read_text(encoding="utf-8")), fname=str(path))
        for violation in linted.get_violations():
            print(f"{path.relative_to(ROOT)}:{violation.line_no}: {violation.rule_code()} {violation.desc()}")
            failures += 1
    return int(failures > 0)


def closed(text: str) -> str:
    """Return the text with a semicolon after each named block that has none."""
    starts = [match.start() for match in BLOCK.finditer(text)]
    if not starts:
        return text
    edges = [0, *starts, len(text)]
    return "".join(_close(text[begin:end]) for begin, end in pairwise(edges))


def _close(block: str) -> str:
    """Put the semicolon behind the block's last line that is code."""
    lines = block.split("\n")
    for index in range(len(lines) - 1, -1, -1):
        code = lines[index].strip()
        if code and not code.startswith("--"):
            lines[index] = lines[index].rstrip() + ("" if code.endswith(";") else ";")
            break
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
