-- name: insert_simulation
INSERT INTO oracle.simulations (id, account_id, route, idempotency_key, fingerprint, depth, origin, request, result,
                                result_sha256, narrative, prediction_id, token_cost, created_at)
VALUES (%(id)s, %(account_id)s, %(route)s, %(idempotency_key)s, %(fingerprint)s, %(depth)s, %(origin)s, %(request)s,
        %(result)s, %(result_sha256)s, %(narrative)s, %(prediction_id)s, %(token_cost)s, %(created_at)s)
ON CONFLICT (account_id, route, idempotency_key) DO NOTHING
RETURNING id

-- name: find_simulation
SELECT id, account_id, route, fingerprint, depth, origin, request, result, result_sha256, narrative, prediction_id,
       token_cost, created_at
FROM oracle.simulations WHERE account_id = %(account_id)s AND id = %(id)s

-- name: find_simulation_by_key
SELECT id, account_id, route, fingerprint, depth, origin, request, result, result_sha256, narrative, prediction_id,
       token_cost, created_at
FROM oracle.simulations
WHERE account_id = %(account_id)s AND route = %(route)s AND idempotency_key = %(idempotency_key)s

-- name: list_simulations
SELECT id, account_id, route, fingerprint, depth, origin, request, result, result_sha256, narrative, prediction_id,
       token_cost, created_at
FROM oracle.simulations
WHERE account_id = %(account_id)s AND (%(fingerprint)s::text IS NULL OR fingerprint = %(fingerprint)s::text)
  AND (%(before_id)s::text IS NULL OR id < %(before_id)s::text)
ORDER BY id DESC
LIMIT %(rows_max)s

-- name: find_own_score
SELECT outcome, scores, scored_at FROM oracle.read_own_score(%(account_id)s, %(prediction_id)s)
