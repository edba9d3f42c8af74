-- The answer and its payment are one statement: what is not stored is not paid.
-- name: insert_ask
WITH stored AS (
  INSERT INTO filings.asks (ask_id, account_id, idempotency_key, question, params, request_sha256, result, refused,
                            evidence_class, latency_ms, tokens, created_at, template_key)
  VALUES (%(ask_id)s, %(account_id)s, %(idempotency_key)s, %(question)s, %(params)s, %(request_sha256)s, %(result)s,
          %(refused)s, %(evidence_class)s, %(latency_ms)s, %(tokens)s, %(created_at)s, %(template_key)s)
  ON CONFLICT (account_id, idempotency_key) DO NOTHING RETURNING tokens
)
SELECT platform.settle(%(reservation_id)s::text, stored.tokens, %(created_at)s::timestamptz) AS paid FROM stored

-- name: find_ask
SELECT ask_id, account_id, question, params, request_sha256, result, refused, evidence_class, latency_ms, tokens, created_at,
       template_key
FROM filings.asks WHERE account_id = %(account_id)s AND ask_id = %(ask_id)s

-- name: find_ask_by_key
SELECT ask_id, account_id, question, params, request_sha256, result, refused, evidence_class, latency_ms, tokens, created_at,
       template_key
FROM filings.asks WHERE account_id = %(account_id)s AND idempotency_key = %(idempotency_key)s

-- name: list_asks
SELECT ask_id, account_id, question, params, request_sha256, result, refused, evidence_class, latency_ms, tokens, created_at,
       template_key
FROM filings.asks
WHERE account_id = %(account_id)s AND (%(before_id)s::text IS NULL OR ask_id < %(before_id)s::text)
  AND (template_key IS NOT NULL) = %(of_templates)s::boolean
  AND (%(template_key)s::text IS NULL OR template_key = %(template_key)s::text)
  AND (%(ticker)s::text IS NULL OR params -> 'tickers' @> to_jsonb(%(ticker)s::text))
  AND (%(refused)s::boolean IS NULL OR refused = %(refused)s::boolean)
  AND (%(evidence_class)s::text IS NULL OR evidence_class = %(evidence_class)s::text)
  AND (%(asked_from)s::timestamptz IS NULL OR created_at >= %(asked_from)s::timestamptz)
  AND (%(asked_to)s::timestamptz IS NULL OR created_at < %(asked_to)s::timestamptz)
ORDER BY ask_id DESC
LIMIT %(rows_max)s
