-- name: list_scored_models
SELECT target, model_version, first_due_on, last_due_on, archived, due
FROM platform.list_scored_models(%(product)s::text, %(origin)s::text, %(since)s::date, %(until)s::date,
                                 %(target)s::text, %(model_version)s::text, %(rows_max)s::integer)

-- name: read_score_series
SELECT target, model_version, kind, metric, baseline, days, counts, totals, own_totals
FROM platform.read_score_series(%(product)s::text, %(origin)s::text, %(since)s::date, %(until)s::date,
                                %(targets)s::text[], %(model_versions)s::text[])

-- name: read_reliability
SELECT target, model_version, bin, n, forecast, observed
FROM platform.read_reliability(%(product)s::text, %(origin)s::text, %(since)s::date, %(until)s::date,
                               %(targets)s::text[], %(model_versions)s::text[])
