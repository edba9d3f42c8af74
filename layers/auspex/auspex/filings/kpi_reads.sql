-- name: list_kpis
-- One company's figures as known at a time, newest period first. Of several reports of one figure the periodic report
-- outranks the release, then the latest known one stands; the others come only when superseded ones are asked for.
WITH known AS (
  SELECT k.*, f.form,
         row_number() OVER (
           PARTITION BY k.metric, k.basis, k.period_type, k.period_start, k.period_end
           ORDER BY k.preliminary, k.known_at DESC, k.method = 'xbrl' DESC, k.kpi_id
         ) > 1 AS superseded
  FROM filings.kpis AS k
  JOIN filings.filings AS f ON f.accession = k.accession AND f.run = k.run
  WHERE k.cik = %(cik)s AND k.known_at <= %(as_of)s::timestamptz
    AND (%(metric)s::text IS NULL OR k.metric = %(metric)s::text)
    AND (%(period_type)s::text IS NULL OR k.period_type = %(period_type)s::text)
    AND (%(basis)s::text IS NULL OR k.basis = %(basis)s::text)
),
compared AS (
  SELECT known.*, before.kpi_id AS previous_kpi_id, before.value AS previous_value, before.unit AS previous_unit,
         before.period_end AS previous_period_end,
         row_number() OVER (
           PARTITION BY known.kpi_id
           ORDER BY before.preliminary, before.known_at DESC, before.method = 'xbrl' DESC, before.kpi_id
         ) AS place
  FROM known
  LEFT JOIN filings.kpis AS before
    ON %(days_min)s::integer IS NOT NULL
   AND before.cik = known.cik AND before.metric = known.metric AND before.basis = known.basis
   AND before.period_type = known.period_type AND before.known_at <= %(as_of)s::timestamptz
   AND known.period_end - before.period_end BETWEEN %(days_min)s::integer AND %(days_max)s::integer
   AND EXISTS (SELECT 1 FROM filings.filings AS f WHERE f.accession = before.accession AND f.run = before.run)
)
SELECT c.kpi_id, c.accession, c.form, c.cik, c.metric, c.label, c.value, c.unit, c.scale_shown, c.period_start, c.period_end,
       c.period_type, c.fiscal_period, c.basis, c.method, c.derivation, c.quote, c.preliminary, c.conflict, c.known_at,
       c.char_start, c.char_end, c.figure_start, c.figure_end, c.superseded, s.section_key, d.filename AS document,
       d.source_url, c.previous_kpi_id, c.previous_value, c.previous_unit, c.previous_period_end
FROM compared AS c
LEFT JOIN filings.sections AS s ON s.section_id = c.section_id
LEFT JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE c.place = 1
  AND (%(include_superseded)s::boolean OR NOT c.superseded)
  AND (%(after_end)s::date IS NULL
       OR (c.period_end, c.metric, c.kpi_id) < (%(after_end)s::date, %(after_metric)s::text, %(after_id)s::text))
ORDER BY c.period_end DESC, c.metric DESC, c.kpi_id DESC
LIMIT %(rows_max)s

-- name: list_answer_kpis
-- Cited figures of one company for some metrics, known by then; derived quarters are computed anew from cited inputs.
SELECT k.metric, k.value, k.unit, k.scale_shown, k.period_end, k.period_type, k.fiscal_period, k.basis, k.method,
       k.char_start, k.char_end, k.figure_start, k.figure_end, k.quote, k.preliminary, k.conflict, k.known_at, k.cik,
       f.accession, f.form, f.report_date, s.section_id, s.section_key, s.text_sha256, d.filename, d.source_url
FROM filings.kpis AS k
JOIN filings.filings AS f ON f.accession = k.accession AND f.run = k.run
JOIN filings.sections AS s ON s.section_id = k.section_id
JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE k.cik = %(cik)s AND k.metric = ANY(%(metrics)s::text[]) AND k.known_at <= %(as_of)s::timestamptz
  AND k.method <> 'derived' AND k.quote IS NOT NULL

-- name: list_answer_facts
-- Tagged facts without dimensions that a document shows, for metrics that analysis does not follow.
SELECT t.concept, t.value, t.unit, t.period_start, t.period_end, t.char_start, t.char_end, t.known_at, t.cik,
       f.accession, f.form, f.report_date, s.section_id, s.section_key, s.text_sha256, d.filename, d.source_url,
       substring(s.text FROM greatest(t.char_start - %(reach)s::integer, 0) + 1
                 FOR t.char_end - t.char_start + 2 * %(reach)s::integer) AS around,
       greatest(t.char_start - %(reach)s::integer, 0) AS around_start
FROM filings.facts AS t
JOIN filings.filings AS f ON f.accession = t.accession
JOIN filings.sections AS s ON s.section_id = t.section_id
JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE t.cik = %(cik)s AND t.concept = ANY(%(concepts)s::text[]) AND t.known_at <= %(as_of)s::timestamptz
  AND t.dims_hash = '' AND t.value IS NOT NULL

-- name: list_fiscal_labels
SELECT DISTINCT k.period_end, k.fiscal_period
FROM filings.kpis AS k
WHERE k.cik = %(cik)s AND k.fiscal_period IS NOT NULL AND k.known_at <= %(as_of)s::timestamptz
