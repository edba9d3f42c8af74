"""RFC 9457 problems: one catalogue. Products raise them, `core.http` renders them, docs/errors.md is made of them.

A problem is a business outcome: in an endpoint it becomes the reply, in a worker it is final (no retry).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

TYPE_BASE = "https://docs.auspex.dev/errors#"


class Problem(Exception):  # noqa: N818 - named after what the caller reads
    """A refusal the caller can understand and act on."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Something went wrong on our side"
    remedy: ClassVar[str] = "Retry later; quote the request id when it persists."

    def __init__(
        self,
        *,
        detail: str | None = None,
        errors: Sequence[dict[str, str]] = (),
        retry_after_seconds: int | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = list(errors)
        self.retry_after_seconds = retry_after_seconds
        self.extensions = extensions

    def document(self, *, instance: str | None, request_id: str | None) -> dict[str, Any]:
        """Return the problem document of RFC 9457 with our extensions."""
        body: dict[str, Any] = {
            "type": TYPE_BASE + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
        }
        if instance is not None:
            body["instance"] = instance
        if request_id is not None:
            body["request_id"] = request_id
        if self.errors:
            body["errors"] = self.errors
        return body | self.extensions


def pointer_error(pointer: str, message: str) -> dict[str, str]:
    """Return one entry of `errors[]`: a JSON Pointer (RFC 6901) into the body, and what is wrong there."""
    return {"pointer": pointer, "message": message}


class MalformedRequest(Problem):
    """The request cannot be read: no JSON, an unknown query parameter, a broken cursor or header."""

    status, code, title = 400, "malformed-request", "The request is malformed"
    remedy = "Correct what `detail` and `errors` name."


class Unauthenticated(Problem):
    """No key, an unknown key, or one that expired or was revoked."""

    status, code, title = 401, "unauthenticated", "A valid API key is required"
    remedy = "Send `Authorization: Bearer apx_…` with a live key."


class ScopeMissing(Problem):
    """The key is valid but lacks the scope of this route."""

    status, code, title = 403, "scope-missing", "The key lacks the scope for this"
    remedy = "Use a key that holds the scope named in `required_scope`."


class NotFound(Problem):
    """There is no such thing, or it belongs to another account."""

    status, code, title = 404, "not-found", "There is nothing here"
    remedy = "Check the identifier; lists show what exists."


class MethodNotAllowed(Problem):
    """The resource exists but not with this method."""

    status, code, title = 405, "method-not-allowed", "This method is not offered here"
    remedy = "See the OpenAPI page for the methods of this path."


class Conflict(Problem):
    """Something already under way stands against it."""

    status, code, title = 409, "conflict", "Another operation stands against this one"
    remedy = "Retry after the time in `Retry-After`."


class BodyTooLarge(Problem):
    """The body is larger than this route accepts."""

    status, code, title = 413, "body-too-large", "The request body is too large"
    remedy = "Send less; docs/limits.md lists the caps."


class UnsupportedMediaType(Problem):
    """The body is not JSON."""

    status, code, title = 415, "unsupported-media-type", "The body must be application/json"
    remedy = "Send JSON with `Content-Type: application/json`."


class ValidationFailed(Problem):
    """The request can be read, and something in it cannot be accepted."""

    status, code, title = 422, "validation-failed", "The request is not valid"
    remedy = "Correct the fields that `errors` points at."


class IdempotencyKeyReused(Problem):
    """The same Idempotency-Key came with another body."""

    status, code, title = 422, "idempotency-key-reused", "This Idempotency-Key belongs to another request"
    remedy = "Use a new key for a new request."


class InternalError(Problem):
    """A fault of ours; the log has it under the request id."""

    status, code, title = 500, "internal-error", "Something went wrong on our side"


class DatabaseUnavailable(Problem):
    """Postgres cannot be reached."""

    status, code, title = 503, "database-unavailable", "The database does not answer"
    remedy = "Retry after the time in `Retry-After`."

    def __init__(self, *, detail: str | None = None) -> None:
        super().__init__(detail=detail, retry_after_seconds=5)


class SourceNotConfigured(Problem):
    """A source needs a setting that this deployment lacks, so it was not called."""

    status, code, title = 503, "source-not-configured", "A data source is not configured"
    remedy = "The operator sets what `detail` names."


def catalogue() -> Iterator[type[Problem]]:
    """Yield every problem class known to this process, by status and code."""

    def walk(parent: type[Problem]) -> Iterator[type[Problem]]:
        for child in parent.__subclasses__():
            yield child
            yield from walk(child)

    yield from sorted({*walk(Problem)}, key=lambda p: (p.status, p.code))
