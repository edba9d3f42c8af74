-- name: list_watched_companies
SELECT c.cik, c.sample FROM filings.companies AS c
WHERE EXISTS (SELECT 1 FROM filings.watchlist AS w WHERE w.cik = c.cik)

-- name: read_mark
SELECT entry_updated_at FROM filings.feed_mark

-- name: move_mark
-- Two polls at once: the later mark stays.
UPDATE filings.feed_mark SET polled_at = %(at)s,
  accession = CASE WHEN entry_updated_at > %(updated_at)s THEN accession ELSE %(accession)s END,
  entry_updated_at = greatest(entry_updated_at, %(updated_at)s::timestamptz)

-- name: note_poll
UPDATE filings.feed_mark SET polled_at = %(at)s
