-- name: claim_companies
-- Companies to score, the longest waiting first; their rows stay until the whole company is done.
SELECT cik, queued_at FROM filings.companies_to_score ORDER BY queued_at, cik LIMIT %(rows_max)s

-- name: count_waiting
SELECT count(*)::integer AS waiting FROM filings.companies_to_score

-- name: release_company
-- Unless something new came meanwhile.
DELETE FROM filings.companies_to_score WHERE cik = %(cik)s AND queued_at = %(queued_at)s

-- name: lock_company
-- One scoring of a company at a time.
SELECT cik FROM filings.companies_to_score WHERE cik = %(cik)s FOR UPDATE SKIP LOCKED

-- name: list_promises
-- A company's statements with figures, and withdrawals of such, with what is known of their outcome; the newest first, so
-- that the bound leaves out the oldest.
SELECT g.guidance_id, g.accession, g.metric, g.basis, g.period_type, g.period_end, g.fiscal_period, g.shape, g.low,
       g.high, g.unit, g.tolerance, g.known_at, o.surprise, o.kpi_id IS NOT NULL AS resolved,
       k.known_at AS resolved_at, r.guidance_id IS NOT NULL AS restated
FROM filings.guidance AS g
JOIN filings.filings AS f ON f.accession = g.accession AND f.run = g.run
LEFT JOIN filings.guidance_outcomes AS o ON o.guidance_id = g.guidance_id AND NOT o.restated
LEFT JOIN filings.kpis AS k ON k.kpi_id = o.kpi_id
LEFT JOIN filings.guidance_outcomes AS r ON r.guidance_id = g.guidance_id AND r.restated
WHERE g.cik = %(cik)s AND g.shape <> 'qualitative' AND g.period_end IS NOT NULL
  AND g.known_at <= %(at)s AND g.period_end >= %(since)s
ORDER BY g.known_at DESC, g.guidance_id DESC
LIMIT %(rows_max)s

-- name: list_actuals
SELECT k.kpi_id, k.accession, k.metric, k.basis, k.unit, k.period_type, k.period_end, k.value, k.scale_shown,
       k.method = 'derived' AS derived, k.preliminary, k.fiscal_period, k.known_at
FROM filings.kpis AS k
JOIN filings.filings AS f ON f.accession = k.accession AND f.run = k.run
WHERE k.cik = %(cik)s AND k.metric = ANY (%(metrics)s::text[]) AND k.period_end >= %(since)s AND k.known_at <= %(at)s
  AND k.period_type <> 'instant'
ORDER BY k.known_at, k.kpi_id

-- name: insert_outcome
INSERT INTO filings.guidance_outcomes (guidance_id, kpi_id, actual, position, verdict, surprise, restated, scored_at)
VALUES (%(guidance_id)s, %(kpi_id)s, %(actual)s, %(position)s, %(verdict)s, %(surprise)s, %(restated)s, %(at)s)
ON CONFLICT (guidance_id, restated) DO NOTHING
RETURNING guidance_id

-- name: list_expectations
SELECT DISTINCT ON (metric, basis, period_type, fiscal_period)
       metric, basis, period_type, fiscal_period, period_end, unit, inputs, issued_at
FROM filings.expectations
WHERE cik = %(cik)s AND period_end >= %(since)s
ORDER BY metric, basis, period_type, fiscal_period, issued_at DESC

-- name: insert_expectation
INSERT INTO filings.expectations (expectation_id, cik, metric, basis, fiscal_period, period_type, period_end, unit, q10,
                                  q50, q90, baseline, method, inputs, prediction_id, issued_at)
VALUES (%(expectation_id)s, %(cik)s, %(metric)s, %(basis)s, %(fiscal_period)s, %(period_type)s, %(period_end)s,
        %(unit)s, %(q10)s, %(q50)s, %(q90)s, %(baseline)s, %(method)s, %(inputs)s, %(prediction_id)s, %(at)s)
