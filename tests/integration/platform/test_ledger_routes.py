"""Grants, refunds, payments and the ledger over HTTP; what the ledger refuses whoever asks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from tests.factories.key_holders import problem_of
from tests.factories.money import Customer, customer, payment
from tests.harness.harness import Harness

UNKNOWN = "acct_01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def admin(harness: Harness) -> Customer:
    return customer(harness, "admin", tokens=0)


def give(admin: Customer, account_id: str, tokens: int, key: str | None = None, **fields: Any) -> Any:
    body = {"account_id": account_id, "tokens": tokens, "reason": "test"} | fields
    return admin.request("POST", "/v1/grants", body, idempotency_key=key)


def charge(harness: Harness, mine: Customer, tokens: int, key: str) -> str:
    """Spend as a route would, and return the transaction."""
    with harness.database.connect("auspex_platform") as connection:
        connection.execute(
            "SELECT platform.spend(%s, %s, %s, NULL, false, 5, '31 s', 'POST /v1/x', 'r', %s)",
            (mine.account_id, key, tokens, harness.clock.now()),
        )
    return str(mine.request("GET", "/v1/ledger?kind=spend&limit=1").data[0]["transaction_id"])


class TestGrants:
    def test_a_repeated_grant_gives_once(self, harness: Harness, admin: Customer) -> None:
        mine = customer(harness, tokens=0)
        first = give(admin, mine.account_id, 30, "welcome-1")
        assert (first.status, first.data["kind"], first.data["available"], first.data["available_after"]) == (
            201, "grant", 30, 30,
        )  # fmt: skip
        assert give(admin, mine.account_id, 30, "welcome-1").body == first.body
        assert problem_of(give(admin, mine.account_id, 31, "welcome-1")) == (422, "idempotency-key-reused")
        assert mine.balance == (30, 0)

    def test_without_a_key_every_call_gives(self, harness: Harness, admin: Customer) -> None:
        mine = customer(harness, tokens=0)
        give(admin, mine.account_id, 1)
        give(admin, mine.account_id, 1)
        assert mine.balance == (2, 0)

    def test_an_adjustment_may_take_but_never_below_zero(self, harness: Harness, admin: Customer) -> None:
        mine = customer(harness, tokens=5)
        assert give(admin, mine.account_id, -3, kind="adjust").status == 201
        refused = give(admin, mine.account_id, -3, kind="adjust")
        assert problem_of(refused) == (402, "balance-too-small")
        assert mine.kinds() == [("grant", 5), ("adjust", -3)]

    def test_what_cannot_be_given_is_refused(self, harness: Harness, admin: Customer) -> None:
        assert problem_of(give(admin, UNKNOWN, 5)) == (404, "not-found")
        for tokens, kind in ((0, "adjust"), (-1, "grant"), (1_000_001, "grant")):
            assert give(admin, admin.account_id, tokens, kind=kind).status == 422
        assert problem_of(give(customer(harness), UNKNOWN, 5)) == (403, "scope-missing")


class TestRefunds:
    def test_pay_back_in_parts_but_never_more_than_was_charged(self, harness: Harness, admin: Customer) -> None:
        mine = customer(harness, tokens=10)
        spent = charge(harness, mine, 5, "k1")
        part = admin.request(
            "POST", "/v1/refunds", {"transaction_id": spent, "tokens": 2, "reason": "late"}, idempotency_key="r1"
        )
        assert (part.status, part.data["kind"], part.data["available"], part.data["refunds"]) == (
            201,
            "refund",
            2,
            spent,
        )
        again = admin.request(
            "POST", "/v1/refunds", {"transaction_id": spent, "tokens": 2, "reason": "late"}, idempotency_key="r1"
        )
        assert again.body == part.body
        too_much = admin.request("POST", "/v1/refunds", {"transaction_id": spent, "tokens": 4, "reason": "late"})
        assert problem_of(too_much) == (409, "refund-exceeds-charge")
        assert (too_much.json()["charged"], too_much.json()["refunded"]) == (5, 2)
        rest = admin.request("POST", "/v1/refunds", {"transaction_id": spent, "reason": "all of it"})
        assert rest.data["available"] == 3
        assert mine.balance == (10, 0)

    def test_only_charges_are_paid_back(self, harness: Harness, admin: Customer) -> None:
        mine = customer(harness, tokens=10)
        (grant,) = mine.request("GET", "/v1/ledger").data
        refused = admin.request("POST", "/v1/refunds", {"transaction_id": grant["transaction_id"], "reason": "no"})
        assert problem_of(refused) == (409, "refund-exceeds-charge")


class TestPayments:
    def event(self, mine: Customer, **data: Any) -> dict[str, Any]:
        paid = {"payment_id": "pay_1", "account_id": mine.account_id, "pack": 30, "currency": "EUR"}
        return {"type": "payment.succeeded", "data": paid | data, "created": 1}

    def test_a_payment_tops_up_once_and_lifts_the_free_plan(self, harness: Harness) -> None:
        mine = customer(harness, tokens=0, plan="free")
        first = payment(harness, self.event(mine), at=harness.clock.now())
        assert (first.status, first.data) == (200, {"payment_id": "pay_1", "topped_up": True})
        again = payment(harness, self.event(mine), at=harness.clock.now() + timedelta(seconds=200))
        assert (again.status, again.data["topped_up"]) == (200, False)
        assert mine.kinds() == [("grant", 30)]
        assert mine.request("GET", "/v1/balance").data["plan"] == "prepaid"

    def test_a_premium_account_stays_premium(self, harness: Harness) -> None:
        mine = customer(harness, tokens=0, plan="premium")
        payment(harness, self.event(mine), at=harness.clock.now())
        assert mine.request("GET", "/v1/balance").data["plan"] == "premium"

    def test_a_signature_that_does_not_stand_moves_nothing(self, harness: Harness) -> None:
        mine = customer(harness, tokens=0)
        at = harness.clock.now()
        forged = payment(harness, self.event(mine), at=at, secret="whsec_" + "B" * 32)
        late = payment(harness, self.event(mine), at=at - timedelta(seconds=301))
        assert [problem_of(reply) for reply in (forged, late)] == [(401, "signature-invalid")] * 2
        assert mine.balance == (0, 0)

    def test_other_events_are_left_alone_and_unreadable_payments_refused(self, harness: Harness) -> None:
        mine = customer(harness, tokens=0)
        at = harness.clock.now()
        assert payment(harness, {"type": "invoice.sent", "data": {}}, at=at).status == 204
        wrong_pack = payment(harness, self.event(mine, pack=31), at=at)
        assert (wrong_pack.status, wrong_pack.json()["errors"][0]["pointer"]) == (422, "/data/pack")
        assert problem_of(payment(harness, self.event(mine, account_id=UNKNOWN), at=at)) == (404, "not-found")
        assert mine.kinds() == []


class TestTheLedger:
    def test_pages_hold_every_transaction_once_newest_first(self, harness: Harness, admin: Customer) -> None:
        mine = customer(harness, tokens=0)
        for tokens in range(1, 8):
            give(admin, mine.account_id, tokens)
        seen, cursor = [], ""
        while True:
            page = mine.request("GET", f"/v1/ledger?limit=3{cursor}").json()
            seen += [row["available"] for row in page["data"]]
            if not page["has_more"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert seen == [7, 6, 5, 4, 3, 2, 1]
        assert mine.request("GET", "/v1/ledger?kind=spend").data == []

    @pytest.mark.parametrize("role", ["auspex_platform", "auspex_filings", None])
    @pytest.mark.parametrize("table", ["ledger_transactions", "ledger_entries", "payments"])
    def test_what_is_written_stays_whoever_wants_it_changed(
        self, harness: Harness, role: str | None, table: str
    ) -> None:
        customer(harness)
        for statement in (f"DELETE FROM platform.{table}", f"TRUNCATE platform.{table} CASCADE",
                          f"UPDATE platform.{table} SET account_id = account_id"):  # fmt: skip
            with harness.database.connect(role) as connection, pytest.raises(psycopg.Error) as refused:
                connection.execute(statement.encode())
            assert refused.value.sqlstate == ("42501" if role else "AX409")

    def test_no_role_writes_a_balance(self, harness: Harness) -> None:
        for role in ("auspex_platform", "auspex_filings"):
            with harness.database.connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("UPDATE platform.balances SET available = 1")

    def test_entries_that_do_not_add_up_are_refused(self, harness: Harness) -> None:
        mine = customer(harness)
        with harness.database.connect(None) as owner, pytest.raises(psycopg.Error, match="add up to zero"):
            owner.execute(
                "INSERT INTO platform.ledger_entries SELECT transaction_id, %s, 'revenue', 7 "
                "FROM platform.ledger_transactions LIMIT 1",
                (mine.account_id,),
            )

    def test_the_night_finds_a_balance_that_somebody_changed(self, harness: Harness) -> None:
        mine = customer(harness)
        harness.fire("schedule_reconcile_ledger")
        assert harness.metric("LedgerDifferences", service="auspex") == 0
        with harness.database.connect(None) as owner:
            owner.execute("UPDATE platform.balances SET available = 11 WHERE account_id = %s", (mine.account_id,))
        harness.advance(60)
        harness.fire("schedule_reconcile_ledger")
        assert harness.metric("LedgerDifferences", service="auspex") == 1
        (last,) = harness.rows("SELECT differences FROM platform.reconciliations ORDER BY reconciled_at DESC LIMIT 1")
        (difference,) = last["differences"]
        assert (difference["available"], difference["entries_available"]) == (11, 10)
