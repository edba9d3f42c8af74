-- name: list_filings
SELECT f.accession, f.cik, c.ticker, f.form, f.items, f.filing_date, f.report_date, f.accepted_at, f.status,
       f.is_amendment, f.amends, f.dead_letter_reason, f.sample
FROM filings.filings AS f
JOIN filings.companies AS c ON c.cik = f.cik
WHERE (%(cik)s::bigint IS NULL OR f.cik = %(cik)s)
  AND (%(ticker)s::text IS NULL OR c.tickers @> ARRAY[%(ticker)s::text])
  AND (%(form)s::text IS NULL OR f.form = %(form)s)
  AND (%(item)s::text IS NULL OR f.items @> ARRAY[%(item)s::text])
  AND (%(status)s::text IS NULL OR f.status = %(status)s)
  AND (%(filed_from)s::date IS NULL OR f.filing_date >= %(filed_from)s)
  AND (%(filed_to)s::date IS NULL OR f.filing_date <= %(filed_to)s)
  AND (%(watcher)s::text IS NULL OR EXISTS (
        SELECT 1 FROM filings.watchlist AS w WHERE w.account_id = %(watcher)s AND w.cik = f.cik))
  AND (%(before_date)s::date IS NULL OR (f.filing_date, f.accession) < (%(before_date)s, %(before_accession)s::text))
ORDER BY f.filing_date DESC, f.accession DESC
LIMIT %(rows_max)s

-- name: read_filing
SELECT f.accession, f.cik, c.ticker, c.name AS company, f.form, f.items, f.filing_date, f.report_date, f.accepted_at,
       f.detected_at, f.fetched_at, f.analyzed_at, f.indexed_at, f.status, f.is_amendment, f.amends,
       ARRAY(SELECT a.accession FROM filings.filings AS a
             WHERE a.cik = f.cik AND a.amends = f.accession ORDER BY a.accession) AS amended_by,
       f.dead_letter_reason, f.flags, f.run, f.sample, f.cost_tokens, f.cost_usd_micros,
       (SELECT count(*) FROM filings.kpis AS k WHERE k.accession = f.accession AND k.run = f.run) AS kpi_count,
       (SELECT count(*) FROM filings.guidance AS g WHERE g.accession = f.accession AND g.run = f.run) AS guidance_count,
       (SELECT s.bullets FROM filings.summaries AS s
        WHERE s.accession = f.accession AND s.run = f.run AND s.kind = 'extractive') AS bullets,
       (SELECT jsonb_build_object('source', s.provider, 'items', s.bullets) FROM filings.summaries AS s
        WHERE s.accession = f.accession AND s.run = f.run AND s.kind = 'llm') AS enrichment,
       coalesce((SELECT jsonb_agg(jsonb_build_object('topic', e.topic, 'at', e.created_at, 'payload', e.payload)
                                  ORDER BY e.event_id)
                 FROM filings.events AS e WHERE e.accession = f.accession), '[]') AS events
FROM filings.filings AS f
JOIN filings.companies AS c ON c.cik = f.cik
WHERE f.accession = %(accession)s

-- name: list_documents
SELECT sequence, type, filename, source_url, bytes, degraded, reasons
FROM filings.documents WHERE accession = %(accession)s ORDER BY sequence, filename

-- name: list_sections
SELECT s.section_key, s.ordinal, s.title, s.chars, s.text_sha256, d.filename AS document, d.source_url, d.sequence,
       d.document_id
FROM filings.sections AS s
JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE s.accession = %(accession)s AND (%(document)s::text IS NULL OR d.filename = %(document)s)
  AND (%(after_document)s::text IS NULL
       OR (d.sequence, d.document_id, s.ordinal)
          > (%(after_sequence)s::integer, %(after_document)s::text, %(after_ordinal)s::integer))
ORDER BY d.sequence, d.document_id, s.ordinal
LIMIT %(rows_max)s

-- name: read_section
SELECT s.section_key, s.ordinal, s.title, s.chars, s.text_sha256, d.filename AS document, d.source_url,
       substr(s.text, %(start)s::integer + 1, %(length)s::integer) AS text
FROM filings.sections AS s
JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE s.accession = %(accession)s AND s.section_key = %(section_key)s
  AND (%(document)s::text IS NULL OR d.filename = %(document)s)
ORDER BY d.sequence, d.filename, s.ordinal
LIMIT 1
