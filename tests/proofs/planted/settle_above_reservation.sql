-- Planted: a job that ends pays for all that was ever delivered: what it paid before, and what the quote did not cover.
DO $do$
BEGIN
  EXECUTE replace(pg_get_functiondef('platform.settle_job'::regproc), 'least(platform.unpaid_of_job(NEW), held.tokens)',
                  'platform.unpaid_of_job(NEW)');
  EXECUTE replace(pg_get_functiondef('platform.unpaid_of_job'::regproc),
                  'sum(platform.tokens_of(u.price) - u.settled)', 'sum(platform.tokens_of(u.price))');
  EXECUTE replace(pg_get_functiondef('platform.settle'::regproc), 'IF p_tokens NOT BETWEEN 0 AND held.tokens THEN',
                  'IF false THEN');
  ALTER TABLE platform.reservations DROP CONSTRAINT reservations_check;
  ALTER TABLE platform.balances DROP CONSTRAINT balances_reserved_check;
END $do$;
