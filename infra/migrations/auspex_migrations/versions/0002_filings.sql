-- Filings: what EDGAR published, what was read from it, and the index that answers come from.
-- Tables marked append-only in the specification get INSERT and SELECT only.

CREATE SCHEMA filings;
GRANT USAGE ON SCHEMA filings TO auspex_filings;

CREATE TABLE filings.companies (
  cik bigint PRIMARY KEY CHECK (cik > 0),
  ticker text,
  tickers text[] NOT NULL DEFAULT '{}',
  name text NOT NULL,
  aliases text[] NOT NULL DEFAULT '{}',
  exchange text,
  sic text,
  fiscal_year_end char(4),
  watermark date,
  last_scan_at timestamptz,
  etag text,
  sample boolean NOT NULL DEFAULT false
);
CREATE INDEX companies_by_ticker ON filings.companies USING gin (tickers);
CREATE INDEX companies_by_alias ON filings.companies USING gin (aliases);

CREATE TABLE filings.filings (
  accession text PRIMARY KEY CHECK (accession ~ '^\d{10}-\d{2}-\d{6}$'),
  cik bigint NOT NULL REFERENCES filings.companies,
  form text NOT NULL,
  base_form text NOT NULL,
  is_amendment boolean NOT NULL,
  amends text,
  items text[] NOT NULL DEFAULT '{}',
  filing_date date NOT NULL,
  report_date date,
  accepted_at timestamptz,
  detected_at timestamptz NOT NULL,
  fetched_at timestamptz,
  analyzed_at timestamptz,
  indexed_at timestamptz,
  status text NOT NULL DEFAULT 'detected'
    CHECK (status IN ('detected', 'fetched', 'analyzed', 'indexed', 'skipped', 'dead_letter')),
  run integer NOT NULL DEFAULT 1,
  index_version integer NOT NULL DEFAULT 1,
  primary_document text,
  inline_xbrl boolean NOT NULL DEFAULT false,
  source text NOT NULL CHECK (source IN ('feed', 'scan', 'daily', 'request')),
  flags text[] NOT NULL DEFAULT '{}',
  dead_letter_reason text,
  cost_tokens integer NOT NULL DEFAULT 0,
  cost_usd_micros bigint NOT NULL DEFAULT 0,
  sample boolean NOT NULL DEFAULT false
);
CREATE INDEX filings_by_company ON filings.filings (cik, filing_date DESC);
CREATE INDEX filings_by_status ON filings.filings (status, detected_at);

CREATE TABLE filings.documents (
  document_id text PRIMARY KEY,
  accession text NOT NULL REFERENCES filings.filings,
  sequence integer NOT NULL,
  type text NOT NULL,
  filename text NOT NULL,
  source_url text NOT NULL,
  s3_key text NOT NULL,
  normalized_key text NOT NULL,
  raw_sha256 text NOT NULL,
  bytes bigint NOT NULL,
  normalizer_version integer NOT NULL,
  degraded boolean NOT NULL DEFAULT false,
  reasons text[] NOT NULL DEFAULT '{}',
  stored_at timestamptz NOT NULL,
  UNIQUE (accession, filename, raw_sha256, normalizer_version)
);
CREATE INDEX documents_by_accession ON filings.documents (accession, sequence);

CREATE TABLE filings.sections (
  section_id text PRIMARY KEY,
  document_id text NOT NULL REFERENCES filings.documents,
  accession text NOT NULL REFERENCES filings.filings,
  section_key text NOT NULL,
  ordinal integer NOT NULL,
  title text NOT NULL,
  document_start integer NOT NULL,
  text text NOT NULL,
  chars integer NOT NULL,
  text_sha256 text NOT NULL,
  UNIQUE (document_id, ordinal)
);
CREATE INDEX sections_by_accession ON filings.sections (accession, section_key);

CREATE TABLE filings.tables (
  table_id text PRIMARY KEY,
  section_id text NOT NULL REFERENCES filings.sections,
  char_start integer NOT NULL,
  char_end integer NOT NULL CHECK (char_end > char_start),
  caption text NOT NULL,
  scale integer,
  currency text,
  cells jsonb NOT NULL,
  UNIQUE (section_id, char_start)
);

