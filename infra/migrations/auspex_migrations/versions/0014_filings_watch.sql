-- Filings that are watched, not only asked for: who follows whom, where the feed was left, what companies promised and how it
-- came out, and what was measured of the answers.

-- ── Watching ───────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE filings.watchlist (
  account_id text NOT NULL REFERENCES platform.accounts,
  cik bigint NOT NULL REFERENCES filings.companies,
  forms text[] NOT NULL CHECK (cardinality(forms) BETWEEN 1 AND 20),
  notify text[] NOT NULL CHECK (notify <@ ARRAY['detected', 'analyzed', 'guidance']),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, cik)
);
CREATE INDEX watchlist_by_company ON filings.watchlist (cik);

-- Up to where the feed of latest filings was read: the newest entry of the last complete poll.
CREATE TABLE filings.feed_mark (
  id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  entry_updated_at timestamptz,
  accession text,
  polled_at timestamptz
);
INSERT INTO filings.feed_mark VALUES (1, NULL, NULL, NULL);

-- What the daily index held of watched companies. `was_missing`: neither feed nor scan had brought it before.
CREATE TABLE filings.index_entries (
  accession text PRIMARY KEY CHECK (accession ~ '^\d{10}-\d{2}-\d{6}$'),
  cik bigint NOT NULL REFERENCES filings.companies,
  form text NOT NULL,
  filing_date date NOT NULL,
  listed_at timestamptz NOT NULL,
  was_missing boolean NOT NULL
);
CREATE INDEX index_entries_by_company ON filings.index_entries (cik, filing_date DESC);

-- Every day whose index was read or is still to be read: none is skipped. `closed`: EDGAR publishes none (weekend, holiday).
CREATE TABLE filings.index_days (
  day date PRIMARY KEY,
  outcome text NOT NULL CHECK (outcome IN ('read', 'closed', 'waiting', 'given_up')),
  reason text CHECK (length(reason) <= 500),
  entries integer NOT NULL CHECK (entries >= 0),
  missing integer NOT NULL CHECK (missing >= 0),
  tried_at timestamptz NOT NULL,
  CHECK ((outcome IN ('waiting', 'given_up')) = (reason IS NOT NULL))
);

-- Filings that the watch itself came upon, by each watched company they name. What was only asked for is not among them, so
-- that nobody is alerted to what somebody else had fetched from the past.
CREATE TABLE filings.sightings (
  accession text NOT NULL REFERENCES filings.filings,
  cik bigint NOT NULL REFERENCES filings.companies,
  source text NOT NULL CHECK (source IN ('feed', 'scan', 'daily')),
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (accession, cik)
);

CREATE INDEX companies_by_scan ON filings.companies (last_scan_at NULLS FIRST);
ALTER TABLE filings.companies ADD COLUMN scan_sent_at timestamptz;
COMMENT ON COLUMN filings.companies.scan_sent_at IS 'When a scan was last sent for it; later than last_scan_at: under way';

