-- The answer and its payment are one statement: what is not stored is not paid.
-- name: insert_ask
WITH stored AS (
  INSERT INTO filings.asks (ask_id, account_id, idempotency_key, question, params, request_sha256, result, refused,
                            evidence_class, latency_ms, tokens, created_at)
  VALUES (%(ask_id)s, %(account_id)s, %(idempotency_key)s, %(question)s, %(params)s, %(request_sha256)s, %(result)s,
          %(refused)s, %(evidence_class)s, %(latency_ms)s, %(tokens)s, %(created_at)s)
  ON CONFLICT (account_id, idempotency_key) DO NOTHING RETURNING tokens
)
SELECT platform.settle(%(reservation_id)s::text, stored.tokens, %(created_at)s::timestamptz) AS paid FROM stored

-- name: find_ask
SELECT ask_id, account_id, question, params, request_sha256, result, refused, evidence_class, latency_ms, tokens, created_at
FROM filings.asks WHERE account_id = %(account_id)s AND ask_id = %(ask_id)s

-- name: find_ask_by_key
SELECT ask_id, account_id, question, params, request_sha256, result, refused, evidence_class, latency_ms, tokens, created_at
FROM filings.asks WHERE account_id = %(account_id)s AND idempotency_key = %(idempotency_key)s

-- name: list_asks
SELECT ask_id, account_id, question, params, request_sha256, result, refused, evidence_class, latency_ms, tokens, created_at
FROM filings.asks
WHERE account_id = %(account_id)s AND (%(before_id)s::text IS NULL OR ask_id < %(before_id)s::text)
ORDER BY ask_id DESC
LIMIT %(rows_max)s
