-- Money: a double-entry ledger that only grows, balances that cannot fall below zero, reservations tied to jobs, the free
-- plan's allowance, request rates, cached replies. Everything is decided inside these functions; no role writes the tables.
-- Refusals leave as SQLSTATE AX402 (balance), AX429 (allowance), AX404 and AX409, with JSON in their DETAIL.

-- ── Ids ────────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A ULID in Crockford's base32: 48 bits of milliseconds, then 80 random ones. Bytes 6 and 8 of a UUID are not all random.
CREATE FUNCTION platform.new_ulid(p_at timestamptz) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  alphabet constant text := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  random_bytes constant integer[] := ARRAY[0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18];
  millis bigint := floor(extract(epoch FROM p_at) * 1000);
  random bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
  made text := '';
BEGIN
  FOR i IN REVERSE 9..0 LOOP
    made := made || substr(alphabet, ((millis >> (5 * i)) & 31)::integer + 1, 1);
  END LOOP;
  FOR i IN 1..16 LOOP
    made := made || substr(alphabet, (get_byte(random, random_bytes[i]) & 31) + 1, 1);
  END LOOP;
  RETURN made;
END $$;

-- ── Tables ─────────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TABLE platform.balances (
  account_id text PRIMARY KEY REFERENCES platform.accounts,
  available bigint NOT NULL DEFAULT 0 CHECK (available >= 0),
  reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0)
);
COMMENT ON TABLE platform.balances IS 'What the entries of an account add up to, kept so that nobody has to add them up';

CREATE TABLE platform.reservations (
  reservation_id text PRIMARY KEY CHECK (reservation_id ~ '^rsv_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL REFERENCES platform.accounts,
  request_key text NOT NULL,
  attempt integer NOT NULL,
  job_id text REFERENCES platform.jobs ON DELETE SET NULL,
  route text NOT NULL,
  request_id text,
  tokens bigint NOT NULL CHECK (tokens >= 0),
  settled bigint CHECK (settled BETWEEN 0 AND tokens),
  is_analysis boolean NOT NULL DEFAULT false,
  last_analysis_at timestamptz,
  opened_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  closed_at timestamptz,
  UNIQUE (account_id, request_key, attempt),
  CHECK ((closed_at IS NULL) = (settled IS NULL))
);
CREATE UNIQUE INDEX reservations_open_by_job ON platform.reservations (job_id) WHERE closed_at IS NULL;
CREATE INDEX reservations_open ON platform.reservations (expires_at) WHERE closed_at IS NULL;
CREATE INDEX reservations_open_by_account ON platform.reservations (account_id) WHERE closed_at IS NULL;

CREATE TABLE platform.ledger_transactions (
  transaction_id text PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY,
  account_id text NOT NULL REFERENCES platform.accounts,
  kind text NOT NULL CHECK (kind IN ('grant', 'reserve', 'settle', 'release', 'spend', 'refund', 'adjust')),
  request_key text NOT NULL,
  available_after bigint NOT NULL,
  reserved_after bigint NOT NULL,
  reservation_id text,
  job_id text,
  refunds text REFERENCES platform.ledger_transactions,
  route text,
  request_id text,
  note text,
  created_by text REFERENCES platform.accounts,
  request_sha256 text,
  at timestamptz NOT NULL,
  UNIQUE (account_id, request_key)
);
CREATE INDEX ledger_by_account ON platform.ledger_transactions (account_id, sequence DESC);
CREATE INDEX ledger_refunds ON platform.ledger_transactions (refunds) WHERE refunds IS NOT NULL;

CREATE TABLE platform.ledger_entries (
  transaction_id text NOT NULL REFERENCES platform.ledger_transactions,
  account_id text NOT NULL REFERENCES platform.accounts,
  book text NOT NULL CHECK (book IN ('available', 'reserved', 'revenue', 'issued')),
  tokens bigint NOT NULL CHECK (tokens <> 0),
  PRIMARY KEY (transaction_id, book)
);
COMMENT ON COLUMN platform.ledger_entries.book IS
  'available and reserved are the account''s; revenue is what it paid us, issued (negative) what we gave it';

CREATE TABLE platform.payments (
  payment_id text PRIMARY KEY CHECK (length(payment_id) BETWEEN 1 AND 200),
  account_id text NOT NULL REFERENCES platform.accounts,
  pack integer NOT NULL CHECK (pack > 0),
  event_id text NOT NULL,
  received_at timestamptz NOT NULL
);

CREATE TABLE platform.recent_charges (
  account_id text NOT NULL REFERENCES platform.accounts,
  request_key text NOT NULL,
  charged_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, request_key)
);
CREATE INDEX recent_charges_by_age ON platform.recent_charges (charged_at);

CREATE TABLE platform.allowances (
  account_id text PRIMARY KEY REFERENCES platform.accounts,
  day date NOT NULL,
  used integer NOT NULL CHECK (used >= 0),
  last_at timestamptz
);

-- Rates may be forgotten in a crash: an unlogged table costs no write to the log, so that admission does not wait for disk.
CREATE UNLOGGED TABLE platform.rate_buckets (bucket text PRIMARY KEY, full_at timestamptz NOT NULL);
CREATE INDEX rate_buckets_by_age ON platform.rate_buckets (full_at);

CREATE UNLOGGED TABLE platform.cached_replies (
  account_id text NOT NULL,
  fingerprint text NOT NULL,
  status smallint NOT NULL,
  body text NOT NULL,
  stored_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (account_id, fingerprint)
);
CREATE INDEX cached_replies_by_age ON platform.cached_replies (expires_at);