CREATE TABLE filings.facts (
  fact_id text PRIMARY KEY,
  accession text NOT NULL REFERENCES filings.filings,
  cik bigint NOT NULL,
  concept text NOT NULL,
  unit text NOT NULL,
  period_start date,
  period_end date NOT NULL,
  dims_hash text NOT NULL DEFAULT '',
  value numeric,
  decimals integer,
  origin text NOT NULL CHECK (origin IN ('ixbrl', 'companyfacts')),
  section_id text REFERENCES filings.sections,
  char_start integer,
  char_end integer,
  known_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (accession, concept, unit, period_start, period_end, dims_hash)
);
CREATE INDEX facts_by_concept ON filings.facts (cik, concept, period_end, known_at);

CREATE TABLE filings.kpis (
  kpi_id text PRIMARY KEY,
  accession text NOT NULL REFERENCES filings.filings,
  run integer NOT NULL,
  cik bigint NOT NULL,
  metric text NOT NULL,
  label text NOT NULL,
  value numeric NOT NULL,
  unit text NOT NULL,
  scale_shown integer NOT NULL,
  period_start date,
  period_end date NOT NULL,
  period_type text NOT NULL CHECK (period_type IN ('quarter', 'half', 'nine_months', 'year', 'instant', 'other')),
  fiscal_period text,
  basis text NOT NULL CHECK (basis IN ('gaap', 'non_gaap')),
  method text NOT NULL CHECK (method IN ('xbrl', 'table', 'text_table', 'derived', 'llm')),
  derivation jsonb,
  fact_id text REFERENCES filings.facts,
  section_id text REFERENCES filings.sections,
  char_start integer,
  char_end integer,
  figure_start integer,
  figure_end integer,
  quote text,
  preliminary boolean NOT NULL DEFAULT false,
  conflict boolean NOT NULL DEFAULT false,
  known_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (accession, run, metric, basis, period_type, period_start, period_end, method)
);
CREATE INDEX kpis_by_metric ON filings.kpis (cik, metric, period_end DESC, known_at);
CREATE INDEX kpis_by_accession ON filings.kpis (accession, run);

CREATE TABLE filings.summaries (
  accession text NOT NULL REFERENCES filings.filings,
  run integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('extractive', 'llm')),
  bullets jsonb NOT NULL,
  provider text,
  tokens_in integer,
  tokens_out integer,
  usd_micros bigint,
  PRIMARY KEY (accession, run, kind)
);

CREATE TABLE filings.chunks (
  chunk_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  content_key text NOT NULL UNIQUE,
  accession text NOT NULL REFERENCES filings.filings,
  cik bigint NOT NULL,
  form text NOT NULL,
  period_end date,
  known_at timestamptz NOT NULL,
  superseded_at timestamptz,
  kind text NOT NULL CHECK (kind IN ('text', 'table', 'kpi', 'guidance', 'summary')),
  section_id text NOT NULL REFERENCES filings.sections,
  ordinal integer NOT NULL,
  char_start integer NOT NULL,
  char_end integer NOT NULL CHECK (char_end > char_start),
  context text NOT NULL,
  text text NOT NULL,
  tokens integer NOT NULL,
  dl integer NOT NULL,
  embedding vector(384) NOT NULL,
  index_version integer NOT NULL
);
CREATE INDEX chunks_by_vector ON filings.chunks USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 64);
-- Filters are read from the index alone; vectors stay in the row, where a scan finds them without a detour.
CREATE INDEX chunks_by_filter ON filings.chunks (cik, form, period_end)
  INCLUDE (chunk_id, known_at, superseded_at, kind);
ALTER TABLE filings.chunks ALTER COLUMN embedding SET STORAGE PLAIN;
CREATE INDEX chunks_by_accession ON filings.chunks (accession, index_version);

CREATE TABLE filings.terms (
  term bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lexeme text NOT NULL UNIQUE,
  df integer NOT NULL CHECK (df >= 0)
);

