-- Scorebook: predictions as they were issued, outcomes as they became known, scores as they were computed. The three are
-- append-only by privilege and by trigger. What the public reads is counted in blocks (one UTC day of due outcomes each)
-- while scores are appended; blocks can be built again from the scores at any time.

-- ── Archive ────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE platform.predictions (
  prediction_id text PRIMARY KEY CHECK (prediction_id ~ '^pred_[0-9A-HJKMNP-TV-Z]{26}$'),
  product text NOT NULL CHECK (product ~ '^[a-z][a-z0-9]{1,30}$'),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 300),
  target text NOT NULL CHECK (length(target) BETWEEN 1 AND 100),
  issued_at timestamptz NOT NULL,
  outcome_due_at timestamptz NOT NULL,
  payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
  model_version text NOT NULL CHECK (length(model_version) BETWEEN 1 AND 200),
  origin text NOT NULL CHECK (origin IN ('live', 'backtest')),
  issuer text NOT NULL CHECK (issuer IN ('schedule', 'account')),
  account_id text REFERENCES platform.accounts,
  archived_at timestamptz NOT NULL,
  CONSTRAINT predictions_issued_before_the_outcome CHECK (issued_at < outcome_due_at),
  CONSTRAINT predictions_live_archived_before_the_outcome
    CHECK (origin = 'backtest' OR (issued_at <= archived_at AND archived_at < outcome_due_at)),
  CONSTRAINT predictions_of_accounts_name_one CHECK ((issuer = 'account') = (account_id IS NOT NULL)),
  CONSTRAINT predictions_archived_once
    UNIQUE NULLS NOT DISTINCT (product, subject, target, model_version, origin, issuer, account_id, issued_at)
);
CREATE INDEX predictions_by_account ON platform.predictions (account_id, product, prediction_id DESC)
  WHERE account_id IS NOT NULL;

-- A correction is a row with the next revision; the latest one holds.
CREATE TABLE platform.outcomes (
  outcome_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product text NOT NULL CHECK (product ~ '^[a-z][a-z0-9]{1,30}$'),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 300),
  target text NOT NULL CHECK (length(target) BETWEEN 1 AND 100),
  revision integer NOT NULL CHECK (revision > 0),
  occurred_at timestamptz NOT NULL,
  value jsonb NOT NULL CHECK (jsonb_typeof(value) = 'object'),
  source text NOT NULL,
  recorded_at timestamptz NOT NULL,
  CONSTRAINT outcomes_recorded_after_they_occurred CHECK (occurred_at <= recorded_at),
  UNIQUE (product, subject, target, revision)
);

-- The score of a prediction that holds is its newest row. A void one was looked at and counts nothing. What it refers to
-- is checked by a trigger: a foreign key would need the right to update what is never updated.
CREATE TABLE platform.scores (
  score_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  prediction_id text NOT NULL,
  outcome_id bigint NOT NULL,
  rule_version text NOT NULL CHECK (length(rule_version) BETWEEN 1 AND 100),
  void boolean NOT NULL,
  scores jsonb NOT NULL CHECK (jsonb_typeof(scores) = 'object'),
  indicators jsonb NOT NULL CHECK (jsonb_typeof(indicators) = 'object'),
  baselines jsonb NOT NULL CHECK (jsonb_typeof(baselines) = 'object'),
  reliability jsonb NOT NULL CHECK (jsonb_typeof(reliability) = 'array'),
  scored_at timestamptz NOT NULL,
  UNIQUE (prediction_id, outcome_id, rule_version)
);

-- ── What is left to score, and what is counted ─────────────────────────────────────────────────────────────────────
CREATE TABLE platform.scoring_queue (
  outcome_id bigint PRIMARY KEY,
  product text NOT NULL,
  ready_at timestamptz NOT NULL,
  failures integer NOT NULL DEFAULT 0
);
CREATE INDEX scoring_queue_ready ON platform.scoring_queue (product, ready_at, outcome_id);

