-- Planted: the balance is read without a lock and written back, so that two at once lose one of their changes.
DO $do$
DECLARE body text; name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['post', 'reserve', 'settle', 'release'] LOOP
    body := pg_get_functiondef(format('platform.%s', name)::regproc);
    EXECUTE replace(body, 'account_id FOR UPDATE', 'account_id');
  END LOOP;
END $do$;
