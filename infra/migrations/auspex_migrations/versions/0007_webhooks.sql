-- Webhooks: endpoints and their sealed secrets, messages (what is told), deliveries (to whom), attempts (append-only).
-- A message is told with the transaction that caused it: functions here write it, its deliveries and their outbox rows.

-- ── Tables ─────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE platform.webhook_endpoints (
  webhook_id text PRIMARY KEY CHECK (webhook_id ~ '^hook_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  event_types text[] NOT NULL CHECK (cardinality(event_types) BETWEEN 1 AND 50),
  status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled', 'deleted')),
  disabled_reason text CHECK (disabled_reason IN ('owner', 'gone')),
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  created_by text REFERENCES platform.accounts,
  route text,
  idempotency_key text,
  request_sha256 text,
  CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL)),
  CONSTRAINT webhook_endpoints_asked_once UNIQUE (created_by, route, idempotency_key)
);
CREATE INDEX webhook_endpoints_by_account ON platform.webhook_endpoints (account_id, webhook_id DESC)
  WHERE status <> 'deleted';

-- Every secret that may sign: the newest without an end, those before it until the end of their overlap.
CREATE TABLE platform.webhook_secrets (
  secret_id text PRIMARY KEY CHECK (secret_id ~ '^whs_[0-9A-HJKMNP-TV-Z]{26}$'),
  webhook_id text NOT NULL REFERENCES platform.webhook_endpoints,
  sealed bytea,
  created_at timestamptz NOT NULL,
  retires_at timestamptz,
  created_by text REFERENCES platform.accounts,
  route text,
  idempotency_key text,
  request_sha256 text,
  CONSTRAINT webhook_secrets_asked_once UNIQUE (created_by, route, idempotency_key)
);
CREATE INDEX webhook_secrets_by_webhook ON platform.webhook_secrets (webhook_id, secret_id DESC);
COMMENT ON COLUMN platform.webhook_secrets.sealed IS 'AES-256-GCM, the account id as associated data; null once erased';

CREATE TABLE platform.webhook_messages (
  message_id text PRIMARY KEY CHECK (message_id ~ '^evt_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  type text NOT NULL CHECK (type ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$'),
  subject text NOT NULL,
  body text NOT NULL,
  request_id text NOT NULL,
  traceparent text NOT NULL,
  created_at timestamptz NOT NULL
);
COMMENT ON COLUMN platform.webhook_messages.body IS 'The bytes that are signed and sent, the same at every attempt';
CREATE INDEX webhook_messages_by_age ON platform.webhook_messages (created_at);

CREATE TABLE platform.webhook_deliveries (
  delivery_id text PRIMARY KEY CHECK (delivery_id ~ '^dlv_[0-9A-HJKMNP-TV-Z]{26}$'),
  webhook_id text NOT NULL REFERENCES platform.webhook_endpoints,
  message_id text NOT NULL REFERENCES platform.webhook_messages ON DELETE CASCADE,
  account_id text NOT NULL REFERENCES platform.accounts,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed', 'cancelled')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  last_status integer,
  last_error text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  replay_of text REFERENCES platform.webhook_deliveries ON DELETE CASCADE,
  created_by text REFERENCES platform.accounts,
  route text,
  idempotency_key text,
  request_sha256 text,
  CHECK ((state = 'pending') = (finished_at IS NULL)),
  CONSTRAINT webhook_deliveries_asked_once UNIQUE (created_by, route, idempotency_key)
);
CREATE INDEX webhook_deliveries_by_webhook ON platform.webhook_deliveries (webhook_id, delivery_id DESC);
CREATE INDEX webhook_deliveries_pending ON platform.webhook_deliveries (webhook_id) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_by_message ON platform.webhook_deliveries (message_id);
CREATE INDEX webhook_deliveries_replayed ON platform.webhook_deliveries (replay_of) WHERE replay_of IS NOT NULL;

-- What was tried, for good: neither changed nor, but for retention, deleted.
CREATE TABLE platform.webhook_attempts (
  delivery_id text NOT NULL REFERENCES platform.webhook_deliveries ON DELETE CASCADE,
  attempt integer NOT NULL CHECK (attempt >= 1),
  at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  status integer,
  error text,
  retry_after_seconds integer,
  PRIMARY KEY (delivery_id, attempt)
);

-- ── Telling ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- The message that asks for one attempt, as `core.messages.wrap` writes it; returns its outbox row.
CREATE FUNCTION platform.enqueue_webhook_attempt(
  p_delivery_id text, p_attempt integer, p_account_id text, p_request_id text, p_traceparent text, p_at timestamptz)
RETURNS TABLE (outbox_id text, queue text, body text)
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  INSERT INTO platform.outbox (outbox_id, queue, body, created_at, deliver_after)
  VALUES (
    platform.new_ulid(p_at), 'platform-webhook-delivery',
    jsonb_build_object(
      'schema', 'platform.deliver_webhook.v1', 'message_id', 'msg_' || platform.new_ulid(p_at),
      'dedup_key', 'webhook:' || p_delivery_id || ':' || p_attempt, 'account_id', p_account_id, 'job_id', NULL,
      'request_id', p_request_id, 'traceparent', p_traceparent, 'deferrals', 0,
      'body', jsonb_build_object('delivery_id', p_delivery_id, 'attempt', p_attempt))::text,
    p_at, p_at)
  RETURNING outbox_id, queue, body
$$;

