-- Housekeeping: what fails in silence is found, what nobody needs any more goes.

-- ── Schedules ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- A run whose process died (time out, no memory) says nothing of its end. The sweep ends it in its place, once.
CREATE INDEX schedule_runs_open ON platform.schedule_runs (started_at) WHERE outcome IS NULL;

CREATE FUNCTION platform.end_abandoned_runs(p_started_before timestamptz, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE ended integer;
BEGIN
  UPDATE platform.schedule_runs SET outcome = 'failed', finished_at = p_at,
    detail = jsonb_build_object('error', 'its process ended without a word')
    WHERE outcome IS NULL AND started_at < p_started_before;
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END $$;

-- ── Jobs ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Several workers report on one job at once; each read the clock before it got its turn. A timeline goes forward all the
-- same: whoever writes to it holds the job's row.
CREATE FUNCTION platform.keep_timeline_forward() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  NEW.at := greatest(NEW.at, (SELECT e.at FROM platform.job_events AS e
                              WHERE e.job_id = NEW.job_id ORDER BY e.event_id DESC LIMIT 1));
  RETURN NEW;
END $$;
CREATE TRIGGER job_events_go_forward BEFORE INSERT ON platform.job_events
  FOR EACH ROW EXECUTE FUNCTION platform.keep_timeline_forward();

-- ── One order of locks: jobs by their id, then balances by account ─────────────────────────────────────────────────
-- Who ends jobs of several accounts takes their balances in this order before it ends the first: two of them then stand in
-- line instead of each waiting for what the other holds.
CREATE FUNCTION platform.lock_balances(p_accounts text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM platform.balances WHERE account_id = ANY (p_accounts) ORDER BY account_id FOR UPDATE;
END $$;

-- As before, in that order: the balances of the jobs that this unit, their last one, ends and settles.
CREATE OR REPLACE FUNCTION platform.finish_unit(
  p_kind text, p_unit_key text, p_state text, p_problem jsonb, p_result jsonb, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE waiting text[]; job text; ended integer := 0;
BEGIN
  SELECT coalesce(array_agg(l.job_id ORDER BY l.job_id), '{}') INTO waiting FROM (
    SELECT j.job_id FROM platform.jobs AS j
    WHERE j.status IN ('queued', 'running') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running'))
    ORDER BY j.job_id FOR UPDATE OF j) AS l;
  IF cardinality(waiting) > 1 THEN
    PERFORM platform.lock_balances(ARRAY(
      SELECT r.account_id FROM platform.reservations AS r
      WHERE r.job_id = ANY (waiting) AND r.closed_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM platform.job_units AS u
        WHERE u.job_id = r.job_id AND u.unit_key <> p_unit_key AND u.state IN ('queued', 'running'))));
  END IF;
  FOREACH job IN ARRAY waiting LOOP
    UPDATE platform.job_units SET state = p_state, progress = 100, problem = p_problem, result = p_result,
      finished_at = p_at WHERE job_id = job AND unit_key = p_unit_key AND state IN ('queued', 'running');
    CONTINUE WHEN NOT FOUND;
    PERFORM platform.refresh_job(job, p_at);
    ended := ended + 1;
  END LOOP;
  RETURN ended;
END $$;

-- ── Retention ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- A class of its own for what is of no use once its time is over: proofs, secrets, the day's counts.
ALTER TABLE platform.retention_rules
  DROP CONSTRAINT retention_rules_class_check,
  ADD CONSTRAINT retention_rules_class_check CHECK (class IN ('spent', 'outbox', 'jobs', 'traces', 'records'));

SELECT platform.let_expire('platform.webhook_secrets', 'retires_at', 'spent'); -- the newest has no end
SELECT platform.let_expire('platform.notification_days', 'local_date', 'spent');
UPDATE platform.retention_rules SET class = 'spent' WHERE table_name = 'platform.notification_codes';

-- A job's reservation goes after its job. Those of requests stay, as the ledger does: their key, sent again, must find what it
-- paid for.
CREATE INDEX reservations_by_job ON platform.reservations (job_id) WHERE job_id IS NOT NULL; -- a job goes: who refers to it?
CREATE INDEX reservations_of_gone_jobs ON platform.reservations (closed_at) WHERE closed_at IS NOT NULL AND job_id IS NULL;
SELECT platform.let_expire('platform.reservations', 'closed_at', 'jobs',
  $$r.closed_at IS NOT NULL AND r.job_id IS NULL AND r.request_key LIKE 'job:%'$$);

-- What its owner deleted, once nothing speaks of it any more.
SELECT platform.let_expire('platform.webhook_endpoints', 'updated_at', 'traces', $$r.status = 'deleted'
  AND NOT EXISTS (SELECT 1 FROM platform.webhook_secrets AS s WHERE s.webhook_id = r.webhook_id)
  AND NOT EXISTS (SELECT 1 FROM platform.webhook_deliveries AS d WHERE d.webhook_id = r.webhook_id)$$);
SELECT platform.let_expire('platform.notification_channels', 'deleted_at', 'records', $$NOT EXISTS (
  SELECT 1 FROM platform.notification_codes AS c WHERE c.channel_id = r.channel_id) AND NOT EXISTS (
  SELECT 1 FROM platform.notification_deliveries AS d WHERE d.channel_id = r.channel_id)$$);

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON FUNCTION
  platform.end_abandoned_runs(timestamptz, timestamptz), platform.keep_timeline_forward(), platform.lock_balances(text[])
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.end_abandoned_runs(timestamptz, timestamptz), platform.lock_balances(text[])
  TO auspex_platform;
