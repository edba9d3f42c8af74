-- Planted: a meter that rounds each unit's items for itself, so that the cost depends on how the work was cut.
DO $do$
DECLARE body text := pg_get_functiondef('platform.unpaid_of_job'::regproc);
BEGIN
  EXECUTE regexp_replace(body, 'ELSE greatest\(.*- p_job\.cost, 0\) END',
    'ELSE greatest(coalesce(sum(platform.metered_tokens(p_job.meter, u.items::bigint))
      FILTER (WHERE NOT u.price ? ''operator''), 0)::bigint - p_job.cost, 0) END');
END $do$;
