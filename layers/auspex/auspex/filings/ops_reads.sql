-- name: count_statuses
SELECT f.status, count(*)::integer AS filings,
  min(CASE f.status WHEN 'detected' THEN f.detected_at WHEN 'fetched' THEN f.fetched_at WHEN 'analyzed' THEN f.analyzed_at
      END) AS oldest_at
FROM filings.filings AS f GROUP BY f.status

-- name: read_edgar
-- On the database's own clock, as the budget is.
SELECT b.paused_until, b.strikes, coalesce(b.paused_until > clock_timestamp(), false) AS is_paused,
  (SELECT coalesce(sum(m.slots), 0)::integer FROM filings.edgar_minutes AS m
   WHERE m.minute > clock_timestamp() - %(window_minutes)s::integer * interval '1 minute') AS slots
FROM filings.edgar_budget AS b WHERE b.id = 1

-- name: read_feed
SELECT polled_at, entry_updated_at FROM filings.feed_mark WHERE id = 1

-- name: read_backlog
SELECT queue, unsent::integer AS unsent, oldest_due_at FROM filings.read_backlog(%(at)s::timestamptz)

-- name: count_failed_attempts
SELECT stage, attempts::integer AS attempts FROM filings.count_failed_attempts(%(since)s::timestamptz, %(at)s::timestamptz)

-- name: count_dead_letters
SELECT reason, count(*)::integer AS letters
FROM platform.dead_letters
WHERE queue LIKE 'filings-%%' AND dead_at > %(since)s AND dead_at <= %(at)s
GROUP BY reason

-- name: count_open_letters
SELECT count(*)::integer AS letters FROM platform.dead_letters WHERE queue LIKE 'filings-%%' AND redriven_at IS NULL

-- name: list_dead_letters
-- The company is that of the filing, or the one whose listing died.
SELECT d.dead_letter_id, d.queue, d.stage, d.node, d.reason, d.error, d.body AS message, d.attempts, d.job_id, d.account_id,
  d.request_id, d.unit_key AS unit, d.redrivable, d.dead_at, d.redriven_at, m.body ->> 'accession' AS accession, c.ticker
FROM platform.dead_letters AS d
CROSS JOIN LATERAL (SELECT platform.envelope_of(d.body) -> 'body' AS body) AS m
LEFT JOIN filings.filings AS f ON f.accession = m.body ->> 'accession'
LEFT JOIN filings.companies AS c ON c.cik = coalesce(
  f.cik, CASE WHEN m.body ->> 'cik' ~ '^[0-9]{1,10}$' THEN (m.body ->> 'cik')::bigint END)
WHERE d.queue LIKE 'filings-%%'
  AND (%(stage)s::text IS NULL OR d.stage = %(stage)s) AND (%(reason)s::text IS NULL OR d.reason = %(reason)s)
  AND (%(ticker)s::text IS NULL OR c.tickers @> ARRAY[%(ticker)s::text])
  AND (%(redriven)s::boolean IS NULL OR (d.redriven_at IS NOT NULL) = %(redriven)s)
  AND (%(before_at)s::timestamptz IS NULL OR (d.dead_at, d.dead_letter_id) < (%(before_at)s, %(before_id)s::text))
ORDER BY d.dead_at DESC, d.dead_letter_id DESC LIMIT %(rows_max)s

-- name: choose_letters
SELECT d.dead_letter_id FROM platform.dead_letters AS d
CROSS JOIN LATERAL (SELECT platform.envelope_of(d.body) -> 'body' AS body) AS m
LEFT JOIN filings.filings AS f ON f.accession = m.body ->> 'accession'
LEFT JOIN filings.companies AS c ON c.cik = coalesce(
  f.cik, CASE WHEN m.body ->> 'cik' ~ '^[0-9]{1,10}$' THEN (m.body ->> 'cik')::bigint END)
WHERE d.queue LIKE 'filings-%%' AND d.redriven_at IS NULL AND d.redrivable
  AND (%(stage)s::text IS NULL OR d.stage = %(stage)s) AND (%(reason)s::text IS NULL OR d.reason = %(reason)s)
  AND (%(ticker)s::text IS NULL OR c.tickers @> ARRAY[%(ticker)s::text])
ORDER BY d.dead_at, d.dead_letter_id LIMIT %(rows_max)s
