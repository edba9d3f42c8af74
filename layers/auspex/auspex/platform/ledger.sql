-- name: spend
SELECT charged, balance FROM platform.spend(
  %(account_id)s::text, %(request_key)s::text, %(tokens)s::bigint, %(known_for)s::interval, %(is_analysis)s::boolean,
  %(analyses_max)s::integer, %(cooldown)s::interval, %(route)s::text, %(request_id)s::text, %(at)s::timestamptz)

-- name: reserve
SELECT reservation_id, state, balance FROM platform.reserve(
  %(account_id)s::text, %(request_key)s::text, %(tokens)s::bigint, NULL, %(is_analysis)s::boolean,
  %(analyses_max)s::integer, %(cooldown)s::interval, %(route)s::text, %(request_id)s::text,
  %(expires_at)s::timestamptz, %(at)s::timestamptz)

-- name: settle
SELECT platform.settle(%(reservation_id)s::text, %(tokens)s::bigint, %(at)s::timestamptz) AS settled

-- name: release
SELECT platform.release(%(reservation_id)s::text, %(at)s::timestamptz)
