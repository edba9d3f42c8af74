"""What a script learns from the exit code; docs/client.md has the same table."""

from __future__ import annotations

from auspex_client.errors import ApiProblem, AuspexError, JobNotFinishedError, UnreadableReplyError, WebhookRefusedError

FAILED = 1
USAGE = 2
NO_REPLY = 3
JOB_NOT_SUCCEEDED = 20
JOB_NOT_FINISHED = 21
INTERRUPTED = 130
BY_STATUS = {
    400: 10,
    413: 10,
    415: 10,
    422: 10,
    401: 11,
    402: 12,
    403: 13,
    404: 14,
    409: 15,
    412: 15,
    428: 15,
    429: 16,
}
SERVER = 17


def exit_code_of(error: AuspexError) -> int:
    """Return the exit code of an error: by the status of a problem, else by what kept a reply from arriving."""
    if isinstance(error, ApiProblem):
        return SERVER if error.status >= 500 else BY_STATUS.get(error.status, FAILED)
    if isinstance(error, JobNotFinishedError):
        return JOB_NOT_FINISHED
    return FAILED if isinstance(error, UnreadableReplyError | WebhookRefusedError) else NO_REPLY
