-- name: list_calibration
SELECT c.origin, c.model, c.model_version, c.competition, c.season, c.n, c.metrics, c.bins, c.built_at
FROM oracle.calibration AS c
WHERE c.origin = %(origin)s
  AND c.competition = coalesce(%(competition)s::text, '*') AND c.season = coalesce(%(season)s::text, '*')
  AND (%(model)s::text IS NULL OR c.model = %(model)s)
  AND (%(model_version)s::text IS NULL OR c.model_version = %(model_version)s)
  AND (%(after_model)s::text IS NULL
       OR (c.model COLLATE "C", c.model_version COLLATE "C")
          > (%(after_model)s COLLATE "C", %(after_version)s::text COLLATE "C"))
ORDER BY c.model COLLATE "C", c.model_version COLLATE "C"
LIMIT %(rows_max)s

-- name: read_figures
SELECT c.n, c.metrics FROM oracle.calibration AS c
WHERE c.origin = 'live' AND c.model = %(model)s AND c.model_version = %(model_version)s
  AND c.competition = %(competition)s AND c.season = '*'
