-- name: upsert_directory
INSERT INTO filings.companies AS c (cik, name, ticker, tickers)
SELECT d.cik, d.name, split_part(d.tickers, '|', 1), string_to_array(d.tickers, '|')
FROM unnest(%(ciks)s::bigint[], %(names)s::text[], %(tickers)s::text[]) AS d (cik, name, tickers)
ORDER BY d.cik
ON CONFLICT (cik) DO UPDATE SET ticker = excluded.ticker, tickers = excluded.tickers,
  name = CASE WHEN c.etag IS NULL AND c.sic IS NULL THEN excluded.name ELSE c.name END
WHERE (c.ticker, c.tickers) IS DISTINCT FROM (excluded.ticker, excluded.tickers)
   OR (c.etag IS NULL AND c.sic IS NULL AND c.name <> excluded.name)
