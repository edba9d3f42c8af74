-- Planted: a retried request is charged again, because its key is not looked for and never the same.
DO $do$
DECLARE body text := pg_get_functiondef('platform.spend'::regproc);
BEGIN
  EXECUTE replace(body, 'key text := p_request_key;', 'key text := p_request_key || platform.new_ulid(p_at);');
END $do$;