CREATE TABLE filings.postings (
  term bigint NOT NULL,
  chunk_id bigint NOT NULL REFERENCES filings.chunks ON DELETE CASCADE,
  tf smallint NOT NULL,
  dl smallint NOT NULL,
  PRIMARY KEY (term, chunk_id) INCLUDE (tf, dl)
);
CREATE INDEX postings_by_chunk ON filings.postings (chunk_id);

CREATE TABLE filings.corpus (
  id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  n bigint NOT NULL CHECK (n >= 0),
  sum_dl bigint NOT NULL CHECK (sum_dl >= 0)
);
INSERT INTO filings.corpus VALUES (1, 0, 0);

CREATE TABLE filings.checkpoints (
  checkpoint_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  graph text NOT NULL,
  thread text NOT NULL,
  run integer NOT NULL,
  node text NOT NULL,
  ordinal integer NOT NULL DEFAULT 0,
  input_hash text NOT NULL,
  state jsonb,
  s3_key text,
  code_version text NOT NULL,
  epoch bigint NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (graph, thread, run, node, ordinal, input_hash)
);

CREATE TABLE filings.leases (
  graph text NOT NULL,
  thread text NOT NULL,
  owner text,
  epoch bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (graph, thread)
);

CREATE TABLE filings.events (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  accession text NOT NULL REFERENCES filings.filings,
  topic text NOT NULL CHECK (topic IN ('detected', 'fetched', 'analyzed', 'indexed', 'skipped', 'dead_letter', 'replayed',
                                       'superseded', 'degraded', 'answered')),
  payload jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL
);
CREATE INDEX events_by_accession ON filings.events (accession, event_id);

CREATE TABLE filings.asks (
  ask_id text PRIMARY KEY CHECK (ask_id ~ '^ask_[0-9A-HJKMNP-TV-Z]{26}$'),
  account_id text NOT NULL,
  idempotency_key text,
  question text NOT NULL,
  params jsonb NOT NULL,
  request_sha256 text NOT NULL,
  result jsonb NOT NULL,
  refused boolean NOT NULL,
  evidence_class text,
  latency_ms integer NOT NULL,
  tokens integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  UNIQUE NULLS DISTINCT (account_id, idempotency_key)
);
CREATE INDEX asks_by_account ON filings.asks (account_id, ask_id DESC);

CREATE TABLE filings.edgar_budget (
  id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  tat timestamptz NOT NULL,
  paused_until timestamptz,
  strikes integer NOT NULL DEFAULT 0
);
INSERT INTO filings.edgar_budget VALUES (1, '-infinity', NULL, 0);

-- The platform's dead-letter stage knows no product; this is how a filing learns that its message died, in the same
-- transaction. A body that is no JSON (or holds an escape that Postgres cannot) or names no filing changes nothing here.
CREATE FUNCTION filings.note_dead_letter() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE dead text;
BEGIN
  BEGIN
    dead := NEW.body::jsonb -> 'body' ->> 'accession';
  EXCEPTION WHEN data_exception THEN
    RETURN NULL;
  END;
  UPDATE filings.filings SET status = 'dead_letter', dead_letter_reason = NEW.reason
    WHERE accession = dead AND status IN ('detected', 'fetched', 'analyzed');
  IF FOUND THEN
    INSERT INTO filings.events (accession, topic, payload, created_at) VALUES
      (dead, 'dead_letter', jsonb_build_object('stage', NEW.stage, 'node', NEW.node, 'reason', NEW.reason), NEW.dead_at);
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION filings.note_dead_letter FROM PUBLIC;
CREATE TRIGGER filings_note_dead_letter AFTER INSERT ON platform.dead_letters
  FOR EACH ROW WHEN (NEW.queue LIKE 'filings-%') EXECUTE FUNCTION filings.note_dead_letter();

GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA filings TO auspex_filings;
GRANT UPDATE ON filings.companies, filings.filings, filings.chunks, filings.terms, filings.corpus, filings.leases,
  filings.edgar_budget TO auspex_filings;
GRANT DELETE ON filings.chunks, filings.postings TO auspex_filings;
