-- name: insert_message
INSERT INTO platform.outbox (outbox_id, queue, body, created_at, deliver_after)
VALUES (%(outbox_id)s, %(queue)s, %(body)s, %(at)s, %(deliver_after)s)

-- name: mark_sent
SELECT platform.mark_outbox_sent(%(outbox_ids)s::text[], %(at)s)

-- name: claim_unsent
SELECT outbox_id, queue, body FROM platform.outbox
WHERE sent_at IS NULL AND deliver_after <= %(at)s
ORDER BY deliver_after, outbox_id
LIMIT %(rows_max)s
FOR UPDATE SKIP LOCKED
