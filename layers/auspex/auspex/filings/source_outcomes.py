"""What a stage does about a source's answer: come back later, end the item with its reason, or let the retry run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from auspex.core.problems import Problem, SourceNotConfigured
from auspex.filings import source_errors
from auspex.platform.consumer import Defer

WAITING_ON = "edgar"


class NotFoundAtEdgar(Problem):
    """EDGAR has no such filing or document."""

    status, code, title = 404, "not-found-at-source", "EDGAR has no such filing"
    remedy = "Check the accession number and the company."


class NotRecorded(Problem):
    """The replay server holds no recording; only the embedded stack's recorded source answers so."""

    status, code, title = 404, "not-recorded", "The recorded source holds no such document"
    remedy = "Use a recorded filing, or the live source."


class FiledByAnother(Problem):
    """The filing exists, but not of this company."""

    status, code, title = 422, "filed-by-another-company", "EDGAR names other companies as this filing's filers"
    remedy = "Name the company that filed it."


class TooLarge(Problem):
    """A document exceeds the size cap; nothing of it is read."""

    status, code, title = 413, "too-large", "A document of the filing is too large"
    remedy = "Documents above 80 MB are not read."


class UnsupportedDocument(Problem):
    """The filing's main document is neither HTML nor text."""

    status, code, title = 415, "unsupported-document", "The filing's main document cannot be read"
    remedy = "PDF and image filings are not read."


@contextmanager
def edgar_outcomes() -> Iterator[None]:
    """Translate EDGAR's answers into outcomes of a record; faults (5xx, resets) pass and are retried."""
    try:
        yield
    except source_errors.SourceNotConfigured as error:
        raise SourceNotConfigured(detail=str(error)) from error
    except (source_errors.SourcePaused, source_errors.BudgetWaitTooLong) as error:
        raise Defer(error.retry_after_seconds, reason=str(error), waiting_on=WAITING_ON) from error
    except source_errors.NotYetPublished as error:
        raise Defer(None, reason=str(error), waiting_on=WAITING_ON, ends=True) from error
    except source_errors.NotFoundAtSource as error:
        raise NotFoundAtEdgar(detail=str(error)) from error
    except source_errors.NotRecorded as error:
        raise NotRecorded(detail=str(error)) from error
    except source_errors.DocumentTooLarge as error:
        raise TooLarge(detail=str(error)) from error
