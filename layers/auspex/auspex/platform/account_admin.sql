-- name: insert_account
INSERT INTO platform.accounts (account_id, name, plan, created_at, created_by, idempotency_key, request_sha256)
VALUES (%(account_id)s, %(name)s, %(plan)s, %(at)s, %(created_by)s, %(idempotency_key)s, %(request_sha256)s)
ON CONFLICT (created_by, idempotency_key) DO NOTHING
RETURNING account_id, name, plan, status, created_at

-- name: find_asked_account
SELECT account_id, name, plan, status, created_at, request_sha256 = %(request_sha256)s AS same_request
FROM platform.accounts WHERE created_by = %(created_by)s AND idempotency_key = %(idempotency_key)s

-- name: find_account
SELECT account_id, name, plan, status, created_at FROM platform.accounts WHERE account_id = %(account_id)s

-- name: list_accounts
SELECT account_id, name, plan, status, created_at FROM platform.accounts
WHERE (%(plan)s::text IS NULL OR plan = %(plan)s)
  AND (%(status)s::text IS NULL OR status = %(status)s)
  AND (%(before)s::text IS NULL OR account_id < %(before)s)
ORDER BY account_id DESC
LIMIT %(rows_max)s

-- name: change_account
UPDATE platform.accounts SET
  name = coalesce(%(name)s::text, name), plan = coalesce(%(plan)s::text, plan),
  status = coalesce(%(status)s::text, status)
WHERE account_id = %(account_id)s
RETURNING account_id, name, plan, status, created_at
