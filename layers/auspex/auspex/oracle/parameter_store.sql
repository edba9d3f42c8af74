-- name: find_params
-- The sole reader of parameters: a forecast for a day uses a version trained on earlier days, whatever else is stored.
SELECT p.params_version, p.competition, p.model, p.trained_through, p.hyper, p.fit, p.thresholds, p.status, p.created_at,
       s.dim, s.factor
FROM oracle.params AS p
LEFT JOIN oracle.posteriors AS s ON s.params_version = p.params_version
WHERE p.competition = %(competition)s AND p.model = %(model)s AND p.status IN ('active', 'superseded')
  AND p.trained_through < %(as_of)s
ORDER BY p.trained_through DESC, p.created_at DESC, p.params_version DESC
LIMIT 1

-- name: list_team_params
SELECT team_id, elo, elo_sd, attack, defence, matches
FROM oracle.team_params WHERE params_version = %(params_version)s ORDER BY team_id COLLATE "C"

-- name: supersede
UPDATE oracle.params SET status = 'superseded'
WHERE competition = %(competition)s AND model = %(model)s AND status = 'active' AND params_version <> %(params_version)s

-- name: insert_params
-- A version that stands already says the same: its text ends in the hash of what it says.
INSERT INTO oracle.params AS p (
  params_version, competition, model, trained_through, hyper, fit, thresholds, status, created_at, sha256)
VALUES (%(params_version)s, %(competition)s, %(model)s, %(trained_through)s, %(hyper)s, %(fit)s, %(thresholds)s,
        %(status)s, %(at)s, %(sha256)s)
ON CONFLICT (params_version) DO UPDATE SET status = excluded.status
  WHERE p.status = 'superseded' AND excluded.status = 'active'

-- name: insert_team_params
INSERT INTO oracle.team_params (
  params_version, team_id, elo, elo_sd, attack, defence, attack_sd, defence_sd, matches)
SELECT %(params_version)s, g.team_id, g.elo, g.elo_sd, g.attack, g.defence, g.attack_sd, g.defence_sd, g.matches
FROM jsonb_to_recordset(%(rows)s) AS g (
  team_id text, elo double precision, elo_sd double precision, attack double precision, defence double precision,
  attack_sd double precision, defence_sd double precision, matches integer)
ON CONFLICT DO NOTHING

-- name: insert_posterior
INSERT INTO oracle.posteriors (params_version, dim, factor) VALUES (%(params_version)s, %(dim)s, %(factor)s)
ON CONFLICT DO NOTHING

-- name: newest_attempt
-- When a competition was last fitted, served or failed, and what changed in its results since the start of that.
SELECT max(p.created_at) AS fitted_at FROM oracle.params AS p WHERE p.competition = %(competition)s AND p.model = %(model)s

-- name: newest_change
SELECT max(m.updated_at) AS changed_at, max(m.match_date) AS newest_on, count(*)::integer AS matches
FROM oracle.matches AS m
WHERE m.competition = %(competition)s AND m.status = 'finished' AND m.match_date < %(day)s
