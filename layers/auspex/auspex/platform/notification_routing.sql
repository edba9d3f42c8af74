-- name: lock_notification
SELECT n.account_id, n.kind, n.route FROM platform.notifications AS n
WHERE n.notification_id = %(notification_id)s FOR UPDATE

-- name: list_open_channels
SELECT channel_id FROM platform.notification_channels
WHERE account_id = %(account_id)s AND verified_at IS NOT NULL AND deleted_at IS NULL
ORDER BY channel_id

-- name: take_place
SELECT platform.take_notification_place(%(account_id)s::text, %(local_date)s::date, %(max_per_day)s::integer) AS taken

-- name: set_route
UPDATE platform.notifications SET route = %(route)s, deliver_at = %(deliver_at)s
WHERE notification_id = %(notification_id)s
