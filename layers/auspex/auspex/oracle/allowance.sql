-- name: read_allowance
SELECT plan, used, analyses_max, cooldown_until
FROM oracle.read_allowance(%(account_id)s, %(analyses_max)s, %(cooldown)s, %(at)s)
