-- name: list_coverage
WITH page AS (
  SELECT c.cik, c.ticker, c.name, c.last_scan_at
  FROM filings.companies AS c
  WHERE c.cik > %(after_cik)s AND (%(cik)s::bigint IS NULL OR c.cik = %(cik)s)
    AND CASE WHEN %(watcher)s::text IS NOT NULL
      THEN EXISTS (SELECT 1 FROM filings.watchlist AS w WHERE w.account_id = %(watcher)s AND w.cik = c.cik)
      ELSE %(cik)s::bigint IS NOT NULL OR EXISTS (SELECT 1 FROM filings.filings AS f WHERE f.cik = c.cik) END
  ORDER BY c.cik LIMIT %(rows_max)s
)
SELECT p.cik, p.ticker, p.name, p.last_scan_at, s.*, i.listed, i.found_late, i.missing, i.missing_accessions
FROM page AS p
CROSS JOIN LATERAL (
  SELECT count(*) AS seen,
         count(*) FILTER (WHERE f.status = 'detected') AS detected,
         count(*) FILTER (WHERE f.status = 'fetched') AS fetched,
         count(*) FILTER (WHERE f.status = 'analyzed') AS analyzed,
         count(*) FILTER (WHERE f.status = 'indexed') AS indexed,
         count(*) FILTER (WHERE f.status = 'skipped') AS skipped,
         count(*) FILTER (WHERE f.status = 'dead_letter') AS dead_letter,
         max(f.filing_date) FILTER (WHERE f.status = 'indexed') AS newest_indexed,
         percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM f.detected_at - f.accepted_at))
           FILTER (WHERE g.accession IS NOT NULL) AS detect_s,
         percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM f.analyzed_at - f.accepted_at))
           FILTER (WHERE g.accession IS NOT NULL) AS analyze_s,
         percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM f.indexed_at - f.accepted_at))
           FILTER (WHERE g.accession IS NOT NULL) AS index_s
  FROM filings.filings AS f
  LEFT JOIN filings.sightings AS g ON g.accession = f.accession AND g.cik = f.cik
    AND f.source <> 'request' AND f.accepted_at IS NOT NULL AND f.status <> 'skipped'
  WHERE f.cik = p.cik AND (%(since)s::date IS NULL OR f.filing_date >= %(since)s)
) AS s
CROSS JOIN LATERAL (
  SELECT count(*) AS listed,
         count(*) FILTER (WHERE e.was_missing) AS found_late,
         count(*) FILTER (WHERE e.open) AS missing,
         array_agg(e.accession ORDER BY e.filing_date DESC, e.accession) FILTER (WHERE e.open) AS missing_accessions
  FROM (
    SELECT e.accession, e.was_missing, e.filing_date,
           e.form = ANY (%(forms)s::text[])
             AND NOT coalesce(f.status IN ('fetched', 'analyzed', 'indexed'), false) AS open
    FROM filings.index_entries AS e LEFT JOIN filings.filings AS f USING (accession)
    WHERE e.cik = p.cik AND (%(since)s::date IS NULL OR e.filing_date >= %(since)s)
  ) AS e
) AS i
ORDER BY p.cik
