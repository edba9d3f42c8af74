-- The index: chunks, postings, document frequencies and corpus counters always change together.
-- Order of locks in every block: chunks, then the corpus row, then terms by name; so writers queue and never deadlock.

-- name: insert_chunks
INSERT INTO filings.chunks
  (content_key, accession, cik, form, period_end, known_at, kind, section_id, ordinal, char_start, char_end,
   context, text, tokens, dl, embedding, index_version, superseded_at)
SELECT new.content_key, %(accession)s::text, %(cik)s::bigint, %(form)s::text, %(period_end)s::date,
       %(known_at)s::timestamptz, new.kind, new.section_id, new.ordinal, new.char_start, new.char_end,
       new.context, new.text, new.tokens,
       (SELECT coalesce(sum(cardinality(word.positions)), 0)
        FROM unnest(to_tsvector('pg_catalog.english', new.searchable)) AS word),
       new.embedding::vector, %(index_version)s::integer, %(superseded_at)s::timestamptz
FROM unnest(
  %(content_keys)s::text[], %(kinds)s::text[], %(section_ids)s::text[], %(ordinals)s::integer[],
  %(starts)s::integer[], %(ends)s::integer[], %(contexts)s::text[], %(texts)s::text[], %(tokens)s::integer[],
  %(searchables)s::text[], %(embeddings)s::text[]
) AS new(content_key, kind, section_id, ordinal, char_start, char_end, context, text, tokens, searchable, embedding)
ORDER BY new.ordinal
ON CONFLICT (content_key) DO NOTHING
RETURNING chunk_id, content_key, dl

-- name: add_to_corpus
UPDATE filings.corpus SET n = n + %(chunks)s::bigint, sum_dl = sum_dl + %(sum_dl)s::bigint WHERE id = 1

-- name: add_postings
WITH words AS MATERIALIZED (
  SELECT new.chunk_id, new.dl, word.lexeme, cardinality(word.positions) AS tf
  FROM unnest(%(chunk_ids)s::bigint[], %(dls)s::integer[], %(searchables)s::text[]) AS new(chunk_id, dl, searchable)
  CROSS JOIN LATERAL unnest(to_tsvector('pg_catalog.english', new.searchable)) AS word
),
counted AS (
  INSERT INTO filings.terms AS known (lexeme, df)
  SELECT lexeme, count(*) FROM words GROUP BY lexeme ORDER BY lexeme COLLATE "C"
  ON CONFLICT (lexeme) DO UPDATE SET df = known.df + excluded.df
  RETURNING known.term, known.lexeme
)
INSERT INTO filings.postings (term, chunk_id, tf, dl)
SELECT counted.term, words.chunk_id, words.tf, words.dl
FROM words JOIN counted USING (lexeme)
ORDER BY counted.term, words.chunk_id

-- name: list_outdated_chunks
SELECT chunk_id, dl FROM filings.chunks
WHERE accession = %(accession)s AND index_version < %(keep_index_version)s
ORDER BY chunk_id
FOR UPDATE

-- name: show_chunks
UPDATE filings.chunks SET superseded_at = NULL
WHERE accession = %(accession)s AND index_version = %(index_version)s AND superseded_at IS NOT NULL

-- name: subtract_terms
WITH lost AS MATERIALIZED (
  SELECT term, count(*) AS df FROM filings.postings WHERE chunk_id = ANY(%(chunk_ids)s::bigint[]) GROUP BY term
),
held AS MATERIALIZED (
  SELECT terms.term FROM filings.terms JOIN lost USING (term) ORDER BY terms.lexeme COLLATE "C" FOR UPDATE OF terms
)
UPDATE filings.terms AS known SET df = known.df - lost.df
FROM lost JOIN held USING (term)
WHERE known.term = lost.term

-- name: delete_chunks
DELETE FROM filings.chunks WHERE chunk_id = ANY(%(chunk_ids)s::bigint[])

-- name: recount_terms
SELECT
  (SELECT count(*) FROM filings.terms
   FULL JOIN (SELECT term, count(*) AS counted FROM filings.postings GROUP BY term) AS truth USING (term)
   WHERE coalesce(terms.df, -1) <> coalesce(truth.counted, 0)) AS terms_off,
  (SELECT corpus.n - (SELECT count(*) FROM filings.chunks) FROM filings.corpus) AS chunks_off,
  (SELECT corpus.sum_dl - (SELECT coalesce(sum(dl), 0)::bigint FROM filings.chunks) FROM filings.corpus) AS dl_off
