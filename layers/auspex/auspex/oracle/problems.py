"""Refusals of requests to oracle (RFC 9457)."""

from __future__ import annotations

from auspex.core.problems import NotFound


class TeamUnknown(NotFound):
    """No team or competition of this name is stored; `nearest` offers up to three."""

    status, code, title = 404, "team-unknown", "The team or competition is not known"
    remedy = "Use one of `nearest`, or look it up with GET /v1/oracle/teams or /v1/oracle/competitions."
