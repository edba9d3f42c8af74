"""Refusals of requests to filings (RFC 9457). A refused *ask* is an answer, not a problem: see `refusals`."""

from __future__ import annotations

from auspex.core.problems import Problem, ValidationFailed


class UnknownTicker(ValidationFailed):
    """A ticker or CIK that no known company bears; `nearest` offers similar ones."""

    status, code, title = 422, "unknown-ticker", "No company is known by this ticker"
    remedy = "Use one of the names in `nearest`, or look the company up with GET /v1/filings/companies."


class SpanInvalid(ValidationFailed):
    """A span that is empty, turned round, or reaches beyond the stored text."""

    status, code, title = 422, "span-invalid", "The span does not lie in the stored text"
    remedy = "Use 0 <= start < end <= the section's `chars`, in code points."


class AccessionOfAnotherCompany(ValidationFailed):
    """An accession that belongs to another company than the one named beside it."""

    status, code, title = 422, "accession-of-another-company", "This filing belongs to another company"
    remedy = "Leave `cik` and `ticker` out, or name the company that filed it."


class WatchlistFull(ValidationFailed):
    """More companies than the account's plan watches; nothing of the request was taken."""

    status, code, title = 422, "watchlist-full", "The plan watches fewer companies"
    remedy = "Take companies off with DELETE /v1/filings/watchlist, or change the plan."


class FilingNotReady(Problem):
    """A filing that was not read as far as a step needs that is asked for."""

    status, code, title = 409, "filing-not-ready", "The filing was not read that far yet"
    remedy = "Replay it with mode `auto`, which goes on where it stopped."
