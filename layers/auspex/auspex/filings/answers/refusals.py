"""Why an ask or a run of a template is refused, and how that reads (FILINGS 7.17). A refusal costs nothing."""

from __future__ import annotations

from collections.abc import Sequence

from auspex.filings.model import Answer

REFUSALS = {
    "no_evidence": "Nothing stored answers this.",
    "not_ingested": "No filing of this company is stored yet.",
    "period_missing": "The stored filings do not give this for the period asked for.",
    "ambiguous_company": "The question fits more than one company, or names none; name one.",
    "figure_unverified": "A figure or quote could not be proven against the stored text, so it is withheld.",
    "low_relevance": "Little of what is indexed serves this template; send `force` to run it all the same.",
    "advice_request": "Auspex gives no advice to buy, sell or hold. Ask for a figure or a statement.",
}


class RefusedError(Exception):
    """No answer can be given: `reason` is a key of REFUSALS, `missing` names what is not there."""

    def __init__(self, reason: str, missing: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing


def refuse(reason: str, *, missing: str | None = None, choices: Sequence[dict[str, object]] = ()) -> Answer:
    """Return a refusal that says what is missing."""
    words = REFUSALS[reason] + (f" Missing: {missing}." if missing else "")
    return Answer(words, refused=True, reason=reason, evidence_class=None, choices=tuple(choices))
