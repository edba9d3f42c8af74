-- name: insert_message
INSERT INTO platform.outbox (outbox_id, queue, body, created_at, deliver_after)
VALUES (%(outbox_id)s, %(queue)s, %(body)s, %(at)s, %(deliver_after)s)

-- name: mark_sent
SELECT platform.mark_outbox_sent(%(outbox_ids)s::text[], %(at)s)

-- name: list_due_queues
WITH RECURSIVE queues AS (
  (SELECT queue FROM platform.outbox WHERE sent_at IS NULL ORDER BY queue LIMIT 1)
  UNION ALL
  SELECT (SELECT o.queue FROM platform.outbox AS o
          WHERE o.sent_at IS NULL AND o.queue > q.queue ORDER BY o.queue LIMIT 1)
  FROM queues AS q WHERE q.queue IS NOT NULL
)
SELECT q.queue FROM queues AS q
WHERE EXISTS (SELECT 1 FROM platform.outbox AS o
              WHERE o.queue = q.queue AND o.sent_at IS NULL AND o.deliver_after <= %(at)s)
ORDER BY q.queue

-- name: claim_unsent
SELECT outbox_id, queue, body FROM platform.outbox
WHERE sent_at IS NULL AND queue = %(queue)s AND deliver_after <= %(at)s
ORDER BY deliver_after, outbox_id
LIMIT %(rows_max)s
FOR UPDATE SKIP LOCKED
