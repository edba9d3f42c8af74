"""Queue messages: one envelope, versioned bodies whose JSON Schemas are committed under events/contracts/."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny

from auspex.core.ids import new_id, new_traceparent, new_ulid
from auspex.core.limits import MESSAGE_BYTES_MAX


class Command(BaseModel):
    """Body of a message; `schema_name` is `<product>.<command>.v<version>`, `queue` the one it is sent to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_name: ClassVar[str]
    queue: ClassVar[str]


class UnitCommand(Command):
    """A command that works on one unit of a job; a dead letter fails exactly that unit."""

    unit_kind: str
    unit_key: str


class MessageTooLargeError(ValueError):
    """A message body exceeds MESSAGE_BYTES_MAX: something travels by value that should travel by reference."""


B = TypeVar("B", bound=Command)


class Envelope(BaseModel, Generic[B]):
    """What surrounds every body: who caused it, how to recognise a repeat, how often it was deferred."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_name: str = Field(alias="schema")
    message_id: str
    dedup_key: str = Field(min_length=1, max_length=500)
    account_id: str | None = None
    job_id: str | None = None
    request_id: str
    traceparent: str
    deferrals: int = Field(default=0, ge=0)
    body: SerializeAsAny[B]

    def encode(self) -> str:
        """Return the message as JSON. Raises MessageTooLargeError above the cap."""
        text = self.model_dump_json(by_alias=True)
        if len(text.encode()) > MESSAGE_BYTES_MAX:
            raise MessageTooLargeError(f"{self.schema_name}: {len(text.encode())} bytes")
        return text

    def deferred(self) -> Self:
        """Return the same message with one more deferral."""
        return self.model_copy(update={"deferrals": self.deferrals + 1})

    def continued(self, *, dedup_key: str, body: B) -> Self:
        """Return a follow-up of the same work under a new identity."""
        return self.model_copy(update={"message_id": new_id("msg"), "dedup_key": dedup_key, "body": body})


class Cause(BaseModel):
    """Why a message is sent: carried from the request or the message before."""

    model_config = ConfigDict(frozen=True)

    request_id: str = Field(default_factory=new_ulid)
    traceparent: str = Field(default_factory=new_traceparent)
    account_id: str | None = None
    job_id: str | None = None

    @classmethod
    def of(cls, envelope: Envelope[Any]) -> Self:
        """Return the cause that a message hands on."""
        return cls(
            request_id=envelope.request_id,
            traceparent=new_traceparent(envelope.traceparent),
            account_id=envelope.account_id,
            job_id=envelope.job_id,
        )


def wrap(body: B, *, dedup_key: str, cause: Cause) -> Envelope[B]:
    """Put a body into an envelope; equal dedup keys mean the same effect at the receiving stage."""
    return Envelope(
        schema=type(body).schema_name,
        message_id=new_id("msg"),
        dedup_key=dedup_key,
        account_id=cause.account_id,
        job_id=cause.job_id,
        request_id=cause.request_id,
        traceparent=cause.traceparent,
        body=body,
    )
