-- Planted: a read that was charged once is free for ever, because the window is not looked at.
DO $do$
DECLARE body text := pg_get_functiondef('platform.spend'::regproc);
BEGIN
  EXECUTE replace(body, 'WHERE r.charged_at + p_window <= excluded.charged_at', 'WHERE false');
END $do$;
CREATE OR REPLACE FUNCTION platform.forget_expired(p_charged_before timestamptz, p_rows_max integer, p_at timestamptz)
RETURNS TABLE (cached_replies bigint, rate_buckets bigint, recent_charges bigint)
LANGUAGE sql AS 'SELECT 0::bigint, 0::bigint, 0::bigint';
