-- name: find_section
SELECT s.section_id, s.accession, f.form, d.filename AS document, s.section_key, s.text, s.text_sha256, d.source_url
FROM filings.sections AS s
JOIN filings.documents AS d ON d.document_id = s.document_id
JOIN filings.filings AS f ON f.accession = s.accession
WHERE s.accession = %(accession)s AND s.section_key = %(section_key)s
  AND (%(document)s::text IS NULL OR d.filename = %(document)s)
ORDER BY d.sequence, d.filename, s.ordinal
LIMIT 1
