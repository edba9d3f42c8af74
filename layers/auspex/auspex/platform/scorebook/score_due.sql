-- name: claim_outcomes
SELECT outcome_id FROM platform.claim_outcomes(%(product)s::text, %(at)s::timestamptz, %(rows_max)s::integer) AS outcome_id

-- name: list_unscored
SELECT prediction, outcome
FROM platform.list_unscored(%(outcome_ids)s::bigint[], %(rule_version)s::text, %(rows_max)s::integer)

-- name: append_scores
SELECT platform.append_scores(%(rows)s::jsonb, %(at)s::timestamptz) AS appended

-- name: settle_outcomes
SELECT platform.settle_outcomes(%(outcome_ids)s::bigint[], %(rule_version)s::text, %(failed)s::bigint[],
                                %(retry_at)s::timestamptz)

-- name: queue_rescoring
SELECT platform.queue_rescoring(%(product)s::text) AS queued
