-- Operations: a job can be cancelled and its missing units begun again, a dead letter can be redriven.
-- Functions that stand already keep their signature, so that code of before and after this revision runs on it.

-- ── Units ──────────────────────────────────────────────────────────────────────────────────────────────────────────
ALTER TABLE platform.job_units ADD COLUMN start jsonb;
COMMENT ON COLUMN platform.job_units.start IS 'The message a missing unit is begun again with: {queue, schema, body}';

CREATE INDEX jobs_by_creation ON platform.jobs (created_at);
CREATE INDEX jobs_by_end ON platform.jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_alive ON platform.jobs (status) WHERE status IN ('queued', 'running');

-- Is there a live job that waits for this unit? Work that nobody waits for any more is not gone on with.
CREATE FUNCTION platform.unit_is_wanted(p_kind text, p_unit_key text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (
    SELECT 1 FROM platform.job_units AS u
    JOIN platform.jobs AS j ON j.job_id = u.job_id
    WHERE u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running')
      AND j.status IN ('queued', 'running'))
$$;

-- Keep what each unit is begun again with: an object of unit keys; the first word on a unit stays.
CREATE FUNCTION platform.note_unit_starts(p_job_id text, p_starts jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  UPDATE platform.job_units AS u SET start = s.value
  FROM jsonb_each(p_starts) AS s (key, value)
  WHERE u.job_id = p_job_id AND u.unit_key = s.key AND u.start IS NULL
$$;

-- As before, but a job that ended meanwhile (cancelled, expired) gets no new units, and the placeholder goes once it is
-- replaced: work that was only looking for work is nothing delivered, and must not make a job of failures a success.
CREATE OR REPLACE FUNCTION platform.expand_unit(p_job_id text, p_unit_key text, p_units text[], p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM platform.jobs WHERE job_id = p_job_id AND status IN ('queued', 'running') FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  INSERT INTO platform.job_units (job_id, unit_key, kind, created_at)
    SELECT p_job_id, u, j.kind, p_at FROM unnest(p_units) AS u, platform.jobs AS j WHERE j.job_id = p_job_id
    ON CONFLICT (job_id, unit_key) DO NOTHING;
  IF cardinality(p_units) > 0 THEN
    DELETE FROM platform.job_units
      WHERE job_id = p_job_id AND unit_key = p_unit_key AND state IN ('queued', 'running');
  ELSE
    UPDATE platform.job_units SET state = 'succeeded', progress = 100, finished_at = p_at,
      result = jsonb_build_object('detected', to_jsonb(p_units))
      WHERE job_id = p_job_id AND unit_key = p_unit_key AND state IN ('queued', 'running');
  END IF;
  INSERT INTO platform.job_events (job_id, at, event, detail)
    VALUES (p_job_id, p_at, 'detected', jsonb_build_object('unit', p_unit_key, 'units', to_jsonb(p_units)));
  PERFORM platform.refresh_job(p_job_id, p_at);
END $$;

-- ── Jobs ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A page of an account's jobs, newest first, before a job id. Stands beside the form without a status.
CREATE FUNCTION platform.list_jobs(p_account_id text, p_kind text, p_status text, p_before text, p_rows_max integer)
RETURNS TABLE (job jsonb, units jsonb, timeline jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT r.job, r.units, r.timeline
  FROM (SELECT job_id FROM platform.jobs
        WHERE account_id = p_account_id AND (p_kind IS NULL OR kind = p_kind)
          AND (p_status IS NULL OR status = p_status) AND (p_before IS NULL OR job_id < p_before)
        ORDER BY job_id DESC LIMIT p_rows_max) AS j,
    LATERAL platform.read_job(p_account_id, j.job_id) AS r
  ORDER BY j.job_id DESC
$$;

-- End a live job by its owner's word: open units are released, done ones stay done. Returns what the job was, null when
-- this account has no such job; only 'queued' and 'running' mean that this call ended it.
CREATE FUNCTION platform.cancel_job(p_account_id text, p_job_id text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE was text; released integer;
BEGIN
  SELECT j.status INTO was FROM platform.jobs AS j
    WHERE j.job_id = p_job_id AND j.account_id = p_account_id FOR UPDATE;
  IF was IS NULL OR was NOT IN ('queued', 'running') THEN RETURN was; END IF;
  UPDATE platform.job_units SET state = 'released', finished_at = p_at
    WHERE job_id = p_job_id AND state IN ('queued', 'running');
  GET DIAGNOSTICS released = ROW_COUNT;
  UPDATE platform.jobs SET status = 'cancelled', stage = 'finished', waiting_on = NULL, finished_at = p_at
    WHERE job_id = p_job_id;
  INSERT INTO platform.job_events (job_id, at, event, detail)
    SELECT p_job_id, p_at, 'cancelled', jsonb_build_object('units_done', j.units_done, 'units_released', released)
    FROM platform.jobs AS j WHERE j.job_id = p_job_id;
  RETURN was;
END $$;

-- Put units of one job back to work; progress starts again from what is done.
CREATE FUNCTION platform.reopen_units_of_job(p_job_id text, p_units text[], p_at timestamptz, p_expires_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE platform.job_units SET state = 'queued', progress = 0, problem = NULL, result = NULL, finished_at = NULL
    WHERE job_id = p_job_id AND unit_key = ANY (p_units);
  UPDATE platform.jobs SET status = 'running', stage = 'queued', progress = 0, problem = NULL, finished_at = NULL,
    expires_at = p_expires_at, attempts = attempts + 1 WHERE job_id = p_job_id;
  INSERT INTO platform.job_events (job_id, at, event, detail)
    SELECT p_job_id, p_at, 'redriven', jsonb_build_object('unit', u.unit) FROM unnest(p_units) AS u (unit);
  PERFORM platform.refresh_job(p_job_id, p_at);
END $$;

-- Put a failed unit back to work in every job that had it and was neither cancelled nor expired.
CREATE OR REPLACE FUNCTION platform.reopen_unit(
  p_kind text, p_unit_key text, p_at timestamptz, p_expires_at timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job text; reopened integer := 0;
BEGIN
  FOR job IN
    SELECT j.job_id FROM platform.jobs AS j WHERE j.status IN ('queued', 'running', 'failed', 'succeeded') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state = 'failed')
    ORDER BY j.job_id FOR UPDATE OF j
  LOOP
    PERFORM platform.reopen_units_of_job(job, ARRAY[p_unit_key], p_at, p_expires_at);
    reopened := reopened + 1;
  END LOOP;
  RETURN reopened;
END $$;
CREATE INDEX job_units_failed ON platform.job_units (kind, unit_key) WHERE state = 'failed';

-- ── Dead letters ───────────────────────────────────────────────────────────────────────────────────────────────────
ALTER TABLE platform.dead_letters
  ADD COLUMN unit_kind text,
  ADD COLUMN unit_key text,
  ADD COLUMN redrivable boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN platform.dead_letters.redrivable IS 'The body is an envelope, so that it can be sent again';

-- The message in a stored body; null for a body that is none.
CREATE FUNCTION platform.envelope_of(p_body text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SECURITY DEFINER SET search_path = '' AS $$
DECLARE message jsonb;
BEGIN
  message := p_body::jsonb;
  IF jsonb_typeof(message) = 'object' AND message ?& ARRAY['schema', 'message_id', 'dedup_key', 'request_id', 'traceparent']
    AND jsonb_typeof(message -> 'body') = 'object' THEN
    RETURN message;
  END IF;
  RETURN NULL;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
  RETURN NULL;
END $$;

UPDATE platform.dead_letters AS d SET
  unit_kind = m.message -> 'body' ->> 'unit_kind', unit_key = m.message -> 'body' ->> 'unit_key',
  redrivable = m.message IS NOT NULL
FROM (SELECT dead_letter_id, platform.envelope_of(body) AS message FROM platform.dead_letters) AS m
WHERE m.dead_letter_id = d.dead_letter_id;

CREATE INDEX dead_letters_open ON platform.dead_letters (dead_at, dead_letter_id) WHERE redriven_at IS NULL;
CREATE INDEX dead_letters_by_unit ON platform.dead_letters (unit_kind, unit_key) WHERE redriven_at IS NULL;
CREATE INDEX dead_letters_redriven ON platform.dead_letters (redriven_at) WHERE redriven_at IS NOT NULL;

-- As before, and with the unit it failed, so that a job's owner can have exactly that message sent again.
CREATE OR REPLACE FUNCTION platform.store_dead_letter(
  p_dead_letter_id text, p_queue text, p_message_id text, p_stage text, p_node text, p_reason text, p_error text,
  p_body text, p_attempts integer, p_job_id text, p_account_id text, p_request_id text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE message jsonb := platform.envelope_of(p_body);
BEGIN
  INSERT INTO platform.dead_letters (dead_letter_id, queue, message_id, stage, node, reason, error, body, attempts,
                                     job_id, account_id, request_id, dead_at, unit_kind, unit_key, redrivable)
  VALUES (p_dead_letter_id, p_queue, p_message_id, p_stage, p_node, p_reason, left(p_error, 4000), p_body, p_attempts,
          p_job_id, p_account_id, p_request_id, p_at, message -> 'body' ->> 'unit_kind',
          message -> 'body' ->> 'unit_key', message IS NOT NULL)
  ON CONFLICT (queue, message_id) DO NOTHING;
  RETURN FOUND;
END $$;

-- ── Filings ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- As before, and the history keeps where the filing was, so that a redrive puts it back there.
CREATE OR REPLACE FUNCTION filings.note_dead_letter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE dead text; was text;
BEGIN
  BEGIN
    dead := NEW.body::jsonb -> 'body' ->> 'accession';
  EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
  END;
  SELECT f.status INTO was FROM filings.filings AS f WHERE f.accession = dead FOR UPDATE;
  IF was IN ('detected', 'fetched', 'analyzed') THEN
    UPDATE filings.filings SET status = 'dead_letter', dead_letter_reason = NEW.reason WHERE accession = dead;
    INSERT INTO filings.events (accession, topic, payload, created_at) VALUES (
      dead, 'dead_letter',
      jsonb_build_object('stage', NEW.stage, 'node', NEW.node, 'reason', NEW.reason, 'status', was), NEW.dead_at);
  END IF;
  RETURN NULL;
END $$;

-- A redriven message finds its filing where it stood when the message died; one that moved on meanwhile stays.
CREATE FUNCTION filings.note_redrive() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE revived text; restored text;
BEGIN
  BEGIN
    revived := NEW.body::jsonb -> 'body' ->> 'accession';
  EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
  END;
  PERFORM 1 FROM filings.filings AS f WHERE f.accession = revived AND f.status = 'dead_letter' FOR UPDATE;
  IF FOUND THEN
    SELECT e.payload ->> 'status' INTO restored FROM filings.events AS e
      WHERE e.accession = revived AND e.topic = 'dead_letter' ORDER BY e.event_id DESC LIMIT 1;
    UPDATE filings.filings AS f SET dead_letter_reason = NULL,
      status = coalesce(restored, CASE WHEN f.analyzed_at IS NOT NULL THEN 'analyzed'
                                       WHEN f.fetched_at IS NOT NULL THEN 'fetched' ELSE 'detected' END)
      WHERE f.accession = revived RETURNING f.status INTO restored;
    INSERT INTO filings.events (accession, topic, payload, created_at) VALUES
      (revived, 'replayed', jsonb_build_object('stage', NEW.stage, 'status', restored), NEW.redriven_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER filings_note_redrive AFTER UPDATE OF redriven_at ON platform.dead_letters
  FOR EACH ROW WHEN (OLD.redriven_at IS NULL AND NEW.redriven_at IS NOT NULL AND NEW.queue LIKE 'filings-%')
  EXECUTE FUNCTION filings.note_redrive();

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON FUNCTION
  platform.unit_is_wanted(text, text), platform.note_unit_starts(text, jsonb),
  platform.list_jobs(text, text, text, text, integer), platform.cancel_job(text, text, timestamptz),
  platform.reopen_units_of_job(text, text[], timestamptz, timestamptz), platform.envelope_of(text),
  filings.note_redrive()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  platform.unit_is_wanted(text, text), platform.note_unit_starts(text, jsonb),
  platform.list_jobs(text, text, text, text, integer)
  TO auspex_platform, auspex_filings;
GRANT EXECUTE ON FUNCTION
  platform.cancel_job(text, text, timestamptz),
  platform.reopen_units_of_job(text, text[], timestamptz, timestamptz)
  TO auspex_platform;
