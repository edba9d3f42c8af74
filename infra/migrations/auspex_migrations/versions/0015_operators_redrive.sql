-- What a review of watching and of jobs mended: a right that nobody needs, one way to have a notification routed, and an
-- operator's redrive that costs nothing whatever it brings. Columns that no code reads or writes any more stay until the
-- release after this one: the code before it still writes them.
COMMENT ON COLUMN filings.feed_mark.accession IS 'Unused since 0015; to be dropped by the next migration';
COMMENT ON COLUMN filings.guidance.previous_id IS 'Unused since 0015; to be dropped by the next migration';
REVOKE UPDATE ON filings.index_entries FROM auspex_filings;

-- Have a notification routed to its channels: the outbox row of its message, which the caller may send after its commit.
CREATE FUNCTION platform.route_notification(
  p_notification_id text, p_account_id text, p_job_id text, p_request_id text, p_traceparent text, p_at timestamptz)
RETURNS TABLE (outbox_id text, queue text, body text)
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
  INSERT INTO platform.outbox AS o (outbox_id, queue, body, created_at, deliver_after) VALUES (
    platform.make_notification_ulid(p_at), 'platform-notifier',
    jsonb_build_object(
      'schema', 'platform.route_notification.v1', 'message_id', 'msg_' || platform.make_notification_ulid(p_at),
      'dedup_key', 'route:' || p_notification_id, 'account_id', p_account_id, 'job_id', p_job_id,
      'request_id', p_request_id, 'traceparent', p_traceparent, 'deferrals', 0,
      'body', jsonb_build_object('notification_id', p_notification_id))::text,
    p_at, p_at)
  RETURNING o.outbox_id, o.queue, o.body
$$;
REVOKE ALL ON FUNCTION platform.route_notification(text, text, text, text, text, timestamptz) FROM PUBLIC;

-- As before, by way of the function above.
CREATE OR REPLACE FUNCTION filings.tell_watchers(
  p_ciks bigint[], p_form text, p_filing_date date, p_wish text, p_kind text, p_subject text, p_topic text, p_title text,
  p_body text, p_data jsonb, p_request_id text, p_traceparent text, p_at timestamptz)
RETURNS TABLE (account_id text, outbox_id text, queue text, body text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
#variable_conflict use_column
DECLARE watcher text; news record;
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
    IF news.routed THEN
      RETURN QUERY SELECT watcher, r.outbox_id, r.queue, r.body FROM platform.route_notification(
        news.notification_id, watcher, NULL, p_request_id, p_traceparent, p_at) AS r;
    ELSE
      RETURN QUERY SELECT watcher, NULL::text, NULL::text, NULL::text;
    END IF;
    RETURN QUERY SELECT watcher, e.outbox_id, e.queue, e.body FROM platform.emit_webhook(
      watcher, p_kind, p_subject, p_data, p_request_id, p_traceparent, p_at) AS e;
  END LOOP;
END $$;

-- As before, by way of the function above.
CREATE OR REPLACE FUNCTION filings.tell_of_backfill_end() RETURNS trigger
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
    PERFORM platform.route_notification(told.notification_id, NEW.account_id, NEW.job_id, NEW.request_id, trace, at);
  END IF;
  RETURN NULL;
END $$;

-- As before, and what an operator began again costs nothing even where it turns out to be several units.
CREATE OR REPLACE FUNCTION platform.expand_unit(
  p_job_id text, p_unit_key text, p_units text[], p_prices jsonb, p_at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE known text[]; is_free boolean;
BEGIN
  PERFORM 1 FROM platform.jobs WHERE job_id = p_job_id AND status IN ('queued', 'running') FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT coalesce(array_agg(u.unit_key), '{}'), coalesce(bool_or(u.unit_key = p_unit_key AND u.price ? 'operator'), false)
    INTO known, is_free FROM platform.job_units AS u WHERE u.job_id = p_job_id;
  PERFORM platform.expand_unit(p_job_id, p_unit_key, p_units, p_at);
  UPDATE platform.job_units AS u SET price = CASE WHEN is_free THEN '{"operator": 0}' ELSE p_prices -> u.unit_key END
    WHERE u.job_id = p_job_id AND u.unit_key = ANY (p_units) AND u.unit_key <> ALL (known)
      AND (is_free OR p_prices ? u.unit_key);
END $$;