-- Tell every account that watches one of the companies, wishes to hear of such things and of this form, and began to watch
-- no later than the day of filing (EDGAR's day). Once per (account, kind, subject); a webhook is told with the notification.
-- One row for each account told; those with outbox rows have them, so that the caller can send after its commit.
CREATE FUNCTION filings.tell_watchers(
  p_ciks bigint[], p_form text, p_filing_date date, p_wish text, p_kind text, p_subject text, p_topic text, p_title text,
  p_body text, p_data jsonb, p_request_id text, p_traceparent text, p_at timestamptz)
RETURNS TABLE (account_id text, outbox_id text, queue text, body text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE watcher text; news record; route text;
BEGIN
  FOR watcher IN
    SELECT DISTINCT w.account_id FROM filings.watchlist AS w
    WHERE w.cik = ANY (p_ciks) AND p_form = ANY (w.forms) AND p_wish = ANY (w.notify)
      AND p_filing_date >= (w.created_at AT TIME ZONE 'America/New_York')::date
    ORDER BY w.account_id
  LOOP
    SELECT * INTO news FROM platform.tell_account(
      'ntf_' || platform.make_notification_ulid(p_at), watcher, 'filings', p_kind, p_subject, p_topic, 'once', p_title,
      p_body, p_data, p_at);
    CONTINUE WHEN NOT news.told;
    route := NULL;
    IF news.routed THEN
      route := jsonb_build_object(
        'schema', 'platform.route_notification.v1', 'message_id', 'msg_' || platform.make_notification_ulid(p_at),
        'dedup_key', 'route:' || news.notification_id, 'account_id', watcher, 'job_id', NULL,
        'request_id', p_request_id, 'traceparent', p_traceparent, 'deferrals', 0,
        'body', jsonb_build_object('notification_id', news.notification_id))::text;
      RETURN QUERY INSERT INTO platform.outbox AS o (outbox_id, queue, body, created_at, deliver_after)
        VALUES (platform.make_notification_ulid(p_at), 'platform-notifier', route, p_at, p_at)
        RETURNING watcher, o.outbox_id, o.queue, o.body;
    ELSE
      RETURN QUERY SELECT watcher, NULL::text, NULL::text, NULL::text;
    END IF;
    RETURN QUERY SELECT watcher, e.outbox_id, e.queue, e.body FROM platform.emit_webhook(
      watcher, p_kind, p_subject, p_data, p_request_id, p_traceparent, p_at) AS e;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION filings.tell_watchers(
  bigint[], text, date, text, text, text, text, text, text, jsonb, text, text, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION filings.tell_watchers(
  bigint[], text, date, text, text, text, text, text, text, jsonb, text, text, timestamptz) TO auspex_filings;
GRANT SELECT, INSERT ON filings.index_days, filings.sightings TO auspex_filings;
GRANT UPDATE ON filings.index_days TO auspex_filings;

-- ── Guidance ───────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE filings.guidance (
  guidance_id text PRIMARY KEY CHECK (guidance_id ~ '^gdn_[0-9A-HJKMNP-TV-Z]{26}$'),
  accession text NOT NULL REFERENCES filings.filings,
  run integer NOT NULL,
  cik bigint NOT NULL REFERENCES filings.companies,
  metric text NOT NULL,
  basis text NOT NULL CHECK (basis IN ('gaap', 'non_gaap')),
  period_type text NOT NULL CHECK (period_type IN ('quarter', 'half', 'nine_months', 'year', 'instant', 'other')),
  period_end date,
  fiscal_period text NOT NULL,
  shape text NOT NULL CHECK (shape IN ('range', 'point', 'at_least', 'at_most', 'qualitative', 'withdrawn')),
  low numeric,
  high numeric,
  unit text,
  tolerance numeric CHECK (tolerance >= 0),
  action text NOT NULL CHECK (action IN ('initiate', 'reaffirm', 'raise', 'cut', 'narrow', 'widen', 'withdraw')),
  previous_id text REFERENCES filings.guidance,
  method text NOT NULL CHECK (method IN ('rule', 'llm')),
  section_id text NOT NULL REFERENCES filings.sections,
  char_start integer NOT NULL,
  char_end integer NOT NULL CHECK (char_end > char_start),
  quote text NOT NULL,
  known_at timestamptz NOT NULL,
  UNIQUE (accession, run, metric, basis, fiscal_period, char_start),
  CHECK (low IS NULL OR high IS NULL OR low <= high)
);
CREATE INDEX guidance_by_metric ON filings.guidance (cik, metric, fiscal_period, known_at);
CREATE INDEX guidance_by_accession ON filings.guidance (accession, run);

CREATE TABLE filings.guidance_outcomes (
  guidance_id text NOT NULL REFERENCES filings.guidance,
  kpi_id text NOT NULL REFERENCES filings.kpis,
  actual numeric NOT NULL,
  position text NOT NULL CHECK (position IN ('above', 'within', 'below')),
  verdict text CHECK (verdict IN ('beat', 'in_range', 'miss')),
  surprise numeric,
  restated boolean NOT NULL,
  scored_at timestamptz NOT NULL,
  PRIMARY KEY (guidance_id, restated)
);

-- Our own interval for a figure not yet reported, issued once and never edited; `prediction_id` is its place in the scorebook.
CREATE TABLE filings.expectations (
  expectation_id text PRIMARY KEY CHECK (expectation_id ~ '^exp_[0-9A-HJKMNP-TV-Z]{26}$'),
  cik bigint NOT NULL REFERENCES filings.companies,
  metric text NOT NULL,
  basis text NOT NULL CHECK (basis IN ('gaap', 'non_gaap')),
  fiscal_period text NOT NULL,
  period_type text NOT NULL,
  period_end date NOT NULL,
  unit text NOT NULL,
  q10 numeric NOT NULL,
  q50 numeric NOT NULL,
  q90 numeric NOT NULL,
  baseline numeric,
  method text NOT NULL CHECK (method IN ('guidance_surprises', 'yearly_growth', 'yearly_difference')),
  inputs jsonb NOT NULL,
  prediction_id text,
  issued_at timestamptz NOT NULL,
  UNIQUE (cik, metric, basis, fiscal_period, issued_at),
  CHECK (q10 <= q50 AND q50 <= q90)
);
CREATE INDEX expectations_by_metric ON filings.expectations (cik, metric, basis, period_end);

-- Companies of which something new is known that guidance or an expectation may be held against; emptied by scoring.
CREATE TABLE filings.companies_to_score (
  cik bigint PRIMARY KEY REFERENCES filings.companies,
  queued_at timestamptz NOT NULL
);
CREATE INDEX companies_to_score_by_age ON filings.companies_to_score (queued_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON filings.companies_to_score TO auspex_filings;

-- ── Templates ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- `params.table` says what the rows are; an account's own template names the common one it is `like` for its rules.
CREATE TABLE filings.ask_templates (
  template_key text NOT NULL CHECK (template_key ~ '^[a-z][a-z0-9_]{0,49}$'),
  account_id text REFERENCES platform.accounts,
  title text NOT NULL,
  question_template text NOT NULL,
  params jsonb NOT NULL CHECK (params ->> 'table' IN ('changes', 'surprises', 'guidance', 'risks')),
  UNIQUE NULLS NOT DISTINCT (account_id, template_key)
);
INSERT INTO filings.ask_templates (template_key, title, question_template, params) VALUES
  ('qoq_changes', 'What changed', 'How did the figures of {company} for {period} change from {compare_to}?',
   '{"table": "changes", "metrics": ["revenue", "gross_profit", "operating_income", "net_income", "eps_diluted",
     "operating_cash_flow", "capex", "cash", "inventory", "receivables", "long_term_debt"]}'),
  ('kpi_surprises', 'Surprises', 'Which figures of {company} for {period} lie far from what was expected?',
   '{"table": "surprises", "metrics": ["revenue", "gross_profit", "operating_income", "net_income", "eps_diluted",
     "operating_cash_flow", "capex"]}'),
  ('guidance_shift', 'Guidance', 'How did the guidance that {company} gave with {period} shift from {compare_to}?',
   '{"table": "guidance"}'),
  ('risk_flags', 'Risks', 'Which risks of {company} are new in the report for {period} against {compare_to}?',
   '{"table": "risks"}');

CREATE TABLE filings.template_rules (
  template_key text NOT NULL,
  base_form text NOT NULL,
  item text,
  weight numeric NOT NULL CHECK (weight > 0 AND weight <= 1),
  UNIQUE NULLS NOT DISTINCT (template_key, base_form, item)
);
INSERT INTO filings.template_rules (template_key, base_form, item, weight) VALUES
  ('qoq_changes', '10-Q', NULL, 1.0), ('qoq_changes', '8-K', '2.02', 0.9), ('qoq_changes', '10-K', NULL, 0.7),
  ('kpi_surprises', '8-K', '2.02', 1.0), ('kpi_surprises', '10-Q', NULL, 0.9), ('kpi_surprises', '10-K', NULL, 0.8),
  ('guidance_shift', '8-K', '2.02', 1.0), ('guidance_shift', '10-Q', NULL, 0.9),
  ('guidance_shift', '10-K', NULL, 0.8), ('guidance_shift', '8-K', '7.01', 0.7),
  ('risk_flags', '10-K', NULL, 1.0), ('risk_flags', '10-Q', NULL, 0.9), ('risk_flags', '8-K', '1.03', 0.9),
  ('risk_flags', '8-K', '1.05', 0.9), ('risk_flags', '8-K', '2.06', 0.9), ('risk_flags', '8-K', '3.01', 0.9),
  ('risk_flags', '8-K', '4.01', 0.9), ('risk_flags', '8-K', '4.02', 0.9), ('risk_flags', '8-K', NULL, 0.4);

ALTER TABLE filings.asks ADD COLUMN template_key text;

-- ── Two times ──────────────────────────────────────────────────────────────────────────────────────────────────────
ALTER TABLE filings.events DROP CONSTRAINT events_topic_check;
ALTER TABLE filings.events ADD CONSTRAINT events_topic_check CHECK (topic IN (
  'detected', 'fetched', 'analyzed', 'indexed', 'skipped', 'dead_letter', 'replayed', 'superseded', 'degraded', 'answered',
  'guidance_changed'));

-- ── Nothing of these is edited ─────────────────────────────────────────────────────────────────────────────────────
CREATE TRIGGER guidance_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON filings.guidance
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER guidance_outcomes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON filings.guidance_outcomes
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER expectations_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON filings.expectations
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
GRANT SELECT ON filings.watchlist, filings.feed_mark, filings.index_entries, filings.guidance, filings.guidance_outcomes,
  filings.expectations, filings.ask_templates, filings.template_rules TO auspex_filings;
GRANT INSERT ON filings.watchlist, filings.index_entries, filings.guidance, filings.guidance_outcomes, filings.expectations
  TO auspex_filings;
GRANT UPDATE (forms, notify) ON filings.watchlist TO auspex_filings;
GRANT UPDATE ON filings.feed_mark, filings.index_entries TO auspex_filings;
GRANT DELETE ON filings.watchlist TO auspex_filings;

-- ── Jobs: backfills, replays ───────────────────────────────────────────────────────────────────────────────────────
-- A job's kind says what was asked for, its units' kind what work is waited for: a backfill, a replay and an ingestion may
-- wait for the same filing. A kind that is named for the units replaces the job's own.
CREATE FUNCTION platform.name_units(p_job_id text, p_kind text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  UPDATE platform.job_units SET kind = p_kind WHERE job_id = p_job_id AND kind <> p_kind
$$;

-- As before, and what a placeholder turns out to be is of the placeholder's kind.
CREATE OR REPLACE FUNCTION platform.expand_unit(p_job_id text, p_unit_key text, p_units text[], p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM platform.jobs WHERE job_id = p_job_id AND status IN ('queued', 'running') FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  INSERT INTO platform.job_units (job_id, unit_key, kind, created_at)
    SELECT p_job_id, u, coalesce(
        (SELECT o.kind FROM platform.job_units AS o WHERE o.job_id = p_job_id AND o.unit_key = p_unit_key), j.kind), p_at
    FROM unnest(p_units) AS u, platform.jobs AS j WHERE j.job_id = p_job_id
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

-- Who asked for it is told that a backfill ended, whoever ended it; by then it is settled (triggers go by their names).
CREATE FUNCTION filings.tell_of_backfill_end() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE at timestamptz := coalesce(NEW.finished_at, NEW.progressed_at); told record; paid bigint; news jsonb;
  trace text := coalesce(NEW.traceparent, format('00-%s-%s-01', replace(gen_random_uuid()::text, '-', ''),
                                                 left(replace(gen_random_uuid()::text, '-', ''), 16)));
BEGIN
  SELECT j.cost INTO paid FROM platform.jobs AS j WHERE j.job_id = NEW.job_id;
  news := jsonb_build_object('job_id', NEW.job_id, 'status', NEW.status, 'units_done', NEW.units_done,
                             'units_failed', NEW.units_failed, 'units_total', NEW.units_total, 'quote', NEW.quote,
                             'cost', paid, 'links', jsonb_build_object('self', '/v1/jobs/' || NEW.job_id));
  SELECT * INTO told FROM platform.tell_account(
    'ntf_' || platform.make_notification_ulid(at), NEW.account_id, 'filings', 'backfill.finished', NEW.job_id, NULL,
    NEW.status || ':' || NEW.attempts, 'Backfill ' || NEW.status,
    format('%s of %s filings are there, %s failed. %s of %s tokens were used.', NEW.units_done, NEW.units_total,
           NEW.units_failed, paid, NEW.quote),
    news, at);
  IF told.told THEN
    PERFORM platform.emit_webhook(NEW.account_id, 'backfill.finished', NEW.job_id, news, NEW.request_id, trace, at);
  END IF;
  IF told.routed THEN
    INSERT INTO platform.outbox (outbox_id, queue, body, created_at, deliver_after) VALUES (
      platform.make_notification_ulid(at), 'platform-notifier',
      jsonb_build_object(
        'schema', 'platform.route_notification.v1', 'message_id', 'msg_' || platform.make_notification_ulid(at),
        'dedup_key', 'route:' || told.notification_id, 'account_id', NEW.account_id, 'job_id', NEW.job_id,
        'request_id', NEW.request_id, 'traceparent', trace, 'deferrals', 0,
        'body', jsonb_build_object('notification_id', told.notification_id))::text,
      at, at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_tell_of_end_of_backfill AFTER UPDATE OF status ON platform.jobs
  FOR EACH ROW
  WHEN (NEW.kind = 'filings.backfill' AND (NEW.request ->> 'notify')::boolean AND OLD.status IS DISTINCT FROM NEW.status
        AND NEW.status IN ('succeeded', 'failed', 'cancelled', 'expired'))
  EXECUTE FUNCTION filings.tell_of_backfill_end();

REVOKE ALL ON FUNCTION platform.name_units(text, text), filings.tell_of_backfill_end() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform.name_units(text, text) TO auspex_platform, auspex_filings, auspex_oracle;

-- ── Operations ─────────────────────────────────────────────────────────────────────────────────────────────────────
-- A product's operators see and redrive the letters of its own queues, through the platform's own code.
ALTER TABLE platform.dead_letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY dead_letters_of_everybody ON platform.dead_letters TO auspex_platform, auspex_retention
  USING (true) WITH CHECK (true);
CREATE POLICY dead_letters_of_filings ON platform.dead_letters TO auspex_filings
  USING (queue LIKE 'filings-%') WITH CHECK (queue LIKE 'filings-%');
GRANT SELECT, UPDATE (redriven_at, redrivable) ON platform.dead_letters TO auspex_filings;
GRANT EXECUTE ON FUNCTION platform.envelope_of(text), platform.reopen_unit(text, text, timestamptz, timestamptz)
  TO auspex_filings;

-- How many slots of the shared request budget were taken in each minute.
CREATE TABLE filings.edgar_minutes (
  minute timestamptz PRIMARY KEY,
  slots integer NOT NULL CHECK (slots > 0)
);
GRANT SELECT, INSERT, UPDATE ON filings.edgar_minutes TO auspex_filings;
SELECT platform.let_expire('filings.edgar_minutes', 'minute', 'traces');

-- Failed attempts of the filings' stages, by stage; the table itself is the platform's.
CREATE FUNCTION filings.count_failed_attempts(p_since timestamptz, p_at timestamptz)
RETURNS TABLE (stage text, attempts bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT f.stage, count(*) FROM platform.delivery_failures AS f
  WHERE f.stage LIKE 'filings-%' AND f.failed_at > p_since AND f.failed_at <= p_at GROUP BY f.stage
$$;
-- What the outbox still has to send to a filings queue, and since when the oldest is due.
CREATE FUNCTION filings.read_backlog(p_at timestamptz)
RETURNS TABLE (queue text, unsent bigint, oldest_due_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT o.queue, count(*), min(o.deliver_after) FILTER (WHERE o.deliver_after <= p_at) FROM platform.outbox AS o
  WHERE o.sent_at IS NULL AND o.queue LIKE 'filings-%' GROUP BY o.queue
$$;
REVOKE ALL ON FUNCTION filings.count_failed_attempts(timestamptz, timestamptz), filings.read_backlog(timestamptz)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION filings.count_failed_attempts(timestamptz, timestamptz), filings.read_backlog(timestamptz)
  TO auspex_filings;
