-- name: list_scored_forecasts
SELECT prediction_id, subject, target, model_version, outcome_due_at, payload, outcome
FROM oracle.list_scored_forecasts(%(origin)s, %(after)s, %(rows_max)s)

-- name: upsert_calibration
INSERT INTO oracle.calibration AS c (origin, model, model_version, competition, season, n, metrics, bins, built_at)
SELECT g.origin, g.model, g.model_version, g.competition, g.season, g.n, g.metrics, g.bins, %(at)s
FROM jsonb_to_recordset(%(rows)s) AS g (
  origin text, model text, model_version text, competition text, season text, n integer, metrics jsonb, bins jsonb)
ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (origin, model, model_version, competition, season) DO UPDATE SET
  n = excluded.n, metrics = excluded.metrics, bins = excluded.bins, built_at = excluded.built_at
WHERE (c.n, c.metrics, c.bins) IS DISTINCT FROM (excluded.n, excluded.metrics, excluded.bins)
