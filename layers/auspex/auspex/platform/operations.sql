-- name: outbox_backlog
SELECT count(*) AS unsent, count(*) FILTER (WHERE deliver_after <= %(at)s) AS due,
  min(deliver_after) FILTER (WHERE deliver_after <= %(at)s) AS oldest_due_at
FROM platform.outbox WHERE sent_at IS NULL

-- name: list_dead_letters
SELECT dead_letter_id, queue, stage, node, reason, error, body AS message, attempts, job_id, account_id, request_id,
  unit_key AS unit, redrivable, dead_at, redriven_at
FROM platform.dead_letters
WHERE (%(stage)s::text IS NULL OR stage = %(stage)s) AND (%(reason)s::text IS NULL OR reason = %(reason)s)
  AND (%(queue)s::text IS NULL OR queue = %(queue)s)
  AND (%(redriven)s::boolean IS NULL OR (redriven_at IS NOT NULL) = %(redriven)s)
  AND (%(before_at)s::timestamptz IS NULL OR (dead_at, dead_letter_id) < (%(before_at)s, %(before_id)s::text))
ORDER BY dead_at DESC, dead_letter_id DESC LIMIT %(rows_max)s

-- name: list_failures
SELECT failure_id, stage, queue, message_id, attempt, node, error_type, error, job_id, failed_at
FROM platform.delivery_failures
WHERE (%(stage)s::text IS NULL OR stage = %(stage)s) AND (%(queue)s::text IS NULL OR queue = %(queue)s)
  AND (%(job_id)s::text IS NULL OR job_id = %(job_id)s)
  AND (%(before_at)s::timestamptz IS NULL OR (failed_at, failure_id) < (%(before_at)s, %(before_id)s::bigint))
ORDER BY failed_at DESC, failure_id DESC LIMIT %(rows_max)s

-- name: list_schedules
WITH RECURSIVE known AS (
  (SELECT schedule FROM platform.schedule_runs ORDER BY schedule LIMIT 1)
  UNION ALL
  SELECT (SELECT r.schedule FROM platform.schedule_runs AS r WHERE r.schedule > k.schedule ORDER BY r.schedule LIMIT 1)
  FROM known AS k WHERE k.schedule IS NOT NULL
)
SELECT last.schedule, last.scheduled_at, last.started_at, last.finished_at, last.outcome, last.detail,
  (SELECT r.scheduled_at FROM platform.schedule_runs AS r
   WHERE r.schedule = last.schedule AND r.outcome = 'succeeded' ORDER BY r.scheduled_at DESC LIMIT 1) AS succeeded_at,
  last.scheduled_at + gaps.usual AS expected_at
FROM known AS k
CROSS JOIN LATERAL (
  SELECT r.schedule, r.scheduled_at, r.started_at, r.finished_at, r.outcome, r.detail FROM platform.schedule_runs AS r
  WHERE r.schedule = k.schedule ORDER BY r.scheduled_at DESC LIMIT 1
) AS last
CROSS JOIN LATERAL (
  SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY g.gap) AS usual FROM (
    SELECT r.scheduled_at - lag(r.scheduled_at) OVER (ORDER BY r.scheduled_at) AS gap FROM (
      SELECT scheduled_at FROM platform.schedule_runs WHERE schedule = last.schedule
      ORDER BY scheduled_at DESC LIMIT %(firings)s
    ) AS r
  ) AS g WHERE g.gap IS NOT NULL
) AS gaps
ORDER BY last.schedule

-- name: message_metrics
SELECT
  (SELECT coalesce(jsonb_object_agg(queue, n), '{}') FROM (
     SELECT queue, count(*) AS n FROM platform.outbox WHERE sent_at > %(since)s AND sent_at <= %(at)s GROUP BY queue) AS s)
    AS sent_by_queue,
  (SELECT coalesce(jsonb_object_agg(stage, n), '{}') FROM (
     SELECT stage, count(*) AS n FROM platform.delivery_failures
     WHERE failed_at > %(since)s AND failed_at <= %(at)s GROUP BY stage) AS f) AS failed_attempts_by_stage,
  (SELECT coalesce(jsonb_object_agg(reason, n), '{}') FROM (
     SELECT reason, count(*) AS n FROM platform.dead_letters
     WHERE dead_at > %(since)s AND dead_at <= %(at)s GROUP BY reason) AS d) AS dead_letters_by_reason,
  (SELECT count(*) FROM platform.dead_letters WHERE redriven_at > %(since)s AND redriven_at <= %(at)s)
    AS dead_letters_redriven,
  (SELECT count(*) FROM platform.dead_letters WHERE redriven_at IS NULL) AS dead_letters_open

-- name: job_metrics
SELECT
  (SELECT count(*) FROM platform.jobs WHERE created_at > %(since)s AND created_at <= %(at)s) AS created,
  (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM (
     SELECT status, count(*) AS n FROM platform.jobs
     WHERE finished_at > %(since)s AND finished_at <= %(at)s GROUP BY status) AS f) AS finished_by_status,
  (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM (
     SELECT status, count(*) AS n FROM platform.jobs WHERE status IN ('queued', 'running') GROUP BY status) AS a)
    AS alive_by_status

-- name: schedule_metrics
SELECT coalesce(jsonb_object_agg(outcome, n), '{}') AS runs_by_outcome FROM (
  SELECT coalesce(outcome, 'unfinished') AS outcome, count(*) AS n FROM platform.schedule_runs
  WHERE started_at > %(since)s AND started_at <= %(at)s GROUP BY 1) AS r
