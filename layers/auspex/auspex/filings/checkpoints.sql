-- name: find_checkpoint
SELECT state, s3_key FROM filings.checkpoints
WHERE graph = %(graph)s AND thread = %(thread)s AND run = %(run)s AND node = %(node)s AND ordinal = %(ordinal)s
  AND input_hash = %(input_hash)s

-- name: insert_checkpoint
INSERT INTO filings.checkpoints (graph, thread, run, node, ordinal, input_hash, state, s3_key, code_version, epoch, created_at)
VALUES (%(graph)s, %(thread)s, %(run)s, %(node)s, %(ordinal)s, %(input_hash)s, %(state)s, %(s3_key)s, %(code_version)s,
        %(epoch)s, %(at)s)
ON CONFLICT (graph, thread, run, node, ordinal, input_hash) DO NOTHING
