"""Refusals of batches, projections and their results (RFC 9457)."""

from __future__ import annotations

from auspex.core.problems import Problem, ValidationFailed


class BatchUnreadable(ValidationFailed):
    """A CSV whose header lacks columns, or that is no CSV; `errors` names the columns."""

    status, code, title = 422, "batch-unreadable", "The CSV cannot be read"
    remedy = "Send our columns or football-data's; docs/oracle-jobs.md lists both."


class BatchAbovePlan(ValidationFailed):
    """More rows than the account's plan allows in one batch."""

    status, code, title = 422, "batch-above-plan", "The plan allows fewer rows in one batch"
    remedy = "Send fewer rows, or top the account up: docs/limits.md lists the caps."


class JobNotFinished(Problem):
    """The job has not ended yet, so that there are no results to read."""

    status, code, title = 409, "job-not-finished", "The job has not finished"
    remedy = "Read the job until it has ended, or subscribe to its webhook."


class NothingAnswered(Problem):
    """No shard of a job came to an end."""

    status, code, title = 500, "nothing-answered", "No part of the job came to an end"
    remedy = "Redrive the job: only what is missing is done again."


class SeasonNotProjectable(ValidationFailed):
    """A season that cannot be played to its end: not all of its teams are known, or its tie-breaks are not."""

    status, code, title = 422, "season-not-projectable", "This season cannot be projected"
    remedy = "Give a league of your own: teams, results, fixtures and tie_break."
