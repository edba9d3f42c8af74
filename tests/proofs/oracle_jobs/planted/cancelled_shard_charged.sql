-- Planted: a job that is cancelled pays its whole quote, the shards that nobody finished among it.
DO $do$
BEGIN
  EXECUTE replace(pg_get_functiondef('platform.settle_job'::regproc), 'least(platform.unpaid_of_job(NEW), held.tokens)',
                  'CASE NEW.status WHEN ''cancelled'' THEN held.tokens ELSE least(platform.unpaid_of_job(NEW), held.tokens) END');
END $do$;
