-- name: list_events
SELECT e.id, e.at, e.type, e.provider_from, e.provider_to, e.epoch_before, e.epoch_after, e.actor, e.reason, e.evidence,
  e.prev_hash, e.hash, p.hash AS hash_before
FROM providers.events AS e
LEFT JOIN providers.events AS p ON p.id = e.id - 1
WHERE (%(type)s::text IS NULL OR e.type = %(type)s)
  AND (%(provider)s::text IS NULL OR e.provider_from = %(provider)s OR e.provider_to = %(provider)s)
  AND (%(since)s::timestamptz IS NULL OR e.at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s)
  AND (%(before)s::bigint IS NULL OR e.id < %(before)s)
ORDER BY e.id DESC LIMIT %(rows_max)s

-- name: chain_head
SELECT audit_count, audit_hash FROM providers.lease

-- name: list_chain
SELECT e.id, e.at, e.type, e.provider_from, e.provider_to, e.epoch_before, e.epoch_after, e.actor, e.reason, e.evidence,
  e.prev_hash, e.hash
FROM providers.events AS e WHERE e.id >= %(first)s ORDER BY e.id LIMIT %(rows_max)s
