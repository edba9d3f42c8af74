-- Planted: the day's last analysis is given once more.
DO $do$
DECLARE body text := pg_get_functiondef('platform.take_allowance'::regproc);
BEGIN
  EXECUTE replace(body, '(a.day < excluded.day OR a.used < p_analyses_max)', '(a.day < excluded.day OR a.used <= p_analyses_max)');
END $do$;
