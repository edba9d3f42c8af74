-- name: archive_predictions
SELECT "position", prediction_id, created, same
FROM platform.archive_predictions(%(product)s::text, %(rows)s::jsonb, %(at)s::timestamptz)

-- name: record_outcomes
SELECT "position", outcome_id, revision, created
FROM platform.record_outcomes(%(product)s::text, %(rows)s::jsonb, %(at)s::timestamptz)

-- name: list_predictions
SELECT prediction, outcome, score
FROM platform.list_predictions(%(account_id)s::text, %(product)s::text, %(before)s::text, %(rows_max)s::integer)
