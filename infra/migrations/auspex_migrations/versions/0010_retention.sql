-- Housekeeping: one role deletes, what it may delete is a table of rules; and an outbox that is fair to every queue.

-- ── Outbox ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- The sweep takes turns between queues, so that rows of one that takes nothing hold up no other.
CREATE INDEX outbox_unsent_by_queue ON platform.outbox (queue, deliver_after, outbox_id) WHERE sent_at IS NULL;
DROP INDEX platform.outbox_unsent;

-- ── What is deleted, and after how long ────────────────────────────────────────────────────────────────────────────
-- How many days a class is kept is said by the code that asks (core/limits.py); here stands what belongs to it.
CREATE TABLE platform.retention_rules (
  table_name text PRIMARY KEY,
  column_name text NOT NULL,
  class text NOT NULL CHECK (class IN ('outbox', 'jobs', 'traces', 'records')),
  condition text NOT NULL
);

-- Have rows of a table deleted once `p_column` is older than its class is kept. Called by migrations alone: one line makes
-- a table expire, with the right to delete from it. The row is called r in the condition.
CREATE FUNCTION platform.let_expire(p_table regclass, p_column text, p_class text, p_condition text DEFAULT 'true')
RETURNS void LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE schema_name text;
BEGIN
  SELECT n.nspname INTO schema_name FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = p_table;
  INSERT INTO platform.retention_rules VALUES (p_table::text, p_column, p_class, p_condition);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO auspex_retention', schema_name);
  EXECUTE format('GRANT SELECT, DELETE ON %s TO auspex_retention', p_table);
END $$;

-- Delete the oldest rows of one rule, at most so many; returns how many. Runs as the one role that holds the right.
CREATE FUNCTION platform.delete_expired(p_table text, p_before timestamptz, p_rows_max integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE rule platform.retention_rules; deleted bigint;
BEGIN
  SELECT * INTO STRICT rule FROM platform.retention_rules WHERE table_name = p_table;
  EXECUTE format(
    'DELETE FROM %s WHERE ctid = ANY (ARRAY(SELECT r.ctid FROM %s AS r WHERE r.%I < $1 AND (%s) ORDER BY r.%I LIMIT $2))',
    rule.table_name, rule.table_name, rule.column_name, rule.condition, rule.column_name) USING p_before, p_rows_max;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $$;

GRANT USAGE, CREATE ON SCHEMA platform TO auspex_retention;
ALTER FUNCTION platform.delete_expired(text, timestamptz, integer) OWNER TO auspex_retention;
REVOKE CREATE ON SCHEMA platform FROM auspex_retention;
GRANT SELECT ON platform.retention_rules TO auspex_retention, auspex_platform;
REVOKE ALL ON FUNCTION platform.let_expire(regclass, text, text, text),
  platform.delete_expired(text, timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.delete_expired(text, timestamptz, integer) TO auspex_platform;

-- ── Rules: never the ledger, the scorebook, an audit ───────────────────────────────────────────────────────────────
CREATE INDEX delivery_marks_by_age ON platform.delivery_marks USING brin (marked_at);
CREATE INDEX schedule_runs_by_age ON platform.schedule_runs USING brin (scheduled_at);
CREATE INDEX checkpoints_by_age ON filings.checkpoints USING brin (created_at);
CREATE INDEX asks_by_age ON filings.asks USING brin (created_at);
-- A mark outlives the letters that could bring its message back: a redrive keeps the dedup key. Hashed, because a body that
-- nobody could read may hold a key longer than an index takes.
CREATE INDEX dead_letters_by_dedup_key ON platform.dead_letters (stage, hashtextextended(platform.envelope_of(body) ->> 'dedup_key', 0));
GRANT EXECUTE ON FUNCTION platform.envelope_of(text) TO auspex_retention, auspex_platform; -- who updates a letter indexes it

SELECT platform.let_expire('platform.outbox', 'sent_at', 'outbox');
SELECT platform.let_expire('platform.jobs', 'finished_at', 'jobs', $$r.status NOT IN ('queued', 'running')$$);
SELECT platform.let_expire('filings.checkpoints', 'created_at', 'jobs');
SELECT platform.let_expire('platform.dead_letters', 'dead_at', 'records');
SELECT platform.let_expire('platform.delivery_marks', 'marked_at', 'jobs', $$NOT EXISTS (
  SELECT 1 FROM platform.dead_letters AS d
  WHERE d.stage = r.stage
    AND hashtextextended(platform.envelope_of(d.body) ->> 'dedup_key', 0) = hashtextextended(r.dedup_key, 0))$$);
SELECT platform.let_expire('platform.delivery_failures', 'failed_at', 'traces');
SELECT platform.let_expire('platform.schedule_runs', 'scheduled_at', 'traces');
SELECT platform.let_expire('filings.asks', 'created_at', 'records');
SELECT platform.let_expire('platform.notification_deliveries', 'at', 'records');
SELECT platform.let_expire('platform.notifications', 'created_at', 'records', $$NOT EXISTS (
  SELECT 1 FROM platform.notification_deliveries AS d WHERE d.notification_id = r.notification_id)$$);
SELECT platform.let_expire('platform.notification_digests', 'created_at', 'records', $$NOT EXISTS (
  SELECT 1 FROM platform.notifications AS n WHERE n.digest_id = r.digest_id) AND NOT EXISTS (
  SELECT 1 FROM platform.notification_deliveries AS d WHERE d.digest_id = r.digest_id)$$);
SELECT platform.let_expire('platform.notification_codes', 'expires_at', 'jobs');
SELECT platform.let_expire('providers.raw_outputs', 'stored_at', 'traces');
SELECT platform.let_expire('providers.operator_requests', 'at', 'jobs');
-- With its deliveries and their attempts, which cascade.
SELECT platform.let_expire('platform.webhook_messages', 'created_at', 'traces', $$NOT EXISTS (
  SELECT 1 FROM platform.webhook_deliveries AS d WHERE d.message_id = r.message_id AND d.state = 'pending')$$);
GRANT SELECT ON platform.webhook_deliveries TO auspex_retention;
