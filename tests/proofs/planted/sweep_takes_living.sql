-- Planted: the sweep gives back reservations of jobs that still run, once they are past their time.
DO $do$
DECLARE body text := pg_get_functiondef('platform.release_forgotten'::regproc);
BEGIN
  EXECUTE replace(replace(body, 'r.expires_at <= p_at', 'r.expires_at <= p_at + interval ''1 day'''),
                  'WHERE j.job_id = r.job_id AND j.status', 'WHERE false AND j.status');
END $do$;
