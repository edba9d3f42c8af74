"""How the suite comes by things that an account owns, by the prefix of their ids.

A new kind of id needs one function here; a route whose path bears an id that nobody can make fails the suite.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.factories.key_holders import Holder

from auspex.core.ids import new_id

if TYPE_CHECKING:
    from tests.conformance.world import World

Maker = Callable[["World", Holder], str]


def make_account(world: World, _: Holder) -> str:
    """Open an account as an operator does."""
    return str(world.created(world.operator(), "/v1/accounts", {"name": "Conformance Ltd"})["account_id"])


def make_key(world: World, owner: Holder) -> str:
    """Make another key of the owner's account."""
    return str(world.created(owner, "/v1/keys", {"name": "spare", "scopes": ["filings:read"]})["key_id"])


def make_job(world: World, owner: Holder) -> str:
    """Begin a job that stays queued: nothing is delivered in this world."""
    wanted = {"accessions": [{"accession": "9999999001-24-000777", "cik": 9999999001}]}
    return str(world.created(owner, "/v1/filings/ingestions", wanted)["job_id"])


def make_ask(world: World, owner: Holder) -> str:
    """Ask something that is answered at once."""
    return str(world.created(owner, "/v1/filings/asks", {"question": "What was revenue in 2023?"})["ask_id"])


def make_notification(world: World, owner: Holder) -> str:
    """Tell the owner something new."""
    notification_id = new_id("ntf")
    told = {"id": notification_id, "account_id": owner.account_id, "at": world.harness.clock.now()}
    world.harness.rows(
        "SELECT * FROM platform.tell_account(%(id)s, %(account_id)s, 'filings', 'job.finished', %(id)s, 'AAPL', '1', "
        "'A job is done', '', '{}', %(at)s)",
        told,
    )
    return notification_id


MAKERS: dict[str, Maker] = {
    "acct": make_account,
    "key": make_key,
    "job": make_job,
    "ask": make_ask,
    "ntf": make_notification,
}

SHARED_PARAMETERS: dict[str, str] = {
    "accession": "filings are public documents, the same for every account",
    "section_key": "a place in a public document",
    "asset": "a file of the documentation page",
}
"""Path parameters that name something nobody owns, with why."""

PATH_VALUES: dict[str, str] = {"asset": "swagger-ui.css"}
"""Values of shared path parameters that the document gives no example of."""
