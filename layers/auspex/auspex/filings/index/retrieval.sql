-- Hybrid search in one statement: filter, lexical leg (BM25), vector leg, reciprocal rank fusion (FILINGS 7.13, 7.15).
-- A gate `(SELECT … FROM size)` decides at run time which branch of a leg works; the others are never executed.
-- Both legs are exact in what they promise: the lexical leg returns the c best chunks of a full scan, the vector leg
-- never fewer than min(c, chunks that pass the filter).

-- name: search_chunks
WITH
-- The query's lexemes. A term adds peak · tf / (tf + base + slope · dl) to a chunk's score, so always less than peak.
words AS (
  SELECT word.lexeme, sum(part.weight * cardinality(word.positions)) AS weight
  FROM unnest(%(texts)s::text[], %(text_weights)s::float8[]) AS part(text, weight)
  CROSS JOIN LATERAL unnest(to_tsvector('pg_catalog.english', part.text)) AS word
  GROUP BY word.lexeme
),
terms AS MATERIALIZED (
  SELECT known.term, known.df,
         words.weight * ln(1 + (corpus.n - known.df + 0.5::float8) / (known.df + 0.5)) * (%(k1)s::float8 + 1) AS peak,
         %(k1)s::float8 * (1 - %(b)s::float8) AS base,
         %(k1)s::float8 * %(b)s::float8 * corpus.n / corpus.sum_dl AS slope
  FROM words JOIN filings.terms AS known USING (lexeme) CROSS JOIN filings.corpus
  WHERE known.df > 0 AND words.weight > 0 AND %(lexical_weight)s::float8 > 0
),
-- The filter. Its chunks are counted, and kept only while they are few.
allowed AS NOT MATERIALIZED (
  SELECT chunk_id, embedding FROM filings.chunks
  WHERE (%(ciks)s::bigint[] IS NULL OR cik = ANY(%(ciks)s::bigint[]))
    AND (%(forms)s::text[] IS NULL OR form = ANY(%(forms)s::text[]))
    AND (%(accessions)s::text[] IS NULL OR accession = ANY(%(accessions)s::text[]))
    AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
    AND (%(period_from)s::date IS NULL OR period_end >= %(period_from)s::date)
    AND (%(period_to)s::date IS NULL OR period_end <= %(period_to)s::date)
    AND known_at <= %(as_of)s::timestamptz
    AND (%(include_superseded)s::boolean OR superseded_at IS NULL OR superseded_at > %(as_of)s::timestamptz)
),
size AS MATERIALIZED (
  SELECT count(*) AS n, count(*) > %(exact_max)s::integer AS is_broad,
         count(*) * (SELECT count(*) FROM terms) * %(lookup_rows)s::integer <= (SELECT sum(df) FROM terms) AS is_narrow
  FROM (SELECT FROM allowed LIMIT (%(exact_max)s::integer + 1)) AS counted
),
few AS MATERIALIZED (SELECT chunk_id FROM allowed),
-- Lexical leg, narrow filter: look every (term, chunk) pair up.
looked_up AS (
  SELECT few.chunk_id, sum(terms.peak * p.tf / (p.tf + terms.base + terms.slope * p.dl)) AS score
  FROM few CROSS JOIN terms CROSS JOIN LATERAL (
    SELECT tf, dl FROM filings.postings WHERE term = terms.term AND chunk_id = few.chunk_id OFFSET 0
  ) AS p
  WHERE (SELECT is_narrow AND NOT is_broad FROM size)
  GROUP BY few.chunk_id
),
-- Lexical leg, medium filter: read the terms' postings and keep those of the filter's chunks.
read_through AS (
  SELECT p.chunk_id, sum(terms.peak * p.tf / (p.tf + terms.base + terms.slope * p.dl)) AS score
  FROM terms JOIN filings.postings AS p USING (term) JOIN few USING (chunk_id)
  WHERE (SELECT NOT is_narrow AND NOT is_broad FROM size)
  GROUP BY p.chunk_id
),
-- Lexical leg, broad filter: MaxScore (Turtle and Flood 1995), by postings instead of by terms. Chunks with the rarest
-- terms show which score the c best reach for certain. A term that occurs at most weak_tf times in a chunk adds at most
-- peak · weak_tf / (weak_tf + base + slope · dl) to it. The commonest terms whose sum of that stays below a share of the
-- score are not essential: their weak postings, most of all there are, are read only for chunks that all their others
-- bring near enough to it.
rare AS (
  SELECT * FROM (SELECT *, sum(df) OVER (ORDER BY df, term) - df AS df_before FROM terms) AS ordered
  WHERE df_before <= %(rare_df)s::integer AND (SELECT is_broad FROM size)
),
promising AS MATERIALIZED (
  SELECT found.chunk_id
  FROM (
    SELECT p.chunk_id, sum(rare.peak * p.tf / (p.tf + rare.base + rare.slope * p.dl)) AS score
    FROM rare JOIN filings.postings AS p USING (term) GROUP BY p.chunk_id
    ORDER BY score DESC, p.chunk_id LIMIT (%(candidates)s::integer * 40)
  ) AS found JOIN allowed USING (chunk_id)
  ORDER BY found.score DESC, found.chunk_id LIMIT (%(candidates)s::integer * 2)
),
first_bar AS MATERIALIZED (
  SELECT coalesce((
    SELECT sum(terms.peak * p.tf / (p.tf + terms.base + terms.slope * p.dl)) AS score
    FROM promising CROSS JOIN terms CROSS JOIN LATERAL (
      SELECT tf, dl FROM filings.postings WHERE term = terms.term AND chunk_id = promising.chunk_id OFFSET 0
    ) AS p
    GROUP BY promising.chunk_id ORDER BY score DESC LIMIT 1 OFFSET (%(candidates)s::integer - 1)
  ), 0) - 1e-6 AS score
),
split AS MATERIALIZED (
  SELECT *, coalesce(max(together) FILTER (WHERE NOT is_essential) OVER (), 0) AS slack
  FROM (
    SELECT *, together * %(weak_tf)s::float8 / (%(weak_tf)s::float8 + base)
              >= (SELECT score * %(essential_share)s::float8 FROM first_bar) AS is_essential
    FROM (SELECT *, sum(peak) OVER (ORDER BY peak, term) AS together FROM terms) AS summed
  ) AS marked
),
-- Every term has the same base and slope.
bounds AS MATERIALIZED (SELECT max(base) AS base, max(slope) AS slope, max(slack) AS slack FROM split),
strong AS MATERIALIZED (
  SELECT p.chunk_id, sum(split.peak * p.tf / (p.tf + split.base + split.slope * p.dl)) AS score, max(p.dl) AS dl
  FROM split JOIN filings.postings AS p USING (term)
  WHERE (split.is_essential OR p.tf > %(weak_tf)s::integer) AND (SELECT is_broad FROM size)
  GROUP BY p.chunk_id
  HAVING sum(split.peak * p.tf / (p.tf + split.base + split.slope * p.dl))
         + (SELECT slack FROM bounds) * %(weak_tf)s::float8
           / (%(weak_tf)s::float8 + (SELECT base FROM bounds) + (SELECT slope FROM bounds) * max(p.dl))
         >= (SELECT score FROM first_bar)
),
leaders AS MATERIALIZED (
  SELECT top.chunk_id, top.score
  FROM (
    SELECT chunk_id, score FROM strong ORDER BY score DESC, chunk_id LIMIT (%(candidates)s::integer * 40)
  ) AS top JOIN allowed USING (chunk_id)
  ORDER BY top.score DESC, top.chunk_id LIMIT (%(candidates)s::integer * 2)
),
second_bar AS MATERIALIZED (
  SELECT greatest((SELECT score FROM first_bar), coalesce((
    SELECT sum(score) AS score
    FROM (
      SELECT chunk_id, score FROM leaders
      UNION ALL
      SELECT leaders.chunk_id, split.peak * p.tf / (p.tf + split.base + split.slope * p.dl)
      FROM leaders CROSS JOIN split CROSS JOIN LATERAL (
        SELECT tf, dl FROM filings.postings WHERE term = split.term AND chunk_id = leaders.chunk_id OFFSET 0
      ) AS p
      WHERE NOT split.is_essential AND p.tf <= %(weak_tf)s::integer
    ) AS parts
    GROUP BY chunk_id ORDER BY 1 DESC LIMIT 1 OFFSET (%(candidates)s::integer - 1)
  ), 0) - 1e-6) AS score
),
hopeful AS MATERIALIZED (
  SELECT chunk_id, score FROM strong CROSS JOIN bounds
  WHERE score + bounds.slack * %(weak_tf)s::float8 / (%(weak_tf)s::float8 + bounds.base + bounds.slope * dl)
        >= (SELECT score FROM second_bar)
),
rest AS MATERIALIZED (
  SELECT (SELECT count(*) FROM hopeful) * count(*) * %(lookup_rows)s::integer <= sum(df) AS is_short
  FROM split WHERE NOT is_essential
),
completed AS (
  SELECT chunk_id, sum(score) AS score
  FROM (
    SELECT chunk_id, score FROM hopeful
    UNION ALL
    SELECT hopeful.chunk_id, split.peak * p.tf / (p.tf + split.base + split.slope * p.dl)
    FROM hopeful CROSS JOIN split CROSS JOIN LATERAL (
      SELECT tf, dl FROM filings.postings WHERE term = split.term AND chunk_id = hopeful.chunk_id OFFSET 0
    ) AS p
    WHERE NOT split.is_essential AND p.tf <= %(weak_tf)s::integer AND (SELECT is_short FROM rest)
    UNION ALL
    SELECT chunk_id, split.peak * p.tf / (p.tf + split.base + split.slope * p.dl)
    FROM split JOIN filings.postings AS p USING (term) JOIN hopeful USING (chunk_id)
    WHERE NOT split.is_essential AND p.tf <= %(weak_tf)s::integer AND (SELECT NOT is_short FROM rest)
  ) AS parts
  GROUP BY chunk_id HAVING sum(score) >= (SELECT score FROM second_bar)
),
lexical AS (
  SELECT chunk_id, score, row_number() OVER (ORDER BY score DESC, chunk_id) AS rank
  FROM (
    SELECT chunk_id, round(score * 1e9) / 1e9 AS score
    FROM (
      SELECT * FROM looked_up
      UNION ALL SELECT * FROM read_through
      UNION ALL SELECT completed.* FROM completed JOIN allowed USING (chunk_id)
    ) AS scored
    ORDER BY 2 DESC, 1 LIMIT %(candidates)s::integer
  ) AS best
),
-- Vector leg: through the index when the filter is broad; every distance when it is not, or the index found too few.
by_index AS MATERIALIZED (
  SELECT chunk_id, embedding <=> %(embedding)s::vector AS distance FROM allowed
  WHERE (SELECT n FROM size) > %(exact_max)s::integer AND %(vector_weight)s::float8 > 0
  ORDER BY embedding <=> %(embedding)s::vector LIMIT %(candidates)s::integer
),
by_distance AS MATERIALIZED (
  SELECT chunk_id, embedding <=> %(embedding)s::vector AS distance FROM allowed
  WHERE (SELECT n <= %(exact_max)s::integer OR (SELECT count(*) FROM by_index) < %(candidates)s::integer FROM size)
    AND %(vector_weight)s::float8 > 0
  ORDER BY (embedding <=> %(embedding)s::vector) + 0, chunk_id LIMIT %(candidates)s::integer
),
nearest AS (
  SELECT chunk_id, distance, row_number() OVER (ORDER BY distance, chunk_id) AS rank
  FROM (
    SELECT * FROM by_distance
    UNION ALL SELECT * FROM by_index WHERE NOT EXISTS (SELECT FROM by_distance)
  ) AS found
),
fused AS (
  SELECT chunk_id, lexical.rank AS lexical_rank, lexical.score AS lexical_score, nearest.rank AS vector_rank,
         1 - nearest.distance AS cosine,
         coalesce(%(lexical_weight)s::float8 / (%(rrf_k)s::float8 + lexical.rank), 0)
         + coalesce(%(vector_weight)s::float8 / (%(rrf_k)s::float8 + nearest.rank), 0) AS rrf
  FROM lexical FULL JOIN nearest USING (chunk_id)
  ORDER BY rrf DESC, chunk_id LIMIT %(top_k)s::integer
)
SELECT size.n AS filter_size, fused.chunk_id, fused.rrf, fused.lexical_rank, fused.lexical_score, fused.vector_rank,
       fused.cosine, chunks.accession, chunks.cik, chunks.form, chunks.period_end, chunks.known_at, chunks.kind,
       chunks.section_id, sections.section_key, chunks.char_start, chunks.char_end, chunks.context, chunks.text
FROM size
LEFT JOIN (fused JOIN filings.chunks USING (chunk_id) JOIN filings.sections USING (section_id)) ON true
ORDER BY fused.rrf DESC, fused.chunk_id
