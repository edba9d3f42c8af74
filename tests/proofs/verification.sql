-- name: states
WITH posted AS (
  SELECT t.account_id, t.sequence, t.kind, t.request_key, t.available_after, t.reserved_after,
    e.available, e.reserved, e.revenue, e.issued
  FROM platform.ledger_transactions AS t CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.tokens) FILTER (WHERE l.book = 'available'), 0) AS available,
      coalesce(sum(l.tokens) FILTER (WHERE l.book = 'reserved'), 0) AS reserved,
      coalesce(sum(l.tokens) FILTER (WHERE l.book = 'revenue'), 0) AS revenue,
      coalesce(sum(l.tokens) FILTER (WHERE l.book = 'issued'), 0) AS issued
    FROM platform.ledger_entries AS l WHERE l.transaction_id = t.transaction_id
  ) AS e WHERE t.account_id = ANY (%(ids)s)
), chained AS (
  SELECT p.*, p.available + p.reserved + p.revenue + p.issued = 0
      AND sum(p.available) OVER w = p.available_after AND sum(p.reserved) OVER w = p.reserved_after
      AND p.available_after >= 0 AND p.reserved_after >= 0 AS holds
  FROM posted AS p WINDOW w AS (PARTITION BY p.account_id ORDER BY p.sequence)
), ledger AS (
  SELECT account_id, sum(available) AS available, sum(reserved) AS reserved, sum(revenue) AS revenue,
    sum(issued) AS issued, bool_and(holds) AS holds,
    coalesce(string_agg(request_key, ' ' ORDER BY request_key COLLATE "C")
      FILTER (WHERE kind IN ('spend', 'grant', 'adjust', 'refund')), '') AS keys
  FROM chained GROUP BY account_id
), held AS (
  SELECT account_id, string_agg(
      request_key || '#' || attempt || ' ' || tokens || ' ' || coalesce(settled::text, 'open'), ', '
      ORDER BY request_key COLLATE "C", attempt) AS holds
  FROM platform.reservations WHERE account_id = ANY (%(ids)s) GROUP BY account_id
), worked AS (
  SELECT j.account_id, bool_and(j.cost <= j.quote) AS within_quote, string_agg(
      j.job_id || ' ' || j.status || ' ' || j.cost || ' ' || j.attempts || ' ' || u.units, ', ' ORDER BY j.job_id) AS jobs
  FROM platform.jobs AS j CROSS JOIN LATERAL (
    SELECT string_agg(x.unit_key || ' ' || x.state || ' ' || x.settled || '/' || platform.tokens_of(x.price), '; '
                      ORDER BY x.unit_key COLLATE "C") AS units
    FROM platform.job_units AS x WHERE x.job_id = j.job_id
  ) AS u WHERE j.account_id = ANY (%(ids)s) GROUP BY j.account_id
), done AS (
  SELECT account_id, string_agg(request_key, ' ' ORDER BY request_key COLLATE "C") AS effects
  FROM proof.effects WHERE account_id = ANY (%(ids)s) GROUP BY account_id
)
SELECT a.account_id, a.plan, b.available, b.reserved, coalesce(l.available, 0) AS entries_available,
  coalesce(l.reserved, 0) AS entries_reserved, coalesce(l.revenue, 0) AS revenue, coalesce(l.issued, 0) AS issued,
  coalesce(l.holds, true) AS chain_holds, coalesce(l.keys, '') AS keys, coalesce(h.holds, '') AS reservations,
  coalesce(w.within_quote, true) AS within_quote, coalesce(w.jobs, '') AS jobs, coalesce(d.effects, '') AS effects,
  coalesce(to_char(q.day, 'YYYY-MM-DD') || ' ' || q.used || ' ' || coalesce(extract(epoch FROM q.last_at)::bigint::text, ''),
           '') AS allowance
FROM platform.accounts AS a
JOIN platform.balances AS b ON b.account_id = a.account_id
LEFT JOIN ledger AS l ON l.account_id = a.account_id
LEFT JOIN held AS h ON h.account_id = a.account_id
LEFT JOIN worked AS w ON w.account_id = a.account_id
LEFT JOIN done AS d ON d.account_id = a.account_id
LEFT JOIN platform.allowances AS q ON q.account_id = a.account_id
WHERE a.account_id = ANY (%(ids)s)
