-- Planted: a reservation is given back without looking whether it is open still, and its key differs each time.
DO $do$
DECLARE body text := pg_get_functiondef('platform.settle'::regproc);
BEGIN
  body := replace(body, 'IF held.closed_at IS NOT NULL THEN RETURN held.settled; END IF;', '');
  EXECUTE replace(body, '''release:'' || p_reservation_id', '''release:'' || platform.new_ulid(p_at)');
END $do$;
