"""The chain's two canonicalisations, Postgres's and rfc8785's, agree on everything an event may hold."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb
from tests.conftest import Database

NAMES = st.text(alphabet=st.characters(codec="ascii", exclude_characters="\x00"), max_size=8)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
WHOLE = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
EVIDENCE = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=EVIDENCE)
def test_postgres_and_rfc8785_spell_evidence_alike(database: Database, value: Any) -> None:
    connection = connection_of(database)
    row = connection.execute("SELECT providers.canonical_json(%s) AS text", (Jsonb(value),)).fetchone()
    assert row is not None
    assert row["text"] == rfc8785.dumps(value).decode()


_connections: dict[str, psycopg.Connection[dict[str, Any]]] = {}


def connection_of(database: Database) -> psycopg.Connection[dict[str, Any]]:
    """Return one connection for all examples of a test."""
    if database.name not in _connections:
        _connections[database.name] = database.connect(None)
    return _connections[database.name]


@pytest.fixture(autouse=True)
def close_connections() -> Any:
    yield
    while _connections:
        _connections.popitem()[1].close()


@pytest.mark.parametrize("number", [0.5, 2**53, -(2**60)])
def test_a_number_with_several_spellings_is_refused(database: Database, number: float) -> None:
    with database.connect(None) as connection, pytest.raises(psycopg.Error, match="only whole ones"):
        connection.execute("SELECT providers.canonical_json(%s)", (Jsonb({"n": number}),))
