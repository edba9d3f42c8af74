-- name: supersede_chunks
WITH restated AS (
  SELECT o.section_id FROM filings.sections AS o
  JOIN filings.documents AS od ON od.document_id = o.document_id
  WHERE o.accession = %(amended)s AND EXISTS (
    SELECT 1 FROM filings.sections AS n
    JOIN filings.documents AS nd ON nd.document_id = n.document_id
    WHERE n.accession = %(amendment)s AND n.section_key = o.section_key AND nd.sequence = od.sequence
      AND n.section_key <> 'front' AND n.chars >= %(characters_min)s)
), changed AS (
  UPDATE filings.chunks AS c SET superseded_at = %(known_at)s
  FROM restated WHERE c.section_id = restated.section_id AND c.superseded_at IS NULL
  RETURNING c.chunk_id
)
SELECT count(*)::integer AS superseded FROM changed
