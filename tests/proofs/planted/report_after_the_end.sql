-- Planted: progress and results are written to units that ended while the report waited (what revision 0001 did).
DO $do$
DECLARE body text := pg_get_functiondef('platform.advance_unit'::regproc);
BEGIN
  EXECUTE replace(body, ' AND unit_key = p_unit_key AND state IN (''queued'', ''running'');', ' AND unit_key = p_unit_key;');
END $do$;
