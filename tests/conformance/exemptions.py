"""The one table of what does not hold everywhere: check, operation, and why it must not."""

from __future__ import annotations

from tests.conformance.operations import Operation

EXEMPT: dict[str, dict[str, str]] = {
    "foreign ids are not found": {
        "show_account": "administrators see every account",
        "update_account": "administrators change every account",
    },
    "lists have pages": {
        "list_schedule_runs": "one row for each schedule of the templates",
    },
    "the envelope": {
        "read_health": "a probe of machines, outside /v1",
        "read_readiness": "a probe of machines, outside /v1",
        "read_version": "a probe of machines, outside /v1",
        "read_openapi": "the OpenAPI document itself",
    },
}


def is_exempt(check: str, operation: Operation) -> bool:
    """Tell whether a check does not apply to an operation."""
    return operation.name in EXEMPT.get(check, {})
