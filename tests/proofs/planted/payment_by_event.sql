-- Planted: a payment counts once per event, and the payment service sends a new event for the same payment.
DO $do$
DECLARE body text := pg_get_functiondef('platform.top_up'::regproc);
BEGIN
  EXECUTE replace(replace(body, 'VALUES (p_payment_id,', 'VALUES (p_event_id,'), '''payment:'' || p_payment_id',
                  '''payment:'' || p_event_id');
END $do$;
