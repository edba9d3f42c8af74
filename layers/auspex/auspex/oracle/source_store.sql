-- name: insert_file
INSERT INTO oracle.source_files (
  source, url, competition, fetched_at, status, outcome, etag, last_modified, sha256, bytes, rows_ok, rows_bad, detail)
VALUES (%(source)s, %(url)s, %(competition)s, %(fetched_at)s, %(status)s, %(outcome)s, %(etag)s, %(last_modified)s,
        %(sha256)s, %(bytes)s, %(rows_ok)s, %(rows_bad)s, %(detail)s)
RETURNING id

-- name: read_newest
-- What we hold of a file: the newest stored version, and when it was last asked for.
SELECT (SELECT max(f.fetched_at) FROM oracle.source_files AS f WHERE f.url = %(url)s) AS asked_at,
       s.etag, s.last_modified, s.sha256, s.id
FROM (VALUES (1)) AS one
LEFT JOIN LATERAL (
  SELECT f.* FROM oracle.source_files AS f WHERE f.url = %(url)s AND f.outcome = 'stored' ORDER BY f.id DESC LIMIT 1
) AS s ON true

-- name: list_asked
SELECT f.url, max(f.fetched_at) AS asked_at, bool_or(f.outcome = 'stored') AS is_stored,
       bool_or(f.outcome IN ('stored', 'absent')) AS is_settled
FROM oracle.source_files AS f
WHERE f.url = ANY (%(urls)s)
GROUP BY f.url
