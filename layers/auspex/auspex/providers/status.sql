-- name: read_lease
SELECT l.state, l.provider, l.model, l.epoch, l.held_since, l.acquired_by, l.reason, l.audit_count,
  CASE WHEN l.pinned_until > %(at)s THEN l.pinned_until END AS pinned_until,
  l.pin_strict AND l.pinned_until > %(at)s AS pin_strict,
  CASE WHEN l.pinned_until > %(at)s THEN l.pinned_by END AS pinned_by,
  providers.next_after(coalesce(l.provider, l.last_provider), %(candidates)s::jsonb, %(at)s) AS next_provider
FROM providers.lease AS l

-- name: list_providers
SELECT s.provider, s.priority, s.consecutive_failures, cardinality(s.bad_times) AS consecutive_bad, s.trips_24h,
  s.total_failures, s.last_ok_at, s.last_error_at, s.cooldown_until, s.cooldown_kind,
  coalesce(s.cooldown_until > %(at)s, false) AS cooling,
  providers.is_eligible(s.provider, %(candidates)s::jsonb, %(at)s) AS eligible,
  providers.spent_micro_usd(s.provider, %(at)s) AS spent_micro_usd
FROM providers.state AS s
ORDER BY s.priority
