-- name: read_newest_day
SELECT max(day) AS day FROM filings.index_days

-- name: list_waiting_days
SELECT day FROM filings.index_days WHERE outcome = 'waiting' ORDER BY day

-- name: insert_index_entries
INSERT INTO filings.index_entries (accession, cik, form, filing_date, listed_at, was_missing)
SELECT e.accession, e.cik, e.form, e.filing_date, %(at)s, e.missing
FROM unnest(%(accessions)s::text[], %(ciks)s::bigint[], %(forms)s::text[], %(filing_dates)s::date[],
            %(missing)s::boolean[]) AS e (accession, cik, form, filing_date, missing)
ON CONFLICT (accession) DO NOTHING

-- name: note_day
INSERT INTO filings.index_days AS d (day, outcome, reason, entries, missing, tried_at)
VALUES (%(day)s, %(outcome)s, %(reason)s, %(entries)s, %(missing)s, %(at)s)
ON CONFLICT (day) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason, entries = excluded.entries,
  missing = excluded.missing, tried_at = excluded.tried_at
WHERE d.outcome = 'waiting'
