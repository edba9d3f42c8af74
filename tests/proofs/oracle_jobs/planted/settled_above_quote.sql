-- Planted: a job that ends pays one token more than its meter and its quote say.
DO $do$
BEGIN
  EXECUTE replace(pg_get_functiondef('platform.settle_job'::regproc), 'least(platform.unpaid_of_job(NEW), held.tokens)',
                  'held.tokens + 1');
  EXECUTE replace(pg_get_functiondef('platform.settle'::regproc), 'IF p_tokens NOT BETWEEN 0 AND held.tokens THEN',
                  'IF false THEN');
  ALTER TABLE platform.reservations DROP CONSTRAINT reservations_check;
  ALTER TABLE platform.balances DROP CONSTRAINT balances_reserved_check;
END $do$;
