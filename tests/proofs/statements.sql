-- What operations send, prepared once per session. The functions are the shipped ones; effects stand for a use case's row.

-- name: probe
SELECT available, reserved FROM platform.balances WHERE account_id = ANY ($1::text[]) ORDER BY account_id

-- name: effect
INSERT INTO proof.effects (account_id, request_key) VALUES ($1::text, $2::text) ON CONFLICT DO NOTHING

-- name: spend
SELECT charged, balance FROM platform.spend(
  $1::text, $2::text, $3::bigint, $4::interval, $5::boolean, $6::integer, $7::interval, 'POST /proof', $8::text,
  $9::timestamptz)

-- name: reserve
SELECT state, balance FROM platform.reserve(
  $1::text, $2::text, $3::bigint, NULL, $4::boolean, $5::integer, $6::interval, 'POST /proof', $7::text,
  $8::timestamptz, $9::timestamptz)

-- name: settle
SELECT platform.settle(r.reservation_id, $4::bigint, $5::timestamptz) FROM platform.reservations AS r
WHERE r.account_id = $1::text AND r.request_key = $2::text AND r.attempt = $3::integer

-- name: release
SELECT platform.release(r.reservation_id, $4::timestamptz) FROM platform.reservations AS r
WHERE r.account_id = $1::text AND r.request_key = $2::text AND r.attempt = $3::integer

-- name: create_job
SELECT job_id, created, balance FROM platform.create_job(
  $1::text, $2::text, 'proof.work', 'POST /proof/jobs', $3::text, $4::text, '{}'::jsonb, $5::text[], $6::text, NULL,
  $7::timestamptz, $8::timestamptz, $9::bigint, $10::jsonb, $11::jsonb, NULL, $12::boolean, $13::integer, $14::interval)

-- name: advance_unit
SELECT platform.advance_unit('proof.work', $1::text, 'work', $2::integer, NULL, $3::timestamptz)

-- name: expand_unit
SELECT platform.expand_unit($1::text, $2::text, $3::text[], $4::jsonb, $5::timestamptz)

-- name: finish_unit
SELECT platform.finish_unit('proof.work', $1::text, $2::text, $3::jsonb, NULL, $4::text[], $5::integer, $6::timestamptz)

-- name: cancel_job
SELECT platform.cancel_job($1::text, $2::text, $3::timestamptz)

-- name: lock_job
SELECT status, attempts FROM platform.jobs WHERE job_id = $1::text FOR UPDATE

-- name: reopen_missing
WITH missing AS (
  INSERT INTO proof.chosen (job_id, units)
  SELECT u.job_id, array_agg(u.unit_key ORDER BY u.unit_key) FROM platform.job_units AS u
  JOIN platform.jobs AS j ON j.job_id = u.job_id
  WHERE u.job_id = $1::text AND u.state IN ('failed', 'released') AND u.unit_key = ANY ($2::text[])
    AND j.status <> 'cancelled' GROUP BY u.job_id
  ON CONFLICT (job_id) DO UPDATE SET units = excluded.units RETURNING job_id, units
)
SELECT m.units, platform.reopen_units_of_job(m.job_id, m.units, $3::timestamptz, $4::timestamptz) FROM missing AS m

-- name: reserve_again
SELECT platform.reserve_again(job_id, units, $2::text, $3::timestamptz) FROM proof.chosen WHERE job_id = $1::text

-- name: forget_chosen
DELETE FROM proof.chosen WHERE job_id = $1::text

-- name: reopen_unit
SELECT platform.reopen_unit('proof.work', $1::text, $2::timestamptz, $3::timestamptz)

-- name: grant_tokens
SELECT made FROM platform.grant_tokens($1::text, $2::text, $3::text, $4::bigint, 'proof', NULL, NULL, $5::text,
                                       $6::timestamptz)

-- name: refund_tokens
SELECT r.made FROM platform.ledger_transactions AS t, LATERAL platform.refund_tokens(
  t.transaction_id, $3::text, $4::bigint, 'proof', NULL, NULL, $5::text, $6::timestamptz) AS r
WHERE t.account_id = $1::text AND t.request_key = $2::text

-- name: top_up
SELECT platform.top_up($1::text, $2::text, $3::integer, $4::text, $5::text, $6::timestamptz)

-- name: change_plan
UPDATE platform.accounts SET plan = $2::text WHERE account_id = $1::text

-- name: admit
SELECT holder, remaining, retry_in FROM platform.admit(
  $1::bytea, 'write', $2::float8, $3::integer, '192.0.2.1', 500, 1000000, $4::timestamptz)

-- name: release_forgotten
SELECT platform.release_forgotten(1000000, $1::timestamptz)

-- name: forget_expired
SELECT recent_charges FROM platform.forget_expired($1::timestamptz, 1000000, $2::timestamptz)
