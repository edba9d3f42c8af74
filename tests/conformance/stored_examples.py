"""What the document's examples speak of, and rows enough for lists to have pages: plain inserts, none of our stores."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
from tests.conformance.operations import example_of, operations
from tests.conformance.oracle_examples import store_oracle_examples
from tests.factories.stored_filings import accession_number, store_filing

Connection = psycopg.Connection[dict[str, object]]
ACCESSION = "0000320193-24-000123"
CIK = 320193
TICKER = "AAPL"
KNOWN_AT = datetime(2024, 2, 1, tzinfo=UTC)
ROWS = 4


def store_examples(connection: Connection) -> None:
    """Store a company, its filings with sections and figures, and messages that failed."""
    _store_filings(connection)
    _store_figures(connection)
    _store_guidance(connection)
    store_oracle_examples(connection)
    for number in range(ROWS):
        _store_failure(connection, number)


def _store_filings(connection: Connection) -> None:
    quoted = next(o for o in operations() if o.name == "verify_filing_citation").body_example["quote"]
    parameters = {p["name"]: example_of(p) for o in operations() for p in o.parameters("path") + o.parameters("query")}
    sections = [(str(parameters["section_key"]), "Discussion", f"{quoted} of what happened. " + "So it went. " * 20)]
    sections += [(f"item{number}", f"Item {number}", f"Text of item {number}.") for number in (1, 2, 3)]
    store_filing(connection, accession=ACCESSION, cik=CIK, company="Apple Inc.", sections=sections)
    for number in range(ROWS):
        store_filing(connection, accession=accession_number(number, cik=CIK), cik=CIK, sections=sections[:1])
    connection.execute(
        "UPDATE filings.companies SET ticker = %(ticker)s, tickers = ARRAY[%(ticker)s] WHERE cik = %(cik)s",
        {"ticker": TICKER, "cik": CIK},
    )
    for number, ticker in enumerate(("APLE", "APRU", "APTO"), start=1):
        accession, name = accession_number(number, cik=number), f"Apple {ticker.title()} Corp"
        store_filing(connection, accession=accession, cik=number, company=name, sections=sections[:1])
        connection.execute(
            "UPDATE filings.companies SET ticker = %(ticker)s, tickers = ARRAY[%(ticker)s] WHERE cik = %(cik)s",
            {"ticker": ticker, "cik": number},
        )
    connection.execute("UPDATE filings.documents SET filename = %s", (str(parameters["document"]),))


def _store_figures(connection: Connection) -> None:
    for number in range(ROWS):
        end = date(2023 - number, 9, 30)
        connection.execute(
            """INSERT INTO filings.kpis (kpi_id, accession, run, cik, metric, label, value, unit, scale_shown,
                 period_start, period_end, period_type, basis, method, known_at)
               SELECT %(kpi_id)s, accession, run, cik, 'revenue', 'Net sales', %(value)s, 'USD', 6, %(start)s, %(end)s,
                      'year', 'gaap', 'xbrl', %(known_at)s
               FROM filings.filings WHERE accession = %(accession)s""",
            {
                "kpi_id": f"kpi-{number}",
                "accession": ACCESSION,
                "value": 383_285_000_000 - number,
                "start": end - timedelta(days=364),
                "end": end,
                "known_at": KNOWN_AT,
            },
        )


def _store_guidance(connection: Connection) -> None:
    for number in range(ROWS):
        connection.execute(
            """INSERT INTO filings.guidance (guidance_id, accession, run, cik, metric, basis, period_type, period_end,
                 fiscal_period, shape, low, high, unit, tolerance, action, method, section_id, char_start, char_end,
                 quote, known_at)
               SELECT 'gdn_' || platform.new_ulid(%(at)s), f.accession, f.run, f.cik, 'revenue', 'gaap', 'year',
                      make_date(%(year)s, 9, 30), 'FY' || %(year)s, 'range', 1, 2, 'USD', 0, 'initiate', 'rule',
                      s.section_id, 0, 5, left(s.text, 5), %(at)s
               FROM filings.filings AS f JOIN filings.sections AS s ON s.accession = f.accession
               WHERE f.accession = %(accession)s ORDER BY s.ordinal LIMIT 1""",
            {"accession": ACCESSION, "year": 2024 + number, "at": KNOWN_AT + timedelta(minutes=number)},
        )


def _store_failure(connection: Connection, number: int) -> None:
    at = KNOWN_AT + timedelta(minutes=number)
    named = {"message_id": f"msg-{number}", "queue": "filings-ingestion", "stage": "filings-ingestion", "at": at}
    connection.execute(
        """INSERT INTO platform.delivery_failures (stage, queue, message_id, attempt, error_type, error, failed_at)
           VALUES (%(stage)s, %(queue)s, %(message_id)s, 1, 'SourceFault', 'no answer', %(at)s)""",
        named,
    )
    connection.execute(
        """INSERT INTO platform.dead_letters (dead_letter_id, queue, message_id, stage, reason, error, body, attempts,
             dead_at)
           VALUES ('dead_' || platform.new_ulid(%(at)s), %(queue)s, %(message_id)s, %(stage)s, 'processing-failed',
                   'no answer', '{}', 3, %(at)s)""",
        named,
    )
