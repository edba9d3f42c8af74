-- name: is_marked
SELECT platform.is_marked(%(stage)s, %(dedup_key)s) AS marked

-- name: mark_delivery
SELECT platform.mark_delivery(%(stage)s, %(dedup_key)s, %(at)s) AS first

-- name: record_failure
SELECT platform.record_failure(%(stage)s, %(queue)s, %(message_id)s, %(attempt)s, %(node)s, %(error_type)s,
                               %(error)s, %(job_id)s, %(at)s)

-- name: store_dead_letter
SELECT platform.store_dead_letter(%(dead_letter_id)s, %(queue)s, %(message_id)s, %(stage)s, %(node)s, %(reason)s,
                                  %(error)s, %(body)s, %(attempts)s, %(job_id)s, %(account_id)s, %(request_id)s,
                                  %(at)s) AS stored

-- name: last_failure
SELECT stage, node, attempt, error_type, error FROM platform.delivery_failures
WHERE queue = %(queue)s AND message_id = %(message_id)s
ORDER BY attempt DESC, failure_id DESC LIMIT 1

-- name: begin_schedule_run
SELECT platform.begin_schedule_run(%(schedule)s, %(scheduled_at)s, %(at)s) AS begun

-- name: end_schedule_run
SELECT platform.end_schedule_run(%(schedule)s, %(scheduled_at)s, %(outcome)s, %(detail)s, %(at)s)

-- name: end_abandoned_runs
SELECT platform.end_abandoned_runs(%(started_before)s::timestamptz, %(at)s::timestamptz) AS ended
