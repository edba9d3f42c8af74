-- name: list_finished_nodes
SELECT node, count(*)::integer AS times,
       max(CASE WHEN node = 'chunk' AND jsonb_typeof(state) = 'array' THEN jsonb_array_length(state) END) AS chunks
FROM filings.checkpoints
WHERE graph = %(graph)s AND thread = %(accession)s AND run = %(run)s
GROUP BY node

-- name: restore_status
UPDATE filings.filings SET status = %(status)s, dead_letter_reason = NULL
WHERE accession = %(accession)s AND status IN ('skipped', 'dead_letter')

-- name: find_replay
SELECT payload FROM filings.events
WHERE accession = %(accession)s AND topic = 'replayed' AND payload ->> 'job_id' = %(job_id)s
ORDER BY event_id LIMIT 1
