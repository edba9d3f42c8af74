-- name: list_teams
WITH versions AS (
  SELECT DISTINCT ON (p.competition, p.model) p.params_version, p.model, p.trained_through
  FROM oracle.params AS p
  WHERE p.status IN ('active', 'superseded')
    AND (%(competition)s::text IS NULL OR p.competition = %(competition)s)
    AND (%(as_of)s::date IS NULL OR p.trained_through < %(as_of)s)
  ORDER BY p.competition, p.model, p.trained_through DESC, p.created_at DESC, p.params_version DESC
)
SELECT t.team_id, t.name, t.country,
       ARRAY(SELECT DISTINCT a.competition FROM oracle.team_aliases AS a WHERE a.team_id = t.team_id ORDER BY 1)
         AS competitions,
       ARRAY(SELECT DISTINCT a.alias FROM oracle.team_aliases AS a WHERE a.team_id = t.team_id ORDER BY 1) AS aliases,
       e.elo, e.elo_sd, g.attack, g.attack_sd, g.defence, g.defence_sd,
       coalesce(greatest(e.matches, g.matches), 0) AS matches, greatest(e.trained_through, g.trained_through) AS rated_on
FROM oracle.teams AS t
LEFT JOIN LATERAL (
  SELECT s.elo, s.elo_sd, s.matches, v.trained_through FROM versions AS v
  JOIN oracle.team_params AS s ON s.params_version = v.params_version AND s.team_id = t.team_id
  WHERE v.model = 'elo' ORDER BY v.trained_through DESC LIMIT 1) AS e ON true
LEFT JOIN LATERAL (
  SELECT s.attack, s.attack_sd, s.defence, s.defence_sd, s.matches, v.trained_through FROM versions AS v
  JOIN oracle.team_params AS s ON s.params_version = v.params_version AND s.team_id = t.team_id
  WHERE v.model = 'goals' ORDER BY v.trained_through DESC LIMIT 1) AS g ON true
WHERE (%(team_id)s::text IS NULL OR t.team_id = %(team_id)s)
  AND (%(competition)s::text IS NULL OR EXISTS (
    SELECT 1 FROM oracle.team_aliases AS a WHERE a.team_id = t.team_id AND a.competition = %(competition)s))
  AND (%(q)s::text IS NULL OR EXISTS (
    SELECT 1 FROM oracle.team_aliases AS a
    WHERE a.team_id = t.team_id AND strpos(lower(a.alias), lower(%(q)s)) > 0))
  AND (%(after)s::text IS NULL OR t.team_id > %(after)s COLLATE "C")
ORDER BY t.team_id COLLATE "C"
LIMIT %(rows_max)s

-- name: list_history
-- The newest version of each day, one row a day, the latest first.
SELECT h.trained_through AS day, max(h.elo) AS elo, max(h.attack) AS attack, max(h.defence) AS defence
FROM (
  SELECT DISTINCT ON (p.competition, p.model, p.trained_through) p.trained_through, s.elo, s.attack, s.defence
  FROM oracle.team_params AS s
  JOIN oracle.params AS p ON p.params_version = s.params_version
  WHERE s.team_id = %(team_id)s AND (%(as_of)s::date IS NULL OR p.trained_through < %(as_of)s)
  ORDER BY p.competition, p.model, p.trained_through DESC, p.created_at DESC
) AS h
GROUP BY h.trained_through
ORDER BY h.trained_through DESC
LIMIT %(rows_max)s
