-- name: list_templates
-- Templates for everybody and an account's own; an own one hides the common one of its key.
SELECT t.template_key, t.title, t.question_template, t.params, t.account_id IS NOT NULL AS is_own,
       coalesce((SELECT jsonb_agg(jsonb_build_object('form', r.base_form, 'item', r.item, 'weight', r.weight)
                                  ORDER BY r.weight DESC, r.base_form, r.item NULLS FIRST)
                 FROM filings.template_rules AS r
                 WHERE r.template_key = coalesce(t.params ->> 'like', t.template_key)), '[]') AS rules
FROM filings.ask_templates AS t
WHERE (t.account_id = %(account_id)s OR (t.account_id IS NULL AND NOT EXISTS (
        SELECT FROM filings.ask_templates AS own
        WHERE own.account_id = %(account_id)s AND own.template_key = t.template_key)))
  AND (%(template_key)s::text IS NULL OR t.template_key = %(template_key)s::text)
  AND (%(after_key)s::text IS NULL OR t.template_key > %(after_key)s::text)
ORDER BY t.template_key
LIMIT %(rows_max)s

-- name: list_recent_filings
SELECT accession, form, base_form, items, filing_date
FROM filings.filings
WHERE cik = %(cik)s AND status = 'indexed'
  AND coalesce(accepted_at, filing_date + interval '1 day') <= %(as_of)s::timestamptz
ORDER BY coalesce(accepted_at, filing_date + interval '1 day') DESC, accession DESC
LIMIT %(rows_max)s

-- name: list_expectations
SELECT expectation_id, metric, basis, period_type, period_end, unit, q10, q50, q90, method, issued_at
FROM filings.expectations
WHERE cik = %(cik)s AND metric = ANY(%(metrics)s::text[]) AND issued_at <= %(as_of)s::timestamptz

-- name: list_guidance
-- Items of each filing's present run, known by then, with their places.
SELECT g.guidance_id, g.metric, g.basis, g.period_type, g.fiscal_period, g.shape, g.low, g.high, g.unit,
       g.char_start, g.char_end, g.quote, g.known_at, g.cik, f.accession, f.form, f.report_date, s.section_id,
       s.section_key, s.text_sha256, d.filename, d.source_url
FROM filings.guidance AS g
JOIN filings.filings AS f ON f.accession = g.accession AND f.run = g.run
JOIN filings.sections AS s ON s.section_id = g.section_id
JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE g.cik = %(cik)s AND g.known_at <= %(as_of)s::timestamptz
  AND (%(metrics)s::text[] = '{}' OR g.metric = ANY(%(metrics)s::text[]))
ORDER BY g.known_at, g.guidance_id

-- name: list_risk_sections
-- Of each periodic report its risk factors as last told by then, newest report first.
SELECT DISTINCT ON (f.report_date, f.base_form)
       f.accession, f.form, f.base_form, f.cik, f.report_date, s.section_id, s.section_key, s.text, s.text_sha256,
       d.filename, d.source_url, coalesce(f.accepted_at, f.filing_date + interval '1 day') AS known_at
FROM filings.filings AS f
JOIN filings.sections AS s ON s.accession = f.accession
JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE f.cik = %(cik)s AND f.status IN ('analyzed', 'indexed') AND f.report_date IS NOT NULL
  AND (f.base_form, s.section_key) IN (('10-K', 'item1a'), ('10-Q', 'part2item1a'))
  AND coalesce(f.accepted_at, f.filing_date + interval '1 day') <= %(as_of)s::timestamptz
  AND (NOT f.is_amendment OR s.chars >= %(characters_min)s)
ORDER BY f.report_date DESC, f.base_form, coalesce(f.accepted_at, f.filing_date + interval '1 day') DESC, f.accession DESC
LIMIT %(rows_max)s

-- name: list_item_sections
-- Sections of 8-K items that became known after one instant, up to another.
SELECT f.accession, f.form, f.cik, f.report_date, s.section_id, s.section_key, s.text, s.text_sha256, d.filename,
       d.source_url, coalesce(f.accepted_at, f.filing_date + interval '1 day') AS known_at
FROM filings.filings AS f
JOIN filings.sections AS s ON s.accession = f.accession
JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE f.cik = %(cik)s AND f.base_form = '8-K' AND f.status IN ('analyzed', 'indexed')
  AND f.items && %(items)s::text[] AND s.section_key = ANY(%(section_keys)s::text[])
  AND coalesce(f.accepted_at, f.filing_date + interval '1 day') > %(after)s::timestamptz
  AND coalesce(f.accepted_at, f.filing_date + interval '1 day') <= %(as_of)s::timestamptz
ORDER BY known_at, f.accession, s.ordinal
LIMIT %(rows_max)s
