-- name: lock_watchlist
-- One request of an account at a time: two that each have room might not have it together.
SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('watchlist:' || %(account_id)s::text, 0))

-- name: upsert_watches
-- What begins: companies that this account did not watch before (the statement sees the table as it was).
WITH before AS (SELECT b.cik FROM filings.watchlist AS b WHERE b.account_id = %(account_id)s)
INSERT INTO filings.watchlist AS w (account_id, cik, forms, notify, created_at)
SELECT %(account_id)s, i.cik, string_to_array(i.forms, ','), string_to_array(i.notify, ','), %(at)s
FROM unnest(%(ciks)s::bigint[], %(forms)s::text[], %(notify)s::text[]) AS i (cik, forms, notify)
ORDER BY i.cik
ON CONFLICT (account_id, cik) DO UPDATE SET forms = excluded.forms, notify = excluded.notify
RETURNING w.cik, w.cik <> ALL (ARRAY(SELECT b.cik FROM before AS b)) AS begins

-- name: count_watches
SELECT count(*) AS companies FROM filings.watchlist WHERE account_id = %(account_id)s

-- name: list_named_watches
SELECT w.cik, c.ticker, c.name, w.forms, w.notify, w.created_at
FROM unnest(%(ciks)s::bigint[]) WITH ORDINALITY AS i (cik, place)
JOIN filings.watchlist AS w ON w.cik = i.cik AND w.account_id = %(account_id)s
JOIN filings.companies AS c ON c.cik = w.cik
ORDER BY i.place

-- name: list_watches
SELECT w.cik, c.ticker, c.name, w.forms, w.notify, w.created_at
FROM filings.watchlist AS w JOIN filings.companies AS c ON c.cik = w.cik
WHERE w.account_id = %(account_id)s AND w.cik > %(after_cik)s
ORDER BY w.cik LIMIT %(rows_max)s

-- name: list_watched_companies
SELECT c.cik, c.sample FROM filings.companies AS c
WHERE EXISTS (SELECT 1 FROM filings.watchlist AS w WHERE w.cik = c.cik)

-- name: find_new_watch
SELECT 1 AS found FROM filings.watchlist
WHERE cik = %(cik)s AND (%(last_scan_at)s::timestamptz IS NULL OR created_at >= %(last_scan_at)s::timestamptz)
LIMIT 1

-- name: delete_watch
DELETE FROM filings.watchlist WHERE account_id = %(account_id)s AND cik = %(cik)s RETURNING cik
