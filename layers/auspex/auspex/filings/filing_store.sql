-- name: upsert_company
INSERT INTO filings.companies AS c (cik, ticker, tickers, name, aliases, exchange, sic, fiscal_year_end, etag, sample)
VALUES (%(cik)s, %(ticker)s, %(tickers)s::text[], %(name)s, %(aliases)s::text[], %(exchange)s, %(sic)s,
        %(fiscal_year_end)s, %(etag)s, %(sample)s)
ON CONFLICT (cik) DO UPDATE SET
  ticker = coalesce(excluded.ticker, c.ticker),
  tickers = CASE WHEN excluded.tickers = '{}' THEN c.tickers ELSE excluded.tickers END,
  name = excluded.name,
  aliases = CASE WHEN excluded.aliases = '{}' THEN c.aliases ELSE excluded.aliases END,
  exchange = coalesce(excluded.exchange, c.exchange),
  sic = coalesce(excluded.sic, c.sic),
  fiscal_year_end = coalesce(excluded.fiscal_year_end, c.fiscal_year_end),
  etag = coalesce(excluded.etag, c.etag),
  sample = excluded.sample

-- name: insert_missing_company
INSERT INTO filings.companies (cik, name, sample) VALUES (%(cik)s, %(name)s, %(sample)s)
ON CONFLICT (cik) DO NOTHING

-- name: note_scan
UPDATE filings.companies SET last_scan_at = %(at)s, etag = coalesce(%(etag)s, etag),
  watermark = greatest(watermark, %(watermark)s::date)
WHERE cik = %(cik)s

-- name: read_company
SELECT cik, ticker, tickers, name, fiscal_year_end, watermark, etag, last_scan_at FROM filings.companies WHERE cik = %(cik)s

-- name: insert_filing
INSERT INTO filings.filings (accession, cik, form, base_form, is_amendment, items, filing_date, report_date, accepted_at,
                             detected_at, status, primary_document, inline_xbrl, source, sample)
VALUES (%(accession)s, %(cik)s, %(form)s, %(base_form)s, %(is_amendment)s, %(items)s::text[], %(filing_date)s,
        %(report_date)s, %(accepted_at)s, %(at)s, %(status)s, %(primary_document)s, %(inline_xbrl)s, %(source)s,
        %(sample)s)
ON CONFLICT (accession) DO NOTHING
RETURNING accession

-- name: insert_filings
-- Filings that the watch came upon, with the first line of their history.
WITH inserted AS (
  INSERT INTO filings.filings (accession, cik, form, base_form, is_amendment, items, filing_date, report_date, accepted_at,
                               detected_at, status, primary_document, inline_xbrl, source, sample)
  SELECT g.accession, g.cik, g.form, g.base_form, g.is_amendment, g.items, g.filing_date, g.report_date, g.accepted_at,
         %(at)s, g.status, g.primary_document, g.inline_xbrl, %(source)s, g.sample
  FROM jsonb_to_recordset(%(filings)s::jsonb) AS g (
    accession text, cik bigint, form text, base_form text, is_amendment boolean, items text[], filing_date date,
    report_date date, accepted_at timestamptz, primary_document text, inline_xbrl boolean, status text, sample boolean)
  ON CONFLICT (accession) DO NOTHING
  RETURNING accession, status
)
INSERT INTO filings.events (accession, topic, payload, created_at)
SELECT i.accession, i.status,
       jsonb_build_object('source', %(source)s::text)
         || CASE i.status WHEN 'skipped' THEN jsonb_build_object('reason', %(why_skipped)s::text) ELSE '{}' END,
       %(at)s
FROM inserted AS i
RETURNING accession

-- name: lock_filing
SELECT accession, cik, form, base_form, is_amendment, amends, items, filing_date, report_date, accepted_at, detected_at,
       fetched_at, analyzed_at, indexed_at, status, run, index_version, primary_document, inline_xbrl, sample
FROM filings.filings WHERE accession = %(accession)s FOR UPDATE

-- name: read_filing
SELECT accession, cik, form, base_form, is_amendment, amends, items, filing_date, report_date, accepted_at, detected_at,
       fetched_at, analyzed_at, indexed_at, status, run, index_version, primary_document, inline_xbrl, sample
FROM filings.filings WHERE accession = %(accession)s

-- name: lock_company
SELECT cik FROM filings.companies WHERE cik = %(cik)s FOR NO KEY UPDATE

-- name: link_amendments
-- Of one report, each amendment amends what was filed just before it, in whatever order they arrived here.
WITH filed AS (
  SELECT accession,
         lag(accession) OVER (
           ORDER BY coalesce(accepted_at, filing_date + interval '1 day'), accession
         ) AS before
  FROM filings.filings
  WHERE cik = %(cik)s AND base_form = %(base_form)s AND report_date = %(report_date)s::date
)
UPDATE filings.filings AS f SET amends = filed.before
FROM filed
WHERE f.accession = filed.accession AND f.is_amendment AND f.amends IS DISTINCT FROM filed.before

