"""Replies kept for 24 hours by Idempotency-Key, so that a repeated request gets the first one's bytes.

DynamoDB gives the replay, Postgres gives the truth: the effect's own unique key makes one effect of a repeated request
even when nothing is stored here. So a store that fails never refuses a request: it is logged, counted and left alone
for some seconds. Powertools' persistence layer is driven by hand, since its decorators know no `async def`; its clock
decides what has expired. boto3 and the layer are imported by the first request that bears a key.
"""

from __future__ import annotations

import base64
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from auspex.core.aws import client
from auspex.core.config import StorageSettings, read_settings
from auspex.core.limits import IDEMPOTENCY_HOURS, IDEMPOTENT_REPLY_BYTES_MAX
from auspex.core.problems import IdempotencyKeyReused, Problem
from auspex.core.telemetry import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
    from aws_lambda_powertools.utilities.idempotency.persistence.datarecord import DataRecord

T = TypeVar("T")
KEY_PREFIX = "auspex-request-v1"
"""Explicit, because the default is the function's name: a moved function would forget its keys."""
REST_SECONDS = 10.0
"""How long a store that failed is left alone by this environment."""
RETRY_AFTER_SECONDS_MAX = 5
ATTEMPTS = 3
COMPLETED = "COMPLETED"
IN_PROGRESS = "INPROGRESS"


class RequestInProgress(Problem):
    """A request with this Idempotency-Key is being served at this moment."""

    status, code, title = 409, "request-in-progress", "The same request is still being served"
    remedy = "Retry after the time in `Retry-After`; the retry gets the first request's reply."


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request that bears an Idempotency-Key; keys are told apart by account and route."""

    account_id: str
    route: str
    key: str
    request_sha256: str

    def record(self) -> dict[str, Any]:
        """Return what Powertools hashes: who asked under which key, and what was asked."""
        return {"scope": [self.account_id, self.route, self.key], "request": self.request_sha256}


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class _Store:
    """The store as this environment knows it."""

    layer: DynamoDBPersistenceLayer
    rests_until: float = 0.0


def begin(request: IdempotentRequest, *, remaining_ms: int) -> StoredReply | None:
    """Claim a request for at most `remaining_ms` and return None, or return the reply that it got before.

    A claim whose invocation died is taken over once its time has run out. Raises RequestInProgress while another
    invocation holds it, and IdempotencyKeyReused when the key came with another body.
    """
    return _ask("begin", lambda layer: _claim(layer, request, remaining_ms))


def finish(request: IdempotentRequest, reply: StoredReply) -> None:
    """Keep a reply for the next 24 hours. What no item can hold is not kept: the effect's unique key answers then."""
    if len(reply.body) > IDEMPOTENT_REPLY_BYTES_MAX:
        count("IdempotentRepliesNotStored", reason="too-large")
        forget(request)
    else:
        _ask("finish", lambda layer: layer.save_success(data=request.record(), result=_packed(reply)))


def forget(request: IdempotentRequest) -> None:
    """Give up the claim on a request that was refused or failed, so that its key is free again."""
    _ask("forget", lambda layer: layer.delete_record(data=request.record(), exception=RuntimeError("refused")))


def _claim(layer: DynamoDBPersistenceLayer, request: IdempotentRequest, remaining_ms: int) -> StoredReply | None:
    from aws_lambda_powertools.utilities.idempotency import exceptions  # noqa: PLC0415 - boto3: only with a key

    wait_seconds = 0
    for _ in range(ATTEMPTS):  # a record may end between Powertools' condition and our look at it
        try:
            layer.save_inprogress(data=request.record(), remaining_time_in_millis=remaining_ms)
        except exceptions.IdempotencyValidationError as error:
            raise IdempotencyKeyReused(
                detail="This Idempotency-Key was used with another body on this route."
            ) from error
        except exceptions.IdempotencyItemAlreadyExistsError as error:
            record = error.old_data_record
        else:
            return None
        if record is not None and record.status == COMPLETED:
            return _unpacked(record.response_json_as_dict() or {})
        if record is not None and record.status == IN_PROGRESS and (wait_seconds := _seconds_left(record)) > 0:
            break
    raise RequestInProgress(retry_after_seconds=min(max(wait_seconds, 1), RETRY_AFTER_SECONDS_MAX))


def _seconds_left(record: DataRecord) -> int:
    """Return how long the holder of a claim may live at most, rounded up; 0 when it is dead."""
    left_ms = int(record.in_progress_expiry_timestamp or 0) - int(time.time() * 1000)
    return max(0, -(-left_ms // 1000))


def _ask(step: str, ask: Callable[[DynamoDBPersistenceLayer], T]) -> T | None:
    """Ask the store something; None when it rests, or fails and is laid to rest."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - boto3: only with a key

    store = _store()
    if time.monotonic() < store.rests_until:
        return None
    try:
        return ask(store.layer)
    except (BotoCoreError, ClientError) as error:
        store.rests_until = time.monotonic() + REST_SECONDS
        logger().warning("idempotency store does not answer", extra={"step": step}, exc_info=error)
        count("IdempotencyStoreUnavailable")
        return None


@cache
def _store() -> _Store:
    from aws_lambda_powertools.utilities.idempotency import (  # noqa: PLC0415 - boto3: only with a key
        DynamoDBPersistenceLayer,
        IdempotencyConfig,
    )

    layer = DynamoDBPersistenceLayer(
        table_name=read_settings(StorageSettings).idempotency_table, boto3_client=client("dynamodb")
    )
    config = IdempotencyConfig(
        event_key_jmespath="scope",
        payload_validation_jmespath="request",
        raise_on_no_idempotency_key=True,
        expires_after_seconds=IDEMPOTENCY_HOURS * 3600,
        use_local_cache=False,
        hash_function="sha256",
    )
    layer.configure(config, key_prefix=KEY_PREFIX)
    return _Store(layer)


def _packed(reply: StoredReply) -> dict[str, Any]:
    body = base64.b64encode(zlib.compress(reply.body)).decode("ascii")
    return {"status": reply.status, "headers": reply.headers, "body": body}


def _unpacked(stored: dict[str, Any]) -> StoredReply:
    body = zlib.decompress(base64.b64decode(stored["body"]))
    return StoredReply(status=int(stored["status"]), headers=dict(stored["headers"]), body=body)
