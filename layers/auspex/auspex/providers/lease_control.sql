-- name: keep_request
INSERT INTO providers.operator_requests (account_id, route, idempotency_key, request_sha256, at)
VALUES (%(created_by)s, %(route)s, %(idempotency_key)s, %(request_sha256)s, %(at)s)
ON CONFLICT (account_id, route, idempotency_key) DO NOTHING
RETURNING true AS is_new

-- name: find_request
SELECT request_sha256 = %(request_sha256)s AS same_request FROM providers.operator_requests
WHERE account_id = %(created_by)s AND route = %(route)s AND idempotency_key = %(idempotency_key)s

-- name: take_lease
SELECT providers.take_lease(%(provider)s, %(candidates)s::jsonb, %(actor)s, %(reason)s, %(at)s) AS outcome

-- name: release_lease
SELECT providers.release_lease(%(epoch)s, %(actor)s, %(reason)s, %(at)s) AS outcome

-- name: pin
SELECT providers.pin(%(provider)s, %(until)s, %(strict)s, %(candidates)s::jsonb, %(actor)s, %(reason)s, %(at)s) AS outcome

-- name: unpin
SELECT providers.unpin(%(only_expired)s, %(actor)s, %(reason)s, %(at)s) AS unpinned
