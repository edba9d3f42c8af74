-- name: load_competitions
SELECT code, name, country, n_teams, tie_break, zones, source_code, odds_key FROM oracle.competitions ORDER BY code

-- name: list_aliases
SELECT a.competition, a.alias, a.team_id, t.name
FROM oracle.team_aliases AS a
JOIN oracle.teams AS t ON t.team_id = a.team_id
WHERE t.country = (SELECT c.country FROM oracle.competitions AS c WHERE c.code = %(competition)s)
ORDER BY a.competition <> %(competition)s, a.alias

-- name: insert_teams
INSERT INTO oracle.teams (team_id, name, country)
SELECT g.team_id, g.name, c.country
FROM jsonb_to_recordset(%(rows)s) AS g (team_id text, name text)
JOIN oracle.competitions AS c ON c.code = %(competition)s
ON CONFLICT DO NOTHING

-- name: insert_aliases
INSERT INTO oracle.team_aliases (competition, alias, team_id)
SELECT %(competition)s, g.alias, g.team_id FROM jsonb_to_recordset(%(rows)s) AS g (alias text, team_id text)
ON CONFLICT DO NOTHING

-- name: review_names
INSERT INTO oracle.team_reviews AS r (competition, name, source, nearest, first_seen_at, last_seen_at)
SELECT %(competition)s, g.name, %(source)s, g.nearest, %(at)s, %(at)s
FROM jsonb_to_recordset(%(rows)s) AS g (name text, nearest jsonb)
ON CONFLICT (competition, name) DO UPDATE SET
  nearest = excluded.nearest, last_seen_at = excluded.last_seen_at, closed_at = NULL

-- name: close_reviews
UPDATE oracle.team_reviews AS r SET closed_at = %(at)s
WHERE r.competition = %(competition)s AND r.closed_at IS NULL
  AND EXISTS (SELECT 1 FROM oracle.team_aliases AS a WHERE a.competition = r.competition AND a.alias = r.name)

-- name: upsert_matches
-- A fixture never takes a result back: what a file does not know stays as it is.
INSERT INTO oracle.matches AS m (
  match_id, competition, season, match_date, kickoff, home_id, away_id, home_goals, away_goals, ht_home, ht_away,
  home_sot, away_sot, home_shots, away_shots, home_corners, away_corners, home_red, away_red, status, source_file_id,
  result_seen_at, updated_at)
SELECT g.match_id, %(competition)s, g.season, g.match_date, g.kickoff, g.home_id, g.away_id, g.home_goals, g.away_goals,
       g.ht_home, g.ht_away, g.home_sot, g.away_sot, g.home_shots, g.away_shots, g.home_corners, g.away_corners,
       g.home_red, g.away_red,
       CASE WHEN g.home_goals IS NULL THEN 'scheduled' ELSE 'finished' END, %(source_file_id)s,
       CASE WHEN g.home_goals IS NULL THEN NULL ELSE %(at)s::timestamptz END, %(at)s
FROM jsonb_to_recordset(%(rows)s) AS g (
  match_id text, season text, match_date date, kickoff timestamptz, home_id text, away_id text, home_goals integer,
  away_goals integer, ht_home integer, ht_away integer, home_sot integer, away_sot integer,
  home_shots integer, away_shots integer, home_corners integer, away_corners integer, home_red integer, away_red integer)
ORDER BY g.match_id
ON CONFLICT (competition, season, home_id, away_id) DO UPDATE SET
  match_date = excluded.match_date,
  kickoff = coalesce(excluded.kickoff, CASE WHEN m.match_date = excluded.match_date THEN m.kickoff END),
  home_goals = excluded.home_goals, away_goals = excluded.away_goals,
  ht_home = coalesce(excluded.ht_home, m.ht_home), ht_away = coalesce(excluded.ht_away, m.ht_away),
  home_sot = coalesce(excluded.home_sot, m.home_sot), away_sot = coalesce(excluded.away_sot, m.away_sot),
  home_shots = coalesce(excluded.home_shots, m.home_shots), away_shots = coalesce(excluded.away_shots, m.away_shots),
  home_corners = coalesce(excluded.home_corners, m.home_corners), away_corners = coalesce(excluded.away_corners, m.away_corners),
  home_red = coalesce(excluded.home_red, m.home_red), away_red = coalesce(excluded.away_red, m.away_red),
  status = excluded.status, source_file_id = excluded.source_file_id,
  result_seen_at = CASE
    WHEN excluded.home_goals IS NULL THEN NULL
    WHEN (m.home_goals, m.away_goals) = (excluded.home_goals, excluded.away_goals) THEN m.result_seen_at
    ELSE excluded.result_seen_at END,
  updated_at = excluded.updated_at
