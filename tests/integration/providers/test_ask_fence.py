"""An ask's answer by a provider that was changed meanwhile is not stored, nor paid; the refusal is kept."""

from __future__ import annotations

from tests.integration.providers.conftest import START, World

from auspex.core.database import connect, transaction
from auspex.filings.answer_question import AskQuestion, make_ask
from auspex.filings.ask_question import insert_fenced
from auspex.filings.ask_store import StoredAsk
from auspex.filings.model import Answer
from auspex.platform.accounts import create_account
from auspex.platform.ledger import ChargedRequest, reserve
from auspex.platform.ledger_admin import give_tokens

ASK_ID = "ask_01K7Z3Y8N4Q6R2T5V9W1X0ABCD"


def make(world: World) -> tuple[StoredAsk, str]:
    """Return an ask by a provider and its reservation of five tokens."""
    with world.database.connect("auspex_platform") as platform:
        account_id = create_account(platform, name="analyst", plan="premium", at=START)
        give_tokens(platform, account_id=account_id, tokens=10, reason="test", at=START)
    answer = Answer("Revenue was 12 dollars. [1]", refused=False, reason=None, evidence_class="provider")
    ask = make_ask(ASK_ID, AskQuestion(account_id, "What was revenue?"), answer, latency_ms=1, at=START, tokens=5)
    held = reserve(connect(), ChargedRequest(account_id, "one", "ask", "request"), tokens=5, at=START)
    return ask, held.reservation_id


def test_an_answer_of_the_standing_provider_is_stored_and_paid(world: World) -> None:
    ask, reservation_id = make(world)
    result = world.ask()
    with transaction() as connection:
        paid = insert_fenced(connection, ask, result, key=None, reservation_id=reservation_id)
    assert paid is not None
    assert paid.tokens == 5
    assert world.rows("SELECT accepted FROM providers.call_acceptance") == [{"accepted": True}]


def test_an_answer_of_a_former_provider_is_neither_stored_nor_paid(world: World) -> None:
    ask, reservation_id = make(world)
    result = world.ask()
    world.fail("openai", "unauthorized")
    world.refused()  # the deployment is at another provider now
    with transaction() as connection:
        assert insert_fenced(connection, ask, result, key=None, reservation_id=reservation_id) is None
    assert world.rows("SELECT ask_id FROM filings.asks") == []
    assert world.rows("SELECT accepted FROM providers.call_acceptance") == [{"accepted": False}]
