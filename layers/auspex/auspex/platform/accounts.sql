-- name: authenticate
SELECT account_id, key_id, key_sha256, mode, scopes, plan
FROM platform.authenticate(%(key_sha256)s::bytea, %(at)s::timestamptz)

-- name: insert_account
INSERT INTO platform.accounts (account_id, name, plan, created_at)
VALUES (%(account_id)s, %(name)s, %(plan)s, %(at)s)

-- name: insert_key
INSERT INTO platform.api_keys (key_id, account_id, key_sha256, mode, name, scopes, created_at, expires_at)
VALUES (%(key_id)s, %(account_id)s, %(key_sha256)s, %(mode)s, %(name)s, %(scopes)s::text[], %(at)s, %(expires_at)s)
