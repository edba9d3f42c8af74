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

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON FUNCTION platform.end_abandoned_runs(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.end_abandoned_runs(timestamptz, timestamptz) TO auspex_platform;
