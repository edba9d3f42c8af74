"""Every cap of the system: a named constant with its unit. docs/limits.md is generated from this file.

The line after each constant says what it bounds; `make docs` copies it and a test compares.
"""

from __future__ import annotations

from typing import Final

# Requests
BODY_BYTES_MAX: Final = 262_144
"""Largest JSON request body of an endpoint that states no other cap."""
PAGE_ROWS_DEFAULT: Final = 25
"""Rows of a list when `limit` is absent."""
PAGE_ROWS_MAX: Final = 100
"""Largest `limit` of a list."""
IDEMPOTENCY_KEY_CHARACTERS_MAX: Final = 255
"""Longest Idempotency-Key; printable ASCII only."""
IDEMPOTENCY_HOURS: Final = 24
"""How long a reply is kept for replay under its Idempotency-Key."""
IDEMPOTENT_REPLY_BYTES_MAX: Final = 262_144
"""Longest reply kept for replay; a longer one is not replayed, and its effect is still made once."""
CURSOR_CHARACTERS_MAX: Final = 1_024
"""Longest cursor accepted."""
READY_CHECK_SECONDS: Final = 1.0
"""Deadline of each check of /ready."""

# Accounts and keys
ACCOUNT_NAME_CHARACTERS_MAX: Final = 200
"""Longest name of an account."""
ACCOUNT_KEYS_MAX: Final = 100
"""Keys of one account that work at the same time; a key in its overlap counts, a key being rotated does not."""
KEY_NAME_CHARACTERS_MAX: Final = 100
"""Longest name of a key."""
KEY_SCOPES_MAX: Final = 20
"""Most scopes of one key."""
KEY_DAYS_MAX: Final = 3_650
"""Latest expiry that a key may be given, from its creation; without one it does not expire."""
KEY_OVERLAP_SECONDS_DEFAULT: Final = 86_400
"""How long a rotated key keeps working when `overlap_seconds` is absent (a day)."""
KEY_OVERLAP_SECONDS_MAX: Final = 604_800
"""Longest overlap of a rotation (7 days)."""

# Rates, allowance, money
READ_REQUESTS_PER_MINUTE: Final = 120
"""Reading requests of one account a minute, sustained."""
READ_REQUESTS_BURST: Final = 60
"""Reading requests of one account at once."""
WRITE_REQUESTS_PER_MINUTE: Final = 10
"""Creating, changing and computing requests of one account a minute, sustained."""
WRITE_REQUESTS_BURST: Final = 15
"""Creating, changing and computing requests of one account at once."""
UPLOAD_REQUESTS_PER_MINUTE: Final = 5
"""Uploads of one account a minute, sustained."""
UPLOAD_REQUESTS_BURST: Final = 5
"""Uploads of one account at once."""
ADMIN_REQUESTS_PER_MINUTE: Final = 60
"""Administrative requests of one account a minute, sustained."""
ADMIN_REQUESTS_BURST: Final = 30
"""Administrative requests of one account at once."""
PUBLIC_REQUESTS_PER_MINUTE: Final = 30
"""Requests of one address without a valid key a minute, sustained."""
PUBLIC_REQUESTS_BURST: Final = 30
"""Requests of one address without a valid key at once."""
FREE_ANALYSES_PER_DAY: Final = 5
"""Analyses of a free account in one UTC day."""
FREE_COOLDOWN_SECONDS: Final = 31
"""Time between two analyses of a free account."""
CACHE_SECONDS_DEFAULT: Final = 300
"""How long a reply is cached on a route that declares a cache and no other time."""
CACHED_REPLY_BYTES_MAX: Final = 524_288
"""Largest reply that is cached."""
CHARGE_WINDOW_HOURS: Final = 24
"""A repeated paid read is charged once in this time."""
RESERVATION_MINUTES_MAX: Final = 15
"""Tokens reserved for one request go back after this, should the request never end."""
RESERVATIONS_RELEASED_MAX: Final = 500
"""Forgotten reservations that one sweep releases."""
EXPIRED_ROWS_FORGOTTEN_MAX: Final = 5_000
"""Expired cached replies, rate buckets and charge windows that one sweep deletes, of each."""
GRANT_TOKENS_MAX: Final = 1_000_000
"""Most tokens of one grant, adjustment or refund."""
NOTE_CHARACTERS_MAX: Final = 500
"""Longest reason of a grant or a refund."""