WHERE (m.home_goals IS NULL OR excluded.home_goals IS NOT NULL)
  AND (m.match_date, m.home_goals, m.away_goals)
      IS DISTINCT FROM (excluded.match_date, excluded.home_goals, excluded.away_goals)
   OR (m.home_goals IS NULL OR excluded.home_goals IS NOT NULL)
  AND (coalesce(excluded.kickoff, m.kickoff), coalesce(excluded.ht_home, m.ht_home), coalesce(excluded.ht_away, m.ht_away),
       coalesce(excluded.home_sot, m.home_sot), coalesce(excluded.away_sot, m.away_sot),
       coalesce(excluded.home_shots, m.home_shots), coalesce(excluded.away_shots, m.away_shots),
       coalesce(excluded.home_corners, m.home_corners), coalesce(excluded.away_corners, m.away_corners),
       coalesce(excluded.home_red, m.home_red), coalesce(excluded.away_red, m.away_red))
      IS DISTINCT FROM (m.kickoff, m.ht_home, m.ht_away, m.home_sot, m.away_sot, m.home_shots, m.away_shots,
                        m.home_corners, m.away_corners, m.home_red, m.away_red)
RETURNING m.match_id, m.status, m.xmax <> 0 AS changed

-- name: upsert_odds
-- When odds were first seen at this price is what their age counts from.
INSERT INTO oracle.odds AS o (match_id, bookmaker, market, phase, outcome, decimal_odds, seen_at)
SELECT m.match_id, g.bookmaker, g.market, g.phase, g.outcome, g.decimal_odds, %(at)s
FROM jsonb_to_recordset(%(rows)s) AS g (
  match_id text, bookmaker text, market text, phase text, outcome text, decimal_odds numeric)
JOIN oracle.matches AS m ON m.match_id = g.match_id
ORDER BY m.match_id, g.bookmaker, g.market, g.phase, g.outcome
ON CONFLICT (match_id, bookmaker, market, phase, outcome) DO UPDATE SET
  decimal_odds = excluded.decimal_odds, seen_at = excluded.seen_at
WHERE o.decimal_odds <> excluded.decimal_odds

-- name: list_results_before
-- Results of earlier days alone: the only way a fit reads matches.
SELECT match_id, season, match_date, kickoff, home_id, away_id, home_goals, away_goals, home_sot, away_sot,
       home_shots, away_shots, home_corners, away_corners, home_red, away_red
FROM oracle.matches
WHERE competition = %(competition)s AND status = 'finished' AND match_date < %(day)s AND match_date >= %(since)s
ORDER BY match_date, match_id

-- name: list_field
SELECT team_id FROM (
  SELECT home_id AS team_id FROM oracle.matches WHERE competition = %(competition)s AND season = %(season)s
  UNION
  SELECT away_id FROM oracle.matches WHERE competition = %(competition)s AND season = %(season)s) AS f
ORDER BY team_id

-- name: list_upcoming
SELECT m.match_id, m.competition, m.season, m.match_date, m.kickoff, m.home_id, m.away_id, h.name AS home,
       a.name AS away, c.country
FROM oracle.matches AS m
JOIN oracle.competitions AS c ON c.code = m.competition
JOIN oracle.teams AS h ON h.team_id = m.home_id
JOIN oracle.teams AS a ON a.team_id = m.away_id
WHERE m.competition = %(competition)s AND m.status = 'scheduled'
  AND m.match_date BETWEEN %(first)s AND %(last)s
ORDER BY m.match_date, m.match_id

-- name: list_odds
SELECT o.match_id, o.bookmaker, o.market, o.phase, o.outcome, o.decimal_odds::double precision AS decimal_odds, o.seen_at
FROM oracle.odds AS o
WHERE o.match_id = ANY (%(match_ids)s) AND o.phase = %(phase)s
ORDER BY o.match_id, o.bookmaker, o.market, o.outcome

-- name: list_changed_results
-- Results, and corrections of results, of predicted matches that became known since an instant.
SELECT m.match_id, m.match_date, m.kickoff, m.home_goals, m.away_goals, m.result_seen_at
FROM oracle.matches AS m
WHERE m.status = 'finished' AND m.result_seen_at >= %(since)s
  AND 'oracle:' || m.match_id IN (
    SELECT p.subject FROM oracle.list_predicted(ARRAY(
      SELECT 'oracle:' || r.match_id FROM oracle.matches AS r
      WHERE r.status = 'finished' AND r.result_seen_at >= %(since)s)) AS p (subject))
ORDER BY m.match_id

-- name: find_fixture
SELECT m.match_id, m.season, m.match_date, m.kickoff, m.status
FROM oracle.matches AS m
WHERE m.competition = %(competition)s AND m.home_id = %(home_id)s AND m.away_id = %(away_id)s
  AND m.match_date = %(match_date)s
