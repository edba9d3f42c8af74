-- name: list_competitions
SELECT c.code, c.name, c.country, c.n_teams, c.tie_break, c.zones,
       coalesce((SELECT jsonb_agg(s.season ORDER BY s.season DESC)
                 FROM (SELECT DISTINCT m.season FROM oracle.matches AS m WHERE m.competition = c.code) AS s), '[]') AS seasons,
       (SELECT max(m.match_date) FROM oracle.matches AS m WHERE m.competition = c.code AND m.status = 'finished')
         AS last_result_on,
       coalesce((SELECT jsonb_object_agg(p.model, p.params_version) FROM oracle.params AS p
                 WHERE p.competition = c.code AND p.status = 'active'), '{}') AS params_versions,
       (SELECT max(f.fetched_at) FROM oracle.source_files AS f
        WHERE f.competition = c.code AND f.outcome IN ('stored', 'unchanged')) AS last_refreshed_at,
       coalesce((SELECT jsonb_agg(r.name ORDER BY r.name) FROM oracle.team_reviews AS r WHERE r.competition = c.code
                 AND r.closed_at IS NULL), '[]') AS names_under_review
FROM oracle.competitions AS c
WHERE %(after)s::text IS NULL OR c.code > %(after)s
ORDER BY c.code
LIMIT %(rows_max)s
