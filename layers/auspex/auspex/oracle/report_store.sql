-- name: insert_report
INSERT INTO oracle.reports (id, account_id, simulation_id, body, sha256, created_at)
VALUES (%(id)s, %(account_id)s, %(simulation_id)s, %(body)s, %(sha256)s, %(created_at)s)
ON CONFLICT (account_id, simulation_id) WHERE revoked_at IS NULL DO NOTHING

-- name: find_shared
SELECT id, simulation_id, body, sha256, created_at FROM oracle.reports
WHERE account_id = %(account_id)s AND simulation_id = %(simulation_id)s AND revoked_at IS NULL

-- name: find_report
SELECT id, simulation_id, body, sha256, created_at FROM oracle.reports WHERE id = %(id)s AND revoked_at IS NULL

-- name: revoke_report
UPDATE oracle.reports SET revoked_at = %(at)s
WHERE id = %(id)s AND account_id = %(account_id)s AND revoked_at IS NULL
RETURNING id, simulation_id, body, sha256, created_at
