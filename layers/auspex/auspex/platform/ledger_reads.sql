-- name: read_balance
SELECT b.available, b.reserved, a.plan, l.day, l.used, l.last_at
FROM platform.balances AS b
JOIN platform.accounts AS a ON a.account_id = b.account_id
LEFT JOIN platform.allowances AS l ON l.account_id = b.account_id
WHERE b.account_id = %(account_id)s

-- name: list_transactions
SELECT t.transaction_id, t.sequence, t.kind, t.at, t.available_after, t.reserved_after, t.reservation_id, t.job_id,
       t.refunds, t.route, t.request_id, t.note,
       coalesce(e.available, 0) AS available, coalesce(e.reserved, 0) AS reserved, coalesce(e.charged, 0) AS charged
FROM platform.ledger_transactions AS t
LEFT JOIN LATERAL (
  SELECT sum(tokens) FILTER (WHERE book = 'available') AS available,
         sum(tokens) FILTER (WHERE book = 'reserved') AS reserved,
         sum(tokens) FILTER (WHERE book = 'revenue') AS charged
  FROM platform.ledger_entries WHERE transaction_id = t.transaction_id
) AS e ON true
WHERE t.account_id = %(account_id)s
  AND (%(kind)s::text IS NULL OR t.kind = %(kind)s)
  AND (%(job_id)s::text IS NULL OR t.job_id = %(job_id)s)
  AND (%(transaction_id)s::text IS NULL OR t.transaction_id = %(transaction_id)s)
  AND (%(before)s::bigint IS NULL OR t.sequence < %(before)s::bigint)
ORDER BY t.sequence DESC LIMIT %(rows_max)s
