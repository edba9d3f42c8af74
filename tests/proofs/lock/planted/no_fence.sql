-- Planted: the product is told that it may store whatever it has; nobody looks at the epoch, nobody holds it.
CREATE OR REPLACE FUNCTION providers.accept_result(p_epoch bigint, p_call_id text, p_at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO providers.call_acceptance VALUES (p_call_id, true, p_epoch, p_at) ON CONFLICT (call_id) DO NOTHING;
  RETURN true;
END $$;
