"""The one table of what does not hold everywhere: check, operation, and why it must not."""

from __future__ import annotations

from tests.conformance.operations import Operation

EXEMPT: dict[str, dict[str, str]] = {
    "foreign ids are not found": {
        "show_account": "administrators see every account",
        "update_account": "administrators change every account",
        "show_oracle_report": "a shared report is for anybody who has its address",
        "verify_oracle_report": "and so is its verification",
    },
    "replies are replayed by Idempotency-Key": {
        "create_key": "the reply shows a secret that is stored nowhere; the unique key answers 409 with the key's id",
        "create_own_webhook": "the reply shows a signing secret that no reply may be stored with",
        "remove_odds_margins": "computed from its body alone: nothing is charged, stored or sent",
        "rotate_own_webhook": "the reply shows a signing secret that no reply may be stored with",
        "replace_key": "the reply shows a secret that is stored nowhere; the unique key answers 409 with the key's id",
    },
    "a lost reply is rebuilt": {
        "cancel_own_job": "the job says that it has ended; nothing is cancelled twice",
    },
    "unknown fields are refused": {
        "receive_payment_event": "the payment provider's own format, which may grow",
    },
    "lists have pages": {
        "list_oracle_lessons": "a handful of lessons",
        "list_own_channels": "an account may have a handful of channels",
        "list_schedule_runs": "one row for each schedule of the templates",
    },
    "lists that stay empty here": {
        "list_provider_audit": "it grows with every check of the lease; paged in tests/integration/providers",
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
