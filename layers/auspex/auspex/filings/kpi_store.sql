-- name: insert_facts
INSERT INTO filings.facts (fact_id, accession, cik, concept, unit, period_start, period_end, dims_hash, value, decimals,
                           origin, section_id, char_start, char_end, known_at)
SELECT f.fact_id, %(accession)s, %(cik)s, f.concept, f.unit, f.period_start, f.period_end, f.dims_hash, f.value,
       f.decimals, f.origin, f.section_id, f.char_start, f.char_end, %(known_at)s
FROM unnest(%(fact_ids)s::text[], %(concepts)s::text[], %(units)s::text[], %(period_starts)s::date[],
            %(period_ends)s::date[], %(dims_hashes)s::text[], %(values)s::numeric[], %(decimals)s::integer[],
            %(origins)s::text[], %(section_ids)s::text[], %(char_starts)s::integer[], %(char_ends)s::integer[])
  AS f (fact_id, concept, unit, period_start, period_end, dims_hash, value, decimals, origin, section_id, char_start,
        char_end)
ON CONFLICT (accession, concept, unit, period_start, period_end, dims_hash) DO NOTHING

-- name: insert_kpi
INSERT INTO filings.kpis (kpi_id, accession, run, cik, metric, label, value, unit, scale_shown, period_start, period_end,
                          period_type, fiscal_period, basis, method, derivation, fact_id, section_id, char_start,
                          char_end, figure_start, figure_end, quote, preliminary, conflict, known_at)
VALUES (%(kpi_id)s, %(accession)s, %(run)s, %(cik)s, %(metric)s, %(label)s, %(value)s, %(unit)s, %(scale_shown)s,
        %(period_start)s, %(period_end)s, %(period_type)s, %(fiscal_period)s, %(basis)s, %(method)s, %(derivation)s,
        (SELECT fact_id FROM filings.facts
         WHERE accession = %(accession)s AND concept = %(concept)s AND unit = %(unit)s AND dims_hash = ''
           AND period_start IS NOT DISTINCT FROM %(period_start)s::date AND period_end = %(period_end)s),
        %(section_id)s, %(char_start)s, %(char_end)s, %(figure_start)s, %(figure_end)s, %(quote)s, %(preliminary)s,
        %(conflict)s, %(known_at)s)
ON CONFLICT (accession, run, metric, basis, period_type, period_start, period_end, method) DO NOTHING

-- name: list_previous_kpis
SELECT DISTINCT ON (k.metric, k.basis, k.period_start, k.period_end, k.preliminary)
       k.accession, k.metric, k.label, k.value, k.unit, k.scale_shown, k.period_start, k.period_end, k.period_type,
       k.fiscal_period, k.basis, k.method, k.quote, k.preliminary, k.conflict, k.figure_start, k.figure_end
FROM filings.kpis AS k
WHERE k.cik = %(cik)s AND k.known_at < %(known_at)s AND k.accession <> %(accession)s
ORDER BY k.metric, k.basis, k.period_start, k.period_end, k.preliminary, k.known_at DESC, k.run DESC

-- name: list_filing_kpis
SELECT k.accession, k.metric, k.label, k.value, k.unit, k.scale_shown, k.period_start, k.period_end, k.period_type,
       k.fiscal_period, k.basis, k.method, k.quote, k.preliminary, k.conflict, k.figure_start, k.figure_end,
       k.char_start, k.char_end, d.sequence, s.ordinal
FROM filings.kpis AS k
LEFT JOIN filings.sections AS s ON s.section_id = k.section_id
LEFT JOIN filings.documents AS d ON d.document_id = s.document_id
WHERE k.accession = %(accession)s AND k.run = %(run)s
ORDER BY k.metric, k.basis, k.period_end DESC, k.period_start, k.method

-- name: insert_summary
INSERT INTO filings.summaries (accession, run, kind, bullets) VALUES (%(accession)s, %(run)s, 'extractive', %(bullets)s)
ON CONFLICT (accession, run, kind) DO NOTHING

-- name: read_summary
SELECT bullets FROM filings.summaries WHERE accession = %(accession)s AND run = %(run)s AND kind = 'extractive'

-- name: insert_enrichment
WITH stored AS (
  INSERT INTO filings.summaries (accession, run, kind, bullets, provider, tokens_in, tokens_out, usd_micros)
  VALUES (%(accession)s, %(run)s, 'llm', %(items)s, %(provider)s, %(tokens_in)s, %(tokens_out)s, %(usd_micros)s)
  ON CONFLICT (accession, run, kind) DO NOTHING RETURNING accession
)
UPDATE filings.filings AS f
SET cost_tokens = f.cost_tokens + coalesce(%(tokens_in)s::integer, 0) + coalesce(%(tokens_out)s::integer, 0),
    cost_usd_micros = f.cost_usd_micros + coalesce(%(usd_micros)s::bigint, 0)
FROM stored WHERE f.accession = stored.accession

-- name: is_enriched
SELECT EXISTS (
  SELECT FROM filings.summaries WHERE accession = %(accession)s AND run = %(run)s AND kind = 'llm') AS enriched
