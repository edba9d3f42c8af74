-- name: read_health
WITH samples AS (
  SELECT c.provider, c.at, c.ok, c.latency_ms FROM providers.checks AS c WHERE c.at > %(since)s
  UNION ALL
  SELECT k.provider, k.started_at, k.outcome = 'ok', k.latency_ms FROM providers.calls AS k
  WHERE k.started_at > %(since)s AND k.outcome <> 'request' AND k.purpose <> %(own_purpose)s
)
SELECT s.provider, count(x.provider)::integer AS samples, count(*) FILTER (WHERE NOT x.ok)::integer AS errors,
  percentile_disc(0.5) WITHIN GROUP (ORDER BY x.latency_ms) AS p50_ms,
  percentile_disc(0.95) WITHIN GROUP (ORDER BY x.latency_ms) AS p95_ms,
  count(*) FILTER (WHERE x.at > %(recent)s)::integer AS recent_samples,
  count(*) FILTER (WHERE x.at > %(recent)s AND NOT x.ok)::integer AS recent_errors
FROM providers.state AS s
LEFT JOIN samples AS x ON x.provider = s.provider
WHERE %(provider)s::text IS NULL OR s.provider = %(provider)s
GROUP BY s.provider, s.priority
ORDER BY s.priority

-- name: list_checks
SELECT c.at, c.kind, c.ok, c.latency_ms, c.class AS rule
FROM providers.checks AS c
WHERE c.provider = %(provider)s AND c.at > %(since)s
ORDER BY c.at DESC, c.id DESC LIMIT %(rows_max)s
