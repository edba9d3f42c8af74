"""Rows of a guidance ledger: filings that promise or report, stated one by one. Plain inserts, none of our stores."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.factories.stored_filings import accession_number, store_filing
from tests.harness.harness import Harness

from auspex.core.ids import new_id

CIK = 4242
QUARTER_ENDS = {1: (3, 31), 2: (6, 30), 3: (9, 30), 4: (12, 31)}


def quarter_end(year: int, quarter: int) -> date:
    """Return the last day of a calendar quarter."""
    month, day = QUARTER_ENDS[quarter]
    return date(year, month, day)


@dataclass
class Ledger:
    """A company's filings on a harness's database, numbered as they are stored."""

    harness: Harness
    cik: int = CIK
    filings: dict[str, str] = field(default_factory=dict)

    def filing(self, known_at: datetime, *, form: str = "8-K", amends: str | None = None) -> str:
        """Store a filing accepted at an instant and return its accession."""
        accession = accession_number(len(self.filings) + 1, cik=self.cik)
        with self.harness.database.connect(None) as connection:
            ids = store_filing(
                connection,
                accession=accession,
                cik=self.cik,
                form=form,
                company="Ledger Corp",
                sections=[("ex99.1-1", "Outlook", "We expect what we said. " * 40)],
                detected_at=known_at,
            )
        self.harness.rows(
            "UPDATE filings.filings SET accepted_at = %(at)s, amends = %(amends)s, status = 'indexed' "
            "WHERE accession = %(accession)s",
            {"at": known_at, "amends": amends, "accession": accession},
        )
        self.harness.rows(
            "UPDATE filings.companies SET ticker = 'LDGR', tickers = ARRAY['LDGR'], fiscal_year_end = '1231' "
            "WHERE cik = %(cik)s",
            {"cik": self.cik},
        )
        self.filings[accession] = ids[1, 0]
        return accession

    def promise(
        self, accession: str, low: str | None, high: str | None, *, metric: str = "revenue", period: str = "Q3 FY2024",
        end: date | None = date(2024, 9, 30), period_type: str = "quarter", shape: str = "range", unit: str = "USD",
        run: int = 1, place: int = 0,
    ) -> str:  # fmt: skip
        """Store a statement of a filing and return its id; the stored action is that of a first one."""
        guidance_id = new_id("gdn")
        row: dict[str, Any] = {
            "id": guidance_id, "accession": accession, "run": run, "metric": metric, "type": period_type, "end": end,
            "period": period, "shape": shape, "low": low, "high": high, "unit": unit, "place": place,
            "section": self.filings[accession],
        }  # fmt: skip
        self.harness.rows(
            """INSERT INTO filings.guidance (guidance_id, accession, run, cik, metric, basis, period_type, period_end,
                 fiscal_period, shape, low, high, unit, tolerance, action, method, section_id, char_start, char_end,
                 quote, known_at)
               SELECT %(id)s, accession, %(run)s, cik, %(metric)s, 'gaap', %(type)s, %(end)s, %(period)s, %(shape)s,
                      %(low)s::numeric, %(high)s::numeric, %(unit)s, 0, 'initiate', 'rule', %(section)s, %(place)s,
                      %(place)s + 23, 'We expect what we said.', accepted_at
               FROM filings.filings WHERE accession = %(accession)s""",
            row,
        )
        return guidance_id

    def report(
        self, accession: str, value: str, *, metric: str = "revenue", end: date = date(2024, 9, 30),
        period_type: str = "quarter", unit: str = "USD", label: str | None = None, preliminary: bool = False,
    ) -> str:  # fmt: skip
        """Store a reported figure of a filing and return its id."""
        kpi_id = new_id("kpi")
        days = {"quarter": 91, "year": 365}[period_type]
        self.harness.rows(
            """INSERT INTO filings.kpis (kpi_id, accession, run, cik, metric, label, value, unit, scale_shown,
                 period_start, period_end, period_type, fiscal_period, basis, method, preliminary, known_at)
               SELECT %(id)s, accession, run, cik, %(metric)s, %(metric)s, %(value)s::numeric, %(unit)s, 0, %(start)s,
                      %(end)s, %(type)s, %(label)s, 'gaap', 'xbrl', %(preliminary)s, accepted_at
               FROM filings.filings WHERE accession = %(accession)s""",
            {
                "id": kpi_id, "accession": accession, "metric": metric, "value": value, "unit": unit, "end": end,
                "start": end - timedelta(days=days - 1), "type": period_type, "label": label,
                "preliminary": preliminary,
            },
        )  # fmt: skip
        return kpi_id

    def quarters(self, first_year: int, values: list[str], *, metric: str = "revenue") -> None:
        """Report consecutive quarters from the first of a year on, each some weeks after its end."""
        for number, value in enumerate(values):
            end = quarter_end(first_year + number // 4, number % 4 + 1)
            known_at = datetime(end.year, end.month, end.day, tzinfo=self.harness.clock.now().tzinfo)
            self.report(self.filing(known_at + timedelta(days=30), form="10-Q"), value, metric=metric, end=end)

    def queue(self) -> None:
        """Have the company scored by the next run."""
        self.harness.rows(
            "INSERT INTO filings.companies_to_score VALUES (%(cik)s, %(at)s) ON CONFLICT (cik) DO UPDATE "
            "SET queued_at = excluded.queued_at",
            {"cik": self.cik, "at": self.harness.clock.now()},
        )

    def score(self) -> dict[str, Any]:
        """Queue the company and run the schedule, a second later than anything before."""
        self.harness.clock.advance(timedelta(seconds=1))
        self.queue()
        done: dict[str, Any] = self.harness.fire("schedule_score_guidance")
        assert done["outcome"] == "succeeded", done
        return done

    def listed(self, key: str, query: str = "") -> list[dict[str, Any]]:
        """Return the company's guidance as the endpoint lists it."""
        reply = self.harness.request("GET", f"/v1/filings/guidance?ticker=LDGR{query}", key=key)
        assert reply.status == 200, reply.body
        rows: list[dict[str, Any]] = reply.data
        return rows
