-- name: list_companies_by_word
-- Companies that the words of a question may name: by ticker, by alias, or by the first word of the name.
SELECT cik, name, ticker, tickers, aliases, fiscal_year_end
FROM filings.companies
WHERE upper(ticker) = ANY(%(tickers)s::text[])
   OR tickers && %(tickers)s::text[]
   OR (aliases <> '{}' AND EXISTS (
        SELECT 1 FROM unnest(aliases) AS alias
        WHERE lower(split_part(alias, ' ', 1)) = ANY(%(words)s::text[])))
   OR regexp_replace(lower(split_part(regexp_replace(name, '^The ', '', 'i'), ' ', 1)), '[^a-z0-9&]|\.com$', '', 'g')
        = ANY(%(words)s::text[])
ORDER BY cik
LIMIT %(rows_max)s

-- name: list_companies_by_ticker
SELECT c.cik, c.name, c.ticker, c.tickers, c.aliases, c.fiscal_year_end, asked.ticker AS asked
FROM unnest(%(tickers)s::text[]) AS asked(ticker)
JOIN filings.companies AS c ON upper(c.ticker) = asked.ticker OR c.tickers @> ARRAY[asked.ticker]
ORDER BY asked.ticker, c.cik

-- name: list_companies_by_cik
SELECT cik, name, ticker, tickers, aliases, fiscal_year_end
FROM filings.companies WHERE cik = ANY(%(ciks)s::bigint[])
ORDER BY cik

-- name: list_companies_by_beginning
-- Companies of which a ticker, the name or an alias begins like what was typed, by ticker.
SELECT cik FROM filings.companies
WHERE EXISTS (SELECT 1 FROM unnest(tickers) AS t WHERE starts_with(upper(t), %(beginning)s::text))
   OR starts_with(upper(ticker), %(beginning)s::text)
   OR starts_with(upper(regexp_replace(name, '^The ', '', 'i')), %(beginning)s::text)
   OR EXISTS (SELECT 1 FROM unnest(aliases) AS alias WHERE starts_with(upper(alias), %(beginning)s::text))
ORDER BY coalesce(ticker, name), cik
LIMIT %(rows_max)s

-- name: list_company_rows
SELECT cik, ticker, tickers, name, exchange, sic, fiscal_year_end
FROM filings.companies WHERE cik = ANY (%(ciks)s::bigint[])

-- name: list_nearest_tickers
-- Tickers that begin like the one asked for, or that it begins with.
SELECT ticker, name FROM filings.companies
WHERE ticker IS NOT NULL
  AND (starts_with(upper(ticker), left(%(ticker)s::text, 2)) OR starts_with(%(ticker)s::text, upper(ticker))
       OR upper(name) LIKE left(%(ticker)s::text, 3) || '%%')
ORDER BY abs(length(ticker) - length(%(ticker)s::text)), ticker
LIMIT %(rows_max)s

-- name: list_filed_companies
-- Companies with an indexed filing that was public by then, newest filing first.
SELECT c.cik, c.name, c.ticker, c.tickers, c.aliases, c.fiscal_year_end
FROM filings.companies AS c
JOIN (
  SELECT cik, max(filing_date) AS filed FROM filings.filings
  WHERE status = 'indexed' AND coalesce(accepted_at, filing_date + interval '1 day') <= %(as_of)s::timestamptz
  GROUP BY cik
) AS f USING (cik)
ORDER BY f.filed DESC, c.cik
LIMIT %(rows_max)s

-- name: read_coverage
-- What is readable of one company by then, and when its last annual report closed.
SELECT count(*) AS filings,
       max(report_date) FILTER (WHERE base_form = '10-K') AS year_end
FROM filings.filings
WHERE cik = %(cik)s AND status IN ('analyzed', 'indexed')
  AND coalesce(accepted_at, filing_date + interval '1 day') <= %(as_of)s::timestamptz
