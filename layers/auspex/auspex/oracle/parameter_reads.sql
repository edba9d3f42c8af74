-- name: list_versions
SELECT p.params_version, p.competition, p.model, p.trained_through, p.status, p.created_at, p.sha256, p.hyper, p.fit,
       p.thresholds
FROM oracle.params AS p
WHERE (%(competition)s::text IS NULL OR p.competition = %(competition)s)
  AND (%(model)s::text IS NULL OR p.model = %(model)s)
  AND (%(status)s::text IS NULL OR p.status = %(status)s)
  AND (%(before_at)s::timestamptz IS NULL
       OR (p.created_at, p.params_version COLLATE "C") < (%(before_at)s, %(before_version)s::text COLLATE "C"))
ORDER BY p.created_at DESC, p.params_version COLLATE "C" DESC
LIMIT %(rows_max)s

-- name: read_version
SELECT p.params_version, p.competition, p.model, p.trained_through, p.status, p.created_at, p.sha256, p.hyper, p.fit,
       p.thresholds,
       (SELECT max(m.match_date) FROM oracle.matches AS m WHERE m.competition = p.competition AND m.status = 'finished')
         AS newest_result_on,
       coalesce((SELECT jsonb_agg(to_jsonb(s) - 'params_version' ORDER BY s.team_id COLLATE "C")
                 FROM oracle.team_params AS s WHERE s.params_version = p.params_version), '[]') AS teams
FROM oracle.params AS p
WHERE p.params_version = %(params_version)s
