-- name: create_job
SELECT job_id, created, same_request, balance FROM platform.create_job(
  %(job_id)s::text, %(account_id)s::text, %(kind)s::text, %(route)s::text, %(idempotency_key)s::text,
  %(request_sha256)s::text, %(request)s::jsonb, %(units)s::text[], %(request_id)s::text, %(traceparent)s::text,
  %(at)s::timestamptz, %(expires_at)s::timestamptz, %(quote)s::bigint, %(prices)s::jsonb, %(meter)s::jsonb, %(result_path)s::text,
  %(is_analysis)s::boolean, %(analyses_max)s::integer, %(cooldown)s::interval)

-- name: name_units
SELECT platform.name_units(%(job_id)s::text, %(kind)s::text)

-- name: expand_unit
SELECT platform.expand_unit(%(job_id)s::text, %(unit_key)s::text, %(units)s::text[], %(prices)s::jsonb,
                            %(at)s::timestamptz)

-- name: advance_unit
SELECT platform.advance_unit(%(kind)s::text, %(unit_key)s::text, %(stage)s::text, %(progress)s::integer,
                             %(waiting_on)s::text, %(at)s::timestamptz)

-- name: finish_unit
SELECT platform.finish_unit(%(kind)s::text, %(unit_key)s::text, %(state)s::text, %(problem)s::jsonb, %(result)s::jsonb,
                            %(undelivered)s::text[], %(items)s::integer, %(at)s::timestamptz) AS ended

-- name: read_job
SELECT job, units, timeline FROM platform.read_job(%(account_id)s::text, %(job_id)s::text)

-- name: list_jobs
SELECT job, units, timeline FROM platform.list_jobs(
  %(account_id)s::text, %(kind)s::text, %(status)s::text, %(before)s::text, %(rows_max)s::integer)

-- name: unit_is_wanted
SELECT platform.unit_is_wanted(%(kind)s::text, %(unit_key)s::text) AS wanted

-- name: note_unit_starts
SELECT platform.note_unit_starts(%(job_id)s::text, %(starts)s::jsonb)

-- name: expire_overdue
WITH overdue AS (
  SELECT job_id, account_id FROM platform.jobs
  WHERE status IN ('queued', 'running') AND (expires_at <= %(at)s OR progressed_at <= %(idle_since)s)
  ORDER BY job_id FOR UPDATE SKIP LOCKED
), held AS MATERIALIZED (
  SELECT platform.lock_balances(array_agg(account_id)) FROM overdue -- all of them, before triggers settle one by one
), released AS (
  UPDATE platform.job_units AS u SET state = 'released', finished_at = %(at)s
  FROM overdue WHERE u.job_id = overdue.job_id AND u.state IN ('queued', 'running')
), expired AS (
  UPDATE platform.jobs AS j SET status = 'expired', finished_at = %(at)s, waiting_on = NULL
  FROM overdue WHERE j.job_id = overdue.job_id RETURNING j.job_id
)
INSERT INTO platform.job_events (job_id, at, event) SELECT expired.job_id, %(at)s, 'expired' FROM expired, held
RETURNING job_id