-- Sums over the schedules' predictions of one day. `count` has the metrics archived, scored, void; a `baseline` row holds
-- the baseline's total and the model's own on the same predictions, so that skill compares like with like.
CREATE TABLE platform.score_blocks (
  product text NOT NULL,
  origin text NOT NULL,
  block_on date NOT NULL,
  target text NOT NULL,
  model_version text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('count', 'score', 'indicator', 'baseline')),
  metric text NOT NULL,
  baseline text NOT NULL,
  n bigint NOT NULL,
  total numeric NOT NULL,
  own_total numeric NOT NULL,
  PRIMARY KEY (product, origin, block_on, target, model_version, kind, metric, baseline)
);
CREATE TABLE platform.score_bins (
  product text NOT NULL,
  origin text NOT NULL,
  block_on date NOT NULL,
  target text NOT NULL,
  model_version text NOT NULL,
  bin smallint NOT NULL CHECK (bin BETWEEN 0 AND 9),
  n bigint NOT NULL,
  forecast numeric NOT NULL,
  observed numeric NOT NULL,
  PRIMARY KEY (product, origin, block_on, target, model_version, bin)
);

-- ── Nothing is edited ──────────────────────────────────────────────────────────────────────────────────────────────
CREATE TRIGGER predictions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.predictions
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER outcomes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.outcomes
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER scores_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.scores
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- A prediction of what had happened by its issue (or, live, by its archiving) is none. One of an outcome that is known
-- already (a backtest) is scored by having that outcome looked at again.
CREATE FUNCTION platform.check_prediction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE known platform.outcomes;
BEGIN
  SELECT * INTO known FROM platform.outcomes AS o
    WHERE o.product = NEW.product AND o.subject = NEW.subject AND o.target = NEW.target
    ORDER BY o.revision DESC LIMIT 1;
  IF NOT FOUND THEN RETURN NEW; END IF;
  IF known.occurred_at <= NEW.issued_at OR (NEW.origin = 'live' AND known.occurred_at <= NEW.archived_at) THEN
    RAISE EXCEPTION 'the outcome of % (%) was known at %', NEW.subject, NEW.target, known.occurred_at
      USING ERRCODE = 'check_violation', CONSTRAINT = 'predictions_issued_before_the_outcome';
  END IF;
  INSERT INTO platform.scoring_queue (outcome_id, product, ready_at)
    VALUES (known.outcome_id, known.product, '-infinity') ON CONFLICT (outcome_id) DO NOTHING;
  RETURN NEW;
END $$;
CREATE TRIGGER predictions_before_the_outcome BEFORE INSERT ON platform.predictions
  FOR EACH ROW EXECUTE FUNCTION platform.check_prediction();

CREATE FUNCTION platform.check_score() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM platform.predictions AS p
    JOIN platform.outcomes AS o ON o.product = p.product AND o.subject = p.subject AND o.target = p.target
    WHERE p.prediction_id = NEW.prediction_id AND o.outcome_id = NEW.outcome_id AND p.issued_at < o.occurred_at
      AND (p.origin = 'backtest' OR p.archived_at < o.occurred_at);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'prediction % was not issued before outcome % of its subject', NEW.prediction_id, NEW.outcome_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'scores_of_predictions_before_the_outcome';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER scores_of_true_predictions BEFORE INSERT ON platform.scores
  FOR EACH ROW EXECUTE FUNCTION platform.check_score();

-- ── Archiving ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- One lock per product for the length of a transaction: archiving shares it, recording outcomes has it alone, so that
-- a prediction and its outcome never pass each other unseen.
CREATE FUNCTION platform.lock_scorebook(p_product text, p_alone boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  IF p_alone THEN
    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('scorebook:' || p_product, 0));
  ELSE
    PERFORM pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended('scorebook:' || p_product, 0));
  END IF;
END $$;

