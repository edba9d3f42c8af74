"""Answer a fixture and keep the answer: charge, answer, scorebook and row commit together or not at all (ORACLE 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auspex.core.clock import Clock
from auspex.core.database import Connection, transaction
from auspex.core.fingerprints import sha256_of_json
from auspex.core.ids import new_id
from auspex.core.telemetry import count, logger
from auspex.oracle.answer_fixture import Answer, answer_in_full
from auspex.oracle.forecast_scores import PRODUCT, SUBJECT, TARGET
from auspex.oracle.model import Depth, FixtureRequest, ResolvedFixture
from auspex.oracle.narrate import CORE, Narrative, accept_narrative, narrate
from auspex.oracle.problems import CompareMissing
from auspex.oracle.resolve_fixture import Resolved, resolve_fixture
from auspex.oracle.simulation_store import (
    SIMULATION_PREFIX,
    StoredSimulation,
    find_simulation_by_key,
    insert_simulation,
)
from auspex.platform.scorebook.archive import archive_predictions
from auspex.platform.scorebook.model import Prediction


@dataclass(frozen=True, slots=True)
class Question:
    """A simulation as asked, before anything is looked up."""

    request: FixtureRequest
    depth: Depth
    n: int
    seed: int | None
    compare: FixtureRequest | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question with both fixtures resolved."""

    question: Question
    resolved: Resolved
    compare: ResolvedFixture | None


@dataclass(frozen=True, slots=True)
class CreateSimulation:
    """Whose simulation, under which key, and what of the request is kept beside the answer."""

    account_id: str
    route: str
    idempotency_key: str | None
    prepared: Prepared
    body: dict[str, Any]
    tokens: int
    wants_provider: bool = False


def prepare_simulation(connection: Connection, question: Question, *, at: datetime) -> Prepared:
    """Resolve a question: what it would be answered from. Raises as `resolve_fixture`, and CompareMissing."""
    if question.compare is None and question.depth is Depth.COMPARISON:
        raise CompareMissing
    compares = question.compare is not None and question.depth.includes(Depth.COMPARISON)
    compare = resolve_fixture(connection, question.compare, at=at).fixture if compares and question.compare else None
    return Prepared(question, resolve_fixture(connection, question.request, at=at), compare)


def create_simulation(*, clock: Clock, command: CreateSimulation) -> StoredSimulation:
    """Return the stored answer; where the account used its key before, the one that was stored then.

    Opens its own transaction: none may be open while a provider words the answer.
    """
    question, prepared = command.prepared.question, command.prepared
    answer = answer_in_full(
        prepared.resolved.fixture, depth=question.depth, seed=question.seed, n=question.n, compare=prepared.compare
    )  # fmt: skip
    return store_answer(clock=clock, command=command, answer=answer)


def store_answer(*, clock: Clock, command: CreateSimulation, answer: Answer) -> StoredSimulation:
    """Store an answer with its wording and, for a known match to come, its prediction: one transaction."""
    if answer.forbidden_words:
        count("ForbiddenWords", answer.forbidden_words)
        logger().error("a sentence was dropped by the word guard", extra={"sentences": answer.forbidden_words})
    simulation_id = new_id(SIMULATION_PREFIX)
    told = narrate(answer.result, clock=clock, ref_id=simulation_id) if command.wants_provider else None
    at = clock.now()
    with transaction() as connection:
        earlier = _earlier(connection, command)
        if earlier is not None:
            return earlier
        narrative = _accepted(connection, told, answer, at=at)
        row = StoredSimulation(
            id=simulation_id, account_id=command.account_id, route=command.route, fingerprint=answer.fingerprint,
            depth=command.prepared.question.depth.value, origin=command.prepared.resolved.origin, request=command.body,
            result=answer.result, result_sha256=sha256_of_json(answer.result), narrative=narrative,
            prediction_id=_archive(connection, command, answer, at=at), token_cost=command.tokens, created_at=at,
        )  # fmt: skip
        insert_simulation(connection, row, idempotency_key=command.idempotency_key)
    return row


def _earlier(connection: Connection, command: CreateSimulation) -> StoredSimulation | None:
    if command.idempotency_key is None:
        return None
    return find_simulation_by_key(
        connection, account_id=command.account_id, route=command.route, idempotency_key=command.idempotency_key
    )


def _accepted(connection: Connection, told: Narrative | None, answer: Answer, *, at: datetime) -> dict[str, str]:
    """Return the provider's wording while its epoch stands, else the template's."""
    if told is not None and accept_narrative(connection, told, at=at):
        return {"text": told.text, "source": told.source}
    return {"text": answer.result["explanation"]["summary"], "source": CORE}


def _archive(connection: Connection, command: CreateSimulation, answer: Answer, *, at: datetime) -> str | None:
    """Archive the forecast of a known match to come for its owner; what is past or unknown is not archived."""
    fixture, origin = command.prepared.resolved.fixture, command.prepared.resolved.origin
    if origin != "live" or fixture.match_id is None or fixture.outcome_due_at is None:
        return None
    prediction = Prediction(
        subject=SUBJECT + fixture.match_id, target=TARGET, issued_at=at, outcome_due_at=fixture.outcome_due_at,
        payload={
            "probabilities": answer.result["probabilities"], "fingerprint": answer.fingerprint,
            "params_version": fixture.params_version, "model": fixture.model.value,
        },
        model_version=fixture.model_version, account_id=command.account_id,
    )  # fmt: skip
    (archived,) = archive_predictions(connection, product=PRODUCT, predictions=[prediction], at=at)
    return archived.prediction_id
