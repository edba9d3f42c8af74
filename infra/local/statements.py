"""What a demo says, and whether it was true: printed as it goes, and what was false is remembered."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field


@dataclass(slots=True)
class Statements:
    """Statements made so far; what turned out false is collected, not hidden."""

    failures: list[str] = field(default_factory=list)

    def check(self, statement: str, *, holds: bool) -> None:
        """Say whether a statement holds, and remember it when it does not."""
        print(f"    {'✓' if holds else '✗'} {statement}")
        if not holds:
            self.failures.append(statement)

    def conclude(self) -> int:
        """Say once more, on standard error, what was false; return the exit code."""
        for failure in self.failures:
            print(f"FALSE: {failure}", file=sys.stderr)
        return 1 if self.failures else 0