-- Archive predictions of one product. A repeated one answers the first one's id; `same` is false when it says otherwise.
CREATE FUNCTION platform.archive_predictions(p_product text, p_rows jsonb, p_at timestamptz)
RETURNS TABLE ("position" integer, prediction_id text, created boolean, same boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
BEGIN
  PERFORM platform.lock_scorebook(p_product, false);
  WITH inserted AS (
    INSERT INTO platform.predictions AS p (
      prediction_id, product, subject, target, issued_at, outcome_due_at, payload, model_version, origin, issuer,
      account_id, archived_at)
    SELECT g.prediction_id, p_product, g.subject, g.target, g.issued_at, g.outcome_due_at, g.payload, g.model_version,
           g.origin, g.issuer, g.account_id, p_at
    FROM jsonb_to_recordset(p_rows) AS g (
      "position" integer, prediction_id text, subject text, target text, issued_at timestamptz,
      outcome_due_at timestamptz, payload jsonb, model_version text, origin text, issuer text, account_id text)
    ORDER BY g."position"
    ON CONFLICT ON CONSTRAINT predictions_archived_once DO NOTHING
    RETURNING p.origin, p.target, p.model_version, p.outcome_due_at, p.issuer
  )
  INSERT INTO platform.score_blocks AS b (
    product, origin, block_on, target, model_version, kind, metric, baseline, n, total, own_total)
  SELECT p_product, i.origin, (i.outcome_due_at AT TIME ZONE 'UTC')::date, i.target, i.model_version,
         'count', 'archived', '', count(*), 0, 0
  FROM inserted AS i WHERE i.issuer = 'schedule' GROUP BY 2, 3, 4, 5 ORDER BY 2, 3, 4, 5
  ON CONFLICT (product, origin, block_on, target, model_version, kind, metric, baseline)
    DO UPDATE SET n = b.n + excluded.n;
  RETURN QUERY
    SELECT g."position", p.prediction_id, p.prediction_id = g.prediction_id,
           p.payload = g.payload AND p.outcome_due_at = g.outcome_due_at
    FROM jsonb_to_recordset(p_rows) AS g (
      "position" integer, prediction_id text, subject text, target text, issued_at timestamptz,
      outcome_due_at timestamptz, payload jsonb, model_version text, origin text, issuer text, account_id text)
    JOIN platform.predictions AS p
      ON p.product = p_product AND p.subject = g.subject AND p.target = g.target
      AND p.model_version = g.model_version AND p.origin = g.origin AND p.issuer = g.issuer
      AND p.account_id IS NOT DISTINCT FROM g.account_id AND p.issued_at = g.issued_at
    ORDER BY g."position";
END $$;

-- Record outcomes of one product. One that says what is known already changes nothing; one that says otherwise is the
-- next revision, and what was scored by the one before is scored again.
CREATE FUNCTION platform.record_outcomes(p_product text, p_rows jsonb, p_at timestamptz)
RETURNS TABLE ("position" integer, outcome_id bigint, revision integer, created boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE given record; known platform.outcomes; added platform.outcomes;
BEGIN
  PERFORM platform.lock_scorebook(p_product, true);
  FOR given IN
    SELECT * FROM jsonb_to_recordset(p_rows) AS g (
      "position" integer, subject text, target text, occurred_at timestamptz, value jsonb, source text)
    ORDER BY g."position"
  LOOP
    SELECT * INTO known FROM platform.outcomes AS o
      WHERE o.product = p_product AND o.subject = given.subject AND o.target = given.target
      ORDER BY o.revision DESC LIMIT 1;
    IF known.outcome_id IS NOT NULL AND known.value = given.value AND known.occurred_at = given.occurred_at THEN
      RETURN QUERY SELECT given."position", known.outcome_id, known.revision, false;
      CONTINUE;
    END IF;
    INSERT INTO platform.outcomes (product, subject, target, revision, occurred_at, value, source, recorded_at)
      VALUES (p_product, given.subject, given.target, coalesce(known.revision, 0) + 1, given.occurred_at, given.value,
              given.source, p_at)
      RETURNING * INTO added;
    DELETE FROM platform.scoring_queue AS q WHERE q.outcome_id = known.outcome_id;
    INSERT INTO platform.scoring_queue (outcome_id, product, ready_at)
      VALUES (added.outcome_id, p_product, '-infinity');
    RETURN QUERY SELECT given."position", added.outcome_id, added.revision, true;
  END LOOP;
END $$;

-- ── Scoring ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Take outcomes of a product that wait to be scored; they stay locked until the caller's transaction ends.
CREATE FUNCTION platform.claim_outcomes(p_product text, p_at timestamptz, p_rows_max integer) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  SELECT q.outcome_id FROM platform.scoring_queue AS q WHERE q.product = p_product AND q.ready_at <= p_at
  ORDER BY q.ready_at, q.outcome_id LIMIT p_rows_max FOR UPDATE SKIP LOCKED
$$;

-- Predictions issued before these outcomes that this version of the rule has not scored by them.
CREATE FUNCTION platform.list_unscored(p_outcome_ids bigint[], p_rule_version text, p_rows_max integer)
RETURNS TABLE (prediction jsonb, outcome jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT to_jsonb(p), to_jsonb(o) FROM platform.outcomes AS o
  JOIN platform.predictions AS p ON p.product = o.product AND p.subject = o.subject AND p.target = o.target
  WHERE o.outcome_id = ANY (p_outcome_ids) AND p.issued_at < o.occurred_at
    AND (p.origin = 'backtest' OR p.archived_at < o.occurred_at)
    AND NOT EXISTS (
      SELECT 1 FROM platform.scores AS s
      WHERE s.prediction_id = p.prediction_id AND s.outcome_id = o.outcome_id AND s.rule_version = p_rule_version)
  ORDER BY o.outcome_id, p.prediction_id LIMIT p_rows_max
$$;

-- What scores add to the blocks, and what superseded ones take away (sign -1).
CREATE FUNCTION platform.expand_scores(p_score_ids bigint[], p_sign integer)
RETURNS TABLE (product text, origin text, block_on date, target text, model_version text, kind text, metric text,
               baseline text, n bigint, total numeric, own_total numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH facts AS (
    SELECT p.product, p.origin, (p.outcome_due_at AT TIME ZONE 'UTC')::date AS block_on, p.target, p.model_version,
           s.void, s.scores, s.indicators, s.baselines
    FROM platform.scores AS s JOIN platform.predictions AS p ON p.prediction_id = s.prediction_id
    WHERE s.score_id = ANY (p_score_ids) AND p.issuer = 'schedule'
  ), series AS (
    SELECT f.product, f.origin, f.block_on, f.target, f.model_version, 'count' AS kind,
           CASE WHEN f.void THEN 'void' ELSE 'scored' END AS metric, '' AS baseline, 0 AS total, 0 AS own_total
    FROM facts AS f
    UNION ALL
    SELECT f.product, f.origin, f.block_on, f.target, f.model_version, 'score', e.key, '', e.value::numeric,
           e.value::numeric
    FROM facts AS f CROSS JOIN LATERAL jsonb_each_text(f.scores) AS e WHERE NOT f.void
    UNION ALL
    SELECT f.product, f.origin, f.block_on, f.target, f.model_version, 'indicator', e.key, '', e.value::numeric,
           e.value::numeric
    FROM facts AS f CROSS JOIN LATERAL jsonb_each_text(f.indicators) AS e WHERE NOT f.void
    UNION ALL
    SELECT f.product, f.origin, f.block_on, f.target, f.model_version, 'baseline', m.key, b.key, m.value::numeric,
           (f.scores ->> m.key)::numeric
    FROM facts AS f
    CROSS JOIN LATERAL jsonb_each(f.baselines) AS b
    CROSS JOIN LATERAL jsonb_each_text(b.value) AS m
    WHERE NOT f.void AND f.scores ? m.key
  )
  SELECT r.product, r.origin, r.block_on, r.target, r.model_version, r.kind, r.metric, r.baseline,
         p_sign * count(*), p_sign * sum(r.total), p_sign * sum(r.own_total)
  FROM series AS r GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
$$;

CREATE FUNCTION platform.expand_reliability(p_score_ids bigint[], p_sign integer)
RETURNS TABLE (product text, origin text, block_on date, target text, model_version text, bin smallint, n bigint,
               forecast numeric, observed numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT p.product, p.origin, (p.outcome_due_at AT TIME ZONE 'UTC')::date, p.target, p.model_version,
         least(floor((r.pair ->> 0)::numeric * 10), 9)::smallint, p_sign * count(*), p_sign * sum((r.pair ->> 0)::numeric),
         p_sign * sum((r.pair ->> 1)::numeric)
  FROM platform.scores AS s
  JOIN platform.predictions AS p ON p.prediction_id = s.prediction_id
  CROSS JOIN LATERAL jsonb_array_elements(s.reliability) AS r (pair)
  WHERE s.score_id = ANY (p_score_ids) AND p.issuer = 'schedule' AND NOT s.void
  GROUP BY 1, 2, 3, 4, 5, 6
$$;

CREATE FUNCTION platform.count_scores(p_added bigint[], p_superseded bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO platform.score_blocks AS b
    SELECT e.product, e.origin, e.block_on, e.target, e.model_version, e.kind, e.metric, e.baseline, sum(e.n),
           sum(e.total), sum(e.own_total)
    FROM (SELECT * FROM platform.expand_scores(p_added, 1)
          UNION ALL SELECT * FROM platform.expand_scores(p_superseded, -1)) AS e
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
    ON CONFLICT (product, origin, block_on, target, model_version, kind, metric, baseline) DO UPDATE SET
      n = b.n + excluded.n, total = b.total + excluded.total, own_total = b.own_total + excluded.own_total;
  INSERT INTO platform.score_bins AS b
    SELECT e.product, e.origin, e.block_on, e.target, e.model_version, e.bin, sum(e.n), sum(e.forecast), sum(e.observed)
    FROM (SELECT * FROM platform.expand_reliability(p_added, 1)
          UNION ALL SELECT * FROM platform.expand_reliability(p_superseded, -1)) AS e
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (product, origin, block_on, target, model_version, bin) DO UPDATE SET
      n = b.n + excluded.n, forecast = b.forecast + excluded.forecast, observed = b.observed + excluded.observed;
END $$;

-- Append scores and count them; a score that stands already is not appended again. Returns how many were new.
CREATE FUNCTION platform.append_scores(p_rows jsonb, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE before bigint[]; added bigint[]; superseded bigint[];
BEGIN
  SELECT array_agg(c.score_id) INTO before FROM (
    SELECT DISTINCT ON (s.prediction_id) s.score_id FROM platform.scores AS s
    JOIN jsonb_to_recordset(p_rows) AS g (prediction_id text) ON g.prediction_id = s.prediction_id
    ORDER BY s.prediction_id, s.score_id DESC) AS c;
  WITH inserted AS (
    INSERT INTO platform.scores AS s (prediction_id, outcome_id, rule_version, void, scores, indicators, baselines,
                                      reliability, scored_at)
    SELECT g.prediction_id, g.outcome_id, g.rule_version, g.void, g.scores, g.indicators, g.baselines, g.reliability, p_at
    FROM jsonb_to_recordset(p_rows) AS g (
      prediction_id text, outcome_id bigint, rule_version text, void boolean, scores jsonb, indicators jsonb,
      baselines jsonb, reliability jsonb)
    ORDER BY g.prediction_id
    ON CONFLICT (prediction_id, outcome_id, rule_version) DO NOTHING
    RETURNING s.score_id, s.prediction_id
  )
  SELECT array_agg(i.score_id), array_agg(old.score_id) FILTER (WHERE old.score_id IS NOT NULL)
    INTO added, superseded
    FROM inserted AS i LEFT JOIN platform.scores AS old
      ON old.prediction_id = i.prediction_id AND old.score_id = ANY (before);
  IF added IS NULL THEN RETURN 0; END IF;
  PERFORM platform.count_scores(added, coalesce(superseded, '{}'));
  RETURN cardinality(added);
END $$;

-- Let go of claimed outcomes of which every prediction is scored; those in p_failed are tried again at p_retry_at.
CREATE FUNCTION platform.settle_outcomes(
  p_outcome_ids bigint[], p_rule_version text, p_failed bigint[], p_retry_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE platform.scoring_queue AS q SET ready_at = p_retry_at, failures = q.failures + 1
    WHERE q.outcome_id = ANY (p_failed);
  DELETE FROM platform.scoring_queue AS q WHERE q.outcome_id = ANY (p_outcome_ids)
    AND NOT EXISTS (SELECT 1 FROM platform.list_unscored(ARRAY[q.outcome_id], p_rule_version, 1));
END $$;

-- Have every known outcome of a product looked at again: after its rule has a new version.
CREATE FUNCTION platform.queue_rescoring(p_product text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE queued integer;
BEGIN
  PERFORM platform.lock_scorebook(p_product, true);
  INSERT INTO platform.scoring_queue (outcome_id, product, ready_at)
    SELECT DISTINCT ON (o.subject, o.target) o.outcome_id, o.product, '-infinity'::timestamptz FROM platform.outcomes AS o
    WHERE o.product = p_product ORDER BY o.subject, o.target, o.revision DESC
    ON CONFLICT (outcome_id) DO NOTHING;
  GET DIAGNOSTICS queued = ROW_COUNT;
  RETURN queued;
END $$;

-- Build a product's blocks again from what is archived; they are sums of it, so nothing is lost when they are wrong.
CREATE FUNCTION platform.rebuild_score_blocks(p_product text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM platform.lock_scorebook(p_product, true);
  PERFORM 1 FROM platform.scoring_queue AS q WHERE q.product = p_product ORDER BY q.outcome_id FOR UPDATE;
  DELETE FROM platform.score_blocks AS b WHERE b.product = p_product;
  DELETE FROM platform.score_bins AS b WHERE b.product = p_product;
  INSERT INTO platform.score_blocks
    SELECT p.product, p.origin, (p.outcome_due_at AT TIME ZONE 'UTC')::date, p.target, p.model_version,
           'count', 'archived', '', count(*), 0, 0
    FROM platform.predictions AS p WHERE p.product = p_product AND p.issuer = 'schedule' GROUP BY 1, 2, 3, 4, 5;
  PERFORM platform.count_scores(coalesce((
    SELECT array_agg(c.score_id) FROM (
      SELECT DISTINCT ON (s.prediction_id) s.score_id FROM platform.scores AS s
      JOIN platform.predictions AS p ON p.prediction_id = s.prediction_id AND p.product = p_product
      ORDER BY s.prediction_id, s.score_id DESC) AS c), '{}'), '{}');
END $$;

-- ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- The newest models and targets of a window of due days. Null means any.
CREATE FUNCTION platform.list_scored_models(
  p_product text, p_origin text, p_from date, p_to date, p_target text, p_model_version text, p_rows_max integer)
RETURNS TABLE (target text, model_version text, first_due_on date, last_due_on date, archived bigint, due bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT b.target, b.model_version, min(b.block_on), max(b.block_on), sum(b.n)::bigint,
         coalesce(sum(b.n) FILTER (WHERE b.block_on < p_to), 0)::bigint
  FROM platform.score_blocks AS b
  WHERE b.product = p_product AND b.origin = p_origin AND b.block_on BETWEEN p_from AND p_to
    AND b.kind = 'count' AND b.metric = 'archived'
    AND (p_target IS NULL OR b.target = p_target) AND (p_model_version IS NULL OR b.model_version = p_model_version)
  GROUP BY 1, 2 ORDER BY 4 DESC, 1, 2 LIMIT p_rows_max
$$;

-- One row per series of a model's target, its days in order.
CREATE FUNCTION platform.read_score_series(
  p_product text, p_origin text, p_from date, p_to date, p_targets text[], p_model_versions text[])
RETURNS TABLE (target text, model_version text, kind text, metric text, baseline text, days date[], counts bigint[],
               totals double precision[], own_totals double precision[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT b.target, b.model_version, b.kind, b.metric, b.baseline, array_agg(b.block_on ORDER BY b.block_on),
         array_agg(b.n ORDER BY b.block_on), array_agg(b.total::double precision ORDER BY b.block_on),
         array_agg(b.own_total::double precision ORDER BY b.block_on)
  FROM platform.score_blocks AS b
  JOIN unnest(p_targets, p_model_versions) AS m (target, model_version)
    ON m.target = b.target AND m.model_version = b.model_version
  WHERE b.product = p_product AND b.origin = p_origin AND b.block_on BETWEEN p_from AND p_to AND b.n > 0
    AND NOT (b.kind = 'count' AND b.metric = 'archived')
  GROUP BY 1, 2, 3, 4, 5
$$;

CREATE FUNCTION platform.read_reliability(
  p_product text, p_origin text, p_from date, p_to date, p_targets text[], p_model_versions text[])
RETURNS TABLE (target text, model_version text, bin smallint, n bigint, forecast double precision,
               observed double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT b.target, b.model_version, b.bin, sum(b.n)::bigint, sum(b.forecast)::double precision,
         sum(b.observed)::double precision
  FROM platform.score_bins AS b
  JOIN unnest(p_targets, p_model_versions) AS m (target, model_version)
    ON m.target = b.target AND m.model_version = b.model_version
  WHERE b.product = p_product AND b.origin = p_origin AND b.block_on BETWEEN p_from AND p_to
  GROUP BY 1, 2, 3 HAVING sum(b.n) > 0 ORDER BY 1, 2, 3
$$;

-- A page of an account's own predictions with the outcome and the score that hold, newest first.
CREATE FUNCTION platform.list_predictions(p_account_id text, p_product text, p_before text, p_rows_max integer)
RETURNS TABLE (prediction jsonb, outcome jsonb, score jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT to_jsonb(p), to_jsonb(o), to_jsonb(s)
  FROM platform.predictions AS p
  LEFT JOIN LATERAL (
    SELECT r.* FROM platform.scores AS r WHERE r.prediction_id = p.prediction_id ORDER BY r.score_id DESC LIMIT 1
  ) AS s ON true
  LEFT JOIN LATERAL (
    SELECT r.* FROM platform.outcomes AS r
    WHERE r.product = p.product AND r.subject = p.subject AND r.target = p.target ORDER BY r.revision DESC LIMIT 1
  ) AS o ON true
  WHERE p.account_id = p_account_id AND p.product = p_product AND (p_before IS NULL OR p.prediction_id < p_before)
  ORDER BY p.prediction_id DESC LIMIT p_rows_max
$$;

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Nobody holds a right on the tables themselves: functions insert, and none of them edits what was archived.
REVOKE ALL ON platform.predictions, platform.outcomes, platform.scores, platform.scoring_queue, platform.score_blocks,
  platform.score_bins FROM PUBLIC;
REVOKE UPDATE, DELETE, TRUNCATE ON platform.predictions, platform.outcomes, platform.scores FROM CURRENT_USER;
REVOKE ALL ON FUNCTION
  platform.check_prediction(), platform.check_score(),
  platform.lock_scorebook(text, boolean), platform.archive_predictions(text, jsonb, timestamptz),
  platform.record_outcomes(text, jsonb, timestamptz), platform.claim_outcomes(text, timestamptz, integer),
  platform.list_unscored(bigint[], text, integer), platform.expand_scores(bigint[], integer),
  platform.expand_reliability(bigint[], integer), platform.count_scores(bigint[], bigint[]),
  platform.append_scores(jsonb, timestamptz), platform.settle_outcomes(bigint[], text, bigint[], timestamptz),
  platform.queue_rescoring(text), platform.rebuild_score_blocks(text),
  platform.list_scored_models(text, text, date, date, text, text, integer),
  platform.read_score_series(text, text, date, date, text[], text[]),
  platform.read_reliability(text, text, date, date, text[], text[]),
  platform.list_predictions(text, text, text, integer)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
  platform.archive_predictions(text, jsonb, timestamptz), platform.record_outcomes(text, jsonb, timestamptz),
  platform.claim_outcomes(text, timestamptz, integer), platform.list_unscored(bigint[], text, integer),
  platform.append_scores(jsonb, timestamptz), platform.settle_outcomes(bigint[], text, bigint[], timestamptz),
  platform.queue_rescoring(text),
  platform.list_scored_models(text, text, date, date, text, text, integer),
  platform.read_score_series(text, text, date, date, text[], text[]),
  platform.read_reliability(text, text, date, date, text[], text[]),
  platform.list_predictions(text, text, text, integer)
  TO auspex_platform, auspex_filings;
GRANT EXECUTE ON FUNCTION platform.rebuild_score_blocks(text) TO auspex_platform;
