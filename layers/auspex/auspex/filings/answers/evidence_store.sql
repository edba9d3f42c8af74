-- name: list_sections_by_id
SELECT s.section_id, s.accession, f.form, d.filename, s.section_key, s.text, s.text_sha256, d.source_url, f.cik,
       f.report_date, f.base_form, coalesce(f.accepted_at, f.filing_date + interval '1 day') AS known_at
FROM filings.sections AS s
JOIN filings.documents AS d ON d.document_id = s.document_id
JOIN filings.filings AS f ON f.accession = s.accession
WHERE s.section_id = ANY(%(section_ids)s::text[])

-- name: list_statement_sections
-- Short sections of one company that open under the title of a financial statement, of filings on a span of dates.
SELECT s.section_id
FROM filings.sections AS s
JOIN filings.filings AS f ON f.accession = s.accession
WHERE f.cik = %(cik)s AND f.status IN ('analyzed', 'indexed') AND f.base_form IN ('10-K', '10-Q', '8-K')
  AND coalesce(f.accepted_at, f.filing_date + interval '1 day') <= %(as_of)s::timestamptz
  AND (%(period_from)s::date IS NULL OR f.report_date BETWEEN %(period_from)s::date AND %(period_to)s::date)
  AND s.chars <= %(chars_max)s AND left(s.text, %(reach)s) ~* %(title)s
ORDER BY f.report_date DESC, s.document_id, s.ordinal
LIMIT %(rows_max)s

-- name: list_lexemes
-- The lexemes of each text as the index stems them, in the order given.
SELECT part.place, coalesce(array_agg(word.lexeme) FILTER (WHERE word.lexeme IS NOT NULL), '{}') AS lexemes
FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS part(text, place)
LEFT JOIN LATERAL unnest(to_tsvector('pg_catalog.english', regexp_replace(part.text, '(\d),(?=\d)', '\1', 'g'))) AS word
  ON true
GROUP BY part.place
ORDER BY part.place

-- name: list_idf
-- ln(1 + (N - df + 0.5) / (df + 0.5)) of each lexeme; one that no chunk has weighs most.
SELECT asked.lexeme,
       ln(1 + (corpus.n - coalesce(terms.df, 0) + 0.5) / (coalesce(terms.df, 0) + 0.5))::float8 AS idf
FROM unnest(%(lexemes)s::text[]) AS asked(lexeme)
CROSS JOIN filings.corpus AS corpus
LEFT JOIN filings.terms AS terms ON terms.lexeme = asked.lexeme
WHERE corpus.n > 0
