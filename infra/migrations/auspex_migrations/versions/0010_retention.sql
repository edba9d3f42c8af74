-- Housekeeping: an outbox that is fair to every queue.

-- ── Outbox ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- The sweep takes turns between queues, so that rows of one that takes nothing hold up no other.
CREATE INDEX outbox_unsent_by_queue ON platform.outbox (queue, deliver_after, outbox_id) WHERE sent_at IS NULL;
DROP INDEX platform.outbox_unsent;