# Messages
MESSAGE_BYTES_MAX: Final = 8_192
"""Largest message body; documents travel by reference."""
DEFERRALS_MAX: Final = 20
"""Deferrals of one message before it becomes a dead letter `source-unavailable`."""
DEFER_SECONDS_MAX: Final = 900
"""Longest single deferral."""
RETRY_SECONDS_MAX: Final = 300
"""Longest wait before a failed message is tried again: min(this, 5 * 2^(n-1))."""
OUTBOX_SWEEP_ROWS_MAX: Final = 500
"""Outbox rows that one sweep sends."""
SCHEDULE_RUN_MINUTES_MAX: Final = 20
"""A schedule's run without an end after this long has failed; longer than any function may run."""
REMAINING_SECONDS_MIN: Final = 45
"""A stage with less time left than this checkpoints and continues in a new message."""

# Jobs
JOB_HOURS_MAX: Final = 24
"""A job that is not finished after this long expires."""
JOB_IDLE_MINUTES_MAX: Final = 120
"""A job without progress for this long expires; longer than any queue's visibility, so that a crash is no expiry."""

# Notifications
NOTIFICATION_TITLE_CHARACTERS_MAX: Final = 200
"""Longest title of a notification; what is longer is cut."""
NOTIFICATION_BODY_CHARACTERS_MAX: Final = 4_000
"""Longest text of a notification; what is longer is cut."""
NOTIFICATION_IDS_MAX: Final = 100
"""Notifications that one request marks by id."""
NOTIFICATIONS_PER_DAY_MAX: Final = 500
"""Largest daily maximum of immediate notifications that an account may ask for."""
NOTIFICATIONS_PER_DAY_DEFAULT: Final = 10
"""Immediate notifications of one local day when an account states no other; what is above goes into the digest."""
NOTIFICATION_KINDS_MAX: Final = 50
"""Kinds of notification that an account may treat apart."""
DIGEST_ENTRIES_MAX: Final = 50
"""Notifications that a digest spells out; it says how many more there are."""
DIGEST_ACCOUNTS_MAX: Final = 500
"""Accounts whose digests one step of the schedule gathers; it goes on until none is due."""
CHANNELS_MAX: Final = 10
"""Channels of one account, those that wait for their code among them."""
CHANNEL_NAME_CHARACTERS_MAX: Final = 100
"""Longest name of a channel."""
CHANNEL_CODE_MINUTES: Final = 30
"""How long the code sent to an address is good."""
CHANNEL_CODE_ATTEMPTS_MAX: Final = 5
"""Guesses at one code."""
CHANNEL_CODES_PER_ADDRESS_MAX: Final = 5
"""Codes sent to one address within 24 hours, whoever asks."""
CHANNEL_CODES_PER_ACCOUNT_MAX: Final = 20
"""Codes that one account has sent within 24 hours."""
CHANNEL_ATTEMPTS_MAX: Final = 5
"""Attempts to reach a service of a third party before a delivery counts as failed."""

# Operations
REDRIVE_LETTERS_MAX: Final = 500
"""Dead letters that one redrive sends again."""
METRICS_WINDOW_MINUTES_MAX: Final = 10_080
"""Longest window of the operations' metrics (7 days)."""

