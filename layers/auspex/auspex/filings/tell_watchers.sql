-- name: tell_watchers
SELECT account_id, outbox_id, queue, body FROM filings.tell_watchers(
  %(ciks)s::bigint[], %(form)s::text, %(filing_date)s::date, %(wish)s::text, %(kind)s::text, %(subject)s::text,
  %(topic)s::text, %(title)s::text, %(body)s::text, %(data)s::jsonb, %(request_id)s::text, %(traceparent)s::text,
  %(at)s::timestamptz)

-- name: list_sighted_companies
SELECT cik FROM filings.sightings WHERE accession = %(accession)s ORDER BY cik

-- name: read_analysis
-- What the newest analysis of this run noted of the filing.
SELECT payload FROM filings.events
WHERE accession = %(accession)s AND topic = 'analyzed' AND (payload ->> 'run')::integer = %(run)s
ORDER BY event_id DESC LIMIT 1

-- name: list_headline_kpis
-- The newest figure of each headline metric and basis; a year's where the filing is about one, else a quarter's.
SELECT DISTINCT ON (array_position(%(metrics)s::text[], metric), basis)
       metric, basis, value, unit, period_type, period_end, fiscal_period
FROM filings.kpis
WHERE accession = %(accession)s AND run = %(run)s AND metric = ANY (%(metrics)s::text[])
  AND period_type IN ('quarter', 'year')
ORDER BY array_position(%(metrics)s::text[], metric), basis, period_end DESC,
         (period_type = 'year') = %(yearly)s::boolean DESC, method, kpi_id

-- name: list_guidance
-- What a run found of guidance, what changed first.
SELECT metric, basis, fiscal_period, low, high, unit, action FROM filings.guidance
WHERE accession = %(accession)s AND run = %(run)s
ORDER BY array_position(ARRAY['raise', 'cut', 'withdraw', 'initiate', 'narrow', 'widen', 'reaffirm'], action),
         metric, basis, fiscal_period, guidance_id