CREATE TABLE platform.reconciliations (
  reconciled_at timestamptz PRIMARY KEY,
  accounts bigint NOT NULL,
  transactions bigint NOT NULL,
  differences jsonb NOT NULL
);

ALTER TABLE platform.jobs
  ADD COLUMN quote bigint NOT NULL DEFAULT 0,
  ADD COLUMN cost bigint NOT NULL DEFAULT 0;
ALTER TABLE platform.job_units
  ADD COLUMN price jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN settled bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN platform.job_units.price IS 'Tokens by part, such as {"filing": 1, "enrich": 4}; paid for parts delivered';

-- ── What keeps the ledger honest whoever writes it ─────────────────────────────────────────────────────────────────
CREATE FUNCTION platform.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION '%.% only grows: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'AX409';
END $$;
CREATE TRIGGER ledger_transactions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.ledger_transactions
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER ledger_entries_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();
CREATE TRIGGER payments_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON platform.payments
  FOR EACH STATEMENT EXECUTE FUNCTION platform.refuse_change();

-- The entries of a transaction are written by one statement and add up to nothing: what leaves one book enters another.
CREATE FUNCTION platform.require_double_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM written GROUP BY transaction_id HAVING sum(tokens) <> 0) THEN
    RAISE EXCEPTION 'the entries of a transaction do not add up to zero' USING ERRCODE = 'AX409';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_entries_balance AFTER INSERT ON platform.ledger_entries
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION platform.require_double_entry();

CREATE FUNCTION platform.open_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO platform.balances (account_id) VALUES (NEW.account_id);
  RETURN NULL;
END $$;
INSERT INTO platform.balances (account_id) SELECT account_id FROM platform.accounts;
CREATE TRIGGER accounts_have_balances AFTER INSERT ON platform.accounts
  FOR EACH ROW EXECUTE FUNCTION platform.open_balance();

