-- The gateway to LLM providers: one active provider for the whole deployment, fenced by an epoch, every change audited.
-- Products hold no right on these tables. They call acquire, record_call, record_failure, record_success and, in the
-- transaction that stores a result, accept_result. What an operator does is the providers' role's alone.
--
-- `p_candidates` is what this deployment has configured: [{"provider", "model", "key", "budget_micro_usd"}], where `key`
-- is a fingerprint of the secret, never the secret.

CREATE SCHEMA providers;
GRANT USAGE ON SCHEMA providers TO auspex_providers, auspex_filings;

-- ── Tables ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE providers.state (
  provider text PRIMARY KEY,
  priority smallint NOT NULL UNIQUE,
  consecutive_failures integer NOT NULL DEFAULT 0,
  bad_times timestamptz[] NOT NULL DEFAULT '{}',
  trips_24h integer NOT NULL DEFAULT 0,
  total_failures bigint NOT NULL DEFAULT 0,
  cooldown_until timestamptz,
  cooldown_kind text,
  key_fingerprint text,
  counted_at timestamptz,
  last_ok_at timestamptz,
  last_error_at timestamptz
);
INSERT INTO providers.state (provider, priority)
VALUES ('openai', 1), ('gemini', 2), ('groq', 3), ('cloudflare', 4), ('huggingface', 5);

CREATE TABLE providers.lease (
  id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  epoch bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'none' CHECK (state IN ('held', 'none')),
  provider text REFERENCES providers.state,
  model text,
  last_provider text REFERENCES providers.state,
  held_since timestamptz,
  acquired_by text,
  reason text,
  pinned_until timestamptz,
  pin_strict boolean NOT NULL DEFAULT false,
  pinned_by text,
  returned_at timestamptz,
  audit_count bigint NOT NULL DEFAULT 0,
  audit_hash text NOT NULL DEFAULT repeat('0', 64),
  CHECK ((state = 'held') = (provider IS NOT NULL))
);
INSERT INTO providers.lease DEFAULT VALUES;

CREATE TABLE providers.events (
  id bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  type text NOT NULL CHECK (type IN ('acquire', 'release', 'switch', 'failure', 'recovered', 'pin', 'unpin', 'returned',
    'stale_result', 'health', 'budget', 'none_left')),
  provider_from text,
  provider_to text,
  epoch_before bigint NOT NULL,
  epoch_after bigint NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  evidence jsonb NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL UNIQUE
);
CREATE INDEX events_by_time ON providers.events (at);
CREATE INDEX events_by_provider ON providers.events (provider_from, at);

CREATE TABLE providers.calls (
  call_id text PRIMARY KEY CHECK (call_id ~ '^call_[0-9A-HJKMNP-TV-Z]{26}$'),
  epoch bigint NOT NULL,
  provider text NOT NULL REFERENCES providers.state,
  model text NOT NULL,
  purpose text NOT NULL,
  ref_id text NOT NULL,
  prompt_sha256 text NOT NULL,
  params jsonb NOT NULL,
  raw_sha256 text,
  tokens_in integer,
  tokens_out integer,
  cost_micro_usd bigint,
  latency_ms integer NOT NULL,
  http_status integer,
  outcome text NOT NULL,
  rule text NOT NULL,
  started_at timestamptz NOT NULL
);
CREATE INDEX calls_by_provider ON providers.calls (provider, started_at);
CREATE INDEX calls_by_ref ON providers.calls (ref_id);

-- What a provider said, at most 64 kB of it. Apart from its call, because the call is kept for ever and this is not.
CREATE TABLE providers.raw_outputs (
  call_id text PRIMARY KEY REFERENCES providers.calls,
  raw text NOT NULL CHECK (octet_length(raw) <= 65536),
  stored_at timestamptz NOT NULL
);
CREATE INDEX raw_outputs_by_time ON providers.raw_outputs (stored_at);

CREATE TABLE providers.call_acceptance (
  call_id text PRIMARY KEY REFERENCES providers.calls,
  accepted boolean NOT NULL,
  epoch_seen bigint NOT NULL,
  at timestamptz NOT NULL
);

