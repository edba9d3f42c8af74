-- name: tell_account
SELECT notification_id, told, routed FROM platform.tell_account(
  %(notification_id)s::text, %(account_id)s::text, %(product)s::text, %(kind)s::text, %(subject)s::text,
  %(topic)s::text, %(material_version)s::text, %(title)s::text, %(body)s::text, %(data)s::jsonb, %(at)s::timestamptz)
