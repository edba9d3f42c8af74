-- name: admit
SELECT holder, key_id, key_sha256, mode, scopes, plan, balance, remaining, full_in, retry_in
FROM platform.admit(
  %(key_sha256)s::bytea, %(rate_class)s::text, %(emission)s::double precision, %(burst)s::integer, %(address)s::text,
  %(address_emission)s::double precision, %(address_burst)s::integer, %(at)s::timestamptz)
