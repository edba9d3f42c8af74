-- Notifications: what an account is told, once; over which channels, and when. In the application it stands always.
-- Products tell through platform.tell_account; a job's end tells by trigger. The notifier alone sends.

-- ── What is told ───────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE platform.notifications (
  notification_id text PRIMARY KEY CHECK (notification_id ~ '^ntf_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  product text NOT NULL CHECK (product ~ '^[a-z]{1,30}$'),
  kind text NOT NULL CHECK (kind ~ '^[a-z]{1,30}[.][a-z_]{1,60}$'),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
  topic text CHECK (length(topic) BETWEEN 1 AND 200),
  material_version text NOT NULL CHECK (length(material_version) BETWEEN 1 AND 200),
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  body text NOT NULL CHECK (length(body) <= 4000),
  data jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  read_at timestamptz,
  route text CHECK (route IN ('in_app', 'immediate', 'digest')),
  deliver_at timestamptz,
  digest_id text,
  UNIQUE (account_id, kind, subject, material_version)
);
COMMENT ON COLUMN platform.notifications.topic IS 'What its reader would look it up by: a ticker, a region, a rule';
COMMENT ON COLUMN platform.notifications.material_version IS 'What makes it worth telling again about the same subject';
COMMENT ON COLUMN platform.notifications.route IS 'What the notifier decided; null until then, and where no channel was';
CREATE INDEX notifications_by_account ON platform.notifications (account_id, notification_id DESC);
CREATE INDEX notifications_unread ON platform.notifications (account_id, kind) WHERE read_at IS NULL;
CREATE INDEX notifications_for_digest ON platform.notifications (deliver_at, account_id)
  WHERE route = 'digest' AND digest_id IS NULL;
CREATE INDEX notifications_of_digest ON platform.notifications (digest_id) WHERE digest_id IS NOT NULL;

CREATE TABLE platform.notification_digests (
  digest_id text PRIMARY KEY CHECK (digest_id ~ '^dig_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  local_date date NOT NULL,
  notifications integer NOT NULL CHECK (notifications > 0),
  created_at timestamptz NOT NULL,
  UNIQUE (account_id, local_date)
);
ALTER TABLE platform.notifications
  ADD CONSTRAINT notifications_digest FOREIGN KEY (digest_id) REFERENCES platform.notification_digests;

-- ── How ────────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE platform.notification_preferences (
  account_id text PRIMARY KEY REFERENCES platform.accounts,
  frequency text NOT NULL CHECK (frequency IN ('immediate', 'daily', 'weekly')),
  kinds jsonb NOT NULL CHECK (jsonb_typeof(kinds) = 'object'),
  digest_time time NOT NULL,
  digest_weekday smallint NOT NULL CHECK (digest_weekday BETWEEN 1 AND 7),
  time_zone text NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),
  quiet_start time,
  quiet_end time,
  max_per_day integer NOT NULL CHECK (max_per_day >= 0),
  updated_at timestamptz NOT NULL,
  CHECK ((quiet_start IS NULL) = (quiet_end IS NULL))
);

-- How many immediate notifications took a place in an account's local day.
CREATE TABLE platform.notification_days (
  account_id text NOT NULL REFERENCES platform.accounts,
  local_date date NOT NULL,
  taken integer NOT NULL CHECK (taken > 0),
  PRIMARY KEY (account_id, local_date)
);

CREATE TABLE platform.notification_channels (
  channel_id text PRIMARY KEY CHECK (channel_id ~ '^chn_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  service text NOT NULL CHECK (service IN ('email', 'slack', 'discord', 'telegram', 'teams')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  hint text NOT NULL CHECK (length(hint) <= 100),
  credentials bytea,
  destination_digest bytea NOT NULL CHECK (length(destination_digest) = 32),
  created_at timestamptz NOT NULL,
  verified_at timestamptz,
  deleted_at timestamptz,
  created_by text REFERENCES platform.accounts,
  route text,
  idempotency_key text,
  request_sha256 text,
  CHECK ((credentials IS NULL) = (deleted_at IS NOT NULL)),
  CONSTRAINT notification_channels_asked_once UNIQUE (created_by, route, idempotency_key)
);
COMMENT ON COLUMN platform.notification_channels.credentials IS 'Sealed for this account and channel; erased on deletion';
COMMENT ON COLUMN platform.notification_channels.hint IS 'What its owner recognises it by; no credential';
CREATE UNIQUE INDEX notification_channels_once ON platform.notification_channels (account_id, destination_digest)
  WHERE deleted_at IS NULL;

-- Codes that prove an address, sealed like a channel's credentials; only guesses are counted, nothing else changes.
CREATE TABLE platform.notification_codes (
  code_id text PRIMARY KEY CHECK (code_id ~ '^cod_[0-9A-HJKMNP-TV-Z]{26}$'),
  channel_id text NOT NULL REFERENCES platform.notification_channels,
  account_id text NOT NULL REFERENCES platform.accounts,
  destination_digest bytea NOT NULL,
  sealed_code bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX notification_codes_by_channel ON platform.notification_codes (channel_id, code_id DESC);
CREATE INDEX notification_codes_by_destination ON platform.notification_codes (destination_digest, created_at);
CREATE INDEX notification_codes_by_account ON platform.notification_codes (account_id, created_at);

-- What went out over a channel, alone or in a digest; rows are added, never changed.
CREATE TABLE platform.notification_deliveries (
  delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  notification_id text NOT NULL REFERENCES platform.notifications,
  channel_id text NOT NULL REFERENCES platform.notification_channels,
  digest_id text REFERENCES platform.notification_digests,
  outcome text NOT NULL CHECK (outcome IN ('sent', 'failed', 'dropped')),
  reason text CHECK (length(reason) <= 200),
  attempts integer NOT NULL CHECK (attempts > 0),
  at timestamptz NOT NULL,
  UNIQUE (notification_id, channel_id)
);
CREATE INDEX notification_deliveries_by_channel ON platform.notification_deliveries (channel_id, delivery_id DESC);

-- ── Telling ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Tell an account once per (kind, subject, material version). `told` is false for a repeat, which gets the first one's
-- id; `routed` says that the account has a channel, so that the notifier has to decide.
CREATE FUNCTION platform.tell_account(
  p_notification_id text, p_account_id text, p_product text, p_kind text, p_subject text, p_topic text,
  p_material_version text, p_title text, p_body text, p_data jsonb, p_at timestamptz)
RETURNS TABLE (notification_id text, told boolean, routed boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO platform.notifications (notification_id, account_id, product, kind, subject, topic, material_version, title,
                                      body, data, created_at)
  VALUES (p_notification_id, p_account_id, p_product, p_kind, p_subject, p_topic, p_material_version, p_title, p_body,
          p_data, p_at)
  ON CONFLICT (account_id, kind, subject, material_version) DO NOTHING;
  IF FOUND THEN
    RETURN QUERY SELECT p_notification_id, true, EXISTS (
      SELECT 1 FROM platform.notification_channels AS c
      WHERE c.account_id = p_account_id AND c.verified_at IS NOT NULL AND c.deleted_at IS NULL);
    RETURN;
  END IF;
  RETURN QUERY SELECT n.notification_id, false, false FROM platform.notifications AS n
    WHERE n.account_id = p_account_id AND n.kind = p_kind AND n.subject = p_subject
      AND n.material_version = p_material_version;
END $$;

-- A ULID of 80 random bits, for rows that SQL makes by itself; as auspex.core.ids.new_ulid.
CREATE FUNCTION platform.make_notification_ulid(p_at timestamptz) RETURNS text
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
  WITH bits AS (
    SELECT '00' || floor(extract(epoch FROM p_at) * 1000)::bigint::bit(48)::text
      || ('x' || substr(r.hex, 1, 10))::bit(40)::text || ('x' || substr(r.hex, 21, 10))::bit(40)::text AS bits
    FROM (SELECT replace(pg_catalog.gen_random_uuid()::text, '-', '') AS hex) AS r
  )
  SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', substr(b.bits, 5 * i + 1, 5)::bit(5)::integer + 1, 1), ''
                    ORDER BY i)
  FROM bits AS b, generate_series(0, 25) AS i
$$;

-- Tell the owner that a job ended by its work or by its time; what its owner cancelled needs no telling. A redriven job
-- ends again: its attempt is part of the version. The sweep sends the message to the notifier.
CREATE FUNCTION platform.tell_of_job_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE at timestamptz := coalesce(NEW.finished_at, NEW.progressed_at); told record;
BEGIN
  SELECT * INTO told FROM platform.tell_account(
    'ntf_' || platform.make_notification_ulid(at), NEW.account_id,
    coalesce(substring(NEW.kind FROM '^([a-z]{1,30})[.]'), 'platform'), 'job.finished', NEW.job_id, NULL,
    NEW.status || ':' || NEW.attempts, left('Job ' || NEW.status || ': ' || NEW.kind, 200),
    format('%s of %s units done, %s failed.', NEW.units_done, NEW.units_total, NEW.units_failed),
    jsonb_build_object('job_id', NEW.job_id, 'kind', NEW.kind, 'status', NEW.status, 'units_done', NEW.units_done,
                       'units_failed', NEW.units_failed, 'units_total', NEW.units_total,
                       'code', NEW.problem ->> 'code'),
    at);
  IF told.routed THEN
    INSERT INTO platform.outbox (outbox_id, queue, body, created_at, deliver_after) VALUES (
      platform.make_notification_ulid(at), 'platform-notifier',
      jsonb_build_object(
        'schema', 'platform.route_notification.v1', 'message_id', 'msg_' || platform.make_notification_ulid(at),
        'dedup_key', 'route:' || told.notification_id, 'account_id', NEW.account_id, 'job_id', NEW.job_id,
        'request_id', NEW.request_id,
        'traceparent', coalesce(NEW.traceparent, format('00-%s-%s-01', replace(gen_random_uuid()::text, '-', ''),
                                                        left(replace(gen_random_uuid()::text, '-', ''), 16))),
        'deferrals', 0, 'body', jsonb_build_object('notification_id', told.notification_id))::text,
      at, at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_tell_of_end AFTER UPDATE OF status ON platform.jobs
  FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status AND NEW.status IN ('succeeded', 'failed', 'expired'))
  EXECUTE FUNCTION platform.tell_of_job_end();

-- Take a place in an account's local day; false when all are taken.
CREATE FUNCTION platform.take_notification_place(p_account_id text, p_local_date date, p_places_max integer)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF p_places_max < 1 THEN RETURN false; END IF;
  INSERT INTO platform.notification_days AS d (account_id, local_date, taken) VALUES (p_account_id, p_local_date, 1)
  ON CONFLICT (account_id, local_date) DO UPDATE SET taken = d.taken + 1 WHERE d.taken < p_places_max;
  RETURN FOUND;
END $$;

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON FUNCTION
  platform.tell_account(text, text, text, text, text, text, text, text, text, jsonb, timestamptz),
  platform.make_notification_ulid(timestamptz), platform.tell_of_job_end(),
  platform.take_notification_place(text, date, integer)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  platform.tell_account(text, text, text, text, text, text, text, text, text, jsonb, timestamptz)
  TO auspex_platform, auspex_filings;
GRANT EXECUTE ON FUNCTION platform.take_notification_place(text, date, integer) TO auspex_platform;
GRANT SELECT ON platform.notifications, platform.notification_digests, platform.notification_preferences,
  platform.notification_channels, platform.notification_codes, platform.notification_deliveries TO auspex_platform;
GRANT INSERT ON platform.notification_digests, platform.notification_preferences, platform.notification_channels,
  platform.notification_codes, platform.notification_deliveries TO auspex_platform;
GRANT UPDATE (read_at, route, deliver_at, digest_id) ON platform.notifications TO auspex_platform;
GRANT UPDATE ON platform.notification_preferences TO auspex_platform;
GRANT UPDATE (verified_at, deleted_at, credentials) ON platform.notification_channels TO auspex_platform;
GRANT UPDATE (attempts) ON platform.notification_codes TO auspex_platform;
