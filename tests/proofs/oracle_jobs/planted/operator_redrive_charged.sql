-- Planted: what an operator had done again is charged to the owner of the job.
DO $do$
BEGIN
  EXECUTE replace(pg_get_functiondef('platform.unpaid_of_job'::regproc), ' FILTER (WHERE NOT u.price ? ''operator'')', '');
END $do$;
