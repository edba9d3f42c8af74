-- name: resolve_tickers
SELECT t.ticker AS asked, c.cik, c.ticker, c.name
FROM unnest(%(tickers)s::text[]) AS t (ticker)
JOIN filings.companies AS c ON c.tickers @> ARRAY[t.ticker]

-- name: lock_filings_shared
SELECT accession, cik, status FROM filings.filings
WHERE accession = ANY (%(accessions)s::text[]) ORDER BY accession FOR SHARE

-- name: companies_to_scan
SELECT c.cik FROM filings.companies AS c
WHERE EXISTS (SELECT 1 FROM filings.filings AS f WHERE f.cik = c.cik)
ORDER BY c.last_scan_at NULLS FIRST, c.cik
LIMIT %(rows_max)s
