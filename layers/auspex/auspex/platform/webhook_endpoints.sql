-- name: lock_account
SELECT account_id FROM platform.accounts WHERE account_id = %(account_id)s FOR NO KEY UPDATE

-- name: find_asked_webhook
SELECT webhook_id, request_sha256 = %(request_sha256)s AS same_request FROM platform.webhook_endpoints
WHERE created_by = %(created_by)s AND route = %(route)s AND idempotency_key = %(idempotency_key)s

-- name: find_asked_rotation
SELECT webhook_id, request_sha256 = %(request_sha256)s AS same_request FROM platform.webhook_secrets
WHERE created_by = %(created_by)s AND route = %(route)s AND idempotency_key = %(idempotency_key)s

-- name: count_webhooks
SELECT count(*)::integer AS webhooks FROM platform.webhook_endpoints
WHERE account_id = %(account_id)s AND status <> 'deleted'

-- name: insert_webhook
INSERT INTO platform.webhook_endpoints (
  webhook_id, account_id, url, description, event_types, created_at, updated_at, created_by, route, idempotency_key,
  request_sha256)
VALUES (
  %(webhook_id)s, %(account_id)s, %(url)s, %(description)s, %(event_types)s::text[], %(at)s, %(at)s, %(created_by)s,
  %(route)s, %(idempotency_key)s, %(request_sha256)s)

-- name: insert_secret
INSERT INTO platform.webhook_secrets (
  secret_id, webhook_id, sealed, created_at, created_by, route, idempotency_key, request_sha256)
VALUES (
  %(secret_id)s, %(webhook_id)s, %(sealed)s::bytea, %(at)s, %(created_by)s, %(route)s, %(idempotency_key)s,
  %(request_sha256)s)

-- name: retire_secrets
UPDATE platform.webhook_secrets SET retires_at = least(retires_at, %(ends_at)s::timestamptz)
WHERE webhook_id = %(webhook_id)s

-- name: list_sealed
SELECT sealed FROM platform.webhook_secrets
WHERE webhook_id = %(webhook_id)s AND sealed IS NOT NULL
  AND (retires_at IS NULL OR retires_at > %(at)s::timestamptz)
ORDER BY secret_id DESC

-- name: erase_secrets
UPDATE platform.webhook_secrets SET sealed = NULL, retires_at = least(retires_at, %(at)s::timestamptz)
WHERE webhook_id = %(webhook_id)s

-- name: change_webhook
UPDATE platform.webhook_endpoints SET
  url = coalesce(%(url)s::text, url), description = coalesce(%(description)s::text, description),
  event_types = coalesce(%(event_types)s::text[], event_types), status = coalesce(%(status)s::text, status),
  disabled_reason = CASE coalesce(%(status)s::text, status) WHEN 'active' THEN NULL
                    ELSE coalesce(disabled_reason, 'owner') END,
  updated_at = %(at)s::timestamptz
WHERE account_id = %(account_id)s AND webhook_id = %(webhook_id)s AND status <> 'deleted'
RETURNING webhook_id

-- name: disable_gone
UPDATE platform.webhook_endpoints SET status = 'disabled', disabled_reason = 'gone', updated_at = %(at)s::timestamptz
WHERE webhook_id = %(webhook_id)s AND status = 'active'

-- name: delete_webhook
UPDATE platform.webhook_endpoints SET status = 'deleted', disabled_reason = NULL, updated_at = %(at)s::timestamptz
WHERE webhook_id = %(webhook_id)s

-- name: cancel_deliveries
UPDATE platform.webhook_deliveries SET
  state = 'cancelled', finished_at = %(at)s::timestamptz, next_attempt_at = NULL
WHERE webhook_id = %(webhook_id)s AND state = 'pending'

-- name: find_webhook
SELECT e.webhook_id, e.url, e.description, e.event_types, e.status, e.disabled_reason, e.created_at, e.updated_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('created_at', s.created_at, 'retires_at', s.retires_at)
                                  ORDER BY s.secret_id DESC), '[]')
        FROM platform.webhook_secrets AS s
        WHERE s.webhook_id = e.webhook_id AND s.sealed IS NOT NULL
          AND (s.retires_at IS NULL OR s.retires_at > %(at)s::timestamptz)) AS secrets
FROM platform.webhook_endpoints AS e
WHERE e.account_id = %(account_id)s AND e.webhook_id = %(webhook_id)s AND e.status <> 'deleted'

-- name: list_webhooks
SELECT e.webhook_id, e.url, e.description, e.event_types, e.status, e.disabled_reason, e.created_at, e.updated_at,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('created_at', s.created_at, 'retires_at', s.retires_at)
                                  ORDER BY s.secret_id DESC), '[]')
        FROM platform.webhook_secrets AS s
        WHERE s.webhook_id = e.webhook_id AND s.sealed IS NOT NULL
          AND (s.retires_at IS NULL OR s.retires_at > %(at)s::timestamptz)) AS secrets
FROM platform.webhook_endpoints AS e
WHERE e.account_id = %(account_id)s AND e.status <> 'deleted'
  AND (%(before)s::text IS NULL OR e.webhook_id < %(before)s)
ORDER BY e.webhook_id DESC
LIMIT %(rows_max)s
