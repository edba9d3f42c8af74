-- name: list_deliveries
SELECT d.delivery_id, d.webhook_id, d.message_id, m.type AS event_type, m.subject, m.body::jsonb AS payload, d.state,
       d.next_attempt_at, d.last_status, d.last_error, d.created_at, d.finished_at, d.replay_of, d.attempts,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('attempt', t.attempt, 'at', t.at, 'duration_ms', t.duration_ms,
                                                     'status', t.status, 'error', t.error) ORDER BY t.attempt), '[]')
        FROM platform.webhook_attempts AS t WHERE t.delivery_id = d.delivery_id) AS tried
FROM platform.webhook_deliveries AS d
JOIN platform.webhook_messages AS m ON m.message_id = d.message_id
WHERE d.webhook_id = %(webhook_id)s
  AND (%(state)s::text IS NULL OR d.state = %(state)s)
  AND (%(event_type)s::text IS NULL OR m.type = %(event_type)s)
  AND (%(before)s::text IS NULL OR d.delivery_id < %(before)s)
ORDER BY d.delivery_id DESC
LIMIT %(rows_max)s

-- name: find_delivery
SELECT d.delivery_id, d.webhook_id, d.message_id, m.type AS event_type, m.subject, m.body::jsonb AS payload, d.state,
       d.next_attempt_at, d.last_status, d.last_error, d.created_at, d.finished_at, d.replay_of, d.attempts,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('attempt', t.attempt, 'at', t.at, 'duration_ms', t.duration_ms,
                                                     'status', t.status, 'error', t.error) ORDER BY t.attempt), '[]')
        FROM platform.webhook_attempts AS t WHERE t.delivery_id = d.delivery_id) AS tried
FROM platform.webhook_deliveries AS d
JOIN platform.webhook_messages AS m ON m.message_id = d.message_id
WHERE d.webhook_id = %(webhook_id)s AND d.delivery_id = %(delivery_id)s

-- name: find_asked_delivery
SELECT delivery_id, webhook_id, request_sha256 = %(request_sha256)s AS same_request FROM platform.webhook_deliveries
WHERE created_by = %(created_by)s AND route = %(route)s AND idempotency_key = %(idempotency_key)s

-- name: insert_replay
INSERT INTO platform.webhook_deliveries (
  delivery_id, webhook_id, message_id, account_id, next_attempt_at, created_at, replay_of, created_by, route,
  idempotency_key, request_sha256)
SELECT %(made)s, d.webhook_id, d.message_id, d.account_id, %(at)s, %(at)s, d.delivery_id, %(created_by)s, %(route)s,
       %(idempotency_key)s, %(request_sha256)s
FROM platform.webhook_deliveries AS d WHERE d.delivery_id = %(delivery_id)s
ON CONFLICT (created_by, route, idempotency_key) DO NOTHING
RETURNING delivery_id
