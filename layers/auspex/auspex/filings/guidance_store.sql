-- name: insert_guidance
INSERT INTO filings.guidance (guidance_id, accession, run, cik, metric, basis, period_type, period_end, fiscal_period,
                              shape, low, high, unit, tolerance, action, method, section_id, char_start,
                              char_end, quote, known_at)
VALUES (%(guidance_id)s, %(accession)s, %(run)s, %(cik)s, %(metric)s, %(basis)s, %(period_type)s, %(period_end)s,
        %(fiscal_period)s, %(shape)s, %(low)s, %(high)s, %(unit)s, %(tolerance)s, %(action)s,
        %(method)s, %(section_id)s, %(char_start)s, %(char_end)s, %(quote)s, %(known_at)s)
ON CONFLICT (accession, run, metric, basis, fiscal_period, char_start) DO NOTHING
RETURNING guidance_id

-- name: list_open_guidance
-- What stood of a company when a filing was accepted: the newest statement about each figure and period before it, unless
-- an actual was known by then. What the filing itself corrects does not count as a statement before it.
SELECT DISTINCT ON (g.metric, g.basis, g.period_type, g.fiscal_period)
       g.guidance_id, g.metric, g.basis, g.period_type, g.period_end, g.fiscal_period, g.shape, g.low, g.high, g.unit,
       g.tolerance
FROM filings.guidance AS g
JOIN filings.filings AS f ON f.accession = g.accession AND f.run = g.run
WHERE g.cik = %(cik)s AND g.known_at < %(known_at)s AND g.accession <> %(accession)s
  AND g.accession IS DISTINCT FROM %(amends)s::text
  AND NOT EXISTS (
    SELECT 1 FROM filings.guidance_outcomes AS o JOIN filings.kpis AS k ON k.kpi_id = o.kpi_id
    WHERE o.guidance_id = g.guidance_id AND NOT o.restated AND k.known_at < %(known_at)s)
ORDER BY g.metric, g.basis, g.period_type, g.fiscal_period, g.known_at DESC, g.guidance_id DESC

-- name: list_filing_guidance
SELECT g.metric, g.basis, g.period_type, g.period_end, g.fiscal_period, g.shape, g.low, g.high, g.unit, g.tolerance,
       g.method, g.quote, g.char_start, g.char_end, d.sequence, s.ordinal
FROM filings.guidance AS g
JOIN filings.sections AS s ON s.section_id = g.section_id
JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE g.accession = %(accession)s AND g.run = %(run)s
ORDER BY d.sequence, s.ordinal, g.char_start, g.metric, g.basis, g.fiscal_period

-- name: list_quoted_guidance
-- What a provider quoted of a filing's guidance, proven when it was stored.
SELECT i.item ->> 'section_id' AS section_id, (i.item ->> 'start')::integer AS start, (i.item ->> 'end')::integer AS "end",
       i.item ->> 'quote' AS quote
FROM filings.summaries AS s CROSS JOIN LATERAL jsonb_array_elements(s.bullets) AS i (item)
WHERE s.accession = %(accession)s AND s.run = %(run)s AND s.kind = 'llm' AND i.item ->> 'kind' = 'guidance'

-- name: list_earlier_keys
SELECT DISTINCT metric, basis, period_type, fiscal_period FROM filings.guidance
WHERE accession = %(accession)s AND run <> %(run)s

-- name: queue_company
INSERT INTO filings.companies_to_score AS q (cik, queued_at) VALUES (%(cik)s, %(at)s)
ON CONFLICT (cik) DO UPDATE SET queued_at = greatest(excluded.queued_at, q.queued_at + interval '1 microsecond')
