-- name: lock_filings_shared
SELECT accession, cik, status FROM filings.filings
WHERE accession = ANY (%(accessions)s::text[]) ORDER BY accession FOR SHARE
