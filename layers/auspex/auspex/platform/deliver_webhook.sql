-- name: find_waiting
SELECT d.attempts, d.account_id, d.webhook_id, d.message_id, m.body, e.url, a.status AS account_status
FROM platform.webhook_deliveries AS d
JOIN platform.webhook_messages AS m ON m.message_id = d.message_id
JOIN platform.webhook_endpoints AS e ON e.webhook_id = d.webhook_id AND e.status = 'active'
JOIN platform.accounts AS a ON a.account_id = d.account_id
WHERE d.delivery_id = %(delivery_id)s AND d.state = 'pending'

-- name: cancel_orphan
UPDATE platform.webhook_deliveries AS d SET
  state = 'cancelled', finished_at = %(at)s::timestamptz, next_attempt_at = NULL
FROM platform.webhook_endpoints AS e
WHERE d.delivery_id = %(delivery_id)s AND d.state = 'pending' AND e.webhook_id = d.webhook_id AND e.status <> 'active'

-- name: lock_delivery
SELECT state FROM platform.webhook_deliveries WHERE delivery_id = %(delivery_id)s FOR NO KEY UPDATE

-- name: keep_attempt
WITH kept AS (
  INSERT INTO platform.webhook_attempts (delivery_id, attempt, at, duration_ms, status, error, retry_after_seconds)
  VALUES (%(delivery_id)s, %(attempt)s, %(at)s, %(duration_ms)s, %(status)s, %(error)s, %(retry_after_seconds)s)
)
UPDATE platform.webhook_deliveries SET
  attempts = greatest(attempts, %(attempt)s::integer), last_status = %(status)s::integer, last_error = %(error)s::text,
  state = CASE WHEN state = 'pending' OR %(ends_as)s::text = 'delivered' THEN coalesce(%(ends_as)s::text, state)
               ELSE state END,
  finished_at = CASE WHEN state = 'pending' AND %(ends_as)s::text IS NULL THEN NULL
                     ELSE coalesce(finished_at, %(at)s::timestamptz) END,
  next_attempt_at = CASE WHEN state = 'pending' THEN %(next_attempt_at)s::timestamptz END
WHERE delivery_id = %(delivery_id)s
