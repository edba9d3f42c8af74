"""Proofs in `make test` run on the session's own Postgres, in clones of its migrated template."""

from __future__ import annotations

import pytest
from tests.conftest import TEMPLATE, Server
from tests.proofs.databases import ROLE, ProofServer


@pytest.fixture(scope="session")
def proof_server(postgres_server: Server) -> ProofServer:
    """The test session's server, as proofs see it."""
    return ProofServer(
        postgres_server.port, postgres_server.superuser_password, postgres_server.role_passwords[ROLE], TEMPLATE
    )
