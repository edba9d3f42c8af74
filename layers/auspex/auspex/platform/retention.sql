-- name: list_rules
SELECT table_name, class FROM platform.retention_rules ORDER BY table_name

-- name: delete_expired
SELECT platform.delete_expired(%(table_name)s::text, %(before)s::timestamptz, %(rows_max)s::integer) AS deleted
