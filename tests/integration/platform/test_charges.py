"""What calls cost: spent with the effect, reserved for answers, quoted, replayed and cached for nothing."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from tests.conftest import Server
from tests.factories.money import Customer, customer, forget_replies, records
from tests.harness.harness import Harness
from tests.integration.filings.ingesting import RELEASE, library_of

SEARCHES, ASKS = "/v1/filings/searches", "/v1/filings/asks"
REVENUE = "What was Larkspur's revenue in the quarter ended September 30, 2024?"


@pytest.fixture(scope="module")
def library(postgres_server: Server) -> Iterator[Harness]:
    with library_of(postgres_server, RELEASE) as (harness, _):
        yield harness


class TestSearches:
    def test_cost_one_token_that_the_ledger_shows(self, library: Harness) -> None:
        mine = customer(library)
        reply = mine.request("POST", SEARCHES, {"query": "revenue grew"})
        assert reply.status == 200
        assert (reply.headers["token-cost"], reply.headers["token-balance"]) == ("1", "9")
        assert reply.json()["meta"]["token_cost"] == 1
        assert mine.kinds() == [("grant", 10), ("spend", -1)]
        assert mine.balance == (9, 0)

    def test_an_equal_search_is_a_hit_that_costs_nothing_and_does_not_live_longer(self, library: Harness) -> None:
        mine = customer(library)
        first = mine.request("POST", SEARCHES, {"query": "instruments", "top_k": 3, "weights": {"lexical": 1}})
        assert first.headers["cache-status"] == "auspex; fwd=miss"
        library.advance(200)
        hit = library.request(
            "POST", SEARCHES, key=mine.key, headers={"content-type": "application/json"},
            body='{ "weights" : {"lexical": 1.0}, "top_k": 3, "query": "instruments" }',
        )  # fmt: skip
        assert (hit.headers["cache-status"], hit.headers["age"], hit.headers["token-cost"]) == (
            "auspex; hit",
            "200",
            "0",
        )
        assert hit.data == first.data
        assert hit.json()["meta"] == first.json()["meta"] | {
            "cache_hit": True, "token_cost": 0, "request_id": hit.headers["x-request-id"],
        }  # fmt: skip
        assert hit.headers["etag"] == first.headers["etag"]
        library.advance(101)
        late = mine.request("POST", SEARCHES, {"query": "instruments", "top_k": 3})
        assert (late.headers["cache-status"], late.headers["token-cost"]) == ("auspex; fwd=miss", "1")
        assert mine.balance == (8, 0)

    def test_another_state_of_the_index_is_another_request(self, library: Harness) -> None:
        mine = customer(library)
        mine.request("POST", SEARCHES, {"query": "diffraction gratings"})
        with library.database.connect(None) as owner:
            owner.execute("UPDATE filings.corpus SET sum_dl = sum_dl + 1")
        try:
            assert mine.request("POST", SEARCHES, {"query": "diffraction gratings"}).headers["token-cost"] == "1"
        finally:
            with library.database.connect(None) as owner:
                owner.execute("UPDATE filings.corpus SET sum_dl = sum_dl - 1")

    def test_another_account_does_not_get_what_this_one_paid_for(self, library: Harness) -> None:
        customer(library).request("POST", SEARCHES, {"query": "net income"})
        assert customer(library).request("POST", SEARCHES, {"query": "net income"}).headers["token-cost"] == "1"

    def test_without_tokens_nothing_is_answered_charged_or_remembered(self, library: Harness) -> None:
        poor = customer(library, tokens=0)
        before = records()
        refused = poor.request("POST", SEARCHES, {"query": "revenue grew"}, idempotency_key="poor-1")
        assert (refused.status, refused.json()["code"]) == (402, "balance-too-small")
        assert (refused.json()["balance"], refused.json()["required"]) == (0, 1)
        assert (poor.kinds(), records()) == ([], before)
        free = poor.request("POST", SEARCHES, {"query": "revenue grew"})
        assert free.status == 402  # the refused reply was not cached either

    @pytest.mark.parametrize("spelling", ["true", "True", "1", "yes", "on"])
    def test_a_quote_in_any_spelling_of_yes_charges_nothing(self, library: Harness, spelling: str) -> None:
        mine = customer(library)
        quoted = mine.request("POST", f"{SEARCHES}?dry_run={spelling}", {"query": "quoted only"})
        assert quoted.data == {"token_cost": 1, "balance": 10, "affordable": True}
        assert mine.kinds() == [("grant", 10)]

    def test_a_quote_stores_and_charges_nothing(self, library: Harness) -> None:
        mine = customer(library, tokens=0)
        quoted = mine.request("POST", SEARCHES + "?dry_run=true", {"query": "quoted only"}, idempotency_key="quote-1")
        assert quoted.status == 200
        assert quoted.data == {"token_cost": 1, "balance": 0, "affordable": False}
        assert quoted.headers["token-cost"] == "0"
        assert mine.kinds() == []
        wrong = mine.request("POST", SEARCHES + "?dry_run=true", {"query": "x"})
        assert wrong.status == 422


class TestRetries:
    def test_the_same_key_gets_the_same_bytes_and_is_charged_once(self, library: Harness) -> None:
        mine = customer(library)
        first = mine.request("POST", SEARCHES, {"query": "optical sensors"}, idempotency_key="retry-1")
        again = mine.request("POST", SEARCHES, {"query": "optical sensors", "top_k": 8}, idempotency_key="retry-1")
        assert again.body == first.body
        assert (again.headers["idempotent-replayed"], again.headers["token-cost"]) == ("true", "0")
        assert again.headers["token-balance"] == "9"
        other = mine.request("POST", SEARCHES, {"query": "something else"}, idempotency_key="retry-1")
        assert (other.status, other.json()["code"]) == (422, "idempotency-key-reused")
        assert mine.balance == (9, 0)

    @pytest.mark.parametrize("body", [{"query": "a lost reply"}, {"question": REVENUE}], ids=["search", "ask"])
    @pytest.mark.parametrize("point", ["call.begun", "call.committed"])
    def test_a_crash_and_a_lost_record_make_one_charge(
        self, library: Harness, point: str, body: dict[str, str]
    ) -> None:
        mine = customer(library)
        route = SEARCHES if "query" in body else ASKS
        with library.crash_at(point) as crash:
            with pytest.raises(BaseException, match=point):
                mine.request("POST", route, body, idempotency_key="crash-1")
            assert crash.fired
        forget_replies()
        library.advance(1_000)  # a reservation that the dead process left is given back by the sweep
        retried = mine.request("POST", route, body, idempotency_key="crash-1")
        assert retried.status == 200
        cost = 1 if "query" in body else 2
        assert mine.balance == (10 - cost, 0)
        assert sum(tokens for kind, tokens in mine.kinds() if kind != "grant") == -cost

    def test_a_search_under_an_old_key_is_a_new_search_after_a_day(self, library: Harness) -> None:
        mine = customer(library)
        for expected in ("9", "9", "8"):
            reply = mine.request("POST", SEARCHES, {"query": "once a day"}, idempotency_key="daily")
            assert reply.headers["token-balance"] == expected
            forget_replies()
            library.pass_time(12 * 3600 + 1)


class TestAsks:
    def test_are_reserved_at_the_quote_and_settled_with_the_answer(self, library: Harness) -> None:
        mine = customer(library)
        answered = mine.request("POST", ASKS, {"question": REVENUE})
        assert not answered.data["refused"]
        assert (answered.headers["token-cost"], answered.headers["token-balance"]) == ("2", "8")
        assert mine.kinds() == [("grant", 10), ("reserve", -2), ("settle", 0)]

    def test_that_are_refused_cost_nothing(self, library: Harness) -> None:
        mine = customer(library)
        refused = mine.request("POST", ASKS, {"question": "What was the revenue of $ZZZZ in FY2023?"})
        assert refused.data["refused"]
        assert (refused.headers["token-cost"], refused.headers["token-balance"]) == ("0", "10")
        assert mine.kinds() == [("grant", 10), ("reserve", -2), ("release", 2)]

    def test_that_cannot_be_asked_give_tokens_and_allowance_back(self, library: Harness) -> None:
        mine = customer(library, plan="free")
        wrong = mine.request("POST", ASKS, {"question": REVENUE, "tickers": ["NOBODY"]})
        assert wrong.status == 422
        balance = mine.request("GET", "/v1/balance").data
        assert (balance["available"], balance["reserved"]) == (10, 0)
        assert (balance["allowance"]["used"], balance["allowance"]["cooldown_until"]) == (0, None)

    def test_of_a_free_account_are_five_a_day_31_seconds_apart(self, library: Harness) -> None:
        mine = customer(library, plan="free", tokens=100)
        for number in range(5):
            assert mine.request("POST", ASKS, {"question": REVENUE}).status == 200
            early = mine.request("POST", ASKS, {"question": REVENUE})
            code = "cooldown" if number < 4 else "daily-allowance-used"
            assert (early.status, early.json()["code"]) == (429, code)
            library.advance(30)
            assert mine.request("POST", ASKS, {"question": REVENUE}).json()["code"] == code
            library.advance(1)
        allowance = mine.request("GET", "/v1/balance").data["allowance"]
        assert (allowance["used"], allowance["remaining"]) == (5, 0)
        last = mine.request("POST", ASKS, {"question": REVENUE})
        library.pass_time(int(last.headers["retry-after"]) - 1)
        assert mine.request("POST", ASKS, {"question": REVENUE}).status == 429
        library.advance(1)
        assert mine.request("POST", ASKS, {"question": REVENUE}).status == 200
        assert mine.balance == (100 - 6 * 2, 0)


def test_admission_and_money_take_two_calls(library: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = customer(library)
    statements: list[str] = []
    execute = psycopg.Connection.execute

    def record(self: psycopg.Connection, query: str, *args: object, **options: object) -> object:
        statements.append(str(query))
        return execute(self, query, *args, **options)  # type: ignore[call-overload] # handed on as it came

    monkeypatch.setattr(psycopg.Connection, "execute", record)
    for route, body in ((SEARCHES, {"query": "counted"}), (ASKS, {"question": REVENUE})):
        statements.clear()
        assert mine.request("POST", route, body).status == 200
        money = [s for s in statements if "platform.admit" in s or "platform.spend" in s or "platform.reserve" in s]
        assert len(money) == 2
        assert len([s for s in statements if "platform.settle" in s]) == (1 if route == ASKS else 0)
        assert all("INSERT INTO filings.asks" in s for s in statements if "platform.settle" in s)


class TestEntityTags:
    def test_a_reply_that_did_not_change_is_not_sent_again(self, library: Harness) -> None:
        mine = customer(library)
        first = mine.request("GET", "/v1/filings/accessions")
        tag = first.headers["etag"]
        same = library.request("GET", "/v1/filings/accessions", key=mine.key, headers={"if-none-match": f'"x", {tag}'})
        assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
        other = library.request("GET", "/v1/filings/accessions", key=mine.key, headers={"if-none-match": '"x"'})
        assert other.status == 200


def test_customers_of_a_test_do_not_share_a_balance(library: Harness) -> None:
    one, two = customer(library, tokens=3), customer(library, tokens=4)
    assert (one.balance, two.balance) == ((3, 0), (4, 0))
    assert isinstance(one, Customer)
