-- name: read_state
SELECT kind, status FROM platform.jobs WHERE account_id = %(account_id)s AND job_id = %(job_id)s

-- name: cancel_job
SELECT platform.cancel_job(%(account_id)s::text, %(job_id)s::text, %(at)s::timestamptz) AS was

-- name: missing_units
SELECT u.kind, u.unit_key, u.start, d.dead_letter_id
FROM platform.job_units AS u
LEFT JOIN LATERAL (
  SELECT l.dead_letter_id FROM platform.dead_letters AS l
  WHERE l.unit_kind = u.kind AND l.unit_key = u.unit_key AND l.job_id = u.job_id
    AND l.redriven_at IS NULL AND l.redrivable
  ORDER BY l.dead_at DESC, l.dead_letter_id DESC LIMIT 1
) AS d ON true
WHERE u.job_id = %(job_id)s AND u.state IN ('failed', 'released')
ORDER BY u.unit_key

-- name: lock_job
SELECT status, attempts FROM platform.jobs WHERE job_id = %(job_id)s FOR UPDATE

-- name: reopen_units
SELECT platform.reopen_units_of_job(%(job_id)s::text, %(units)s::text[], %(at)s::timestamptz,
                                    %(expires_at)s::timestamptz)

-- name: reserve_again
SELECT platform.reserve_again(%(job_id)s::text, %(units)s::text[], %(request_id)s::text, %(at)s::timestamptz)
