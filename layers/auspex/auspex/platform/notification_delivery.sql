-- name: load_delivery
SELECT n.notification_id, n.kind, n.title, n.body, c.channel_id, c.account_id, c.service, c.credentials,
       c.verified_at IS NOT NULL AND c.deleted_at IS NULL AS open, a.status = 'active' AS account_active
FROM platform.notifications AS n
JOIN platform.notification_channels AS c ON c.account_id = n.account_id
JOIN platform.accounts AS a ON a.account_id = n.account_id
WHERE n.notification_id = %(notification_id)s AND c.channel_id = %(channel_id)s

-- name: load_digest_delivery
SELECT d.digest_id, d.notifications, c.channel_id, c.account_id, c.service, c.credentials,
       c.verified_at IS NOT NULL AND c.deleted_at IS NULL AS open, a.status = 'active' AS account_active
FROM platform.notification_digests AS d
JOIN platform.notification_channels AS c ON c.account_id = d.account_id
JOIN platform.accounts AS a ON a.account_id = d.account_id
WHERE d.digest_id = %(digest_id)s AND c.channel_id = %(channel_id)s

-- name: list_digest_entries
SELECT kind, title, body FROM platform.notifications
WHERE digest_id = %(digest_id)s
ORDER BY kind, notification_id
LIMIT %(rows_max)s

-- name: load_code_delivery
SELECT k.code_id, k.sealed_code, k.expires_at, c.account_id, c.service, c.credentials,
       c.verified_at IS NULL AND c.deleted_at IS NULL AS waiting
FROM platform.notification_codes AS k
JOIN platform.notification_channels AS c ON c.channel_id = k.channel_id
WHERE k.code_id = %(code_id)s

-- name: record_delivery
INSERT INTO platform.notification_deliveries (notification_id, channel_id, outcome, reason, attempts, at)
VALUES (%(notification_id)s, %(channel_id)s, %(outcome)s, %(reason)s, %(attempts)s, %(at)s)
ON CONFLICT (notification_id, channel_id) DO NOTHING

-- name: record_digest_delivery
INSERT INTO platform.notification_deliveries (notification_id, channel_id, digest_id, outcome, reason, attempts, at)
SELECT n.notification_id, %(channel_id)s, %(digest_id)s, %(outcome)s, %(reason)s, %(attempts)s, %(at)s
FROM platform.notifications AS n WHERE n.digest_id = %(digest_id)s
ON CONFLICT (notification_id, channel_id) DO NOTHING
