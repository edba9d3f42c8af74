-- name: list_notifications
SELECT notification_id, product, kind, subject, topic, material_version, title, body, data, created_at, read_at
FROM platform.notifications
WHERE account_id = %(account_id)s
  AND (%(product)s::text IS NULL OR product = %(product)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(topic)s::text IS NULL OR topic = %(topic)s)
  AND (%(unread)s::boolean IS NULL OR (read_at IS NULL) = %(unread)s)
  AND (%(before)s::text IS NULL OR notification_id < %(before)s)
ORDER BY notification_id DESC
LIMIT %(rows_max)s

-- name: mark_read
UPDATE platform.notifications SET read_at = %(at)s
WHERE account_id = %(account_id)s AND read_at IS NULL
  AND (%(notification_ids)s::text[] IS NULL OR notification_id = ANY (%(notification_ids)s::text[]))
  AND (%(product)s::text IS NULL OR product = %(product)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(subject)s::text IS NULL OR subject = %(subject)s)
  AND (%(topic)s::text IS NULL OR topic = %(topic)s)

-- name: count_unread
SELECT product, kind, count(*)::integer AS unread FROM platform.notifications
WHERE account_id = %(account_id)s AND read_at IS NULL
GROUP BY product, kind ORDER BY product, kind
