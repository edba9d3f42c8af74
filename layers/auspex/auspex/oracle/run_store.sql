-- name: insert_run
INSERT INTO oracle.runs (job_id, account_id, run, kind, input, rejected)
VALUES (%(job_id)s, %(account_id)s, %(run)s, %(kind)s, %(input)s, %(rejected)s)

-- name: insert_rows
INSERT INTO oracle.batch_rows (job_id, row_no, input)
SELECT %(job_id)s, r.row_no, r.input FROM jsonb_to_recordset(%(rows)s) AS r (row_no integer, input jsonb)

-- name: insert_shards
INSERT INTO oracle.shards (job_id, shard, first, last)
SELECT %(job_id)s, s.shard, s.first, s.last
FROM jsonb_to_recordset(%(shards)s) AS s (shard integer, first integer, last integer)

-- name: find_run
SELECT job_id, account_id, run, kind, input, rejected, strengths, totals FROM oracle.runs WHERE job_id = %(job_id)s

-- name: keep_strengths
UPDATE oracle.runs SET strengths = coalesce(strengths, %(strengths)s) WHERE job_id = %(job_id)s RETURNING strengths

-- name: list_inputs
SELECT row_no, input FROM oracle.batch_rows
WHERE job_id = %(job_id)s AND row_no BETWEEN %(first)s AND %(last)s ORDER BY row_no

-- name: store_rows
UPDATE oracle.batch_rows AS b SET result = r.result, error = r.error
FROM jsonb_to_recordset(%(rows)s) AS r (row_no integer, result jsonb, error jsonb)
WHERE b.job_id = %(job_id)s AND b.row_no = r.row_no

-- name: end_shard
UPDATE oracle.shards SET partial = %(partial)s, attempts = attempts + %(attempts)s, done_at = %(at)s
WHERE job_id = %(job_id)s AND shard = %(shard)s

-- name: forget_totals
UPDATE oracle.runs SET totals = NULL WHERE job_id = %(job_id)s AND totals IS NOT NULL

-- name: count_shards_alive
SELECT oracle.count_shards_alive(%(job_id)s::text) AS alive

-- name: list_partials
SELECT shard, partial FROM oracle.shards WHERE job_id = %(job_id)s AND done_at IS NOT NULL ORDER BY shard

-- name: store_totals
UPDATE oracle.runs SET totals = %(totals)s WHERE job_id = %(job_id)s

-- name: store_projection
INSERT INTO oracle.projections (job_id, "table", meta) VALUES (%(job_id)s, %(table)s, %(meta)s)
ON CONFLICT (job_id) DO UPDATE SET "table" = EXCLUDED."table", meta = EXCLUDED.meta

-- name: list_results
SELECT row_no, input, result, error FROM oracle.batch_rows
WHERE job_id = %(job_id)s AND row_no > %(after)s AND (result IS NOT NULL OR error IS NOT NULL)
ORDER BY row_no LIMIT %(rows_max)s