-- name: mark_fetched
UPDATE filings.filings SET
  status = CASE WHEN status = 'indexed' THEN status ELSE 'fetched' END,
  fetched_at = coalesce(fetched_at, %(at)s), form = %(form)s, base_form = %(base_form)s,
  is_amendment = %(is_amendment)s, items = %(items)s::text[], filing_date = %(filing_date)s,
  report_date = coalesce(%(report_date)s, report_date), accepted_at = coalesce(%(accepted_at)s, accepted_at),
  primary_document = %(primary_document)s, inline_xbrl = %(inline_xbrl)s, sample = %(sample)s,
  dead_letter_reason = NULL
WHERE accession = %(accession)s
RETURNING cik, base_form, report_date

-- name: mark_analyzed
UPDATE filings.filings SET
  status = CASE WHEN status = 'indexed' THEN status ELSE 'analyzed' END, analyzed_at = coalesce(analyzed_at, %(at)s),
  run = greatest(run, %(run)s), flags = %(flags)s::text[], dead_letter_reason = NULL
WHERE accession = %(accession)s

-- name: mark_indexed
UPDATE filings.filings SET status = 'indexed', indexed_at = coalesce(indexed_at, %(at)s),
  index_version = greatest(index_version, %(index_version)s), dead_letter_reason = NULL
WHERE accession = %(accession)s

-- name: set_aside_filing
UPDATE filings.filings SET status = 'skipped'
WHERE accession = %(accession)s AND status IN ('detected', 'fetched', 'analyzed')
RETURNING accession

-- name: resume_filings
UPDATE filings.filings SET status = 'detected'
WHERE accession IN (
  SELECT f.accession FROM filings.filings AS f
  WHERE f.cik = %(cik)s AND f.filing_date >= %(since)s::date AND f.form = ANY (%(forms)s::text[])
    AND f.status = 'skipped'
  ORDER BY f.accession FOR UPDATE)
RETURNING accession

-- name: insert_event
INSERT INTO filings.events (accession, topic, payload, created_at)
VALUES (%(accession)s, %(topic)s, %(payload)s, %(at)s)

-- name: insert_document
INSERT INTO filings.documents (document_id, accession, sequence, type, filename, source_url, s3_key, normalized_key,
                               raw_sha256, bytes, normalizer_version, degraded, reasons, stored_at)
VALUES (%(document_id)s, %(accession)s, %(sequence)s, %(type)s, %(filename)s, %(source_url)s, %(s3_key)s,
        %(normalized_key)s, %(raw_sha256)s, %(bytes)s, %(normalizer_version)s, %(degraded)s, %(reasons)s::text[], %(at)s)
ON CONFLICT (accession, filename, raw_sha256, normalizer_version) DO NOTHING
RETURNING document_id

-- name: insert_sections
INSERT INTO filings.sections (section_id, document_id, accession, section_key, ordinal, title, document_start, text,
                              chars, text_sha256)
SELECT s.section_id, %(document_id)s, %(accession)s, s.section_key, s.ordinal, s.title, s.document_start, s.text,
       length(s.text), s.text_sha256
FROM unnest(%(section_ids)s::text[], %(section_keys)s::text[], %(ordinals)s::integer[], %(titles)s::text[],
            %(document_starts)s::integer[], %(texts)s::text[], %(text_sha256s)s::text[])
  AS s (section_id, section_key, ordinal, title, document_start, text, text_sha256)

-- name: insert_table
INSERT INTO filings.tables (table_id, section_id, char_start, char_end, caption, scale, currency, cells)
VALUES (%(table_id)s, %(section_id)s, %(char_start)s, %(char_end)s, %(caption)s, %(scale)s, %(currency)s, %(cells)s)
ON CONFLICT (section_id, char_start) DO NOTHING

-- name: list_documents
SELECT d.document_id, d.sequence, d.type, d.filename, d.source_url, d.normalized_key, d.raw_sha256, d.degraded, d.reasons
FROM filings.documents AS d
WHERE d.accession = %(accession)s AND d.normalizer_version = %(normalizer_version)s
  AND d.document_id = (
    SELECT n.document_id FROM filings.documents AS n
    WHERE n.accession = d.accession AND n.filename = d.filename AND n.normalizer_version = d.normalizer_version
    ORDER BY n.stored_at DESC, n.document_id DESC LIMIT 1)
ORDER BY d.sequence, d.filename

-- name: list_sections
SELECT section_id, document_id, section_key, ordinal, title, document_start, text
FROM filings.sections WHERE document_id = ANY (%(document_ids)s::text[]) ORDER BY document_id, ordinal
