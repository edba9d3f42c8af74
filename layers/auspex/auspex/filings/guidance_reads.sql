-- name: list_guidance
-- One company's statements as known at a time, the newest first, each with what stood before it and how it came out.
WITH known AS (
  SELECT g.*, f.form, f.amends, f.sample,
         row_number() OVER (
           PARTITION BY g.metric, g.basis, g.period_type, g.fiscal_period ORDER BY g.known_at DESC, g.guidance_id DESC
         ) > 1 AS superseded
  FROM filings.guidance AS g
  JOIN filings.filings AS f ON f.accession = g.accession AND f.run = g.run
  WHERE g.cik = %(cik)s AND g.known_at <= %(as_of)s::timestamptz
    AND (%(metric)s::text IS NULL OR g.metric = %(metric)s::text)
    AND (%(basis)s::text IS NULL OR g.basis = %(basis)s::text)
),
resolved AS (
  SELECT o.guidance_id, o.restated, o.actual, o.position, o.verdict, o.surprise, k.kpi_id, k.known_at,
         k.accession
  FROM filings.guidance_outcomes AS o
  JOIN filings.kpis AS k ON k.kpi_id = o.kpi_id
  WHERE o.guidance_id IN (SELECT guidance_id FROM known) AND k.known_at <= %(as_of)s::timestamptz
),
judged AS (
  SELECT k.*, o.actual, o.position, o.surprise, o.kpi_id, o.known_at AS resolved_at, o.accession AS actual_accession,
         r.actual AS restated_actual, r.position AS restated_position, r.verdict AS restated_verdict,
         r.surprise AS restated_surprise, r.kpi_id AS restated_kpi_id,
         CASE WHEN k.shape IN ('qualitative', 'withdrawn') OR k.period_end IS NULL
                OR k.known_at >= (k.period_end + 1)::timestamp AT TIME ZONE 'UTC' THEN 'not_scored'
              WHEN o.guidance_id IS NULL THEN 'open'
              ELSE coalesce(o.verdict, 'unjudged') END AS outcome
  FROM known AS k
  LEFT JOIN resolved AS o ON o.guidance_id = k.guidance_id AND NOT o.restated
  LEFT JOIN resolved AS r ON r.guidance_id = k.guidance_id AND r.restated
)
SELECT j.guidance_id, j.accession, j.form, j.cik, j.sample, j.metric, j.basis, j.period_type, j.period_end, j.fiscal_period,
       j.shape, j.low, j.high, j.unit, j.tolerance, j.method, j.quote, j.char_start, j.char_end, j.known_at, j.superseded,
       j.outcome, j.actual, j.position, j.surprise, j.kpi_id, j.resolved_at, j.actual_accession, j.restated_actual,
       j.restated_position, j.restated_verdict, j.restated_surprise, j.restated_kpi_id, s.section_key, s.text_sha256,
       d.filename AS document, d.source_url, before.guidance_id AS previous_id, before.shape AS previous_shape,
       before.low AS previous_low, before.high AS previous_high
FROM judged AS j
JOIN filings.sections AS s ON s.section_id = j.section_id
JOIN filings.documents AS d ON d.document_id = s.document_id
LEFT JOIN LATERAL (
  SELECT p.guidance_id, p.shape, p.low, p.high FROM judged AS p
  WHERE p.metric = j.metric AND p.basis = j.basis AND p.period_type = j.period_type AND p.fiscal_period = j.fiscal_period
    AND p.known_at < j.known_at AND p.accession IS DISTINCT FROM j.amends
    AND (p.resolved_at IS NULL OR p.resolved_at >= j.known_at)
  ORDER BY p.known_at DESC, p.guidance_id DESC LIMIT 1
) AS before ON true
WHERE (%(outcome)s::text IS NULL OR j.outcome = %(outcome)s::text)
  AND (%(before_at)s::timestamptz IS NULL
       OR (j.known_at, j.guidance_id) < (%(before_at)s::timestamptz, %(before_id)s::text))
ORDER BY j.known_at DESC, j.guidance_id DESC
LIMIT %(rows_max)s

-- name: list_records
-- How a company's guidance came out: of each period the statement that stood last before the figure was known. A row for
-- each metric and basis, and one for all of them, whose metric and basis are null.
WITH last AS (
  SELECT DISTINCT ON (g.metric, g.basis, g.period_type, g.fiscal_period)
         g.metric, g.basis, o.position, o.verdict, o.surprise
  FROM filings.guidance AS g
  JOIN filings.filings AS f ON f.accession = g.accession AND f.run = g.run
  JOIN filings.guidance_outcomes AS o ON o.guidance_id = g.guidance_id AND NOT o.restated
  JOIN filings.kpis AS k ON k.kpi_id = o.kpi_id
  WHERE g.cik = %(cik)s AND k.known_at <= %(as_of)s::timestamptz
  ORDER BY g.metric, g.basis, g.period_type, g.fiscal_period, g.known_at DESC, g.guidance_id DESC
)
SELECT metric, basis, count(*)::integer AS n, (count(*) FILTER (WHERE verdict = 'beat'))::integer AS beat,
       (count(*) FILTER (WHERE position = 'within'))::integer AS in_range,
       (count(*) FILTER (WHERE verdict = 'miss'))::integer AS miss, avg(surprise) AS mean_surprise
FROM last GROUP BY GROUPING SETS ((metric, basis), ())

-- name: list_expectations
-- What was expected by then of each period of some figures, the newest issue.
SELECT DISTINCT ON (metric, basis, period_type, fiscal_period)
       expectation_id, metric, basis, period_type, fiscal_period, period_end, unit, q10, q50, q90, baseline, method,
       issued_at, prediction_id
FROM filings.expectations
WHERE cik = %(cik)s AND metric = ANY(%(metrics)s::text[]) AND issued_at <= %(as_of)s::timestamptz
ORDER BY metric, basis, period_type, fiscal_period, issued_at DESC
