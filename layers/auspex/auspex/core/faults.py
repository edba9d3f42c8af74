"""Named fault points: no effect at all unless a test arms them in this process."""

from __future__ import annotations

from collections.abc import Callable

_armed: dict[str, Callable[[], None]] = {}
_known: set[str] = set()


class InjectedCrash(BaseException):
    """Stands for the death of the process at a fault point."""


def fault_point(name: str) -> None:
    """Mark a place where a process may die; does nothing unless a test armed it."""
    if _armed:
        _known.add(name)
        action = _armed.get(name) or _armed.get("*")
        if action is not None:
            action()


def arm(name: str, action: Callable[[], None]) -> None:
    """Have the named point (or every point, `*`) run an action. Tests only."""
    _armed[name] = action


def disarm() -> None:
    """Forget every armed point."""
    _armed.clear()


def passed_points() -> frozenset[str]:
    """Return the names passed while anything was armed, so that a crash matrix knows its rows."""
    return frozenset(_known)
