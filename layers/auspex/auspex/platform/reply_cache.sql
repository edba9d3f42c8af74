-- name: find_cached_reply
SELECT status, body, age_seconds
FROM platform.find_cached_reply(%(account_id)s::text, %(fingerprint)s::text, %(at)s::timestamptz)

-- name: keep_reply
SELECT platform.keep_reply(
  %(account_id)s::text, %(fingerprint)s::text, %(status)s::smallint, %(body)s::text, %(at)s::timestamptz,
  %(expires_at)s::timestamptz)