# Webhooks
WEBHOOK_TOLERANCE_SECONDS: Final = 300
"""How far the timestamp of a signed hook may lie from our clock, before or after."""
WEBHOOKS_MAX: Final = 20
"""Webhooks of one account."""
WEBHOOK_DESCRIPTION_CHARACTERS_MAX: Final = 200
"""Longest description of a webhook."""
WEBHOOK_SECRETS_MAX: Final = 5
"""Secrets of one webhook that sign at the same time, during rotations."""
WEBHOOK_OVERLAP_SECONDS_DEFAULT: Final = 86_400
"""How long a replaced secret still signs when `overlap_seconds` is absent (a day)."""
WEBHOOK_OVERLAP_SECONDS_MAX: Final = 604_800
"""Longest overlap of a rotation (7 days)."""
WEBHOOK_DATA_BYTES_MAX: Final = 16_384
"""Largest data of one event; more travels by link."""
WEBHOOK_ATTEMPT_SECONDS_MAX: Final = 15
"""Longest that one attempt takes, from the name's lookup to the answer's end."""
WEBHOOK_RETRY_AFTER_SECONDS_MAX: Final = 86_400
"""Longest Retry-After that is respected (a day)."""
WEBHOOK_JITTER_PERCENT_MAX: Final = 20
"""How much longer than its step a retry may wait, in percent."""

# What is sent to addresses that customers choose
EGRESS_URL_CHARACTERS_MAX: Final = 2_048
"""Longest URL that something is sent to."""
EGRESS_ADDRESSES_MAX: Final = 4
"""Addresses of one name that are tried in turn."""
EGRESS_RESPONSE_BYTES_MAX: Final = 65_536
"""How much of an answer's body is read; nothing of it is kept."""

# Providers
LLM_CALL_SECONDS_MAX: Final = 60
"""Longest that a question to an LLM provider may take, re-ask included, whatever the caller's deadline."""
LLM_CALL_SECONDS_MIN: Final = 5
"""With less time left than this no provider is asked: a time-out would speak of us, not of it."""
LLM_PROMPT_BYTES_MAX: Final = 1_048_576
"""Largest prompt, as JSON (1 MB)."""
LLM_REPLY_BYTES_MAX: Final = 4_194_304
"""Most bytes read of one provider's reply (4 MB)."""
LLM_RAW_BYTES_MAX: Final = 65_536
"""Bytes kept of what a provider answered (64 kB), for 90 days."""
PROVIDER_PIN_DAYS_MAX: Final = 7
"""Longest pin of a provider."""
PROVIDER_REASON_CHARACTERS_MAX: Final = 200
"""Longest reason that an operator gives for a change of the provider."""
PROVIDER_HEALTH_HOURS_MAX: Final = 168
"""Longest window of the providers' health (7 days)."""
PROVIDER_CHECKS_SHOWN_MAX: Final = 50
"""Checks of one provider that its health shows, newest first."""
PROVIDER_AUDIT_ENTRIES_VERIFIED_MAX: Final = 200_000
"""Entries of the audit chain that one request recomputes; a longer chain is verified from the end back to this many."""

# Guidance ledger
SCORED_COMPANIES_MAX: Final = 200
"""Companies whose guidance and expectations one scoring run works off; the next run goes on."""
LEDGER_YEARS: Final = 12
"""How far back statements and figures count for outcomes and expectations."""
LEDGER_PROMISES_MAX: Final = 5_000
"""Statements of one company that a scoring looks at."""

# Scorebook
ARCHIVE_ROWS_MAX: Final = 5_000
"""Predictions archived, or outcomes recorded, by one call."""
SCORE_SERIES_MAX: Final = 20
"""Scores, indicators and baselines that a product's rule gives for one prediction."""
SCORING_BATCH_ROWS_MAX: Final = 500
"""Predictions scored in one transaction."""
SCORING_BATCHES_MAX: Final = 400
"""Transactions of one scoring run; the next run goes on."""
SCORING_RETRY_SECONDS: Final = 3_600
"""How long an outcome rests after the rule failed on one of its predictions."""
BOOTSTRAP_RESAMPLES: Final = 1_000
"""Resamples behind every interval of the scorebook."""
BOOTSTRAP_DAYS_MIN: Final = 10
"""Fewer days than this have no interval."""
SCOREBOOK_PREDICTIONS_MIN: Final = 20
"""A model with fewer scored predictions shows its count and no figures."""
SCOREBOOK_MODELS_MAX: Final = 50
"""Models and targets that one scorebook reply shows, newest first."""
SCOREBOOK_WINDOW_DAYS_DEFAULT: Final = 365
"""Window of the scorebook when `window_days` is absent."""
SCOREBOOK_WINDOW_DAYS_MAX: Final = 1_830
"""Longest window of the scorebook (5 years)."""

