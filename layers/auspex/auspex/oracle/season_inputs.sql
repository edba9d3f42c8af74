-- name: find_competition
SELECT code, n_teams, tie_break, zones FROM oracle.competitions WHERE code = %(competition)s

-- name: list_season
SELECT m.home_id, h.name AS home, m.away_id, a.name AS away, m.match_date,
       CASE WHEN m.match_date < %(as_of)s THEN m.home_goals END AS home_goals,
       CASE WHEN m.match_date < %(as_of)s THEN m.away_goals END AS away_goals
FROM oracle.matches AS m
JOIN oracle.teams AS h ON h.team_id = m.home_id
JOIN oracle.teams AS a ON a.team_id = m.away_id
WHERE m.competition = %(competition)s AND m.season = %(season)s
ORDER BY m.match_date, m.match_id

-- name: count_results
SELECT count(*) AS results FROM oracle.matches
WHERE competition = %(competition)s AND status = 'finished' AND match_date < %(as_of)s

-- name: find_goals_version
SELECT params_version FROM oracle.params
WHERE competition = %(competition)s AND model = 'goals' AND status IN ('active', 'superseded')
  AND trained_through < %(as_of)s LIMIT 1
