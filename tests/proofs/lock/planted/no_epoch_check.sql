-- Planted: a failure counts for whoever holds the lease now, whichever epoch it comes from.
ALTER FUNCTION providers.record_failure RENAME TO record_failure_checked;
CREATE FUNCTION providers.record_failure(
  p_epoch bigint, p_class text, p_started_at timestamptz, p_cooldown_until timestamptz, p_candidates jsonb,
  p_actor text, p_evidence jsonb, p_at timestamptz)
RETURNS TABLE (stale boolean, counted boolean, state text, provider text, epoch bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  SELECT * FROM providers.record_failure_checked((SELECT l.epoch FROM providers.lease AS l), p_class, p_started_at,
    p_cooldown_until, p_candidates, p_actor, p_evidence, p_at)
$$;
GRANT EXECUTE ON FUNCTION providers.record_failure TO auspex_filings, auspex_providers;