CREATE TABLE providers.checks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider text NOT NULL REFERENCES providers.state,
  kind text NOT NULL CHECK (kind IN ('inference', 'models')),
  ok boolean NOT NULL,
  latency_ms integer NOT NULL,
  class text,
  at timestamptz NOT NULL
);
CREATE INDEX checks_by_provider ON providers.checks (provider, at DESC);

CREATE TABLE providers.costs (
  provider text NOT NULL REFERENCES providers.state,
  month date NOT NULL,
  calls bigint NOT NULL,
  cost_micro_usd bigint NOT NULL,
  PRIMARY KEY (provider, month)
);

-- An operator's POST happens once per Idempotency-Key.
CREATE TABLE providers.operator_requests (
  account_id text NOT NULL,
  route text NOT NULL,
  idempotency_key text NOT NULL,
  request_sha256 text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (account_id, route, idempotency_key)
);

-- ── What no role and no bug may do ─────────────────────────────────────────────────────────────────────────────────

CREATE FUNCTION providers.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION 'providers.% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON providers.events
  FOR EACH ROW EXECUTE FUNCTION providers.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON providers.events
  FOR EACH STATEMENT EXECUTE FUNCTION providers.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON providers.calls
  FOR EACH ROW EXECUTE FUNCTION providers.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON providers.calls
  FOR EACH STATEMENT EXECUTE FUNCTION providers.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON providers.call_acceptance
  FOR EACH ROW EXECUTE FUNCTION providers.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON providers.call_acceptance
  FOR EACH STATEMENT EXECUTE FUNCTION providers.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON providers.checks
  FOR EACH ROW EXECUTE FUNCTION providers.refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON providers.checks
  FOR EACH STATEMENT EXECUTE FUNCTION providers.refuse_change();
CREATE TRIGGER never_edited BEFORE UPDATE ON providers.raw_outputs
  FOR EACH ROW EXECUTE FUNCTION providers.refuse_change();

-- The epoch never falls, and another holder is another epoch.
CREATE FUNCTION providers.guard_epoch() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NEW.epoch < OLD.epoch OR (NEW.provider IS DISTINCT FROM OLD.provider AND NEW.epoch <> OLD.epoch + 1) THEN
    RAISE EXCEPTION 'the epoch of the provider lease goes from % to %', OLD.epoch, NEW.epoch
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER epoch_rises BEFORE UPDATE ON providers.lease FOR EACH ROW EXECUTE FUNCTION providers.guard_epoch();
CREATE TRIGGER never_deleted BEFORE DELETE ON providers.lease
  FOR EACH ROW EXECUTE FUNCTION providers.refuse_change();

-- ── Inside: the audit chain, choosing a provider, changing the holder ──────────────────────────────────────────────

