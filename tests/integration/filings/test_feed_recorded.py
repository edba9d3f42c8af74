"""The feed as it was recorded on 12 December 2025: 52 pages, the last one refused, an accession for every role."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from infra.local.replay.server import ReplayServer
from infra.local.replay.store import Store
from tests.conftest import Database
from tests.integration.filings.conftest import USER_AGENT

from auspex.core import outbox
from auspex.core.database import exchange_connection
from auspex.filings.adapters.edgar import EdgarClient
from auspex.filings.adapters.edgar_budget import EdgarBudget
from auspex.filings.adapters.edgar_feed import FeedEntry, parse_feed
from auspex.filings.adapters.edgar_transport import EdgarSettings
from auspex.filings.followed_forms import FOLLOWED_BY_DEFAULT
from auspex.filings.poll_feed import poll_feed

AT = datetime(2025, 12, 12, 23, 4, tzinfo=UTC)


@pytest.fixture
def edgar(shared_data: Path, database: Database) -> Iterator[EdgarClient]:
    """A client of the recorded feed that does not wait for its slots: nobody else asks."""
    server = ReplayServer(Store(shared_data / "filings"), port=0, recorded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    base = f"http://127.0.0.1:{server.port}"
    settings = EdgarSettings(edgar_user_agent=USER_AGENT, edgar_www_url=f"{base}/www", edgar_data_url=f"{base}/data")
    with database.connect() as connection, database.connect() as slots:
        outside = exchange_connection(connection)
        client = EdgarClient(settings, EdgarBudget(lambda: slots), sleep=lambda _: None)
        try:
            yield client
        finally:
            client.close()
            exchange_connection(outside)
            outbox.forget_pending()
            server.shutdown()
            thread.join()
            server.server_close()


def test_every_watched_accession_is_fetched_once_across_polls_that_overlap(
    edgar: EdgarClient, database: Database, shared_data: Path
) -> None:
    folder = shared_data / "filings/edgar/atom_getcurrent/test_get_all_current_filings"
    pages = (gzip.decompress((folder / f"start_{n * 100:05}.xml.gz").read_bytes()) for n in range(51))
    entries = [entry for page in pages for entry in parse_feed(page)]
    expected = watch_filers_of(database, entries)
    with database.connect(None) as observer:
        first = poll_feed(AT, edgar=edgar)
        assert (first["pages"], first["entries"], first["accessions"]) == (52, 5_100, 3_315)
        assert first["complete"] is True
        assert first["fetched"] == len(expected)
        # The mark is set back, as if a second function had read the feed from an hour before: all of it overlaps.
        observer.execute("UPDATE filings.feed_mark SET entry_updated_at = entry_updated_at - interval '1 hour'")
        again = poll_feed(AT + timedelta(minutes=1), edgar=edgar)
        assert again["entries"] > 100
        assert (again["fetched"], again["skipped"], again["told"]) == (0, 0, 0)
        sent = observer.execute(
            "SELECT body::jsonb -> 'body' ->> 'accession' AS a FROM platform.outbox WHERE queue = 'filings-ingestion'"
        ).fetchall()
        assert sorted(str(row["a"]) for row in sent) == sorted(expected)
        stored = observer.execute("SELECT status, count(*) AS n FROM filings.filings GROUP BY 1").fetchall()
        assert {row["status"] for row in stored} == {"detected", "skipped"}
        told = observer.execute("SELECT count(*) AS n, count(DISTINCT subject) AS s FROM platform.notifications")
        assert told.fetchone() == {"n": len(expected), "s": len(expected)}


def watch_filers_of(database: Database, entries: list[FeedEntry]) -> set[str]:
    """Have one account watch the last company of every followed filing; return the accessions it then watches."""
    followed = [entry for entry in entries if entry.form in FOLLOWED_BY_DEFAULT]
    last = {entry.accession: entry for entry in followed}
    ciks = {entry.cik for entry in last.values()}
    account = "acct_" + "0" * 26
    with database.connect(None) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform.accounts (account_id, name, plan, created_at) VALUES (%s, 'w', 'premium', %s)",
            (account, AT - timedelta(days=9)),
        )
        cursor.executemany("INSERT INTO filings.companies (cik, name) VALUES (%s, 'x')", [(cik,) for cik in ciks])
        cursor.executemany(
            "INSERT INTO filings.watchlist VALUES (%s, %s, %s, '{detected}', %s)",
            [(account, cik, list(FOLLOWED_BY_DEFAULT), AT - timedelta(days=9)) for cik in ciks],
        )
    return {entry.accession for entry in followed if entry.cik in ciks}
