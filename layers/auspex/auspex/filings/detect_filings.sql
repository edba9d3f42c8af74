-- name: insert_sightings
INSERT INTO filings.sightings (accession, cik, source, seen_at)
SELECT s.accession, s.cik, %(source)s, %(at)s
FROM unnest(%(accessions)s::text[], %(ciks)s::bigint[]) AS s (accession, cik)
ORDER BY s.accession, s.cik
ON CONFLICT (accession, cik) DO NOTHING
RETURNING accession, cik
