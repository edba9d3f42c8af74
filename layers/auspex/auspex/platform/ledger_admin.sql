-- name: grant_tokens
SELECT transaction_id, made FROM platform.grant_tokens(
  %(account_id)s::text, %(kind)s::text, %(request_key)s::text, %(tokens)s::bigint, %(note)s::text, %(created_by)s::text,
  %(request_sha256)s::text, %(request_id)s::text, %(at)s::timestamptz)

-- name: refund_tokens
SELECT transaction_id, made FROM platform.refund_tokens(
  %(transaction_id)s::text, %(request_key)s::text, %(tokens)s::bigint, %(note)s::text, %(created_by)s::text,
  %(request_sha256)s::text, %(request_id)s::text, %(at)s::timestamptz)

-- name: find_transaction
SELECT account_id, request_sha256 FROM platform.ledger_transactions WHERE transaction_id = %(transaction_id)s

-- name: top_up
SELECT platform.top_up(%(payment_id)s::text, %(account_id)s::text, %(pack)s::integer, %(event_id)s::text,
                       %(request_id)s::text, %(at)s::timestamptz) AS made
