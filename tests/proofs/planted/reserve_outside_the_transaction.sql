-- Planted: a job's quote is reserved by a session of its own, committed before the job is there.
CREATE EXTENSION IF NOT EXISTS dblink;
CREATE TABLE proof.early_reservations (job_id text PRIMARY KEY, reservation_id text, balance bigint);
ALTER TABLE platform.reservations DROP CONSTRAINT reservations_job_id_fkey;
CREATE FUNCTION proof.reserve_early(text) RETURNS TABLE (reservation_id text, state text, balance bigint)
LANGUAGE sql SECURITY DEFINER AS $$
  SELECT * FROM public.dblink('{{url}}', $1) AS r (reservation_id text, state text, balance bigint)
$$;
DO $do$
DECLARE body text := pg_get_functiondef((
  SELECT p.oid FROM pg_proc AS p WHERE p.proname = 'create_job' AND p.pronargs = 17)::regprocedure);
DECLARE broken text;
BEGIN
  broken := replace(body, $old$  SELECT * INTO job FROM platform.create_job($old$, $new$
  IF p_quote > 0 OR p_is_analysis THEN
    SELECT r.balance INTO left_over FROM proof.reserve_early(format(
      'SELECT * FROM platform.reserve(%L, %L, %s, %L, %L, %s, %L, %L, %L, %L, %L)', p_account_id, 'job:' || p_job_id,
      p_quote, p_job_id, p_is_analysis, p_analyses_max, p_cooldown, p_route, p_request_id,
      p_expires_at + interval '1 day', p_at)) AS r;
  END IF;
  SELECT * INTO job FROM platform.create_job($new$);
  broken := replace(broken, 'IF p_quote > 0 OR p_is_analysis THEN
      SELECT r.balance', 'IF false THEN
      SELECT r.balance');
  EXECUTE broken;
END $do$;
