-- Oracle: competitions, results as sources told them, parameters fitted from them, answers, jobs' rows and reports.
-- Forecasts and their scores are the scorebook's; allowances, money and cached replies are the platform's.

CREATE SCHEMA oracle;
GRANT USAGE ON SCHEMA oracle, platform, providers TO auspex_oracle;

-- ── Competitions and teams ─────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE oracle.competitions (
  code text PRIMARY KEY CHECK (code ~ '^[A-Z]{1,3}[0-9]?$'),
  name text NOT NULL,
  country text NOT NULL,
  n_teams integer NOT NULL CHECK (n_teams BETWEEN 2 AND 40),
  tie_break jsonb CHECK (jsonb_typeof(tie_break) = 'array'),
  zones jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(zones) = 'array'),
  source_code text NOT NULL UNIQUE,
  odds_key text UNIQUE
);
COMMENT ON COLUMN oracle.competitions.tie_break IS
  'Criteria in order, null where we do not know the chain for certain: then no season is projected by us';
COMMENT ON COLUMN oracle.competitions.zones IS '[{"key", "first", "last"}]: positions of the final table, both included';
COMMENT ON COLUMN oracle.competitions.odds_key IS 'What the odds source calls it; null: it is not asked';

-- A team is what its country's results files call it; other spellings are aliases, and what is neither is reviewed.
CREATE TABLE oracle.teams (
  team_id text PRIMARY KEY CHECK (team_id ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text NOT NULL,
  country text NOT NULL,
  UNIQUE (country, name)
);
CREATE TABLE oracle.team_aliases (
  competition text NOT NULL REFERENCES oracle.competitions,
  alias text NOT NULL,
  team_id text NOT NULL REFERENCES oracle.teams,
  PRIMARY KEY (competition, alias)
);
CREATE INDEX team_aliases_by_team ON oracle.team_aliases (team_id);

CREATE TABLE oracle.team_reviews (
  competition text NOT NULL REFERENCES oracle.competitions,
  name text NOT NULL,
  source text NOT NULL CHECK (source IN ('results', 'fixtures', 'odds')),
  nearest jsonb NOT NULL DEFAULT '[]',
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  closed_at timestamptz,
  PRIMARY KEY (competition, name)
);
COMMENT ON TABLE oracle.team_reviews IS 'Names that no alias knows; a person adds the alias, the next refresh reads the row';

-- ── What sources sent ──────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE oracle.source_files (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL CHECK (source IN ('football-data', 'odds')),
  url text NOT NULL,
  competition text REFERENCES oracle.competitions,
  fetched_at timestamptz NOT NULL,
  status integer,
  outcome text NOT NULL CHECK (outcome IN ('stored', 'unchanged', 'absent', 'refused', 'failed', 'unreadable')),
  etag text,
  last_modified text,
  sha256 char(64),
  bytes bigint,
  rows_ok integer,
  rows_bad integer,
  detail jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN oracle.source_files.url IS 'Path at the source, without host and without any key';
COMMENT ON COLUMN oracle.source_files.detail IS 'The error, or the rejected rows; row 1 is the header';
CREATE INDEX source_files_by_url ON oracle.source_files (url, id DESC);
CREATE INDEX source_files_by_competition ON oracle.source_files (competition, id DESC);

-- Every request to a source takes a place in its row first, whichever function sends it.
CREATE TABLE oracle.source_budgets (
  source text PRIMARY KEY CHECK (source IN ('football-data', 'odds')),
  next_slot_at timestamptz NOT NULL,
  paused_until timestamptz,
  requests_remaining integer,
  requests_quota integer,
  quota_read_on date
);
INSERT INTO oracle.source_budgets VALUES ('football-data', '-infinity'), ('odds', '-infinity');

CREATE TABLE oracle.matches (
  match_id text PRIMARY KEY,
  competition text NOT NULL REFERENCES oracle.competitions,
  season text NOT NULL CHECK (season ~ '^[0-9]{4}/[0-9]{2}$'),
  match_date date NOT NULL,
  kickoff timestamptz,
  home_id text NOT NULL REFERENCES oracle.teams,
  away_id text NOT NULL REFERENCES oracle.teams,
  home_goals integer CHECK (home_goals BETWEEN 0 AND 99),
  away_goals integer CHECK (away_goals BETWEEN 0 AND 99),
  ht_home integer,
  ht_away integer,
  home_sot integer,
  away_sot integer,
  home_shots integer,
  away_shots integer,
  home_corners integer,
  away_corners integer,
  home_red integer,
  away_red integer,
  status text NOT NULL CHECK (status IN ('scheduled', 'finished')),
  source_file_id bigint REFERENCES oracle.source_files,
  result_seen_at timestamptz,
  updated_at timestamptz NOT NULL,
  UNIQUE (competition, season, home_id, away_id),
  CHECK (home_id <> away_id),
  CHECK ((status = 'finished') = (home_goals IS NOT NULL AND away_goals IS NOT NULL))
);
COMMENT ON COLUMN oracle.matches.kickoff IS 'Null where the source gives no time; then the day itself bounds what is known';
CREATE INDEX matches_by_day ON oracle.matches (competition, match_date);
CREATE INDEX matches_by_home ON oracle.matches (home_id, match_date);
CREATE INDEX matches_by_away ON oracle.matches (away_id, match_date);

CREATE TABLE oracle.match_changes (
  change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  match_id text NOT NULL REFERENCES oracle.matches,
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  source_file_id bigint REFERENCES oracle.source_files,
  changed_at timestamptz NOT NULL
);
CREATE INDEX match_changes_by_match ON oracle.match_changes (match_id, change_id);

-- Whoever changes a result or moves a match leaves the earlier state behind.
CREATE FUNCTION oracle.state_of(p_match oracle.matches) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT jsonb_build_object(
    'match_date', p_match.match_date, 'kickoff', p_match.kickoff, 'status', p_match.status,
    'home_goals', p_match.home_goals, 'away_goals', p_match.away_goals, 'ht_home', p_match.ht_home,
    'ht_away', p_match.ht_away, 'home_sot', p_match.home_sot, 'away_sot', p_match.away_sot,
    'home_shots', p_match.home_shots, 'away_shots', p_match.away_shots, 'home_corners', p_match.home_corners,
    'away_corners', p_match.away_corners,
    'home_red', p_match.home_red, 'away_red', p_match.away_red)
$$;
CREATE FUNCTION oracle.keep_match_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF oracle.state_of(OLD) IS DISTINCT FROM oracle.state_of(NEW) THEN
    INSERT INTO oracle.match_changes (match_id, before, after, source_file_id, changed_at)
      VALUES (NEW.match_id, oracle.state_of(OLD), oracle.state_of(NEW), NEW.source_file_id, NEW.updated_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER matches_keep_changes AFTER UPDATE ON oracle.matches
  FOR EACH ROW EXECUTE FUNCTION oracle.keep_match_change();

CREATE TABLE oracle.odds (
  match_id text NOT NULL REFERENCES oracle.matches,
  bookmaker text NOT NULL CHECK (length(bookmaker) BETWEEN 1 AND 60),
  market text NOT NULL CHECK (market IN ('1x2', 'over_2_5')),
  phase text NOT NULL CHECK (phase IN ('early', 'closing')),
  outcome text NOT NULL CHECK (outcome IN ('home', 'draw', 'away', 'over', 'under')),
  decimal_odds numeric(8, 3) NOT NULL CHECK (decimal_odds > 1),
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (match_id, bookmaker, market, phase, outcome)
);

-- ── Parameters ─────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE oracle.params (
  params_version text PRIMARY KEY CHECK (length(params_version) <= 120),
  competition text NOT NULL REFERENCES oracle.competitions,
  model text NOT NULL CHECK (model IN ('elo', 'goals')),
  trained_through date NOT NULL,
  hyper jsonb NOT NULL,
  fit jsonb NOT NULL,
  thresholds jsonb,
  status text NOT NULL CHECK (status IN ('active', 'failed', 'superseded')),
  created_at timestamptz NOT NULL,
  sha256 char(64) NOT NULL
);
CREATE UNIQUE INDEX params_active ON oracle.params (competition, model) WHERE status = 'active';
CREATE INDEX params_by_day ON oracle.params (competition, model, trained_through DESC, created_at DESC);

-- A version stays what it was when forecasts were made with it: only its status moves, and never to or from failed.
CREATE FUNCTION oracle.keep_params() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF OLD.status = 'failed' OR NEW.status = 'failed' OR to_jsonb(OLD) - 'status' <> to_jsonb(NEW) - 'status' THEN
    RAISE EXCEPTION 'parameters % only change their status', OLD.params_version USING ERRCODE = 'AX409';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER params_keep BEFORE UPDATE ON oracle.params FOR EACH ROW EXECUTE FUNCTION oracle.keep_params();

CREATE TABLE oracle.team_params (
  params_version text NOT NULL REFERENCES oracle.params,
  team_id text NOT NULL REFERENCES oracle.teams,
  elo double precision,
  elo_sd double precision,
  attack double precision,
  defence double precision,
  attack_sd double precision,
  defence_sd double precision,
  matches integer NOT NULL CHECK (matches >= 0),
  PRIMARY KEY (params_version, team_id)
);
CREATE INDEX team_params_by_team ON oracle.team_params (team_id);

CREATE TABLE oracle.posteriors (
  params_version text PRIMARY KEY REFERENCES oracle.params,
  dim integer NOT NULL CHECK (dim > 0),
  factor bytea NOT NULL,
  CHECK (length(factor) = 8 * dim * dim)
);
COMMENT ON COLUMN oracle.posteriors.factor IS 'Row-major little-endian float64 of the lower Cholesky factor';

-- ── Answers ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE oracle.simulations (
  id text PRIMARY KEY CHECK (id ~ '^sim_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  route text NOT NULL,
  idempotency_key text,
  fingerprint char(64) NOT NULL,
  depth text NOT NULL,
  origin text NOT NULL CHECK (origin IN ('live', 'backtest')),
  request jsonb NOT NULL,
  result jsonb NOT NULL,
  result_sha256 char(64) NOT NULL,
  narrative jsonb,
  prediction_id text,
  token_cost integer NOT NULL CHECK (token_cost >= 0),
  created_at timestamptz NOT NULL,
  UNIQUE NULLS DISTINCT (account_id, route, idempotency_key)
);
CREATE INDEX simulations_by_fingerprint ON oracle.simulations (account_id, fingerprint);
CREATE INDEX simulations_by_account ON oracle.simulations (account_id, id DESC);
CREATE INDEX simulations_by_age ON oracle.simulations USING brin (created_at);

CREATE TABLE oracle.reports (
  id text PRIMARY KEY CHECK (id ~ '^rep_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  simulation_id text NOT NULL,
  body jsonb NOT NULL,
  sha256 char(64) NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX reports_by_simulation ON oracle.reports (simulation_id);
CREATE UNIQUE INDEX reports_shared_once ON oracle.reports (account_id, simulation_id) WHERE revoked_at IS NULL;

CREATE FUNCTION oracle.keep_report() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL
     OR to_jsonb(OLD) - 'revoked_at' <> to_jsonb(NEW) - 'revoked_at' THEN
    RAISE EXCEPTION 'report % can only be revoked', OLD.id USING ERRCODE = 'AX409';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reports_keep BEFORE UPDATE ON oracle.reports FOR EACH ROW EXECUTE FUNCTION oracle.keep_report();

-- ── Jobs' rows: they live as long as their job ─────────────────────────────────────────────────────────────────────
-- What a job was asked for, and what its shards add up to; null while a shard is missing that was counted on.
CREATE TABLE oracle.runs (
  job_id text PRIMARY KEY REFERENCES platform.jobs ON DELETE CASCADE,
  account_id text NOT NULL REFERENCES platform.accounts,
  run text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('batch', 'projection')),
  input jsonb NOT NULL,
  rejected jsonb NOT NULL DEFAULT '[]',
  strengths jsonb,
  totals jsonb
);
COMMENT ON COLUMN oracle.runs.strengths IS
  'What seasons of a competition are drawn from: the first shard looks it up, all others draw from the same';
COMMENT ON COLUMN oracle.runs.run IS 'Prefix of the units of its job: <run>/000 … and <run>/collect';

CREATE TABLE oracle.batch_rows (
  job_id text NOT NULL REFERENCES platform.jobs ON DELETE CASCADE,
  row_no integer NOT NULL CHECK (row_no > 0),
  input jsonb NOT NULL,
  result jsonb,
  error jsonb,
  PRIMARY KEY (job_id, row_no)
);
CREATE TABLE oracle.shards (
  job_id text NOT NULL REFERENCES platform.jobs ON DELETE CASCADE,
  shard integer NOT NULL CHECK (shard >= 0),
  first integer NOT NULL,
  last integer NOT NULL CHECK (last >= first),
  partial jsonb,
  attempts integer NOT NULL DEFAULT 0,
  done_at timestamptz,
  PRIMARY KEY (job_id, shard)
);
CREATE TABLE oracle.projections (
  job_id text PRIMARY KEY REFERENCES platform.jobs ON DELETE CASCADE,
  "table" jsonb NOT NULL,
  meta jsonb NOT NULL
);

-- How many shards of a job wait or run. Exact under the job's lock, which whoever ends a unit holds until it commits.
CREATE FUNCTION oracle.count_shards_alive(p_job_id text) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT count(*)::integer FROM platform.job_units AS u
  WHERE u.job_id = p_job_id AND u.kind IN ('oracle.batch', 'oracle.projection') AND u.unit_key NOT LIKE '%/collect'
    AND u.state IN ('queued', 'running')
$$;

-- The last shard of a job begins the collection. Where the last one dies, its dead letter does (decision 0003): in the
-- transaction that stores it, before the platform fails the unit, and under the job's lock.
CREATE FUNCTION oracle.note_dead_shard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE message jsonb := platform.envelope_of(NEW.body); asked oracle.runs; others integer;
BEGIN
  SELECT r.* INTO asked FROM oracle.runs AS r WHERE r.job_id = message -> 'body' ->> 'job_id';
  IF NOT FOUND THEN RETURN NULL; END IF;
  PERFORM 1 FROM platform.jobs AS j WHERE j.job_id = asked.job_id AND j.status IN ('queued', 'running') FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT count(*) FILTER (WHERE u.unit_key <> NEW.unit_key) INTO others FROM platform.job_units AS u
    WHERE u.job_id = asked.job_id AND u.unit_key NOT LIKE '%/collect' AND u.state IN ('queued', 'running')
    HAVING bool_or(u.unit_key = NEW.unit_key);
  IF others = 0 THEN
    INSERT INTO platform.outbox (outbox_id, queue, body, created_at, deliver_after)
    VALUES (platform.new_ulid(NEW.dead_at), 'oracle-collect', jsonb_build_object(
      'schema', 'oracle.collect_shards.v1', 'message_id', 'msg_' || platform.new_ulid(NEW.dead_at),
      'dedup_key', 'collect:' || NEW.dead_letter_id, 'account_id', asked.account_id, 'job_id', asked.job_id,
      'request_id', message ->> 'request_id', 'traceparent', message ->> 'traceparent', 'deferrals', 0,
      'body', jsonb_build_object('unit_kind', 'oracle.' || asked.kind, 'unit_key', asked.run || '/collect',
                                 'job_id', asked.job_id))::text, NEW.dead_at, NEW.dead_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER oracle_note_dead_shard AFTER INSERT ON platform.dead_letters
  FOR EACH ROW WHEN (NEW.queue = 'oracle-simulate') EXECUTE FUNCTION oracle.note_dead_shard();

-- ── Calibration: read from the scorebook, rebuilt whenever it grows ────────────────────────────────────────────────
CREATE TABLE oracle.calibration (
  origin text NOT NULL CHECK (origin IN ('live', 'backtest')),
  model text NOT NULL,
  model_version text NOT NULL,
  competition text NOT NULL,
  season text NOT NULL,
  n integer NOT NULL CHECK (n >= 0),
  metrics jsonb,
  bins jsonb,
  built_at timestamptz NOT NULL,
  PRIMARY KEY (origin, model, model_version, competition, season)
);
COMMENT ON COLUMN oracle.calibration.season IS '* stands for all seasons, as it does for competition and model_version';

-- The schedules' forecasts with the score that holds, and nobody's own predictions.
CREATE FUNCTION oracle.list_scored_forecasts(p_origin text, p_after text, p_rows_max integer)
RETURNS TABLE (prediction_id text, subject text, target text, model_version text, outcome_due_at timestamptz,
               payload jsonb, outcome jsonb, scores jsonb, baselines jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT p.prediction_id, p.subject, p.target, p.model_version, p.outcome_due_at, p.payload, o.value, s.scores,
         s.baselines
  FROM platform.predictions AS p
  JOIN LATERAL (
    SELECT r.* FROM platform.scores AS r WHERE r.prediction_id = p.prediction_id ORDER BY r.score_id DESC LIMIT 1
  ) AS s ON NOT s.void
  JOIN platform.outcomes AS o ON o.outcome_id = s.outcome_id
  WHERE p.product = 'oracle' AND p.issuer = 'schedule' AND p.origin = p_origin AND p.prediction_id > p_after
  ORDER BY p.prediction_id LIMIT p_rows_max
$$;
-- What the schedules said of these subjects, newest first.
CREATE FUNCTION oracle.list_forecasts_of(p_subjects text[])
RETURNS TABLE (prediction_id text, subject text, target text, model_version text, issued_at timestamptz,
               origin text, payload jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT p.prediction_id, p.subject, p.target, p.model_version, p.issued_at, p.origin, p.payload
  FROM platform.predictions AS p
  WHERE p.product = 'oracle' AND p.issuer = 'schedule' AND p.subject = ANY (p_subjects)
  ORDER BY p.subject, p.issued_at DESC, p.prediction_id DESC
$$;
-- Which of these subjects anybody predicted, an account or a schedule: their outcomes are worth recording.
CREATE FUNCTION oracle.list_predicted(p_subjects text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT DISTINCT p.subject FROM platform.predictions AS p
  WHERE p.product = 'oracle' AND p.subject = ANY (p_subjects)
$$;
-- The score that holds of one account's own prediction, null before its outcome.
CREATE FUNCTION oracle.read_own_score(p_account_id text, p_prediction_id text)
RETURNS TABLE (outcome jsonb, scores jsonb, scored_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT o.value, s.scores, s.scored_at FROM platform.predictions AS p
  JOIN platform.scores AS s ON s.prediction_id = p.prediction_id
  JOIN platform.outcomes AS o ON o.outcome_id = s.outcome_id
  WHERE p.product = 'oracle' AND p.account_id = p_account_id AND p.prediction_id = p_prediction_id
  ORDER BY s.score_id DESC LIMIT 1
$$;

-- What is left today of an account's analyses; limits null on plans that have none.
CREATE FUNCTION oracle.read_allowance(
  p_account_id text, p_analyses_max integer, p_cooldown interval, p_at timestamptz)
RETURNS TABLE (plan text, used integer, analyses_max integer, cooldown_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT a.plan, CASE WHEN w.day = (p_at AT TIME ZONE 'UTC')::date THEN w.used ELSE 0 END,
         CASE WHEN a.plan = 'free' THEN p_analyses_max END,
         CASE WHEN a.plan = 'free' AND w.last_at + p_cooldown > p_at THEN w.last_at + p_cooldown END
  FROM platform.accounts AS a LEFT JOIN platform.allowances AS w ON w.account_id = a.account_id
  WHERE a.account_id = p_account_id
$$;

-- ── Nothing of these is edited ─────────────────────────────────────────────────────────────────────────────────────
CREATE TRIGGER source_files_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON oracle.source_files
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER match_changes_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON oracle.match_changes
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER params_stay BEFORE DELETE OR TRUNCATE ON oracle.params
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER reports_stay BEFORE DELETE OR TRUNCATE ON oracle.reports
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- ── Reference data: main divisions of football-data in which each pair meets once at each ground ───────────────────
-- Chains stand only where they are certain. Zones are the finishing places that outsiders ask about.
INSERT INTO oracle.competitions (code, name, country, n_teams, tie_break, zones, source_code, odds_key) VALUES
  ('E0', 'Premier League', 'England', 20,
   '["points", "goal_difference", "goals_for", "head_to_head_points", "head_to_head_away_goals", "lot"]',
   '[{"key": "champion", "first": 1, "last": 1}, {"key": "top_4", "first": 1, "last": 4},
     {"key": "relegation", "first": 18, "last": 20}]', 'E0', 'soccer_epl'),
  ('D1', 'Bundesliga', 'Germany', 18,
   '["points", "goal_difference", "goals_for", "head_to_head_points", "head_to_head_away_goals", "away_goals", "lot"]',
   '[{"key": "champion", "first": 1, "last": 1}, {"key": "top_4", "first": 1, "last": 4},
     {"key": "relegation_play_off", "first": 16, "last": 16}, {"key": "relegation", "first": 17, "last": 18}]', 'D1',
   'soccer_germany_bundesliga'),
  ('SP1', 'La Liga', 'Spain', 20,
   '["points", "head_to_head_points", "head_to_head_goal_difference", "goal_difference", "goals_for", "lot"]',
   '[{"key": "champion", "first": 1, "last": 1}, {"key": "top_4", "first": 1, "last": 4},
     {"key": "relegation", "first": 18, "last": 20}]', 'SP1', 'soccer_spain_la_liga'),
  ('E1', 'Championship', 'England', 24, NULL,
   '[{"key": "champion", "first": 1, "last": 1}, {"key": "promotion", "first": 1, "last": 2},
     {"key": "play_off", "first": 3, "last": 6}, {"key": "relegation", "first": 22, "last": 24}]', 'E1', NULL),
  ('E2', 'League One', 'England', 24, NULL, '[{"key": "champion", "first": 1, "last": 1}]', 'E2', NULL),
  ('E3', 'League Two', 'England', 24, NULL, '[{"key": "champion", "first": 1, "last": 1}]', 'E3', NULL),
  ('D2', '2. Bundesliga', 'Germany', 18, NULL, '[{"key": "champion", "first": 1, "last": 1}]', 'D2', NULL),
  ('SP2', 'Segunda División', 'Spain', 22, NULL, '[{"key": "champion", "first": 1, "last": 1}]', 'SP2', NULL),
  ('I1', 'Serie A', 'Italy', 20, NULL, '[{"key": "champion", "first": 1, "last": 1}]', 'I1', NULL),
  ('F1', 'Ligue 1', 'France', 18, NULL, '[{"key": "champion", "first": 1, "last": 1}]', 'F1', NULL),
  ('N1', 'Eredivisie', 'Netherlands', 18, NULL, '[{"key": "champion", "first": 1, "last": 1}]', 'N1', NULL),
  ('P1', 'Primeira Liga', 'Portugal', 18, NULL, '[{"key": "champion", "first": 1, "last": 1}]', 'P1', NULL);

-- ── Retention ──────────────────────────────────────────────────────────────────────────────────────────────────────
SELECT platform.let_expire('oracle.simulations', 'created_at', 'jobs', $$NOT EXISTS (
  SELECT 1 FROM oracle.reports AS s WHERE s.simulation_id = r.id AND s.revoked_at IS NULL)$$);
GRANT SELECT ON oracle.reports TO auspex_retention;

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA oracle FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oracle.list_scored_forecasts(text, text, integer), oracle.list_forecasts_of(text[]),
  oracle.list_predicted(text[]), oracle.count_shards_alive(text), oracle.read_own_score(text, text),
  oracle.read_allowance(text, integer, interval, timestamptz) TO auspex_oracle;
GRANT SELECT ON ALL TABLES IN SCHEMA oracle TO auspex_oracle;
GRANT INSERT ON oracle.teams, oracle.team_aliases, oracle.team_reviews, oracle.source_files, oracle.matches, oracle.odds,
  oracle.params, oracle.team_params, oracle.posteriors, oracle.simulations, oracle.reports, oracle.batch_rows,
  oracle.shards, oracle.projections, oracle.runs, oracle.calibration TO auspex_oracle;
GRANT UPDATE (strengths, totals) ON oracle.runs TO auspex_oracle;
GRANT UPDATE ON oracle.source_budgets, oracle.matches, oracle.odds, oracle.batch_rows, oracle.shards, oracle.projections,
  oracle.calibration TO auspex_oracle;
GRANT UPDATE (nearest, last_seen_at, closed_at) ON oracle.team_reviews TO auspex_oracle;
GRANT UPDATE (status) ON oracle.params TO auspex_oracle;
GRANT UPDATE (revoked_at) ON oracle.reports TO auspex_oracle;

-- What a product reaches of the platform and of the gateway, as filings does.
GRANT INSERT ON platform.outbox TO auspex_oracle;
DO $$
DECLARE shared regprocedure;
BEGIN
  FOR shared IN
    SELECT p.oid FROM pg_catalog.pg_proc AS p
    WHERE (p.pronamespace = 'platform'::regnamespace AND p.proname IN (
        'admit', 'advance_unit', 'append_scores', 'archive_predictions', 'authenticate', 'begin_schedule_run',
        'claim_outcomes', 'create_job', 'emit_webhook', 'end_schedule_run', 'expand_unit', 'find_cached_reply',
        'finish_unit', 'is_marked', 'keep_reply', 'list_jobs', 'list_predictions', 'list_scored_models',
        'list_unscored', 'mark_delivery', 'mark_outbox_sent', 'note_unit_starts', 'queue_rescoring', 'read_job',
        'read_reliability', 'read_score_series', 'record_failure', 'record_outcomes', 'release', 'reserve', 'settle',
        'settle_outcomes', 'spend', 'store_dead_letter', 'tell_account', 'unit_is_wanted'))
      OR (p.pronamespace = 'providers'::regnamespace AND p.proname IN (
        'accept_result', 'acquire', 'record_call', 'record_failure', 'record_success'))
  LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO auspex_oracle', shared);
  END LOOP;
END $$;
