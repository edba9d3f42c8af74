-- name: take_lease
INSERT INTO filings.leases AS l (graph, thread, owner, epoch, expires_at)
VALUES (%(graph)s, %(thread)s, %(owner)s, 1, clock_timestamp() + make_interval(secs => %(seconds)s::double precision))
ON CONFLICT (graph, thread) DO UPDATE
  SET owner = excluded.owner, epoch = l.epoch + 1, expires_at = excluded.expires_at
  WHERE l.expires_at <= clock_timestamp()
RETURNING epoch

-- name: busy_seconds
SELECT greatest(0, extract(epoch FROM expires_at - clock_timestamp()))::double precision AS seconds
FROM filings.leases WHERE graph = %(graph)s AND thread = %(thread)s

-- name: hold_lease
SELECT epoch FROM filings.leases
WHERE graph = %(graph)s AND thread = %(thread)s AND epoch = %(epoch)s AND owner = %(owner)s FOR UPDATE

-- name: release_lease
UPDATE filings.leases SET owner = NULL, expires_at = '-infinity'
WHERE graph = %(graph)s AND thread = %(thread)s AND epoch = %(epoch)s AND owner = %(owner)s