# Retention
SPENT_KEPT_DAYS: Final = 2
"""How long channel codes, webhook secrets and the day's counts are kept after their time is over."""
OUTBOX_KEPT_DAYS: Final = 7
"""How long a sent message stays in the outbox."""
JOBS_KEPT_DAYS: Final = 30
"""How long finished jobs, their reservations, checkpoints and delivery marks are kept."""
TRACES_KEPT_DAYS: Final = 90
"""How long failed attempts, schedule runs, providers' raw output and webhook messages are kept."""
RECORDS_KEPT_DAYS: Final = 365
"""How long dead letters, asks and notifications are kept; ledger, scorebook and audit are kept for ever."""
RETENTION_BATCH_ROWS_MAX: Final = 5_000
"""Rows that one transaction of the retention deletes."""
RETENTION_SECONDS_MAX: Final = 240
"""How long one run of the retention goes on; the next run does the rest."""

# Filings
INGESTION_ITEMS_MAX: Final = 50
"""Tickers or accessions of one ingestion request."""
INGESTION_PER_TICKER_MAX: Final = 5
"""Newest filings of one ticker that one ingestion request takes."""
KPI_EXPORT_ROWS_MAX: Final = 5_000
"""Figures of one CSV."""
BACKFILL_TICKERS_MAX: Final = 200
"""Tickers of one backfill."""
BACKFILL_PER_TICKER_DEFAULT: Final = 8
"""Newest filings of each ticker that a backfill takes when `per_ticker_limit` is absent."""
BACKFILL_PER_TICKER_MAX: Final = 100
"""Most filings of each ticker that a backfill takes."""
BACKFILL_COMPANIES_PER_MESSAGE: Final = 5
"""Companies that one message of a backfill lists."""
PERIOD_CHARACTERS_MAX: Final = 40
"""Longest name of a period."""
TEMPLATE_ROWS_MAX: Final = 50
"""Rows of guidance or risks in the table of one template run; how many more there are is said."""
TEMPLATE_PASSAGES_MAX: Final = 8
"""Places of a template's table that a provider is shown."""
SECTION_SLICE_CHARACTERS_MAX: Final = 20_000
"""Longest slice of a section's text in one reply."""
TEXT_OFFSET_MAX: Final = 1_000_000_000
"""Largest code point offset a request may name; Postgres counts in 32 bits."""
QUESTION_CHARACTERS_MIN: Final = 3
"""Shortest question."""
QUESTION_CHARACTERS_MAX: Final = 2_000
"""Longest question or search query."""
ASK_SECONDS_MAX: Final = 24
"""How long an ask waits for a provider; then the core's own answer is returned."""
ENRICH_DEFERRALS_MAX: Final = 5
"""Deferrals after which a filing goes on without a provider's enrichment (about a quarter of an hour)."""
INDEX_BATCH_CHUNKS: Final = 64
"""Chunks that one transaction of indexing embeds and stores."""
SEARCH_TOP_MAX: Final = 50
"""Most hits of one search."""
SEARCH_CANDIDATES_MAX: Final = 200
"""Most candidates of each leg of one search."""
FORMS_NAMED_MAX: Final = 20
"""Forms that one request or one watch may name."""
WATCHED_COMPANIES_FREE_MAX: Final = 10
"""Companies that a free account watches."""
WATCHED_COMPANIES_PREPAID_MAX: Final = 100
"""Companies that a prepaid account watches."""
WATCHED_COMPANIES_PREMIUM_MAX: Final = 500
"""Companies that a premium account watches."""
WATCHLIST_ITEMS_MAX: Final = 100
"""Companies that one request puts on the watchlist."""
SCANS_PER_ROUND_MAX: Final = 1_500
"""Companies that one round of the scan takes; what is left comes first in the next one, five minutes later."""
INDEX_DAYS_PER_RUN_MAX: Final = 10
"""Days of the daily index that one reconciliation reads; the next one goes on."""
INDEX_DAYS_TRIED_MAX: Final = 10
"""Days for which an index that is absent or unreadable is asked for again; then it is given up, and stays on record."""
COMPANIES_FOUND_MAX: Final = 500
"""Companies that one look-up finds at most."""
DOCUMENT_BYTES_MAX: Final = 83_886_080
"""Largest document fetched from EDGAR (80 MB)."""
CHECKPOINT_BYTES_MAX: Final = 262_144
"""Largest checkpoint kept in Postgres; larger ones go to S3."""

