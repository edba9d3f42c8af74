-- name: take_companies_to_scan
UPDATE filings.companies SET scan_sent_at = %(at)s
WHERE cik IN (
  SELECT c.cik FROM filings.companies AS c
  WHERE (EXISTS (SELECT 1 FROM filings.watchlist AS w WHERE w.cik = c.cik)
         OR EXISTS (SELECT 1 FROM filings.filings AS f WHERE f.cik = c.cik))
    AND (c.scan_sent_at IS NULL OR c.scan_sent_at <= c.last_scan_at OR c.scan_sent_at < %(lost_before)s)
  ORDER BY c.last_scan_at NULLS FIRST, c.cik
  LIMIT %(rows_max)s
  FOR NO KEY UPDATE SKIP LOCKED)
RETURNING cik

-- name: take_watched_companies
-- Companies that somebody begins to watch; one that is under way is left to the scan that was sent. A lock that lets the
-- watches of others refer to the row: two who begin at once send one scan, not none.
UPDATE filings.companies SET scan_sent_at = %(at)s
WHERE cik IN (
  SELECT c.cik FROM filings.companies AS c
  WHERE c.cik = ANY (%(ciks)s::bigint[])
    AND (c.scan_sent_at IS NULL OR c.scan_sent_at <= c.last_scan_at OR c.scan_sent_at < %(lost_before)s)
  ORDER BY c.cik
  FOR NO KEY UPDATE SKIP LOCKED)
RETURNING cik

-- name: count_companies_to_scan
-- What is followed and was not sent in this round nor is under way.
SELECT count(*) AS companies FROM filings.companies AS c
WHERE (EXISTS (SELECT 1 FROM filings.watchlist AS w WHERE w.cik = c.cik)
       OR EXISTS (SELECT 1 FROM filings.filings AS f WHERE f.cik = c.cik))
  AND (c.scan_sent_at IS NULL OR (c.scan_sent_at < %(at)s AND c.scan_sent_at <= c.last_scan_at)
       OR c.scan_sent_at < %(lost_before)s)
