-- Planted: a redrive reserves the price of its units, whatever the quote still allows.
DO $do$
DECLARE body text := pg_get_functiondef('platform.reserve_again'::regproc);
BEGIN
  EXECUTE replace(body, 'due := least(due, job.quote - job.cost);', '');
END $do$;