-- Tell an account's subscribed endpoints of something that happened: one message, a delivery and an outbox row for each.
-- Without a subscriber nothing is stored. Returns the outbox rows, so that the caller can send them after its commit.
CREATE FUNCTION platform.emit_webhook(
  p_account_id text, p_type text, p_subject text, p_data jsonb, p_request_id text, p_traceparent text, p_at timestamptz)
RETURNS TABLE (outbox_id text, queue text, body text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE told text; hook text; delivery text;
BEGIN
  FOR hook IN
    SELECT e.webhook_id FROM platform.webhook_endpoints AS e
    WHERE e.account_id = p_account_id AND e.status = 'active'
      AND (p_type = ANY (e.event_types) OR '*' = ANY (e.event_types))
    ORDER BY e.webhook_id
  LOOP
    IF told IS NULL THEN
      told := 'evt_' || platform.new_ulid(p_at);
      INSERT INTO platform.webhook_messages
        (message_id, account_id, type, subject, body, request_id, traceparent, created_at)
      VALUES (told, p_account_id, p_type, p_subject,
              jsonb_build_object('type', p_type, 'data', p_data, 'timestamp',
                                 to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text,
              p_request_id, p_traceparent, p_at);
    END IF;
    delivery := 'dlv_' || platform.new_ulid(p_at);
    INSERT INTO platform.webhook_deliveries
      (delivery_id, webhook_id, message_id, account_id, next_attempt_at, created_at)
    VALUES (delivery, hook, told, p_account_id, p_at, p_at);
    RETURN QUERY SELECT * FROM
      platform.enqueue_webhook_attempt(delivery, 1, p_account_id, p_request_id, p_traceparent, p_at);
  END LOOP;
END $$;

-- A job's end is told whoever ended it: its last unit, its owner, or the sweep.
CREATE FUNCTION platform.emit_job_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM platform.emit_webhook(
    NEW.account_id, 'job.' || NEW.status, NEW.job_id,
    jsonb_build_object(
      'job_id', NEW.job_id, 'kind', NEW.kind, 'status', NEW.status, 'finished_at',
      to_char(coalesce(NEW.finished_at, NEW.progressed_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      'units', jsonb_build_object('total', NEW.units_total, 'done', NEW.units_done, 'failed', NEW.units_failed),
      'problem', NEW.problem ->> 'code', 'attempts', NEW.attempts,
      'links', jsonb_build_object('self', '/v1/jobs/' || NEW.job_id)),
    NEW.request_id,
    coalesce(NEW.traceparent, '00-' || replace(gen_random_uuid()::text, '-', '') || '-'
                              || right(replace(gen_random_uuid()::text, '-', ''), 16) || '-01'),
    coalesce(NEW.finished_at, NEW.progressed_at));
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_emit_end AFTER UPDATE OF status ON platform.jobs
  FOR EACH ROW
  WHEN (OLD.status IN ('queued', 'running') AND NEW.status IN ('succeeded', 'failed', 'cancelled', 'expired'))
  EXECUTE FUNCTION platform.emit_job_end();

-- ── Messages that died ─────────────────────────────────────────────────────────────────────────────────────────────
-- An attempt that we could not even make ends its delivery, visibly; an operator's redrive takes it up again.
CREATE FUNCTION platform.note_dead_webhook_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE platform.webhook_deliveries SET
    state = 'failed', finished_at = NEW.dead_at, next_attempt_at = NULL, last_error = 'internal-error'
  WHERE delivery_id = platform.envelope_of(NEW.body) -> 'body' ->> 'delivery_id' AND state = 'pending';
  RETURN NULL;
END $$;
CREATE TRIGGER webhooks_note_dead_letter AFTER INSERT ON platform.dead_letters
  FOR EACH ROW WHEN (NEW.queue = 'platform-webhook-delivery')
  EXECUTE FUNCTION platform.note_dead_webhook_attempt();

CREATE FUNCTION platform.note_revived_webhook_attempt() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE platform.webhook_deliveries SET
    state = 'pending', finished_at = NULL, next_attempt_at = NEW.redriven_at, last_error = NULL
  WHERE delivery_id = platform.envelope_of(NEW.body) -> 'body' ->> 'delivery_id'
    AND state = 'failed' AND last_error = 'internal-error';
  RETURN NULL;
END $$;
CREATE TRIGGER webhooks_note_redrive AFTER UPDATE OF redriven_at ON platform.dead_letters
  FOR EACH ROW
  WHEN (OLD.redriven_at IS NULL AND NEW.redriven_at IS NOT NULL AND NEW.queue = 'platform-webhook-delivery')
  EXECUTE FUNCTION platform.note_revived_webhook_attempt();

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON FUNCTION
  platform.enqueue_webhook_attempt(text, integer, text, text, text, timestamptz),
  platform.emit_webhook(text, text, text, jsonb, text, text, timestamptz),
  platform.emit_job_end(), platform.note_dead_webhook_attempt(), platform.note_revived_webhook_attempt()
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.emit_webhook(text, text, text, jsonb, text, text, timestamptz)
  TO auspex_platform, auspex_filings;
GRANT SELECT, INSERT ON platform.webhook_endpoints, platform.webhook_secrets, platform.webhook_deliveries,
  platform.webhook_attempts TO auspex_platform;
GRANT SELECT ON platform.webhook_messages TO auspex_platform;
GRANT UPDATE (url, description, event_types, status, disabled_reason, updated_at)
  ON platform.webhook_endpoints TO auspex_platform;
GRANT UPDATE (sealed, retires_at) ON platform.webhook_secrets TO auspex_platform;
GRANT UPDATE (state, attempts, next_attempt_at, last_status, last_error, finished_at)
  ON platform.webhook_deliveries TO auspex_platform;
