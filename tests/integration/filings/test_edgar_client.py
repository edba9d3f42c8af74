"""The EDGAR client over real HTTP, against the replay server, with the budget on a real Postgres.

Every row of FILINGS 9 that concerns EDGAR itself is here; the sample company needs no recordings.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from infra.local.replay.faults import Fault
from infra.local.replay.server import ReplayServer
from infra.local.replay.store import CORPUS, Store
from tests.conftest import Database

from auspex.core.limits import DOCUMENT_BYTES_MAX
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_budget import EdgarBudget
from auspex.filings.adapters.edgar_index import documents_to_fetch
from auspex.filings.adapters.edgar_sgml import document_body, split_submission
from auspex.filings.adapters.edgar_submissions import OlderPage
from auspex.filings.adapters.edgar_transport import EdgarSettings
from auspex.filings.source_errors import (
    BudgetWaitTooLong,
    DocumentTooLarge,
    NotFoundAtSource,
    NotModified,
    NotRecorded,
    NotYetPublished,
    SourceNotConfigured,
    SourcePaused,
    SourceUnavailable,
    SourceUnreadable,
)

LARKSPUR = 9_999_999_001
RELEASE = "9999999001-24-000018"
IDENTITY = "Auspex Tests tests@auspex.dev"


@dataclass
class Edgar:
    """A replay server, and clients of it whose pauses between tries are noted and not slept."""

    server: ReplayServer
    database: Database
    naps: list[float] = field(default_factory=list)
    clients: list[EdgarClient] = field(default_factory=list)
    connections: list[Any] = field(default_factory=list)

    def client(
        self, *, user_agent: str = IDENTITY, www_url: str | None = None, body_bytes_max: int = DOCUMENT_BYTES_MAX
    ) -> EdgarClient:
        base = f"http://127.0.0.1:{self.server.port}"
        settings = EdgarSettings(
            edgar_user_agent=user_agent, edgar_www_url=www_url or f"{base}/www", edgar_data_url=f"{base}/data"
        )
        connection = self.database.connect()
        self.connections.append(connection)
        client = EdgarClient(
            settings,
            EdgarBudget(lambda: connection),
            sleep=self.naps.append,
            jitter=lambda: 0.0,
            body_bytes_max=body_bytes_max,
        )
        self.clients.append(client)
        return client

    def fault(self, prefix: str, kind: str, **options: Any) -> None:
        self.server.faults.arm(Fault.of({"path_prefix": prefix, "kind": kind, **options}))

    def requests(self) -> dict[str, Any]:
        return self.server.log.summary()

    def next_slot_in(self, seconds: float) -> datetime:
        """Move the next slot ahead of the present and return it."""
        with self.database.connect(None) as connection:
            connection.execute(
                "UPDATE filings.edgar_budget SET tat = clock_timestamp() + %s * interval '1 second'", (seconds,)
            )
        return self.next_slot()

    def next_slot(self) -> datetime:
        with self.database.connect(None) as connection:
            found = connection.execute("SELECT tat FROM filings.edgar_budget").fetchone()
        assert found is not None
        assert isinstance(found["tat"], datetime)
        return found["tat"]

    def row(self) -> dict[str, Any]:
        with self.database.connect(None) as connection:
            found = connection.execute(
                "SELECT strikes, paused_until, paused_until - clock_timestamp() AS left FROM filings.edgar_budget"
            ).fetchone()
        assert found is not None
        return found


@contextmanager
def serving(store: Store, database: Database) -> Iterator[Edgar]:
    server = ReplayServer(store, port=0, recorded=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    stand = Edgar(server, database)
    try:
        yield stand
    finally:
        for client in stand.clients:
            client.close()
        for connection in stand.connections:
            connection.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def edgar(database: Database) -> Iterator[Edgar]:
    with serving(Store(None), database) as stand:
        yield stand


def test_a_company_is_found_with_its_filings_and_their_documents(edgar: Edgar) -> None:
    client = edgar.client()
    (company, _) = client.company_tickers()
    assert (company.cik, company.ticker) == (LARKSPUR, "FLRK")
    found = client.submissions(company.cik)
    release = next(filing for filing in found.filings if filing.items == ("2.02", "9.01"))
    index = client.filing_index(company.cik, release.accession)
    bodies = [client.document(document.url) for document in documents_to_fetch(index)]
    assert [len(body) for body in bodies] == [document.size for document in index.documents]
    assert b"REPORTS THIRD QUARTER 2024 RESULTS" in bodies[1]


def test_a_body_arrives_byte_for_byte_although_it_travels_packed(edgar: Edgar) -> None:
    path = f"/Archives/edgar/data/{LARKSPUR}/999999900125000003/flrk-20241231.htm"
    stored = edgar.server.store.answer("/www" + path)
    assert stored is not None
    assert stored.packed is not None
    assert edgar.client().document(path) == (CORPUS / "www" / path[1:]).read_bytes() == stored.body


def test_every_filing_reaches_the_older_pages_only_when_they_are_wanted(edgar: Edgar) -> None:
    client = edgar.client()
    filings = client.every_filing(client.submissions(LARKSPUR))
    assert next(filings).form == "10-K/A"
    assert edgar.requests()["total"] == 1
    assert [filing.filing_date.year for filing in filings if filing.filing_date][-1] == 1998
    assert edgar.requests()["total"] == 2


def test_companyfacts_hold_the_facts_of_every_periodic_report(edgar: Edgar) -> None:
    facts = edgar.client().companyfacts(LARKSPUR)
    rows = facts["facts"]["us-gaap"]["NetIncomeLoss"]["units"]["USD"]
    assert {row["form"] for row in rows} == {"10-K", "10-Q", "10-K/A"}


def test_the_full_submission_holds_the_documents_that_are_served_singly(edgar: Edgar) -> None:
    client = edgar.client()
    text = client.full_submission(LARKSPUR, RELEASE)
    for document in split_submission(text):
        single = client.document(f"/Archives/edgar/data/{LARKSPUR}/{RELEASE.replace('-', '')}/{document.filename}")
        assert document.body == document_body(single)


def test_an_unchanged_file_is_not_read_again(edgar: Edgar) -> None:
    client = edgar.client()
    etag = client.submissions(LARKSPUR).etag
    assert etag is not None
    with pytest.raises(NotModified):
        client.submissions(LARKSPUR, etag=etag)
    assert client.submissions(LARKSPUR, etag='"another"').cik == LARKSPUR


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        "Auspex",
        "tests@auspex.dev",
        "Auspex tests@auspex",
        "12 34@56.78",
        "Auspex tests@auspex.dev\r\nX: y",
        "é a@b.co",
    ],
)
def test_no_call_is_made_without_an_identity(edgar: Edgar, user_agent: str) -> None:
    with pytest.raises(SourceNotConfigured, match="EDGAR_USER_AGENT"):
        edgar.client(user_agent=user_agent).submissions(LARKSPUR)
    assert edgar.requests()["total"] == 0


def test_a_403_for_the_identity_is_a_fault_of_configuration_and_stops_nobody(edgar: Edgar) -> None:
    edgar.fault("/data", "identity")
    client = edgar.client()
    with pytest.raises(SourceNotConfigured, match="refused"):
        client.submissions(LARKSPUR)
    assert edgar.row()["paused_until"] is None
    assert client.submissions(LARKSPUR).cik == LARKSPUR


@pytest.mark.parametrize("kind", ["429", "403"])
def test_a_refusal_for_the_rate_stops_every_client(edgar: Edgar, kind: str) -> None:
    edgar.fault("/data", kind)
    client, other = edgar.client(), edgar.client()
    with pytest.raises(SourcePaused) as refused:
        client.submissions(LARKSPUR)
    assert refused.value.retry_after_seconds == pytest.approx(30, abs=1)
    with pytest.raises(SourcePaused):
        other.company_tickers()
    assert edgar.requests()["total"] == 1
    assert edgar.naps == []


def test_retry_after_is_heeded(edgar: Edgar) -> None:
    edgar.fault("/data", "429", retry_after=120)
    with pytest.raises(SourcePaused) as refused:
        edgar.client().submissions(LARKSPUR)
    assert refused.value.retry_after_seconds == pytest.approx(120, abs=1)


def test_a_full_budget_sends_nothing(edgar: Edgar) -> None:
    edgar.next_slot_in(60)
    with pytest.raises(BudgetWaitTooLong):
        edgar.client().submissions(LARKSPUR)
    assert edgar.requests()["total"] == 0


@pytest.mark.parametrize("kind", ["503", "reset", "truncated"])
def test_a_passing_failure_is_tried_again(edgar: Edgar, kind: str) -> None:
    edgar.fault("/data", kind, times=3)
    assert edgar.client().submissions(LARKSPUR).cik == LARKSPUR
    assert edgar.requests()["total"] == 4
    assert edgar.naps == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("kind", ["503", "reset", "truncated"])
def test_a_lasting_failure_ends_after_three_further_tries(edgar: Edgar, kind: str) -> None:
    edgar.fault("/data", kind, times=100)
    with pytest.raises(SourceUnavailable):
        edgar.client().submissions(LARKSPUR)
    assert edgar.requests()["total"] == 4
    assert edgar.row()["strikes"] == 0


def test_a_host_that_is_gone_is_unavailable(edgar: Edgar) -> None:
    client = edgar.client(www_url="http://127.0.0.1:9")
    with pytest.raises(SourceUnavailable):
        client.company_tickers()


def test_a_slow_body_still_arrives(edgar: Edgar) -> None:
    edgar.fault("/data", "slow", delay_seconds=0.4)
    assert edgar.client().submissions(LARKSPUR).cik == LARKSPUR


def test_a_body_above_the_limit_is_refused(edgar: Edgar) -> None:
    path = f"/Archives/edgar/data/{LARKSPUR}/999999900125000003/flrk-20241231.htm"
    size = len((CORPUS / "www" / path[1:]).read_bytes())
    with pytest.raises(DocumentTooLarge) as refused:
        edgar.client(body_bytes_max=size - 1).document(path)
    assert refused.value.body_bytes_max == size - 1
    assert len(edgar.client(body_bytes_max=size).document(path)) == size
    assert edgar.naps == []


def test_an_absent_filing_is_not_found_and_a_fresh_one_not_yet_published(edgar: Edgar) -> None:
    edgar.fault("/www/Archives", "404", times=2)
    client = edgar.client()
    with pytest.raises(NotYetPublished) as late:
        client.filing_index(LARKSPUR, RELEASE, fresh=True)
    assert late.value.retry_after_seconds > 0
    with pytest.raises(NotFoundAtSource) as absent:
        client.filing_index(LARKSPUR, RELEASE)
    assert not isinstance(absent.value, NotYetPublished)
    assert client.filing_index(LARKSPUR, RELEASE, fresh=True).form == "8-K"


def test_an_unknown_company_is_not_found(edgar: Edgar) -> None:
    with pytest.raises(NotFoundAtSource):
        edgar.client().submissions(9_999_999_404)


def test_a_403_of_the_archives_storage_means_absent(edgar: Edgar) -> None:
    with pytest.raises(NotFoundAtSource):
        edgar.client().document("/Archives/edgar/full-index/2099/QTR1/form.gz")
    assert edgar.row()["paused_until"] is None


def test_what_nobody_recorded_is_told_apart_from_what_is_absent(edgar: Edgar) -> None:
    with pytest.raises(NotRecorded):
        edgar.client().submissions(320193)
    assert edgar.requests()["total"] == 1


@pytest.mark.parametrize("accession", ["0000320193-24-81", "../../../etc/passwd", "0000320193240000123", ""])
def test_a_malformed_accession_is_refused_before_any_request(edgar: Edgar, accession: str) -> None:
    with pytest.raises(ValueError, match="accession"):
        edgar.client().filing_index(LARKSPUR, accession)
    assert edgar.requests()["total"] == 0


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/Archives/a.htm", "file:///etc/passwd", "https://www.sec.gov.example/a", "/Archives/../../x"],
)
def test_only_edgars_addresses_are_asked(edgar: Edgar, url: str) -> None:
    with pytest.raises(ValueError, match="addresses"):
        edgar.client().document(url)
    assert edgar.requests()["total"] == 0


def test_a_body_that_is_not_what_its_address_promises_is_unreadable(edgar: Edgar) -> None:
    page = OlderPage(name="CIK9999999002.json", filing_count=1, filed_from=date(2001, 1, 1), filed_to=date(2001, 1, 2))
    with pytest.raises(SourceUnreadable):
        edgar.client().older_filings(page)


def test_each_try_takes_a_slot_of_the_budget(edgar: Edgar) -> None:
    before = edgar.next_slot_in(0.2)
    edgar.fault("/data", "503", times=3)
    edgar.client().submissions(LARKSPUR)
    assert edgar.next_slot() - before >= 4 * timedelta(milliseconds=125)


def test_many_clients_at_once_stay_below_ten_requests_in_any_second(edgar: Edgar) -> None:
    clients = [edgar.client() for _ in range(12)]
    threads = [threading.Thread(target=client.submissions, args=(LARKSPUR,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = edgar.requests()
    assert log["total"] == 12
    assert log["window_max"] <= 10


def test_recorded_filings_are_read_through_composed_pages(database: Database, shared_data: Path) -> None:
    with serving(Store(shared_data / "filings"), database) as stand:
        client = stand.client()
        index = client.filing_index(885245, "0000885245-24-000103")
        release = client.document(index.documents[1].url)
        assert (index.items, index.generated) == (("2.02", "9.01"), True)
        assert document_body(release).startswith(b"<html>")
        annual = client.filing_index(320193, "0000320193-24-000123").header(320193)
        assert (annual.primary_document, annual.inline_xbrl) == ("aapl-20240928.htm", True)
        assert annual.accepted_at == datetime(2024, 11, 1, 10, 1, 36, tzinfo=UTC)
        with pytest.raises(NotFoundAtSource):
            client.submissions(-1)
