-- name: emit_webhook
SELECT outbox_id, queue, body FROM platform.emit_webhook(
  %(account_id)s::text, %(event_type)s::text, %(subject)s::text, %(data)s::jsonb, %(request_id)s::text,
  %(traceparent)s::text, %(at)s::timestamptz)
