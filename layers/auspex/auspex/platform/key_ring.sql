-- name: lock_account
SELECT account_id FROM platform.accounts WHERE account_id = %(account_id)s FOR NO KEY UPDATE

-- name: lock_calling_key
SELECT expires_at, revoked_at FROM platform.api_keys
WHERE key_id = %(key_id)s
  AND (expires_at IS NULL OR expires_at > %(at)s::timestamptz)
  AND (revoked_at IS NULL OR revoked_at > %(at)s::timestamptz)
FOR SHARE

-- name: count_working_keys
SELECT count(*)::integer AS keys FROM platform.api_keys
WHERE account_id = %(account_id)s AND key_id IS DISTINCT FROM %(except_key_id)s::text
  AND (expires_at IS NULL OR expires_at > %(at)s::timestamptz)
  AND (revoked_at IS NULL OR revoked_at > %(at)s::timestamptz)

-- name: insert_key
INSERT INTO platform.api_keys (
  key_id, account_id, key_sha256, mode, name, scopes, created_at, expires_at, replaces,
  created_by, route, idempotency_key, request_sha256)
VALUES (
  %(key_id)s, %(account_id)s, %(key_sha256)s, %(mode)s, %(name)s, %(scopes)s::text[], %(at)s, %(expires_at)s,
  %(replaces)s, %(created_by)s, %(route)s, %(idempotency_key)s, %(request_sha256)s)
ON CONFLICT (created_by, route, idempotency_key) DO NOTHING
RETURNING key_id

-- name: find_asked_key
SELECT key_id, request_sha256 = %(request_sha256)s AS same_request FROM platform.api_keys
WHERE created_by = %(created_by)s AND route = %(route)s AND idempotency_key = %(idempotency_key)s

-- name: find_key
SELECT k.key_id, k.account_id, k.name, k.mode, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.replaces,
       (SELECT r.key_id FROM platform.api_keys AS r WHERE r.replaces = k.key_id) AS replaced_by
FROM platform.api_keys AS k
WHERE k.account_id = %(account_id)s AND k.key_id = %(key_id)s

-- name: list_keys
SELECT k.key_id, k.account_id, k.name, k.mode, k.scopes, k.created_at, k.expires_at, k.revoked_at, k.replaces,
       (SELECT r.key_id FROM platform.api_keys AS r WHERE r.replaces = k.key_id) AS replaced_by
FROM platform.api_keys AS k
WHERE k.account_id = %(account_id)s AND (%(before)s::text IS NULL OR k.key_id < %(before)s)
ORDER BY k.key_id DESC
LIMIT %(rows_max)s

-- name: end_key
UPDATE platform.api_keys SET revoked_at = least(revoked_at, %(ends_at)s::timestamptz)
WHERE account_id = %(account_id)s AND key_id = %(key_id)s
