-- name: release_forgotten
SELECT platform.release_forgotten(%(rows_max)s::integer, %(at)s::timestamptz) AS released

-- name: forget_expired
SELECT cached_replies, rate_buckets, recent_charges
FROM platform.forget_expired(%(charged_before)s::timestamptz, %(rows_max)s::integer, %(at)s::timestamptz)

-- name: reconcile
SELECT accounts, transactions, differences FROM platform.reconcile(%(at)s::timestamptz)
