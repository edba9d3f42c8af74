-- One row per source spaces the requests of all functions. Run these autocommitted: the row's lock must not outlive the
-- statement. The clock is the database's: it is the one clock that all functions share.

-- name: take_slot
UPDATE oracle.source_budgets
SET next_slot_at = greatest(next_slot_at, clock_timestamp()) + %(spacing_seconds)s::double precision * interval '1 second'
WHERE source = %(source)s
  AND next_slot_at <= clock_timestamp() + %(wait_seconds_max)s::double precision * interval '1 second'
  AND coalesce(paused_until, '-infinity') <= clock_timestamp()
RETURNING greatest(0, extract(epoch FROM next_slot_at - clock_timestamp()) - %(spacing_seconds)s)::double precision AS wait_seconds

-- name: read_budget
SELECT greatest(0, extract(epoch FROM greatest(next_slot_at, coalesce(paused_until, '-infinity')) - clock_timestamp()))
         ::double precision AS wait_seconds,
       requests_remaining, requests_quota, quota_read_on
FROM oracle.source_budgets WHERE source = %(source)s

-- name: pause
UPDATE oracle.source_budgets
SET paused_until = greatest(coalesce(paused_until, '-infinity'),
                            clock_timestamp() + %(seconds)s::double precision * interval '1 second')
WHERE source = %(source)s

-- name: note_quota
UPDATE oracle.source_budgets
SET requests_remaining = %(remaining)s, requests_quota = %(quota)s, quota_read_on = %(day)s
WHERE source = %(source)s