# Oracle
SOURCE_BODY_BYTES_MAX: Final = 8_388_608
"""Largest file fetched from a source of results or odds (8 MB; a season is about 0.2 MB)."""
HISTORY_SEASONS: Final = 10
"""Seasons before the present one that are fetched and fitted."""
REFRESH_SECONDS_MAX: Final = 780
"""How long one refresh goes on asking sources; what is left comes first the next day."""
FORECAST_DAYS: Final = 7
"""How many days ahead fixtures are forecast and archived."""
REJECTED_ROWS_KEPT: Final = 50
"""Rejected rows of one source file that are kept with their reason."""
CALIBRATION_MATCHES_MIN: Final = 50
"""Scored forecasts below which no calibration figure is shown."""
TEAM_NAME_CHARACTERS_MIN: Final = 2
"""Shortest name of a side."""
TEAM_NAME_CHARACTERS_MAX: Final = 80
"""Longest name of a side."""
LEVERS_MAX: Final = 8
"""Levers of one fixture, or of one scenario."""
SCENARIOS_MAX: Final = 6
"""Scenarios of the caller's own in one request."""
SIMULATIONS_MIN: Final = 1_000
"""Fewest runs of a simulation."""
SIMULATIONS_MAX: Final = 100_000
"""Most runs of a simulation."""
DEVIG_MARKETS_MAX: Final = 200
"""Markets of one margin removal."""
DEVIG_OUTCOMES_MAX: Final = 50
"""Outcomes of one market whose margin is removed."""
CLIENT_REFERENCE_CHARACTERS_MAX: Final = 100
"""Longest reference of the caller's own."""
GOALS_MAX: Final = 30
"""Goals that a side of a match under way may have scored."""
RED_CARDS_MAX: Final = 5
"""Sendings-off that a side of a match under way may have had."""
NARRATIVE_SECONDS_MAX: Final = 20
"""How long an answer waits for a provider's wording; then the template is served."""
BATCH_ROWS_MAX: Final = 5_000
"""Rows of one batch."""
BATCH_ROWS_FREE_MAX: Final = 50
"""Rows of one batch on the free plan."""
BATCH_BYTES_MAX: Final = 4_194_304
"""Largest body of a batch, JSON or CSV (4 MB)."""
SHARD_ROWS: Final = 100
"""Rows of a batch that one message works on."""
SHARD_SEASONS: Final = 2_000
"""Seasons of a projection that one message works on."""
SEASONS_MIN: Final = 1_000
"""Fewest simulated seasons of a projection."""
SEASONS_MAX: Final = 100_000
"""Most simulated seasons of a projection."""
SEASONS_DEFAULT: Final = 10_000
"""Simulated seasons of a projection that states no number."""
SEED_MAX: Final = 9_007_199_254_740_991
"""Largest seed: 2^53 - 1, the largest integer that every JSON reader holds exactly."""
PROJECTION_TEAMS_MAX: Final = 40
"""Teams of a league of the caller's own."""
PROJECTION_FIXTURES_MAX: Final = 1_600
"""Matches that were played, or that are left, in a league of the caller's own."""
PROJECTION_LEVERS_MAX: Final = 40
"""Levers of one projection."""
REJECTIONS_SHOWN_MAX: Final = 100
"""Rejected rows that the refusal of a batch without a good row points at."""