-- RFC 8785 for what an event holds: objects, arrays, text, whole numbers, booleans, null. Names are ASCII.
CREATE FUNCTION providers.canonical_json(p_value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = '' AS $$
BEGIN
  CASE jsonb_typeof(p_value)
    WHEN 'object' THEN
      RETURN '{' || coalesce((SELECT string_agg(to_jsonb(e.key)::text || ':' || providers.canonical_json(e.value), ','
        ORDER BY e.key COLLATE "C") FROM jsonb_each(p_value) AS e), '') || '}';
    WHEN 'array' THEN
      RETURN '[' || coalesce((SELECT string_agg(providers.canonical_json(e.value), ',' ORDER BY e.ordinality)
        FROM jsonb_array_elements(p_value) WITH ORDINALITY AS e), '') || ']';
    WHEN 'number' THEN
      IF p_value::numeric <> trunc(p_value::numeric) OR abs(p_value::numeric) > 9007199254740991 THEN
        RAISE EXCEPTION 'evidence holds the number %; only whole ones have one spelling here', p_value;
      END IF;
      RETURN trunc(p_value::numeric)::text;
    ELSE
      RETURN p_value::text;
  END CASE;
END $$;

-- One entry of the chain. The lease row's lock makes it the only writer.
CREATE FUNCTION providers.append_event(
  p_type text, p_from text, p_to text, p_before bigint, p_after bigint, p_actor text, p_reason text, p_evidence jsonb,
  p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE number bigint; previous text; own text;
BEGIN
  SELECT audit_count + 1, audit_hash INTO number, previous FROM providers.lease WHERE id = 1 FOR UPDATE;
  own := encode(sha256(convert_to(previous || providers.canonical_json(jsonb_build_object(
    'id', number, 'at', to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'type', p_type,
    'provider_from', p_from, 'provider_to', p_to, 'epoch_before', p_before, 'epoch_after', p_after,
    'actor', p_actor, 'reason', p_reason, 'evidence', p_evidence)), 'UTF8')), 'hex');
  INSERT INTO providers.events (id, at, type, provider_from, provider_to, epoch_before, epoch_after, actor, reason,
                                evidence, prev_hash, hash)
  VALUES (number, p_at, p_type, p_from, p_to, p_before, p_after, p_actor, p_reason, p_evidence, previous, own);
  UPDATE providers.lease SET audit_count = number, audit_hash = own WHERE id = 1;
END $$;

CREATE FUNCTION providers.spent_micro_usd(p_provider text, p_at timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT coalesce((SELECT cost_micro_usd FROM providers.costs
    WHERE provider = p_provider AND month = date_trunc('month', p_at AT TIME ZONE 'UTC')::date), 0)
$$;

-- Configured, out of cool-down and within its budget. A new key ends the cool-down of the old one.
CREATE FUNCTION providers.is_eligible(p_provider text, p_candidates jsonb, p_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (
    SELECT 1 FROM jsonb_to_recordset(p_candidates) AS c (provider text, key text, budget_micro_usd bigint)
    JOIN providers.state AS s ON s.provider = c.provider
    WHERE c.provider = p_provider
      AND (s.cooldown_until IS NULL OR s.cooldown_until <= p_at OR s.cooldown_kind = 'budget'
        OR (s.cooldown_kind = 'auth' AND s.key_fingerprint IS DISTINCT FROM c.key))
      AND (c.budget_micro_usd IS NULL OR providers.spent_micro_usd(c.provider, p_at) < c.budget_micro_usd))
$$;

-- The next eligible provider, cyclic by priority from the one given; the best of all after null.
CREATE FUNCTION providers.next_after(p_after text, p_candidates jsonb, p_at timestamptz) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT s.provider FROM providers.state AS s
  LEFT JOIN providers.state AS a ON a.provider = p_after
  WHERE s.provider IS DISTINCT FROM p_after AND providers.is_eligible(s.provider, p_candidates, p_at)
  ORDER BY a.priority IS NOT NULL AND s.priority < a.priority, s.priority
  LIMIT 1
$$;

-- Give the lease to a provider, or to none. The caller has locked it and says which kind of entry this is.
CREATE FUNCTION providers.change_holder(
  p_to text, p_candidates jsonb, p_type text, p_actor text, p_reason text, p_evidence jsonb, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE was providers.lease;
BEGIN
  SELECT * INTO was FROM providers.lease WHERE id = 1 FOR UPDATE;
  UPDATE providers.lease SET
    epoch = was.epoch + 1, state = CASE WHEN p_to IS NULL THEN 'none' ELSE 'held' END, provider = p_to,
    model = (SELECT c.model FROM jsonb_to_recordset(p_candidates) AS c (provider text, model text)
             WHERE c.provider = p_to),
    last_provider = coalesce(p_to, was.provider, was.last_provider),
    held_since = CASE WHEN p_to IS NULL THEN NULL ELSE p_at END, acquired_by = p_actor, reason = p_reason
  WHERE id = 1;
  PERFORM providers.append_event(p_type, was.provider, p_to, was.epoch, was.epoch + 1, p_actor, p_reason, p_evidence,
                                 p_at);
END $$;

-- Take a provider off for a while: 5 min, doubled by every trip of the last day, at most 6 h, unless its class says when.
CREATE FUNCTION providers.cool_down(
  p_provider text, p_class text, p_until timestamptz, p_candidates jsonb, p_at timestamptz) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE trips integer; until timestamptz;
BEGIN
  SELECT 1 + count(*) INTO trips FROM providers.events
    WHERE provider_from = p_provider AND at > p_at - interval '24 hours' AND evidence ? 'cooldown_until';
  until := coalesce(p_until, CASE WHEN p_class = 'bad_output' THEN p_at + interval '1 hour'
    ELSE p_at + least(interval '5 minutes' * 2 ^ least(trips - 1, 10), interval '6 hours') END);
  UPDATE providers.state SET consecutive_failures = 0, bad_times = '{}', trips_24h = trips, cooldown_until = until,
    cooldown_kind = p_class, last_error_at = p_at,
    key_fingerprint = (SELECT c.key FROM jsonb_to_recordset(p_candidates) AS c (provider text, key text)
                       WHERE c.provider = p_provider)
  WHERE provider = p_provider;
  RETURN until;
END $$;

-- The holder failed for good: cool it down and hand over. A strict pin keeps the holder, any other pin ends here.
CREATE FUNCTION providers.trip(
  p_class text, p_until timestamptz, p_candidates jsonb, p_actor text, p_evidence jsonb, p_at timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE was providers.lease; following text; until timestamptz; evidence jsonb;
BEGIN
  SELECT * INTO was FROM providers.lease WHERE id = 1 FOR UPDATE;
  until := providers.cool_down(was.provider, p_class, p_until, p_candidates, p_at);
  evidence := p_evidence || jsonb_build_object('class', p_class, 'cooldown_until',
    to_char(until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
  IF was.pinned_until > p_at AND was.pin_strict THEN
    PERFORM providers.append_event('failure', was.provider, was.provider, was.epoch, was.epoch, p_actor,
                                   p_class || ', strictly pinned', evidence, p_at);
    RETURN;
  END IF;
  IF was.pinned_until IS NOT NULL THEN
    PERFORM providers.clear_pin('failover', p_actor, p_at);
  END IF;
  following := providers.next_after(was.provider, p_candidates, p_at);
  PERFORM providers.change_holder(following, p_candidates, CASE WHEN following IS NULL THEN 'none_left' ELSE 'switch' END,
                                  p_actor, p_class, evidence, p_at);
END $$;

CREATE FUNCTION providers.clear_pin(p_reason text, p_actor text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE was providers.lease;
BEGIN
  SELECT * INTO was FROM providers.lease WHERE id = 1 FOR UPDATE;
  UPDATE providers.lease SET pinned_until = NULL, pin_strict = false, pinned_by = NULL WHERE id = 1;
  PERFORM providers.append_event('unpin', was.provider, was.provider, was.epoch, was.epoch, p_actor, p_reason, '{}', p_at);
END $$;

-- ── The gateway's operations ───────────────────────────────────────────────────────────────────────────────────────

-- The holder, taken first when there is none. Never a silent switch: while somebody holds the lease, it is only read.
CREATE FUNCTION providers.acquire(p_candidates jsonb, p_actor text, p_reason text, p_at timestamptz)
RETURNS TABLE (state text, provider text, model text, epoch bigint, pinned_strictly boolean, cooling boolean,
               spent_micro_usd bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE held providers.lease; chosen text;
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1;
  IF held.state = 'none' THEN
    SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
    IF held.state = 'none' THEN
      chosen := CASE WHEN providers.is_eligible(held.last_provider, p_candidates, p_at) THEN held.last_provider
                     ELSE providers.next_after(held.last_provider, p_candidates, p_at) END;
      IF chosen IS NOT NULL THEN
        PERFORM providers.change_holder(chosen, p_candidates, 'acquire', p_actor, p_reason, '{}', p_at);
        SELECT * INTO held FROM providers.lease WHERE id = 1;
      END IF;
    END IF;
  END IF;
  RETURN QUERY SELECT held.state, held.provider, held.model, held.epoch,
    coalesce(held.pinned_until > p_at AND held.pin_strict, false),
    coalesce((SELECT s.cooldown_until > p_at FROM providers.state AS s WHERE s.provider = held.provider), false),
    providers.spent_micro_usd(held.provider, p_at);
END $$;

-- Keep one call: what was asked (as a hash), what came (at most 64 kB), what it cost.
CREATE FUNCTION providers.record_call(
  p_call_id text, p_epoch bigint, p_provider text, p_model text, p_purpose text, p_ref_id text, p_prompt_sha256 text,
  p_params jsonb, p_raw text, p_raw_sha256 text, p_tokens_in integer, p_tokens_out integer, p_cost_micro_usd bigint,
  p_latency_ms integer, p_http_status integer, p_outcome text, p_rule text, p_started_at timestamptz,
  p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO providers.calls (call_id, epoch, provider, model, purpose, ref_id, prompt_sha256, params, raw_sha256,
    tokens_in, tokens_out, cost_micro_usd, latency_ms, http_status, outcome, rule, started_at)
  VALUES (p_call_id, p_epoch, p_provider, p_model, p_purpose, p_ref_id, p_prompt_sha256, p_params, p_raw_sha256,
    p_tokens_in, p_tokens_out, p_cost_micro_usd, p_latency_ms, p_http_status, p_outcome, p_rule, p_started_at);
  IF p_raw IS NOT NULL THEN
    INSERT INTO providers.raw_outputs VALUES (p_call_id, p_raw, p_at);
  END IF;
  INSERT INTO providers.costs AS c (provider, month, calls, cost_micro_usd)
  VALUES (p_provider, date_trunc('month', p_at AT TIME ZONE 'UTC')::date, 1, coalesce(p_cost_micro_usd, 0))
  ON CONFLICT (provider, month) DO UPDATE SET calls = c.calls + 1, cost_micro_usd = c.cost_micro_usd + EXCLUDED.cost_micro_usd;
END $$;

-- A failure of the class quota, budget, auth, unavailable or bad_output. Of an old epoch it changes nothing.
CREATE FUNCTION providers.record_failure(
  p_epoch bigint, p_class text, p_started_at timestamptz, p_cooldown_until timestamptz, p_candidates jsonb,
  p_actor text, p_evidence jsonb, p_at timestamptz)
RETURNS TABLE (stale boolean, counted boolean, state text, provider text, epoch bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE held providers.lease; counts providers.state; reached boolean;
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
  IF held.epoch <> p_epoch OR held.state <> 'held' THEN
    PERFORM providers.append_event('stale_result', NULL, held.provider, p_epoch, held.epoch, p_actor,
                                   p_class || ' of an old epoch', p_evidence, p_at);
    RETURN QUERY SELECT true, false, held.state, held.provider, held.epoch;
    RETURN;
  END IF;
  SELECT * INTO counts FROM providers.state AS s WHERE s.provider = held.provider FOR UPDATE;
  -- One blip that fifty workers see is one failure: whatever began before it was counted tells nothing new.
  IF p_class = 'unavailable' AND counts.counted_at >= p_started_at THEN
    RETURN QUERY SELECT false, false, held.state, held.provider, held.epoch;
    RETURN;
  END IF;
  counts.bad_times := array(SELECT b FROM unnest(counts.bad_times) AS b WHERE b > p_at - interval '1 hour');
  CASE p_class
    WHEN 'unavailable' THEN counts.consecutive_failures := counts.consecutive_failures + 1;
    WHEN 'bad_output' THEN counts.bad_times := counts.bad_times || p_at;
    ELSE NULL;
  END CASE;
  UPDATE providers.state AS s SET consecutive_failures = counts.consecutive_failures, bad_times = counts.bad_times,
    total_failures = s.total_failures + 1, last_error_at = p_at,
    counted_at = CASE WHEN p_class = 'unavailable' THEN p_at ELSE s.counted_at END
  WHERE s.provider = held.provider;
  reached := CASE p_class WHEN 'unavailable' THEN counts.consecutive_failures >= 3
                          WHEN 'bad_output' THEN cardinality(counts.bad_times) >= 3 ELSE true END;
  IF p_class = 'budget' THEN
    PERFORM providers.append_event('budget', held.provider, held.provider, held.epoch, held.epoch, p_actor,
                                   'monthly budget spent', p_evidence, p_at);
  END IF;
  IF reached THEN
    PERFORM providers.trip(p_class, p_cooldown_until, p_candidates, p_actor, p_evidence, p_at);
  ELSE
    PERFORM providers.append_event('failure', held.provider, held.provider, held.epoch, held.epoch, p_actor, p_class,
                                   p_evidence, p_at);
  END IF;
  RETURN QUERY SELECT false, true, l.state, l.provider, l.epoch FROM providers.lease AS l WHERE l.id = 1;
END $$;

-- True while the epoch stands; both counts of failures in a row go to nothing, totals stay.
CREATE FUNCTION providers.record_success(p_epoch bigint, p_actor text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held providers.lease; counts providers.state;
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1;
  SELECT * INTO counts FROM providers.state WHERE provider = held.provider;
  IF held.epoch = p_epoch AND held.state = 'held' AND counts.consecutive_failures = 0
     AND counts.bad_times = '{}' AND counts.last_ok_at > p_at - interval '30 seconds' THEN
    RETURN true; -- the usual case takes no lock
  END IF;
  SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
  IF held.epoch <> p_epoch OR held.state <> 'held' THEN
    PERFORM providers.append_event('stale_result', NULL, held.provider, p_epoch, held.epoch, p_actor,
                                   'answer of an old epoch', '{}', p_at);
    RETURN false;
  END IF;
  SELECT * INTO counts FROM providers.state WHERE provider = held.provider FOR UPDATE;
  UPDATE providers.state SET consecutive_failures = 0, bad_times = '{}', last_ok_at = p_at
    WHERE provider = held.provider;
  IF counts.consecutive_failures > 0 OR counts.bad_times <> '{}' THEN
    PERFORM providers.append_event('recovered', held.provider, held.provider, held.epoch, held.epoch, p_actor,
                                   'answered after failures', '{}', p_at);
  END IF;
  RETURN true;
END $$;

-- The fence. In the transaction that stores a call's result: true while the call's epoch stands, and until that
-- transaction ends nobody can change it. False: store nothing of it.
CREATE FUNCTION providers.accept_result(p_epoch bigint, p_call_id text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE standing boolean; seen bigint; accepted_before boolean;
BEGIN
  PERFORM 1 FROM providers.lease WHERE id = 1 AND epoch = p_epoch AND state = 'held' FOR SHARE;
  standing := FOUND AND EXISTS (
    SELECT 1 FROM providers.calls WHERE call_id = p_call_id AND epoch = p_epoch AND outcome = 'ok');
  SELECT epoch INTO seen FROM providers.lease WHERE id = 1;
  INSERT INTO providers.call_acceptance VALUES (p_call_id, standing, seen, p_at) ON CONFLICT (call_id) DO NOTHING;
  IF NOT FOUND THEN
    SELECT accepted INTO accepted_before FROM providers.call_acceptance WHERE call_id = p_call_id;
  END IF;
  RETURN standing AND coalesce(accepted_before, true);
END $$;

-- ── The operator's and the monitor's operations ────────────────────────────────────────────────────────────────────

-- Take the lease by hand, or move it to a provider. 'ok', 'already_held', 'no_provider' or 'not_configured'.
CREATE FUNCTION providers.take_lease(
  p_provider text, p_candidates jsonb, p_actor text, p_reason text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held providers.lease; chosen text; evidence jsonb := '{"rule": "manual"}';
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
  IF held.state = 'held' AND (p_provider IS NULL OR p_provider = held.provider) THEN RETURN 'already_held'; END IF;
  IF p_provider IS NULL THEN
    PERFORM 1 FROM providers.acquire(p_candidates, p_actor, p_reason, p_at) AS a WHERE a.state = 'held';
    RETURN CASE WHEN FOUND THEN 'ok' ELSE 'no_provider' END;
  END IF;
  SELECT c.provider INTO chosen FROM jsonb_to_recordset(p_candidates) AS c (provider text) WHERE c.provider = p_provider;
  IF chosen IS NULL THEN RETURN 'not_configured'; END IF;
  IF held.pinned_until IS NOT NULL THEN PERFORM providers.clear_pin('lease taken by hand', p_actor, p_at); END IF;
  PERFORM providers.move_by_hand(held, chosen, p_candidates, CASE WHEN held.state = 'held' THEN 'switch' ELSE 'acquire' END,
                                 p_actor, p_reason, evidence, p_at);
  RETURN 'ok';
END $$;

-- An operator's word ends the target's cool-down; the provider that is left rests as after an outage.
CREATE FUNCTION providers.move_by_hand(
  p_was providers.lease, p_to text, p_candidates jsonb, p_type text, p_actor text, p_reason text, p_evidence jsonb,
  p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE evidence jsonb := p_evidence;
BEGIN
  UPDATE providers.state SET cooldown_until = NULL, cooldown_kind = NULL, consecutive_failures = 0, bad_times = '{}'
    WHERE provider = p_to;
  IF p_was.state = 'held' THEN
    evidence := evidence || jsonb_build_object('cooldown_until', to_char(
      providers.cool_down(p_was.provider, 'manual', NULL, p_candidates, p_at) AT TIME ZONE 'UTC',
      'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
  END IF;
  PERFORM providers.change_holder(p_to, p_candidates, p_type, p_actor, p_reason, evidence, p_at);
END $$;

-- Give the lease up; the next call acquires anew. 'ok' or 'stale_epoch'.
CREATE FUNCTION providers.release_lease(p_epoch bigint, p_actor text, p_reason text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held providers.lease;
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
  IF held.epoch <> p_epoch OR held.state <> 'held' THEN RETURN 'stale_epoch'; END IF;
  IF held.pinned_until IS NOT NULL THEN PERFORM providers.clear_pin('lease released', p_actor, p_at); END IF;
  PERFORM providers.change_holder(NULL, '[]', 'release', p_actor, p_reason, '{"rule": "manual"}', p_at);
  RETURN 'ok';
END $$;

-- Keep a provider until an instant; strictly: no failover, no answers while it fails. 'ok' or 'not_configured'.
CREATE FUNCTION providers.pin(
  p_provider text, p_until timestamptz, p_strict boolean, p_candidates jsonb, p_actor text, p_reason text,
  p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held providers.lease; evidence jsonb;
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
  PERFORM 1 FROM jsonb_to_recordset(p_candidates) AS c (provider text) WHERE c.provider = p_provider;
  IF NOT FOUND THEN RETURN 'not_configured'; END IF;
  evidence := jsonb_build_object('rule', 'manual', 'strict', p_strict,
    'until', to_char(p_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
  IF held.provider IS DISTINCT FROM p_provider THEN
    PERFORM providers.move_by_hand(held, p_provider, p_candidates, 'pin', p_actor, p_reason, evidence, p_at);
  ELSE
    PERFORM providers.append_event('pin', p_provider, p_provider, held.epoch, held.epoch, p_actor, p_reason, evidence, p_at);
  END IF;
  UPDATE providers.lease SET pinned_until = p_until, pin_strict = p_strict, pinned_by = p_actor WHERE id = 1;
  RETURN 'ok';
END $$;

-- End a pin: an operator's word, or (p_only_expired) the monitor's for one whose time is over. False: there was none.
CREATE FUNCTION providers.unpin(p_only_expired boolean, p_actor text, p_reason text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held providers.lease;
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
  IF held.pinned_until IS NULL OR (p_only_expired AND held.pinned_until > p_at) THEN RETURN false; END IF;
  PERFORM providers.clear_pin(p_reason, p_actor, p_at);
  RETURN true;
END $$;

-- What a check of the monitor found, and what follows: the holder's third failed one in a row hands over; a provider whose
-- cool-down is over comes back by an ok and waits five minutes more without. Returns what followed, or null.
CREATE FUNCTION providers.record_check(
  p_provider text, p_kind text, p_ok boolean, p_latency_ms integer, p_class text, p_epoch bigint, p_candidates jsonb,
  p_actor text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held providers.lease; rests providers.state; failed integer; evidence jsonb;
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
  INSERT INTO providers.checks (provider, kind, ok, latency_ms, class, at)
    VALUES (p_provider, p_kind, p_ok, p_latency_ms, p_class, p_at);
  evidence := jsonb_build_object('kind', p_kind, 'rule', coalesce(p_class, 'ok'), 'latency_ms', p_latency_ms);
  IF p_kind = 'inference' THEN
    IF held.epoch <> p_epoch OR held.provider IS DISTINCT FROM p_provider THEN RETURN 'stale'; END IF;
    IF p_ok THEN
      PERFORM providers.record_success(p_epoch, p_actor, p_at);
      RETURN NULL;
    END IF;
    SELECT count(*) FILTER (WHERE NOT c.ok) INTO failed FROM (
      SELECT ok FROM providers.checks WHERE provider = p_provider AND kind = 'inference' AND at >= held.held_since
      ORDER BY at DESC, id DESC LIMIT 3) AS c;
    UPDATE providers.state SET total_failures = total_failures + 1, last_error_at = p_at WHERE provider = p_provider;
    PERFORM providers.append_event('health', p_provider, p_provider, held.epoch, held.epoch, p_actor, 'check failed',
                                   evidence || jsonb_build_object('failed_in_a_row', failed), p_at);
    IF failed < 3 THEN RETURN NULL; END IF;
    PERFORM providers.trip('health', NULL, p_candidates, p_actor, evidence, p_at);
    RETURN 'tripped';
  END IF;
  SELECT * INTO rests FROM providers.state WHERE provider = p_provider FOR UPDATE;
  IF rests.cooldown_until IS NULL THEN RETURN NULL; END IF;
  UPDATE providers.state SET cooldown_until = CASE WHEN p_ok THEN NULL ELSE p_at + interval '5 minutes' END,
    cooldown_kind = CASE WHEN p_ok THEN NULL ELSE 'health' END WHERE provider = p_provider;
  PERFORM providers.append_event(CASE WHEN p_ok THEN 'recovered' ELSE 'health' END, p_provider, NULL, held.epoch,
    held.epoch, p_actor, CASE WHEN p_ok THEN 'cool-down over' ELSE 'still failing after its cool-down' END, evidence, p_at);
  RETURN CASE WHEN p_ok THEN 'recovered' ELSE 'prolonged' END;
END $$;

-- Return to a better priority: three ok checks there in the last hour, the present one held for an hour, unpinned, and
-- no other return in six hours. The new provider, or null.
CREATE FUNCTION providers.return_to_better(p_candidates jsonb, p_actor text, p_at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held providers.lease; better text;
BEGIN
  SELECT * INTO held FROM providers.lease WHERE id = 1 FOR UPDATE;
  IF held.state <> 'held' OR held.pinned_until > p_at OR held.held_since > p_at - interval '60 minutes'
     OR held.returned_at > p_at - interval '6 hours' THEN
    RETURN NULL;
  END IF;
  SELECT s.provider INTO better FROM providers.state AS s
  WHERE s.priority < (SELECT h.priority FROM providers.state AS h WHERE h.provider = held.provider)
    AND providers.is_eligible(s.provider, p_candidates, p_at)
    AND (SELECT count(*) FILTER (WHERE c.ok) FROM (
           SELECT ok FROM providers.checks WHERE provider = s.provider AND at > p_at - interval '1 hour'
           ORDER BY at DESC, id DESC LIMIT 3) AS c) = 3
  ORDER BY s.priority LIMIT 1;
  IF better IS NULL THEN RETURN NULL; END IF;
  PERFORM providers.change_holder(better, p_candidates, 'returned', p_actor, 'better priority answers again', '{}', p_at);
  UPDATE providers.lease SET returned_at = p_at WHERE id = 1;
  RETURN better;
END $$;

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA providers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION providers.acquire, providers.record_call, providers.record_failure, providers.record_success,
  providers.accept_result TO auspex_filings, auspex_providers;
GRANT EXECUTE ON FUNCTION providers.take_lease, providers.release_lease, providers.pin, providers.unpin,
  providers.record_check, providers.return_to_better, providers.next_after, providers.is_eligible,
  providers.spent_micro_usd TO auspex_providers;
GRANT SELECT ON ALL TABLES IN SCHEMA providers TO auspex_providers;
GRANT INSERT ON providers.operator_requests TO auspex_providers;

-- The shells of endpoints and schedules run under the providers' own role: admission, rates, a schedule's run.
GRANT USAGE ON SCHEMA platform TO auspex_providers;
DO $$
DECLARE shell regprocedure;
BEGIN
  FOR shell IN
    SELECT p.oid FROM pg_catalog.pg_proc AS p
    WHERE p.pronamespace = 'platform'::regnamespace AND p.proname IN (
      'authenticate', 'admit', 'find_cached_reply', 'keep_reply', 'begin_schedule_run', 'end_schedule_run',
      'mark_outbox_sent')
  LOOP
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO auspex_providers', shell);
  END LOOP;
END $$;
