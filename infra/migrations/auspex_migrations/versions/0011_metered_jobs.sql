-- Jobs that say where their result is read, and jobs whose price is counted in delivered items:
-- {"base": 1, "tokens": 3, "per": 10} is one token as soon as there is an
-- item, and three more for every ten of them, rounded down over the whole job and not unit by unit.

ALTER TABLE platform.jobs ADD COLUMN meter jsonb
  CHECK ((meter ->> 'base')::bigint >= 0 AND (meter ->> 'tokens')::bigint >= 0 AND (meter ->> 'per')::bigint > 0);
COMMENT ON COLUMN platform.jobs.meter IS 'How delivered items are priced; NULL: units have prices of their own';
ALTER TABLE platform.jobs ADD COLUMN result_path text CHECK (result_path LIKE '/v1/%');
COMMENT ON COLUMN platform.jobs.result_path IS 'Where the result is read; NULL: units say it themselves';
ALTER TABLE platform.job_units ADD COLUMN items integer NOT NULL DEFAULT 0 CHECK (items >= 0);
COMMENT ON COLUMN platform.job_units.items IS 'What a finished unit delivered, counted by the meter of its job';

CREATE FUNCTION platform.metered_tokens(p_meter jsonb, p_items bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
  SELECT CASE WHEN p_items > 0
    THEN (p_meter ->> 'base')::bigint + p_items * (p_meter ->> 'tokens')::bigint / (p_meter ->> 'per')::bigint ELSE 0 END
$$;

-- What a job owes for the units that succeeded, beyond what it has paid. What an operator began again is nobody's cost.
CREATE FUNCTION platform.unpaid_of_job(p_job platform.jobs) RETURNS bigint
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT CASE WHEN p_job.meter IS NULL
    THEN coalesce(sum(platform.tokens_of(u.price) - u.settled), 0)::bigint
    ELSE greatest(platform.metered_tokens(
      p_job.meter, coalesce(sum(u.items) FILTER (WHERE NOT u.price ? 'operator'), 0)) - p_job.cost, 0) END
  FROM platform.job_units AS u WHERE u.job_id = p_job.job_id AND u.state = 'succeeded'
$$;

-- As before, with the meter.
CREATE OR REPLACE FUNCTION platform.settle_job() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held platform.reservations; due bigint; ended timestamptz := coalesce(NEW.finished_at, NEW.progressed_at);
BEGIN
  SELECT * INTO held FROM platform.reservations WHERE job_id = NEW.job_id AND closed_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  due := least(platform.unpaid_of_job(NEW), held.tokens);
  IF due = 0 AND NEW.status = 'failed' THEN
    PERFORM platform.release(held.reservation_id, ended);
  ELSE
    PERFORM platform.settle(held.reservation_id, due, ended);
  END IF;
  UPDATE platform.job_units AS u SET settled = platform.tokens_of(u.price)
    WHERE u.job_id = NEW.job_id AND u.state = 'succeeded';
  UPDATE platform.jobs SET cost = cost + due WHERE job_id = NEW.job_id;
  RETURN NULL;
END $$;

-- As the form without a meter and a place of the result (`{job_id}` in it becomes the job's).
CREATE FUNCTION platform.create_job(
  p_job_id text, p_account_id text, p_kind text, p_route text, p_idempotency_key text, p_request_sha256 text,
  p_request jsonb, p_units text[], p_request_id text, p_traceparent text, p_at timestamptz, p_expires_at timestamptz,
  p_quote bigint, p_prices jsonb, p_meter jsonb, p_result_path text,
  p_is_analysis boolean, p_analyses_max integer, p_cooldown interval)
RETURNS TABLE (job_id text, created boolean, same_request boolean, balance bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE job record;
BEGIN
  SELECT * INTO job FROM platform.create_job(
    p_job_id, p_account_id, p_kind, p_route, p_idempotency_key, p_request_sha256, p_request, p_units, p_request_id,
    p_traceparent, p_at, p_expires_at, p_quote, p_prices, p_is_analysis, p_analyses_max, p_cooldown);
  IF job.created AND (p_meter IS NOT NULL OR p_result_path IS NOT NULL) THEN
    UPDATE platform.jobs SET meter = p_meter, result_path = replace(p_result_path, '{job_id}', p_job_id)
      WHERE job_id = p_job_id;
  END IF;
  RETURN QUERY SELECT job.job_id::text, job.created::boolean, job.same_request::boolean, job.balance::bigint;
END $$;

-- As the form without items: `p_items` is what this unit delivered. The first result counts.
CREATE FUNCTION platform.finish_unit(
  p_kind text, p_unit_key text, p_state text, p_problem jsonb, p_result jsonb, p_undelivered text[], p_items integer,
  p_at timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF p_items > 0 AND p_state = 'succeeded' THEN
    PERFORM 1 FROM platform.jobs AS j WHERE j.status IN ('queued', 'running') AND EXISTS (
        SELECT 1 FROM platform.job_units AS u
        WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running'))
      ORDER BY j.job_id FOR UPDATE OF j;
    UPDATE platform.job_units AS u SET items = p_items
      FROM platform.jobs AS j WHERE j.job_id = u.job_id AND j.status IN ('queued', 'running')
        AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running');
  END IF;
  RETURN platform.finish_unit(p_kind, p_unit_key, p_state, p_problem, p_result, p_undelivered, p_at);
END $$;

-- As before, whatever the order of several releases: the open reservation that came after this one forgets it too, so that
-- its own release does not bring back the time of an analysis that counts for nothing.
CREATE OR REPLACE FUNCTION platform.release(p_reservation_id text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held platform.reservations;
BEGIN
  SELECT * INTO held FROM platform.reservations WHERE reservation_id = p_reservation_id;
  PERFORM 1 FROM platform.balances WHERE account_id = held.account_id FOR UPDATE;
  SELECT * INTO held FROM platform.reservations WHERE reservation_id = p_reservation_id FOR UPDATE;
  IF NOT FOUND OR held.closed_at IS NOT NULL THEN RETURN; END IF;
  PERFORM platform.settle(p_reservation_id, 0, p_at);
  IF held.is_analysis THEN
    UPDATE platform.reservations SET last_analysis_at = held.last_analysis_at
      WHERE account_id = held.account_id AND closed_at IS NULL AND is_analysis AND last_analysis_at = held.opened_at;
    UPDATE platform.allowances AS a SET
      used = CASE WHEN a.day = (held.opened_at AT TIME ZONE 'UTC')::date THEN greatest(a.used - 1, 0) ELSE a.used END,
      last_at = CASE WHEN a.last_at = held.opened_at THEN held.last_analysis_at ELSE a.last_at END
    WHERE a.account_id = held.account_id
      AND EXISTS (SELECT 1 FROM platform.accounts AS c WHERE c.account_id = a.account_id AND c.plan = 'free');
  END IF;
END $$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA platform FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  platform.create_job(text, text, text, text, text, text, jsonb, text[], text, text, timestamptz, timestamptz, bigint,
                      jsonb, jsonb, text, boolean, integer, interval),
  platform.finish_unit(text, text, text, jsonb, jsonb, text[], integer, timestamptz)
  TO auspex_platform, auspex_filings;
