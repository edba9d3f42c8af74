-- name: probe
SELECT count(*) AS accounts FROM platform.accounts WHERE false

-- name: migration_head
SELECT version_num FROM public.alembic_version
