-- name: list_fixtures
SELECT m.match_id, m.competition, m.season, m.match_date, m.kickoff, m.home_id, h.name AS home, m.away_id,
       a.name AS away, m.status
FROM oracle.matches AS m
JOIN oracle.teams AS h ON h.team_id = m.home_id
JOIN oracle.teams AS a ON a.team_id = m.away_id
WHERE (%(competition)s::text IS NULL OR m.competition = %(competition)s)
  AND m.match_date BETWEEN %(first)s AND %(last)s
  AND m.status = 'scheduled'
  AND (%(after_date)s::date IS NULL
       OR (m.match_date, m.match_id COLLATE "C") > (%(after_date)s, %(after_id)s::text COLLATE "C"))
ORDER BY m.match_date, m.match_id COLLATE "C"
LIMIT %(rows_max)s

-- name: list_prices
SELECT o.match_id, o.bookmaker, o.market, o.outcome, o.decimal_odds::double precision AS decimal_odds, o.seen_at
FROM oracle.odds AS o
WHERE o.match_id = ANY (%(match_ids)s) AND o.phase = 'early'
ORDER BY o.match_id, o.bookmaker, o.market, o.outcome

-- name: list_forecasts
SELECT DISTINCT ON (f.subject, f.model_version) f.prediction_id, f.subject, f.model_version, f.issued_at, f.payload
FROM oracle.list_forecasts_of(%(subjects)s) AS f
WHERE f.origin = 'live'
ORDER BY f.subject, f.model_version, f.issued_at DESC

-- name: find_backtest
SELECT f.prediction_id FROM oracle.list_forecasts_of(%(subjects)s) AS f WHERE f.origin = 'backtest' LIMIT 1
