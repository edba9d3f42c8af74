-- name: lock_account
SELECT account_id FROM platform.accounts WHERE account_id = %(account_id)s FOR NO KEY UPDATE

-- name: lock_destination
SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(pg_catalog.encode(%(destination_digest)s::bytea, 'hex'), 0))

-- name: find_asked_channel
SELECT channel_id, request_sha256 = %(request_sha256)s AS same_request FROM platform.notification_channels
WHERE created_by = %(created_by)s AND route = %(route)s AND idempotency_key = %(idempotency_key)s

-- name: find_same_destination
SELECT channel_id FROM platform.notification_channels
WHERE account_id = %(account_id)s AND destination_digest = %(destination_digest)s AND deleted_at IS NULL

-- name: count_channels
SELECT count(*)::integer AS channels FROM platform.notification_channels
WHERE account_id = %(account_id)s AND deleted_at IS NULL

-- name: insert_channel
INSERT INTO platform.notification_channels (
  channel_id, account_id, service, name, hint, credentials, destination_digest, created_at, verified_at,
  created_by, route, idempotency_key, request_sha256)
VALUES (
  %(channel_id)s, %(account_id)s, %(service)s, %(name)s, %(hint)s, %(credentials)s, %(destination_digest)s, %(at)s,
  %(verified_at)s, %(created_by)s, %(route)s, %(idempotency_key)s, %(request_sha256)s)

-- name: list_channels
SELECT c.channel_id, c.service, c.name, c.hint, c.created_at, c.verified_at, c.deleted_at,
  (SELECT max(d.at) FROM platform.notification_deliveries AS d
   WHERE d.channel_id = c.channel_id AND d.outcome = 'sent') AS last_sent_at,
  f.at AS last_failed_at, f.reason AS last_failure
FROM platform.notification_channels AS c
LEFT JOIN LATERAL (
  SELECT d.at, d.reason FROM platform.notification_deliveries AS d
  WHERE d.channel_id = c.channel_id AND d.outcome = 'failed' ORDER BY d.delivery_id DESC LIMIT 1) AS f ON true
WHERE c.account_id = %(account_id)s
  AND CASE WHEN %(channel_id)s::text IS NULL THEN c.deleted_at IS NULL ELSE c.channel_id = %(channel_id)s::text END
ORDER BY c.channel_id DESC

-- name: delete_channel
UPDATE platform.notification_channels SET deleted_at = %(at)s, credentials = NULL
WHERE account_id = %(account_id)s AND channel_id = %(channel_id)s AND deleted_at IS NULL

-- name: count_codes
SELECT count(*) FILTER (WHERE destination_digest = %(destination_digest)s)::integer AS to_address,
       count(*) FILTER (WHERE account_id = %(account_id)s)::integer AS of_account,
       min(created_at) AS oldest_at
FROM platform.notification_codes
WHERE created_at > %(since)s AND (destination_digest = %(destination_digest)s OR account_id = %(account_id)s)

-- name: insert_code
INSERT INTO platform.notification_codes (
  code_id, channel_id, account_id, destination_digest, sealed_code, created_at, expires_at)
VALUES (%(code_id)s, %(channel_id)s, %(account_id)s, %(destination_digest)s, %(sealed_code)s, %(at)s, %(expires_at)s)

-- name: take_guess
UPDATE platform.notification_codes SET attempts = attempts + 1
WHERE code_id = (
    SELECT k.code_id FROM platform.notification_codes AS k
    WHERE k.channel_id = %(channel_id)s AND k.account_id = %(account_id)s ORDER BY k.code_id DESC LIMIT 1)
  AND attempts < %(attempts_max)s AND expires_at > %(at)s
RETURNING sealed_code, attempts

-- name: verify_channel
UPDATE platform.notification_channels SET verified_at = %(at)s
WHERE account_id = %(account_id)s AND channel_id = %(channel_id)s AND verified_at IS NULL AND deleted_at IS NULL
