-- name: acquire
SELECT state, provider, model, epoch, pinned_strictly, cooling, spent_micro_usd
FROM providers.acquire(%(candidates)s::jsonb, %(actor)s, %(reason)s, %(at)s)

-- name: record_failure
SELECT stale, counted, state, provider, epoch
FROM providers.record_failure(%(epoch)s, %(failure_class)s, %(started_at)s, %(cooldown_until)s, %(candidates)s::jsonb,
  %(actor)s, %(evidence)s::jsonb, %(at)s)

-- name: record_success
SELECT providers.record_success(%(epoch)s, %(actor)s, %(at)s) AS standing

-- name: accept_result
SELECT providers.accept_result(%(epoch)s, %(call_id)s, %(at)s) AS accepted

-- name: record_check
SELECT providers.record_check(%(provider)s, %(kind)s, %(ok)s, %(latency_ms)s, %(rule)s, %(epoch)s,
  %(candidates)s::jsonb, %(actor)s, %(at)s) AS consequence

-- name: return_to_better
SELECT providers.return_to_better(%(candidates)s::jsonb, %(actor)s, %(at)s) AS provider
