-- name: list_accounts_due
SELECT DISTINCT account_id FROM platform.notifications
WHERE route = 'digest' AND digest_id IS NULL AND deliver_at <= %(at)s AND account_id > %(after)s
ORDER BY account_id
LIMIT %(rows_max)s

-- name: lock_due
SELECT notification_id, deliver_at FROM platform.notifications
WHERE account_id = %(account_id)s AND route = 'digest' AND digest_id IS NULL AND deliver_at <= %(at)s
ORDER BY notification_id FOR UPDATE

-- name: insert_digest
INSERT INTO platform.notification_digests (digest_id, account_id, local_date, notifications, created_at)
VALUES (%(digest_id)s, %(account_id)s, %(local_date)s, %(notifications)s, %(at)s)
ON CONFLICT (account_id, local_date) DO NOTHING
RETURNING digest_id

-- name: move_due
UPDATE platform.notifications SET route = %(route)s, deliver_at = %(deliver_at)s, digest_id = %(digest_id)s
WHERE notification_id = ANY (%(notification_ids)s::text[])
