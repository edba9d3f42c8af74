-- Accounts and keys over HTTP: who asked for each under which Idempotency-Key, and which key a rotation replaced.
-- Rows made by the launcher carry none of it; a unique constraint with a null in it refuses nothing.

ALTER TABLE platform.accounts
  ADD COLUMN created_by text REFERENCES platform.accounts,
  ADD COLUMN idempotency_key text,
  ADD COLUMN request_sha256 text,
  ADD CONSTRAINT accounts_asked_once UNIQUE (created_by, idempotency_key);

ALTER TABLE platform.api_keys
  ADD COLUMN created_by text REFERENCES platform.accounts,
  ADD COLUMN route text,
  ADD COLUMN idempotency_key text,
  ADD COLUMN request_sha256 text,
  ADD COLUMN replaces text REFERENCES platform.api_keys,
  ADD CONSTRAINT api_keys_asked_once UNIQUE (created_by, route, idempotency_key),
  ADD CONSTRAINT api_keys_rotated_once UNIQUE (replaces);

-- What a key is (its hash, account, scopes, expiry) never changes; only its end does.
REVOKE UPDATE ON platform.accounts, platform.api_keys FROM auspex_platform;
GRANT UPDATE (name, plan, status) ON platform.accounts TO auspex_platform;
GRANT UPDATE (revoked_at) ON platform.api_keys TO auspex_platform;
