-- An amendment restates parts of what it amends, and through it of what that amends, back to the original. Which parts
-- is decided section by section and figure by figure; the earliest restatement counts, in whatever order filings arrive.

-- name: supersede_sections
-- A section is restated by the same section of the amendment; an exhibit is restated as a whole. Amendments that were
-- never in the index do not count, but for the one being linked. Every filing of the report is decided anew; chunks of a
-- version that is not shown yet stay hidden.
WITH RECURSIVE report AS (
  SELECT f.accession, f.amends, f.indexed_at, f.index_version, coalesce(f.accepted_at, f.filing_date + interval '1 day') AS known_at
  FROM filings.filings AS f
  JOIN filings.filings AS own ON own.cik = f.cik AND own.base_form = f.base_form AND own.report_date = f.report_date
  WHERE own.accession = %(accession)s
),
chain AS (
  SELECT accession AS amendment, known_at, amends AS target FROM report
  WHERE amends IS NOT NULL
    AND (indexed_at IS NOT NULL OR (accession = %(accession)s AND NOT %(own_chunks_only)s::boolean))
  UNION ALL
  SELECT chain.amendment, chain.known_at, report.amends
  FROM chain
  JOIN report ON report.accession = chain.target
  WHERE report.amends IS NOT NULL
),
restated AS (
  SELECT DISTINCT ON (o.section_id) o.section_id, o.section_key, o.accession, chain.amendment, chain.known_at
  FROM chain
  JOIN filings.sections AS o ON o.accession = chain.target
  JOIN filings.documents AS od ON od.document_id = o.document_id
  WHERE EXISTS (
    SELECT 1 FROM filings.sections AS n
    JOIN filings.documents AS nd ON nd.document_id = n.document_id
    WHERE n.accession = chain.amendment AND replace(nd.type, '/A', '') = replace(od.type, '/A', '')
      AND n.section_key <> 'front' AND n.chars >= %(characters_min)s
      AND (n.section_key = o.section_key OR od.type LIKE 'EX-%%'))
  ORDER BY o.section_id, chain.known_at, chain.amendment
),
changed AS (
  UPDATE filings.chunks AS c SET superseded_at = restated.known_at
  FROM report
  JOIN filings.sections AS s ON s.accession = report.accession
  LEFT JOIN restated ON restated.section_id = s.section_id
  WHERE c.accession = s.accession AND c.section_id = s.section_id AND c.index_version <= report.index_version
    AND (NOT %(own_chunks_only)s::boolean OR c.accession = %(accession)s)
    AND c.superseded_at IS DISTINCT FROM restated.known_at
)
SELECT accession, amendment, array_agg(DISTINCT section_key ORDER BY section_key) AS sections FROM restated
GROUP BY accession, amendment
ORDER BY accession, amendment

-- name: list_restated_figures
-- Figures that an amendment reports again, by pair of filings of which one is the filing named.
WITH RECURSIVE chain AS (
  SELECT a.accession AS amendment, a.run AS amendment_run, a.amends AS target
  FROM filings.filings AS a
  JOIN filings.filings AS own ON own.cik = a.cik AND own.base_form = a.base_form AND own.report_date = a.report_date
  WHERE own.accession = %(accession)s AND a.amends IS NOT NULL
  UNION ALL
  SELECT chain.amendment, chain.amendment_run, target.amends
  FROM chain
  JOIN filings.filings AS target ON target.accession = chain.target
  WHERE target.amends IS NOT NULL
)
SELECT chain.target AS accession, chain.amendment, array_agg(DISTINCT o.metric ORDER BY o.metric) AS figures,
       coalesce(array_agg(DISTINCT o.metric ORDER BY o.metric) FILTER (WHERE n.value <> o.value), '{}') AS changed
FROM chain
JOIN filings.filings AS f ON f.accession = chain.target
JOIN filings.kpis AS o ON o.accession = f.accession AND o.run = f.run
JOIN filings.kpis AS n
  ON n.accession = chain.amendment AND n.run = chain.amendment_run AND n.metric = o.metric AND n.basis = o.basis
 AND n.period_type = o.period_type AND n.period_start IS NOT DISTINCT FROM o.period_start
 AND n.period_end = o.period_end
WHERE %(accession)s IN (chain.target, chain.amendment)
GROUP BY chain.target, chain.amendment
ORDER BY chain.target, chain.amendment

-- name: insert_superseded
INSERT INTO filings.events (accession, topic, payload, created_at)
SELECT %(accession)s::text, 'superseded', %(payload)s::jsonb, %(at)s::timestamptz
WHERE NOT EXISTS (
  SELECT FROM filings.events
  WHERE accession = %(accession)s::text AND topic = 'superseded' AND payload = %(payload)s::jsonb)