-- ── Posting ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- The one writer of the ledger. Locks the account's balance first, so that twins of a request stand in line and the second
-- finds the first one's key. Returns the transaction's id, null when the request key is known already.
CREATE FUNCTION platform.post(
  p_account_id text, p_kind text, p_request_key text, p_available bigint, p_reserved bigint, p_revenue bigint,
  p_issued bigint, p_at timestamptz, p_reservation_id text, p_job_id text, p_refunds text, p_route text,
  p_request_id text, p_note text, p_created_by text, p_request_sha256 text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held platform.balances; made text;
BEGIN
  SELECT * INTO held FROM platform.balances WHERE account_id = p_account_id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such account' USING ERRCODE = 'AX404',
      DETAIL = jsonb_build_object('account_id', p_account_id)::text;
  END IF;
  PERFORM 1 FROM platform.ledger_transactions WHERE account_id = p_account_id AND request_key = p_request_key;
  IF FOUND THEN RETURN NULL; END IF;
  IF held.available + p_available < 0 THEN
    RAISE EXCEPTION 'balance too small' USING ERRCODE = 'AX402',
      DETAIL = jsonb_build_object('balance', held.available, 'required', -p_available)::text;
  END IF;
  UPDATE platform.balances SET available = held.available + p_available, reserved = held.reserved + p_reserved
    WHERE account_id = p_account_id;
  made := 'txn_' || platform.new_ulid(p_at);
  INSERT INTO platform.ledger_transactions (
    transaction_id, account_id, kind, request_key, available_after, reserved_after, reservation_id, job_id, refunds,
    route, request_id, note, created_by, request_sha256, at)
  VALUES (made, p_account_id, p_kind, p_request_key, held.available + p_available, held.reserved + p_reserved,
          p_reservation_id, p_job_id, p_refunds, p_route, p_request_id, p_note, p_created_by, p_request_sha256, p_at);
  INSERT INTO platform.ledger_entries (transaction_id, account_id, book, tokens)
    SELECT made, p_account_id, b.book, b.tokens
    FROM (VALUES ('available', p_available), ('reserved', p_reserved), ('revenue', p_revenue), ('issued', p_issued))
      AS b (book, tokens) WHERE b.tokens <> 0;
  RETURN made;
END $$;

-- ── Allowance ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- Take one analysis of the free plan's day in one statement; other plans have no limit. Returns when the one before was.
CREATE FUNCTION platform.take_allowance(
  p_account_id text, p_analyses_max integer, p_cooldown interval, p_at timestamptz) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE now_used platform.allowances; before platform.allowances; today date := (p_at AT TIME ZONE 'UTC')::date;
BEGIN
  PERFORM 1 FROM platform.accounts WHERE account_id = p_account_id AND plan = 'free';
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT * INTO before FROM platform.allowances WHERE account_id = p_account_id FOR UPDATE;
  INSERT INTO platform.allowances AS a (account_id, day, used, last_at) VALUES (p_account_id, today, 1, p_at)
  ON CONFLICT (account_id) DO UPDATE SET
    used = CASE WHEN a.day < excluded.day THEN 1 ELSE a.used + 1 END, day = greatest(a.day, excluded.day),
    last_at = excluded.last_at
  WHERE (a.day < excluded.day OR a.used < p_analyses_max)
    AND (a.last_at IS NULL OR a.last_at + p_cooldown <= excluded.last_at)
  RETURNING * INTO now_used;
  IF FOUND THEN RETURN before.last_at; END IF;
  SELECT * INTO before FROM platform.allowances WHERE account_id = p_account_id;
  IF before.day >= today AND before.used >= p_analyses_max THEN
    RAISE EXCEPTION 'allowance used' USING ERRCODE = 'AX429', DETAIL = jsonb_build_object(
      'code', 'daily-allowance-used', 'used', before.used, 'limit', p_analyses_max,
      'retry_after', extract(epoch FROM ((before.day + 1)::timestamp AT TIME ZONE 'UTC') - p_at))::text;
  END IF;
  RAISE EXCEPTION 'cooling down' USING ERRCODE = 'AX429', DETAIL = jsonb_build_object(
    'code', 'cooldown', 'used', before.used, 'limit', p_analyses_max,
    'retry_after', extract(epoch FROM before.last_at + p_cooldown - p_at))::text;
END $$;

-- ── Spend ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Charge a request once: a known request key charges nothing. With a window the key is known for that long only (pure
-- reads); without one for ever, as long as the effect that it paid for. Returns whether this call charged, and the balance.
CREATE FUNCTION platform.spend(
  p_account_id text, p_request_key text, p_tokens bigint, p_window interval, p_is_analysis boolean,
  p_analyses_max integer, p_cooldown interval, p_route text, p_request_id text, p_at timestamptz)
RETURNS TABLE (charged boolean, balance bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE key text := p_request_key; made text;
BEGIN
  IF p_tokens < 0 THEN RAISE EXCEPTION 'a price is not negative' USING ERRCODE = 'AX409'; END IF;
  IF p_window IS NOT NULL THEN
    INSERT INTO platform.recent_charges AS r (account_id, request_key, charged_at)
      VALUES (p_account_id, p_request_key, p_at)
      ON CONFLICT (account_id, request_key) DO UPDATE SET charged_at = excluded.charged_at
      WHERE r.charged_at + p_window <= excluded.charged_at;
    IF NOT FOUND THEN
      RETURN QUERY SELECT false, b.available FROM platform.balances AS b WHERE b.account_id = p_account_id;
      RETURN;
    END IF;
    key := p_request_key || '@' || extract(epoch FROM p_at)::text;
  END IF;
  made := platform.post(p_account_id, 'spend', key, -p_tokens, 0, p_tokens, 0, p_at,
                        NULL, NULL, NULL, p_route, p_request_id, NULL, NULL, NULL);
  IF made IS NOT NULL AND p_is_analysis THEN
    PERFORM platform.take_allowance(p_account_id, p_analyses_max, p_cooldown, p_at);
  END IF;
  RETURN QUERY SELECT made IS NOT NULL, b.available FROM platform.balances AS b WHERE b.account_id = p_account_id;
END $$;

-- ── Reservations ───────────────────────────────────────────────────────────────────────────────────────────────────
-- Set tokens aside at the quote. A request key has one live reservation: a twin gets the first one's, settled or not; after
-- a release (the request failed) the key may try again. `state` is open, settled, or made (by this call).
CREATE FUNCTION platform.reserve(
  p_account_id text, p_request_key text, p_tokens bigint, p_job_id text, p_is_analysis boolean, p_analyses_max integer,
  p_cooldown interval, p_route text, p_request_id text, p_expires_at timestamptz, p_at timestamptz)
RETURNS TABLE (reservation_id text, state text, balance bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE last platform.reservations; made text; before timestamptz; tried integer := 0; counts boolean;
BEGIN
  PERFORM 1 FROM platform.balances WHERE account_id = p_account_id FOR UPDATE;
  SELECT * INTO last FROM platform.reservations AS r
    WHERE r.account_id = p_account_id AND r.request_key = p_request_key ORDER BY r.attempt DESC LIMIT 1;
  IF FOUND THEN
    tried := last.attempt;
    IF last.closed_at IS NULL OR last.settled > 0 OR last.tokens = 0 THEN
      RETURN QUERY SELECT last.reservation_id, CASE WHEN last.closed_at IS NULL THEN 'open' ELSE 'settled' END,
        b.available FROM platform.balances AS b WHERE b.account_id = p_account_id;
      RETURN;
    END IF;
  END IF;
  made := 'rsv_' || platform.new_ulid(p_at);
  IF p_tokens > 0 THEN
    PERFORM platform.post(p_account_id, 'reserve', format('reserve:%s:%s', p_request_key, tried + 1), -p_tokens,
                          p_tokens, 0, 0, p_at, made, p_job_id, NULL, p_route, p_request_id, NULL, NULL, NULL);
  END IF;
  -- Only what was taken is given back: an account of another plan takes nothing, whatever its plan is at the release.
  counts := p_is_analysis AND EXISTS (
    SELECT 1 FROM platform.accounts AS a WHERE a.account_id = p_account_id AND a.plan = 'free');
  IF counts THEN
    before := platform.take_allowance(p_account_id, p_analyses_max, p_cooldown, p_at);
  END IF;
  INSERT INTO platform.reservations (reservation_id, account_id, request_key, attempt, job_id, route, request_id, tokens,
                                     is_analysis, last_analysis_at, opened_at, expires_at)
  VALUES (made, p_account_id, p_request_key, tried + 1, p_job_id, p_route, p_request_id, p_tokens, counts,
          before, p_at, p_expires_at);
  RETURN QUERY SELECT made, 'made', b.available FROM platform.balances AS b WHERE b.account_id = p_account_id;
END $$;

-- End a reservation: `p_tokens` of it are paid, the rest goes back. A second call changes nothing. Returns what was paid.
CREATE FUNCTION platform.settle(p_reservation_id text, p_tokens bigint, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held platform.reservations;
BEGIN
  SELECT * INTO held FROM platform.reservations WHERE reservation_id = p_reservation_id;
  PERFORM 1 FROM platform.balances WHERE account_id = held.account_id FOR UPDATE;  -- before the row, as reserve does
  SELECT * INTO held FROM platform.reservations WHERE reservation_id = p_reservation_id FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such reservation' USING ERRCODE = 'AX404'; END IF;
  IF held.closed_at IS NOT NULL THEN RETURN held.settled; END IF;
  IF p_tokens NOT BETWEEN 0 AND held.tokens THEN
    RAISE EXCEPTION 'the price % is above the % reserved', p_tokens, held.tokens USING ERRCODE = 'AX409';
  END IF;
  IF p_tokens > 0 THEN
    PERFORM platform.post(held.account_id, 'settle', 'settle:' || p_reservation_id, 0, -p_tokens, p_tokens, 0, p_at,
                          p_reservation_id, held.job_id, NULL, held.route, held.request_id, NULL, NULL, NULL);
  END IF;
  IF p_tokens < held.tokens THEN
    PERFORM platform.post(held.account_id, 'release', 'release:' || p_reservation_id, held.tokens - p_tokens,
                          p_tokens - held.tokens, 0, 0, p_at, p_reservation_id, held.job_id, NULL, held.route,
                          held.request_id, NULL, NULL, NULL);
  END IF;
  UPDATE platform.reservations SET settled = p_tokens, closed_at = p_at WHERE reservation_id = p_reservation_id;
  RETURN p_tokens;
END $$;

-- Give a reservation back whole, with its analysis: the request was refused or failed, and counts for nothing.
CREATE FUNCTION platform.release(p_reservation_id text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held platform.reservations;
BEGIN
  SELECT * INTO held FROM platform.reservations WHERE reservation_id = p_reservation_id;
  PERFORM 1 FROM platform.balances WHERE account_id = held.account_id FOR UPDATE;
  SELECT * INTO held FROM platform.reservations WHERE reservation_id = p_reservation_id FOR UPDATE;
  IF NOT FOUND OR held.closed_at IS NOT NULL THEN RETURN; END IF;
  PERFORM platform.settle(p_reservation_id, 0, p_at);
  IF held.is_analysis THEN
    UPDATE platform.allowances AS a SET
      used = CASE WHEN a.day = (held.opened_at AT TIME ZONE 'UTC')::date THEN greatest(a.used - 1, 0) ELSE a.used END,
      last_at = CASE WHEN a.last_at = held.opened_at THEN held.last_analysis_at ELSE a.last_at END
    WHERE a.account_id = held.account_id
      AND EXISTS (SELECT 1 FROM platform.accounts AS c WHERE c.account_id = a.account_id AND c.plan = 'free');
  END IF;
END $$;

-- Release what a crashed request left behind: past its time, and no live job behind it.
CREATE FUNCTION platform.release_forgotten(p_rows_max integer, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE forgotten text; released integer := 0;
BEGIN
  FOR forgotten IN
    SELECT r.reservation_id FROM platform.reservations AS r
    WHERE r.closed_at IS NULL AND r.expires_at <= p_at AND NOT EXISTS (
      SELECT 1 FROM platform.jobs AS j WHERE j.job_id = r.job_id AND j.status IN ('queued', 'running'))
    ORDER BY r.account_id, r.reservation_id LIMIT p_rows_max
  LOOP
    PERFORM platform.release(forgotten, p_at);
    released := released + 1;
  END LOOP;
  RETURN released;
END $$;

-- ── Grants, refunds, payments ──────────────────────────────────────────────────────────────────────────────────────
-- Give tokens (or, as an adjustment, take or give them). `made` is false for a request key that is known.
CREATE FUNCTION platform.grant_tokens(
  p_account_id text, p_kind text, p_request_key text, p_tokens bigint, p_note text, p_created_by text,
  p_request_sha256 text, p_request_id text, p_at timestamptz) RETURNS TABLE (transaction_id text, made boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE posted text;
BEGIN
  IF p_kind NOT IN ('grant', 'adjust') OR (p_kind = 'grant' AND p_tokens <= 0) OR p_tokens = 0 THEN
    RAISE EXCEPTION 'a grant is positive, an adjustment is not zero' USING ERRCODE = 'AX409';
  END IF;
  posted := platform.post(p_account_id, p_kind, p_request_key, p_tokens, 0, 0, -p_tokens, p_at, NULL, NULL, NULL, NULL,
                          p_request_id, p_note, p_created_by, p_request_sha256);
  RETURN QUERY SELECT t.transaction_id, posted IS NOT NULL FROM platform.ledger_transactions AS t
    WHERE t.account_id = p_account_id AND t.request_key = p_request_key;
END $$;

-- Pay back a charge, whole or in part, never more than was charged.
CREATE FUNCTION platform.refund_tokens(
  p_transaction_id text, p_request_key text, p_tokens bigint, p_note text, p_created_by text, p_request_sha256 text,
  p_request_id text, p_at timestamptz) RETURNS TABLE (transaction_id text, made boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE paid platform.ledger_transactions; charged bigint; returned bigint; wanted bigint; posted text;
BEGIN
  SELECT * INTO paid FROM platform.ledger_transactions AS t WHERE t.transaction_id = p_transaction_id;
  IF NOT FOUND THEN RAISE EXCEPTION 'no such transaction' USING ERRCODE = 'AX404'; END IF;
  PERFORM 1 FROM platform.balances WHERE account_id = paid.account_id FOR UPDATE;
  PERFORM 1 FROM platform.ledger_transactions AS t WHERE t.account_id = paid.account_id AND t.request_key = p_request_key;
  IF NOT FOUND THEN
    SELECT coalesce(sum(e.tokens), 0) INTO charged FROM platform.ledger_entries AS e
      WHERE e.transaction_id = p_transaction_id AND e.book = 'revenue' AND paid.kind IN ('spend', 'settle');
    SELECT coalesce(-sum(e.tokens), 0) INTO returned
      FROM platform.ledger_transactions AS t JOIN platform.ledger_entries AS e ON e.transaction_id = t.transaction_id
      WHERE t.refunds = p_transaction_id AND e.book = 'revenue';
    wanted := coalesce(p_tokens, charged - returned);
    IF wanted <= 0 OR returned + wanted > charged THEN
      RAISE EXCEPTION 'the refund exceeds the charge' USING ERRCODE = 'AX409', DETAIL = jsonb_build_object(
        'charged', charged, 'refunded', returned)::text;
    END IF;
    posted := platform.post(paid.account_id, 'refund', p_request_key, wanted, 0, -wanted, 0, p_at, NULL, paid.job_id,
                            p_transaction_id, paid.route, p_request_id, p_note, p_created_by, p_request_sha256);
  END IF;
  RETURN QUERY SELECT t.transaction_id, posted IS NOT NULL FROM platform.ledger_transactions AS t
    WHERE t.account_id = paid.account_id AND t.request_key = p_request_key;
END $$;

-- Top up once per payment id; the first one lifts a free account to prepaid. False for a payment that is known.
CREATE FUNCTION platform.top_up(
  p_payment_id text, p_account_id text, p_pack integer, p_event_id text, p_request_id text, p_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM platform.accounts WHERE account_id = p_account_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such account' USING ERRCODE = 'AX404',
      DETAIL = jsonb_build_object('account_id', p_account_id)::text;
  END IF;
  INSERT INTO platform.payments (payment_id, account_id, pack, event_id, received_at)
    VALUES (p_payment_id, p_account_id, p_pack, p_event_id, p_at) ON CONFLICT (payment_id) DO NOTHING;
  IF NOT FOUND THEN RETURN false; END IF;
  PERFORM platform.post(p_account_id, 'grant', 'payment:' || p_payment_id, p_pack, 0, 0, -p_pack, p_at, NULL, NULL, NULL,
                        NULL, p_request_id, 'payment ' || p_payment_id, NULL, NULL);
  UPDATE platform.accounts SET plan = 'prepaid' WHERE account_id = p_account_id AND plan = 'free';
  RETURN true;
END $$;

-- ── Jobs pay for what they delivered ───────────────────────────────────────────────────────────────────────────────
CREATE FUNCTION platform.tokens_of(p_price jsonb) RETURNS bigint LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
  SELECT coalesce(sum(p.value::bigint), 0)::bigint FROM jsonb_each_text(p_price) AS p
$$;

-- Make the job once per (account, route, idempotency key) and reserve its quote in the same step.
CREATE FUNCTION platform.create_job(
  p_job_id text, p_account_id text, p_kind text, p_route text, p_idempotency_key text, p_request_sha256 text,
  p_request jsonb, p_units text[], p_request_id text, p_traceparent text, p_at timestamptz, p_expires_at timestamptz,
  p_quote bigint, p_prices jsonb, p_is_analysis boolean, p_analyses_max integer, p_cooldown interval)
RETURNS TABLE (job_id text, created boolean, same_request boolean, balance bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE job record; left_over bigint;
BEGIN
  SELECT * INTO job FROM platform.create_job(
    p_job_id, p_account_id, p_kind, p_route, p_idempotency_key, p_request_sha256, p_request, p_units, p_request_id,
    p_traceparent, p_at, p_expires_at);
  IF job.created THEN
    UPDATE platform.jobs SET quote = p_quote WHERE job_id = p_job_id;
    UPDATE platform.job_units SET price = p_prices -> unit_key WHERE job_id = p_job_id AND p_prices ? unit_key;
    IF p_quote > 0 OR p_is_analysis THEN
      SELECT r.balance INTO left_over FROM platform.reserve(
        p_account_id, 'job:' || p_job_id, p_quote, p_job_id, p_is_analysis, p_analyses_max, p_cooldown, p_route,
        p_request_id, p_expires_at + interval '1 day', p_at) AS r;
    END IF;
  END IF;
  RETURN QUERY SELECT job.job_id::text, job.created::boolean, job.same_request::boolean, left_over;
END $$;

-- As the form without prices; new units that are not named in `p_prices` cost nothing.
CREATE FUNCTION platform.expand_unit(
  p_job_id text, p_unit_key text, p_units text[], p_prices jsonb, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE known text[];
BEGIN
  PERFORM 1 FROM platform.jobs WHERE job_id = p_job_id AND status IN ('queued', 'running') FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT coalesce(array_agg(u.unit_key), '{}') INTO known FROM platform.job_units AS u WHERE u.job_id = p_job_id;
  PERFORM platform.expand_unit(p_job_id, p_unit_key, p_units, p_at);
  UPDATE platform.job_units AS u SET price = p_prices -> u.unit_key
    WHERE u.job_id = p_job_id AND u.unit_key = ANY (p_units) AND u.unit_key <> ALL (known) AND p_prices ? u.unit_key;
END $$;

-- As before, but a unit that ended while this report waited for the job stays as it ended.
CREATE OR REPLACE FUNCTION platform.advance_unit(
  p_kind text, p_unit_key text, p_stage text, p_progress integer, p_waiting_on text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job text; was text;
BEGIN
  FOR job, was IN
    SELECT j.job_id, j.stage FROM platform.jobs AS j
    WHERE j.status IN ('queued', 'running') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running'))
    ORDER BY j.job_id FOR UPDATE OF j
  LOOP
    UPDATE platform.job_units SET state = 'running', progress = greatest(progress, least(p_progress, 99))
      WHERE job_id = job AND unit_key = p_unit_key AND state IN ('queued', 'running');
    CONTINUE WHEN NOT FOUND;
    UPDATE platform.jobs SET stage = p_stage, waiting_on = p_waiting_on WHERE job_id = job;
    IF was IS DISTINCT FROM p_stage THEN
      INSERT INTO platform.job_events (job_id, at, event, detail)
      VALUES (job, p_at, 'stage', jsonb_build_object('stage', p_stage, 'unit', p_unit_key));
    END IF;
    PERFORM platform.refresh_job(job, p_at);
  END LOOP;
END $$;

-- As before, and so does a unit that ended while another result waited: the first result counts.
CREATE OR REPLACE FUNCTION platform.finish_unit(
  p_kind text, p_unit_key text, p_state text, p_problem jsonb, p_result jsonb, p_at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job text; ended integer := 0;
BEGIN
  FOR job IN
    SELECT j.job_id FROM platform.jobs AS j
    WHERE j.status IN ('queued', 'running') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running'))
    ORDER BY j.job_id FOR UPDATE OF j
  LOOP
    UPDATE platform.job_units SET state = p_state, progress = 100, problem = p_problem, result = p_result,
      finished_at = p_at WHERE job_id = job AND unit_key = p_unit_key AND state IN ('queued', 'running');
    CONTINUE WHEN NOT FOUND;
    PERFORM platform.refresh_job(job, p_at);
    ended := ended + 1;
  END LOOP;
  RETURN ended;
END $$;

-- As the form without parts; parts that were promised and not delivered are not paid for.
CREATE FUNCTION platform.finish_unit(
  p_kind text, p_unit_key text, p_state text, p_problem jsonb, p_result jsonb, p_undelivered text[], p_at timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  PERFORM 1 FROM platform.jobs AS j WHERE j.status IN ('queued', 'running') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running'))
    ORDER BY j.job_id FOR UPDATE OF j;
  UPDATE platform.job_units AS u SET price = u.price - p_undelivered
    FROM platform.jobs AS j WHERE j.job_id = u.job_id AND j.status IN ('queued', 'running')
      AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state IN ('queued', 'running');
  RETURN platform.finish_unit(p_kind, p_unit_key, p_state, p_problem, p_result, p_at);
END $$;

-- Whatever ends a job (its work, its owner, its time) settles it in the same transaction: units delivered are paid, never
-- above the reservation, and the rest goes back. Nothing stays reserved after a terminal state.
CREATE FUNCTION platform.settle_job() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE held platform.reservations; due bigint; ended timestamptz := coalesce(NEW.finished_at, NEW.progressed_at);
BEGIN
  SELECT * INTO held FROM platform.reservations WHERE job_id = NEW.job_id AND closed_at IS NULL;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT coalesce(sum(platform.tokens_of(u.price) - u.settled), 0) INTO due FROM platform.job_units AS u
    WHERE u.job_id = NEW.job_id AND u.state = 'succeeded';
  due := least(due, held.tokens);
  IF due = 0 AND NEW.status = 'failed' THEN
    PERFORM platform.release(held.reservation_id, ended);
  ELSE
    PERFORM platform.settle(held.reservation_id, due, ended);
  END IF;
  UPDATE platform.job_units AS u SET settled = platform.tokens_of(u.price)
    WHERE u.job_id = NEW.job_id AND u.state = 'succeeded';
  UPDATE platform.jobs SET cost = cost + due WHERE job_id = NEW.job_id;
  RETURN NULL;
END $$;
CREATE TRIGGER jobs_settle_at_their_end AFTER UPDATE OF status ON platform.jobs FOR EACH ROW
  WHEN (OLD.status IN ('queued', 'running') AND NEW.status NOT IN ('queued', 'running'))
  EXECUTE FUNCTION platform.settle_job();

-- The owner pays again for the units that are done again (402 when short), all in all never above the quote; a job that
-- still runs keeps its reservation.
CREATE FUNCTION platform.reserve_again(p_job_id text, p_units text[], p_request_id text, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job platform.jobs; due bigint;
BEGIN
  SELECT * INTO job FROM platform.jobs WHERE job_id = p_job_id FOR UPDATE;
  PERFORM 1 FROM platform.reservations WHERE job_id = p_job_id AND closed_at IS NULL;
  IF FOUND THEN RETURN; END IF;
  SELECT coalesce(sum(platform.tokens_of(price)), 0) INTO due FROM platform.job_units
    WHERE job_id = p_job_id AND unit_key = ANY (p_units);
  IF due = 0 AND job.quote > job.cost THEN
    -- A placeholder (a scan) has no price of its own; what it finds may cost what the quote still allows.
    PERFORM 1 FROM platform.job_units WHERE job_id = p_job_id AND unit_key = ANY (p_units) AND price = '{}';
    IF FOUND THEN due := job.quote - job.cost; END IF;
  END IF;
  due := least(due, job.quote - job.cost);
  IF due <= 0 THEN RETURN; END IF;
  PERFORM platform.reserve(job.account_id, format('job:%s:%s', p_job_id, job.attempts), due, p_job_id, false, 0,
                           interval '0', job.route, p_request_id, job.expires_at + interval '1 day', p_at);
END $$;

-- As before, but an operator's redrive charges nothing: the units it begins again lose their price.
CREATE OR REPLACE FUNCTION platform.reopen_unit(
  p_kind text, p_unit_key text, p_at timestamptz, p_expires_at timestamptz)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE job text; reopened integer := 0;
BEGIN
  FOR job IN
    SELECT j.job_id FROM platform.jobs AS j WHERE j.status IN ('queued', 'running', 'failed', 'succeeded') AND EXISTS (
      SELECT 1 FROM platform.job_units AS u
      WHERE u.job_id = j.job_id AND u.kind = p_kind AND u.unit_key = p_unit_key AND u.state = 'failed')
    ORDER BY j.job_id FOR UPDATE OF j
  LOOP
    UPDATE platform.job_units SET price = '{"operator": 0}', settled = 0
      WHERE job_id = job AND unit_key = p_unit_key AND state = 'failed';
    CONTINUE WHEN NOT FOUND;  -- another redrive was first while this one waited for the job
    PERFORM platform.reopen_units_of_job(job, ARRAY[p_unit_key], p_at, p_expires_at);
    reopened := reopened + 1;
  END LOOP;
  RETURN reopened;
END $$;

-- ── Admission ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- Count a request in every bucket, or in none (generic cell rate algorithm): each bucket refills in `emissions` ms per
-- request and holds `bursts`. Returns the tightest bucket: what is left, seconds until full, and how long to wait (0: go on).
CREATE FUNCTION platform.take_rates(p_buckets text[], p_emissions double precision[], p_bursts integer[], p_at timestamptz)
RETURNS TABLE (bucket_number integer, remaining integer, full_in double precision, retry_in double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE
  number integer; was timestamptz; ahead double precision; room double precision; waits double precision;
  best_room double precision; best integer; best_ahead double precision; worst_wait double precision := 0; worst integer;
BEGIN
  INSERT INTO platform.rate_buckets (bucket, full_at)
    SELECT b, p_at FROM unnest(p_buckets) AS b ORDER BY b ON CONFLICT (bucket) DO NOTHING;
  PERFORM 1 FROM platform.rate_buckets WHERE bucket = ANY (p_buckets) ORDER BY bucket FOR UPDATE;
  FOR number IN 1..cardinality(p_buckets) LOOP
    SELECT b.full_at INTO was FROM platform.rate_buckets AS b WHERE b.bucket = p_buckets[number];
    ahead := greatest(extract(epoch FROM was - p_at) * 1000, 0) + p_emissions[number];
    room := p_bursts[number] * p_emissions[number] - ahead;
    IF room < -0.001 THEN
      IF -room > worst_wait THEN worst_wait := -room; worst := number; END IF;
    ELSIF best IS NULL OR room / p_emissions[number] < best_room THEN
      best := number; best_room := room / p_emissions[number]; best_ahead := ahead;
    END IF;
  END LOOP;
  IF worst IS NOT NULL THEN
    RETURN QUERY SELECT worst, 0, (p_bursts[worst] * p_emissions[worst] + worst_wait - p_emissions[worst]) / 1000,
      worst_wait / 1000;
    RETURN;
  END IF;
  UPDATE platform.rate_buckets AS b
    SET full_at = greatest(b.full_at, p_at) + make_interval(secs => l.emission / 1000)
    FROM unnest(p_buckets, p_emissions) AS l (bucket, emission) WHERE b.bucket = l.bucket;
  RETURN QUERY SELECT best, floor(best_room + 0.001)::integer, best_ahead / 1000, 0::double precision;
END $$;

-- One request's admission in one round trip: whose key it is, how much is left of its rates, and of its tokens. A request
-- without a valid key counts for its address. `holder` null: no such key, or no key was given.
CREATE FUNCTION platform.admit(
  p_key_sha256 bytea, p_rate_class text, p_emission double precision, p_burst integer,
  p_address text, p_address_emission double precision, p_address_burst integer, p_at timestamptz)
RETURNS TABLE (holder text, key_id text, key_sha256 bytea, mode text, scopes text[], plan text, balance bigint,
               remaining integer, full_in double precision, retry_in double precision)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE who record; rate record;
BEGIN
  IF p_key_sha256 IS NOT NULL THEN
    SELECT a.account_id, a.key_id, a.key_sha256, a.mode, a.scopes, a.plan, b.available INTO who
      FROM platform.authenticate(p_key_sha256, p_at) AS a JOIN platform.balances AS b ON b.account_id = a.account_id;
  END IF;
  IF p_key_sha256 IS NOT NULL AND FOUND THEN
    SELECT * INTO rate FROM platform.take_rates(
      ARRAY[p_rate_class || ':' || who.account_id], ARRAY[p_emission], ARRAY[p_burst], p_at);
    RETURN QUERY SELECT who.account_id::text, who.key_id::text, who.key_sha256::bytea, who.mode::text, who.scopes::text[],
      who.plan::text, who.available::bigint, rate.remaining::integer, rate.full_in::double precision,
      rate.retry_in::double precision;
  ELSE
    SELECT * INTO rate FROM platform.take_rates(
      ARRAY['address:' || p_address], ARRAY[p_address_emission], ARRAY[p_address_burst], p_at);
    RETURN QUERY SELECT NULL::text, NULL::text, NULL::bytea, NULL::text, NULL::text[], NULL::text, NULL::bigint,
      rate.remaining::integer, rate.full_in::double precision, rate.retry_in::double precision;
  END IF;
END $$;

-- ── Cached replies ─────────────────────────────────────────────────────────────────────────────────────────────────
CREATE FUNCTION platform.find_cached_reply(p_account_id text, p_fingerprint text, p_at timestamptz)
RETURNS TABLE (status smallint, body text, age_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT c.status, c.body, extract(epoch FROM p_at - c.stored_at)::double precision
  FROM platform.cached_replies AS c
  WHERE c.account_id = p_account_id AND c.fingerprint = p_fingerprint AND c.expires_at > p_at
$$;

-- Keep a reply from its first computation on; a living one is neither replaced nor prolonged.
CREATE FUNCTION platform.keep_reply(
  p_account_id text, p_fingerprint text, p_status smallint, p_body text, p_at timestamptz, p_expires_at timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  INSERT INTO platform.cached_replies AS c (account_id, fingerprint, status, body, stored_at, expires_at)
  VALUES (p_account_id, p_fingerprint, p_status, p_body, p_at, p_expires_at)
  ON CONFLICT (account_id, fingerprint) DO UPDATE SET
    status = excluded.status, body = excluded.body, stored_at = excluded.stored_at, expires_at = excluded.expires_at
  WHERE c.expires_at <= p_at
$$;

-- What only has to be remembered for a while: expired replies, buckets that are full again, charges past their window.
CREATE FUNCTION platform.forget_expired(p_charged_before timestamptz, p_rows_max integer, p_at timestamptz)
RETURNS TABLE (cached_replies bigint, rate_buckets bigint, recent_charges bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  WITH replies AS (
    DELETE FROM platform.cached_replies WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM platform.cached_replies WHERE expires_at <= p_at LIMIT p_rows_max)) RETURNING 1
  ), buckets AS (
    DELETE FROM platform.rate_buckets WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM platform.rate_buckets WHERE full_at <= p_at LIMIT p_rows_max FOR UPDATE SKIP LOCKED))
      AND full_at <= p_at RETURNING 1
  ), charges AS (
    DELETE FROM platform.recent_charges WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM platform.recent_charges WHERE charged_at <= p_charged_before LIMIT p_rows_max
      FOR UPDATE SKIP LOCKED)) AND charged_at <= p_charged_before RETURNING 1
  )
  SELECT (SELECT count(*) FROM replies), (SELECT count(*) FROM buckets), (SELECT count(*) FROM charges)
$$;

-- ── Reconciliation ─────────────────────────────────────────────────────────────────────────────────────────────────
-- Compare every balance with its entries, every reserved token with an open reservation, every open reservation with a
-- live cause, in one statement (one snapshot); keep and return what differs.
CREATE FUNCTION platform.reconcile(p_at timestamptz)
RETURNS TABLE (accounts bigint, transactions bigint, differences jsonb)
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  WITH sums AS (
    SELECT e.account_id, coalesce(sum(e.tokens) FILTER (WHERE e.book = 'available'), 0) AS available,
      coalesce(sum(e.tokens) FILTER (WHERE e.book = 'reserved'), 0) AS reserved, sum(e.tokens) AS total
    FROM platform.ledger_entries AS e GROUP BY e.account_id
  ), held AS (
    SELECT r.account_id, sum(r.tokens) AS tokens FROM platform.reservations AS r
    WHERE r.closed_at IS NULL GROUP BY r.account_id
  ), compared AS (
    SELECT b.account_id, b.available, b.reserved, coalesce(s.available, 0) AS entries_available,
      coalesce(s.reserved, 0) AS entries_reserved, coalesce(s.total, 0) AS entries_total,
      coalesce(h.tokens, 0) AS reservations_open
    FROM platform.balances AS b LEFT JOIN sums AS s USING (account_id) LEFT JOIN held AS h USING (account_id)
  ), different AS (
    SELECT jsonb_build_object('kind', 'balance') || to_jsonb(c) AS difference FROM compared AS c
    WHERE c.available <> c.entries_available OR c.reserved <> c.entries_reserved OR c.entries_total <> 0
      OR c.reserved <> c.reservations_open
    UNION ALL
    SELECT jsonb_build_object('kind', 'transaction', 'transaction_id', e.transaction_id, 'total', sum(e.tokens))
    FROM platform.ledger_entries AS e GROUP BY e.transaction_id HAVING sum(e.tokens) <> 0
    UNION ALL
    SELECT jsonb_build_object('kind', 'reservation', 'reservation_id', r.reservation_id, 'job_id', r.job_id)
    FROM platform.reservations AS r JOIN platform.jobs AS j ON j.job_id = r.job_id
    WHERE r.closed_at IS NULL AND j.status NOT IN ('queued', 'running')
  ), kept AS (
    INSERT INTO platform.reconciliations AS k (reconciled_at, accounts, transactions, differences)
    SELECT p_at, (SELECT count(*) FROM compared), (SELECT count(*) FROM platform.ledger_transactions),
      coalesce((SELECT jsonb_agg(d.difference) FROM different AS d), '[]')
    ON CONFLICT (reconciled_at) DO UPDATE SET
      accounts = excluded.accounts, transactions = excluded.transactions, differences = excluded.differences
    RETURNING k.accounts, k.transactions, k.differences
  )
  SELECT accounts, transactions, differences FROM kept
$$;

-- ── Rights ─────────────────────────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA platform FROM PUBLIC;
GRANT SELECT ON platform.balances, platform.reservations, platform.ledger_transactions, platform.ledger_entries,
  platform.payments, platform.allowances, platform.reconciliations TO auspex_platform;
GRANT EXECUTE ON FUNCTION
  platform.admit, platform.spend, platform.reserve, platform.settle, platform.release, platform.find_cached_reply,
  platform.keep_reply,
  platform.create_job(text, text, text, text, text, text, jsonb, text[], text, text, timestamptz, timestamptz, bigint,
                      jsonb, boolean, integer, interval),
  platform.expand_unit(text, text, text[], jsonb, timestamptz),
  platform.finish_unit(text, text, text, jsonb, jsonb, text[], timestamptz)
  TO auspex_platform, auspex_filings;
GRANT EXECUTE ON FUNCTION
  platform.release_forgotten, platform.grant_tokens, platform.refund_tokens, platform.top_up, platform.reserve_again,
  platform.forget_expired, platform.reconcile
  TO auspex_platform;
