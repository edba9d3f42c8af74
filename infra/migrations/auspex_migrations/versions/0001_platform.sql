-- Platform: accounts and keys, jobs with units, delivery (outbox, marks, failures, dead letters), schedule runs.
-- Products hold no right on these tables except INSERT on the outbox; everything else goes through the functions below.

CREATE SCHEMA platform;
GRANT USAGE ON SCHEMA platform TO auspex_platform, auspex_filings;

CREATE TABLE platform.accounts (
  account_id text PRIMARY KEY CHECK (account_id ~ '^acct_[0-9A-HJKMNP-TV-Z]{26}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  plan text NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'prepaid', 'premium')),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
  created_at timestamptz NOT NULL
);

CREATE TABLE platform.api_keys (
  key_id text PRIMARY KEY CHECK (key_id ~ '^key_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  key_sha256 bytea NOT NULL UNIQUE CHECK (length(key_sha256) = 32),
  mode text NOT NULL CHECK (mode IN ('live', 'test')),
  name text NOT NULL DEFAULT '',
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_keys_by_account ON platform.api_keys (account_id);

CREATE TABLE platform.jobs (
  job_id text PRIMARY KEY CHECK (job_id ~ '^job_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  kind text NOT NULL,
  route text NOT NULL,
  idempotency_key text,
  request_sha256 text NOT NULL,
  request jsonb NOT NULL,
  status text NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired')),
  stage text NOT NULL DEFAULT 'queued',
  progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  units_total integer NOT NULL DEFAULT 0,
  units_done integer NOT NULL DEFAULT 0,
  units_failed integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  waiting_on text,
  problem jsonb,
  result jsonb,
  request_id text NOT NULL,
  traceparent text,
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  progressed_at timestamptz NOT NULL,
  finished_at timestamptz,
  expires_at timestamptz NOT NULL,
  UNIQUE NULLS DISTINCT (account_id, route, idempotency_key)
);
CREATE INDEX jobs_by_account ON platform.jobs (account_id, job_id DESC);
CREATE INDEX jobs_overdue ON platform.jobs (expires_at) WHERE status IN ('queued', 'running');

CREATE TABLE platform.job_units (
  job_id text NOT NULL REFERENCES platform.jobs ON DELETE CASCADE,
  unit_key text NOT NULL,
  kind text NOT NULL,
  state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'released')),
  progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  problem jsonb,
  result jsonb,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (job_id, unit_key)
);
CREATE INDEX job_units_alive ON platform.job_units (kind, unit_key) WHERE state IN ('queued', 'running');

CREATE TABLE platform.job_events (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text NOT NULL REFERENCES platform.jobs ON DELETE CASCADE,
  at timestamptz NOT NULL,
  event text NOT NULL,
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX job_events_by_job ON platform.job_events (job_id, event_id);

CREATE TABLE platform.outbox (
  outbox_id text PRIMARY KEY,
  queue text NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL,
  deliver_after timestamptz NOT NULL,
  sent_at timestamptz
);
CREATE INDEX outbox_unsent ON platform.outbox (deliver_after) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent ON platform.outbox (sent_at) WHERE sent_at IS NOT NULL;

CREATE TABLE platform.delivery_marks (
  stage text NOT NULL,
  dedup_key text NOT NULL,
  marked_at timestamptz NOT NULL,
  PRIMARY KEY (stage, dedup_key)
);

CREATE TABLE platform.delivery_failures (
  failure_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stage text NOT NULL,
  queue text NOT NULL,
  message_id text NOT NULL,
  attempt integer NOT NULL,
  node text,
  error_type text NOT NULL,
  error text NOT NULL,
  job_id text,
  failed_at timestamptz NOT NULL
);
CREATE INDEX delivery_failures_by_message ON platform.delivery_failures (queue, message_id, attempt DESC);
CREATE INDEX delivery_failures_recent ON platform.delivery_failures (failed_at DESC);

CREATE TABLE platform.dead_letters (
  dead_letter_id text PRIMARY KEY,
  queue text NOT NULL,
  message_id text NOT NULL,
  stage text NOT NULL,
  node text,
  reason text NOT NULL,
  error text NOT NULL,
  body text NOT NULL,
  attempts integer NOT NULL,
  job_id text,
  account_id text,
  request_id text,
  dead_at timestamptz NOT NULL,
  redriven_at timestamptz,
  UNIQUE (queue, message_id)
);
CREATE INDEX dead_letters_recent ON platform.dead_letters (dead_at DESC);

CREATE TABLE platform.schedule_runs (
  schedule text NOT NULL,
  scheduled_at timestamptz NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  outcome text CHECK (outcome IN ('succeeded', 'failed')),
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (schedule, scheduled_at)
);

-- Who holds this key at this instant: no row for unknown, expired and revoked keys and suspended accounts.
CREATE FUNCTION platform.authenticate(p_key_sha256 bytea, p_at timestamptz)
RETURNS TABLE (account_id text, key_id text, key_sha256 bytea, mode text, scopes text[], plan text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT k.account_id, k.key_id, k.key_sha256, k.mode, k.scopes, a.plan
  FROM platform.api_keys AS k
  JOIN platform.accounts AS a ON a.account_id = k.account_id
  WHERE k.key_sha256 = p_key_sha256
    AND a.status = 'active'
    AND (k.expires_at IS NULL OR k.expires_at > p_at)
    AND (k.revoked_at IS NULL OR k.revoked_at > p_at)
$$;

-- Make the job once per (account, route, idempotency key); a twin gets the first one's id back with created = false.
CREATE FUNCTION platform.create_job(
  p_job_id text, p_account_id text, p_kind text, p_route text, p_idempotency_key text, p_request_sha256 text,
  p_request jsonb, p_units text[], p_request_id text, p_traceparent text, p_at timestamptz, p_expires_at timestamptz)
RETURNS TABLE (job_id text, created boolean, same_request boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE inserted text;
BEGIN
  INSERT INTO platform.jobs (job_id, account_id, kind, route, idempotency_key, request_sha256, request, units_total,
                             request_id, traceparent, created_at, progressed_at, expires_at)
  VALUES (p_job_id, p_account_id, p_kind, p_route, p_idempotency_key, p_request_sha256, p_request,
          cardinality(p_units), p_request_id, p_traceparent, p_at, p_at, p_expires_at)
  ON CONFLICT (account_id, route, idempotency_key) DO NOTHING
  RETURNING jobs.job_id INTO inserted;
  IF inserted IS NULL THEN
    RETURN QUERY SELECT j.job_id, false, j.request_sha256 = p_request_sha256 FROM platform.jobs AS j
      WHERE j.account_id = p_account_id AND j.route = p_route AND j.idempotency_key = p_idempotency_key;
    RETURN;
  END IF;
  INSERT INTO platform.job_units (job_id, unit_key, kind, created_at)
    SELECT p_job_id, u, p_kind, p_at FROM unnest(p_units) AS u;
  INSERT INTO platform.job_events (job_id, at, event) VALUES (p_job_id, p_at, 'queued');
  RETURN QUERY SELECT p_job_id, true, true;
END $$;

-- Recompute a job from its units; the only place where a job becomes terminal by its work.
CREATE FUNCTION platform.refresh_job(p_job_id text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job platform.jobs; total integer; done integer; failed integer; average integer; first_problem jsonb;
BEGIN
  SELECT * INTO job FROM platform.jobs WHERE job_id = p_job_id FOR UPDATE;
  IF NOT FOUND OR job.status NOT IN ('queued', 'running') THEN RETURN; END IF;
  SELECT count(*), count(*) FILTER (WHERE state = 'succeeded'), count(*) FILTER (WHERE state IN ('failed', 'released')),
         coalesce(floor(avg(CASE WHEN state IN ('queued', 'running') THEN progress ELSE 100 END)), 0)
    INTO total, done, failed, average FROM platform.job_units WHERE job_id = p_job_id;
  SELECT u.problem INTO first_problem FROM platform.job_units AS u
    WHERE u.job_id = p_job_id AND u.problem IS NOT NULL ORDER BY u.finished_at, u.unit_key LIMIT 1;
  UPDATE platform.jobs SET
    units_total = total, units_done = done, units_failed = failed, progressed_at = p_at,
    started_at = coalesce(started_at, p_at),
    progress = greatest(progress, CASE WHEN done + failed < total THEN least(average, 99) ELSE 100 END),
    status = CASE WHEN done + failed < total THEN 'running' WHEN done > 0 THEN 'succeeded' ELSE 'failed' END,
    stage = CASE WHEN done + failed < total THEN stage ELSE 'finished' END,
    waiting_on = CASE WHEN done + failed < total THEN waiting_on END,
    problem = CASE WHEN done + failed = total AND done = 0 THEN first_problem ELSE problem END,
    finished_at = CASE WHEN done + failed < total THEN NULL ELSE p_at END
  WHERE job_id = p_job_id;
  IF done + failed = total THEN
    INSERT INTO platform.job_events (job_id, at, event, detail)
    VALUES (p_job_id, p_at, CASE WHEN done > 0 THEN 'succeeded' ELSE 'failed' END,
            jsonb_build_object('units_done', done, 'units_failed', failed));
  END IF;
END $$;

-- Replace a placeholder unit by the units it turned out to be (a scan by its accessions), in one step.
CREATE FUNCTION platform.expand_unit(p_job_id text, p_unit_key text, p_units text[], p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM platform.jobs WHERE job_id = p_job_id FOR UPDATE;
  INSERT INTO platform.job_units (job_id, unit_key, kind, created_at)
    SELECT p_job_id, u, j.kind, p_at FROM unnest(p_units) AS u, platform.jobs AS j WHERE j.job_id = p_job_id
    ON CONFLICT (job_id, unit_key) DO NOTHING;
  UPDATE platform.job_units SET state = 'succeeded', progress = 100, finished_at = p_at,
    result = jsonb_build_object('detected', to_jsonb(p_units))
    WHERE job_id = p_job_id AND unit_key = p_unit_key AND state IN ('queued', 'running');
  INSERT INTO platform.job_events (job_id, at, event, detail)
    VALUES (p_job_id, p_at, 'detected', jsonb_build_object('unit', p_unit_key, 'units', to_jsonb(p_units)));
  PERFORM platform.refresh_job(p_job_id, p_at);
END $$;

-- Report work on a unit to every live job that waits for it: shared work is done once and seen by all.
CREATE FUNCTION platform.advance_unit(
  p_kind text, p_unit_key text, p_stage text, p_progress integer, p_waiting_on text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job text; was text;
BEGIN
  FOR job, was IN
    SELECT j.job_id, j.stage FROM platform.jobs AS j
    WHERE j.status IN ('queued', 'running') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running'))
    ORDER BY j.job_id FOR UPDATE OF j
  LOOP
    UPDATE platform.job_units SET state = 'running', progress = greatest(progress, least(p_progress, 99))
      WHERE job_id = job AND unit_key = p_unit_key;
    UPDATE platform.jobs SET stage = p_stage, waiting_on = p_waiting_on WHERE job_id = job;
    IF was IS DISTINCT FROM p_stage THEN
      INSERT INTO platform.job_events (job_id, at, event, detail)
      VALUES (job, p_at, 'stage', jsonb_build_object('stage', p_stage, 'unit', p_unit_key));
    END IF;
    PERFORM platform.refresh_job(job, p_at);
  END LOOP;
END $$;

-- End a unit in every live job that waits for it.
CREATE FUNCTION platform.finish_unit(
  p_kind text, p_unit_key text, p_state text, p_problem jsonb, p_result jsonb, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job text; ended integer := 0;
BEGIN
  FOR job IN
    SELECT j.job_id FROM platform.jobs AS j
    WHERE j.status IN ('queued', 'running') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running'))
    ORDER BY j.job_id FOR UPDATE OF j
  LOOP
    UPDATE platform.job_units SET state = p_state, progress = 100, problem = p_problem, result = p_result,
      finished_at = p_at WHERE job_id = job AND unit_key = p_unit_key;
    PERFORM platform.refresh_job(job, p_at);
    ended := ended + 1;
  END LOOP;
  RETURN ended;
END $$;

-- Put the failed and released units of a finished job back to work, with a line in its timeline.
CREATE FUNCTION platform.reopen_unit(p_kind text, p_unit_key text, p_at timestamptz, p_expires_at timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job text; reopened integer := 0;
BEGIN
  FOR job IN
    SELECT j.job_id FROM platform.jobs AS j WHERE j.status IN ('queued', 'running', 'failed', 'succeeded') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state = 'failed')
    ORDER BY j.job_id FOR UPDATE OF j
  LOOP
    UPDATE platform.job_units SET state = 'queued', problem = NULL, finished_at = NULL
      WHERE job_id = job AND unit_key = p_unit_key;
    UPDATE platform.jobs SET status = 'running', problem = NULL, finished_at = NULL, expires_at = p_expires_at,
      attempts = attempts + 1 WHERE job_id = job;
    INSERT INTO platform.job_events (job_id, at, event, detail)
      VALUES (job, p_at, 'redriven', jsonb_build_object('unit', p_unit_key));
    PERFORM platform.refresh_job(job, p_at);
    reopened := reopened + 1;
  END LOOP;
  RETURN reopened;
END $$;

-- One job of this account with its timeline and units; no row for another account's.
CREATE FUNCTION platform.read_job(p_account_id text, p_job_id text)
RETURNS TABLE (job jsonb, units jsonb, timeline jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT to_jsonb(j),
    coalesce((SELECT jsonb_agg(to_jsonb(u) ORDER BY u.created_at, u.unit_key)
              FROM platform.job_units AS u WHERE u.job_id = j.job_id), '[]'),
    coalesce((SELECT jsonb_agg(jsonb_build_object('at', e.at, 'event', e.event, 'detail', e.detail) ORDER BY e.event_id)
              FROM platform.job_events AS e WHERE e.job_id = j.job_id), '[]')
  FROM platform.jobs AS j WHERE j.job_id = p_job_id AND j.account_id = p_account_id
$$;

-- A page of an account's jobs, newest first, before a job id.
CREATE FUNCTION platform.list_jobs(p_account_id text, p_kind text, p_before text, p_rows_max integer)
RETURNS TABLE (job jsonb, units jsonb, timeline jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT r.job, r.units, r.timeline
  FROM (SELECT job_id FROM platform.jobs
        WHERE account_id = p_account_id AND (p_kind IS NULL OR kind = p_kind) AND (p_before IS NULL OR job_id < p_before)
        ORDER BY job_id DESC LIMIT p_rows_max) AS j,
    LATERAL platform.read_job(p_account_id, j.job_id) AS r
  ORDER BY j.job_id DESC
$$;

-- True for the first delivery of a message to a stage, false for every later one.
CREATE FUNCTION platform.mark_delivery(p_stage text, p_dedup_key text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO platform.delivery_marks VALUES (p_stage, p_dedup_key, p_at) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

CREATE FUNCTION platform.is_marked(p_stage text, p_dedup_key text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (SELECT 1 FROM platform.delivery_marks WHERE stage = p_stage AND dedup_key = p_dedup_key)
$$;

CREATE FUNCTION platform.mark_outbox_sent(p_outbox_ids text[], p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  UPDATE platform.outbox SET sent_at = p_at WHERE outbox_id = ANY (p_outbox_ids) AND sent_at IS NULL
$$;

CREATE FUNCTION platform.record_failure(
  p_stage text, p_queue text, p_message_id text, p_attempt integer, p_node text, p_error_type text, p_error text,
  p_job_id text, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  INSERT INTO platform.delivery_failures
    (stage, queue, message_id, attempt, node, error_type, error, job_id, failed_at)
  VALUES (p_stage, p_queue, p_message_id, p_attempt, p_node, p_error_type, left(p_error, 4000), p_job_id, p_at)
$$;

-- Keep a message nobody could process; false when it is kept already.
CREATE FUNCTION platform.store_dead_letter(
  p_dead_letter_id text, p_queue text, p_message_id text, p_stage text, p_node text, p_reason text, p_error text,
  p_body text, p_attempts integer, p_job_id text, p_account_id text, p_request_id text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO platform.dead_letters (dead_letter_id, queue, message_id, stage, node, reason, error, body, attempts,
                                     job_id, account_id, request_id, dead_at)
  VALUES (p_dead_letter_id, p_queue, p_message_id, p_stage, p_node, p_reason, left(p_error, 4000), p_body, p_attempts,
          p_job_id, p_account_id, p_request_id, p_at)
  ON CONFLICT (queue, message_id) DO NOTHING;
  RETURN FOUND;
END $$;

CREATE FUNCTION platform.begin_schedule_run(p_schedule text, p_scheduled_at timestamptz, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO platform.schedule_runs AS r (schedule, scheduled_at, started_at) VALUES (p_schedule, p_scheduled_at, p_at)
  ON CONFLICT (schedule, scheduled_at) DO UPDATE SET started_at = p_at WHERE r.outcome IS DISTINCT FROM 'succeeded';
  RETURN FOUND;
END $$;

CREATE FUNCTION platform.end_schedule_run(
  p_schedule text, p_scheduled_at timestamptz, p_outcome text, p_detail jsonb, p_at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  UPDATE platform.schedule_runs SET finished_at = p_at, outcome = p_outcome, detail = p_detail
  WHERE schedule = p_schedule AND scheduled_at = p_scheduled_at
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA platform FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA platform TO auspex_platform;
GRANT EXECUTE ON FUNCTION
  platform.authenticate, platform.create_job, platform.expand_unit, platform.advance_unit, platform.finish_unit,
  platform.read_job, platform.list_jobs, platform.mark_delivery, platform.is_marked, platform.mark_outbox_sent, platform.record_failure,
  platform.store_dead_letter, platform.begin_schedule_run, platform.end_schedule_run
  TO auspex_filings;
GRANT INSERT ON platform.outbox TO auspex_filings;
GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA platform TO auspex_platform;
GRANT UPDATE ON platform.accounts, platform.api_keys, platform.jobs, platform.job_units, platform.outbox,
  platform.dead_letters, platform.schedule_runs TO auspex_platform;
