# Plain `make` prints this help. Everything runs in the checkout's own .venv, made from the hashed lock on first use.
SHELL := /bin/sh
PYTHON ?= python3
EMULATOR ?= ministack
SOURCE ?= replay
CORPUS ?= auto
PORT ?= 0
TARGET ?= aws
STAGE ?= staging
SECONDS ?= 600
DATA ?= ../shared/data/filings
DIVISIONS ?=
SEASONS ?=
HISTORIES ?= 1000000
MINUTES ?= 20
EDGAR_REQUESTS ?= 100000
LOCK_HISTORIES ?= 10000
SAM_CLI := aws-sam-cli-1.170.0

PY := .venv/bin/python
RUN := PYTHON='$(PYTHON)' '$(PYTHON)' infra/local/bootstrap.py
SAM_HOME := .auspex/tools/$(SAM_CLI)
SAM := env -u PYTHONPATH PATH="$(CURDIR)/.venv/bin:$$PATH" $(SAM_HOME)/bin/sam
COMPILE := .venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate
LAYER_TARGET := --python-version 3.13 --python-platform aarch64-manylinux_2_28
LAYERS := alembic base crypto documents embedding http llm notify science
TEST_STATE := $(CURDIR)/.auspex/test
export SAM_CLI_TELEMETRY := 0
export PYTHONPATH := $(CURDIR)/layers/auspex:$(CURDIR)/layers/client:$(CURDIR)/infra/migrations:$(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help install up down reset demo demo-oracle demo-filings test journeys fuzz check format bench eval-filings prove-ledger prove-lock lock openapi docs build deploy

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  Options: EMULATOR=ministack|localstack  PORT=8400  SOURCE=replay|live  CORPUS=auto|sample  DATA=folder  STAGE=staging|production"
	@echo "  DATABASE_URL=... uses a Postgres of yours; AUSPEX_STATE_DIR=... keeps a second stack apart."

install: ## Install packages and model files into the checkout (nothing happens when the lock is unchanged)
	@$(RUN) install

# ── The stack ───────────────────────────────────────────────────────────────────────────────────────────────────────
up: ## Start Postgres and the AWS emulator, deploy, migrate; the last line is one JSON object
	@$(RUN) up --emulator '$(EMULATOR)' --port '$(PORT)' --source '$(SOURCE)' --corpus '$(CORPUS)'

down: ## Stop exactly what `make up` started; data stays
	@$(RUN) down

reset: ## Stop and delete the stack's data
	@$(RUN) reset

demo: up ## Bring the stack up and walk real filings through it: figures, answers, citations, refusals
	@$(PY) -m infra.local.demo --source '$(SOURCE)'

demo-filings: up ## Live through a simulated day of filings: watched, told, read, a 429, a killed worker, a poisoned filing (10 minutes)
	@$(PY) -m infra.local.demo_filings

demo-oracle: up ## Replay a stretch of a real season: forecasts archived before, scored after, their record
	@$(PY) -m infra.local.demo_oracle

# ── Tests ───────────────────────────────────────────────────────────────────────────────────────────────────────────
# The journeys mostly wait (for redeliveries, for schedules), so they run beside everything else; their output comes last.
test: install ## All tests: units and integration, and beside them the journeys on a stack of their own
	@$(MAKE) --no-print-directory journeys >.journeys.log 2>&1 & journeys=$$!; \
	  $(PY) -m pytest -n 3 -m 'not stack'; status=$$?; \
	  wait $$journeys || status=1; cat .journeys.log; rm -f .journeys.log; exit $$status

journeys: install ## Only the journeys, on a stack of their own that is stopped afterwards
	@export AUSPEX_STATE_DIR='$(TEST_STATE)'; \
	  $(RUN) up --port '$(PORT)' --corpus sample && $(PY) -m pytest -m stack; status=$$?; \
	  $(RUN) reset || status=1; exit $$status

fuzz: install ## Generated requests of every operation against the running stack (SECONDS=600); last line JSON
	@$(PY) -m tests.conformance.fuzz --seconds '$(SECONDS)'

check: install ## Format, lint, types, import contracts, templates, SQL, generated files
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy layers/auspex/auspex layers/client/auspex_client functions infra tests
	@.venv/bin/lint-imports
	@.venv/bin/cfn-lint --append-rules infra/rules --template template.yaml 'infra/*.yaml'
	@$(PY) -m infra.local.lint_sql
	@$(PY) -m infra.local.build_openapi --check
	@$(PY) -m infra.local.generate_client --check
	@$(PY) -m infra.local.generate_docs --check

format: install ## Put code into its canonical form
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

# ── Measurements ────────────────────────────────────────────────────────────────────────────────────────────────────
bench: install ## Benchmarks, filings through a stack of their own among them; the last line is one JSON object
	@$(PY) -m tests.benchmarks

eval-filings: install ## Evaluate the filings engine on DATA=<folder> [RECORD=yes: for GET evaluations]; the last line is one JSON object
	@$(PY) -m tests.evals.filings '$(DATA)' $(if $(RECORD),--record)

.PHONY: eval-oracle
eval-oracle: DATA = ../shared/data/oracle/raw
eval-oracle: install ## Evaluate oracle's forecasts walk-forward on DATA=<folder> [DIVISIONS=E0,D1] [SEASONS=2012/13-2018/19]
	@OPENBLAS_NUM_THREADS=1 $(PY) -m tests.evals.oracle --data '$(DATA)' --divisions '$(DIVISIONS)' --seasons '$(SEASONS)'

# ── Proofs ──────────────────────────────────────────────────────────────────────────────────────────────────────────
prove-ledger: install ## Random histories of money against an oracle, on a real Postgres (HISTORIES=, MINUTES=)
	@$(PY) -m tests.proofs.ledger --histories '$(HISTORIES)' --minutes '$(MINUTES)'

prove-lock: install ## Random histories of the provider lock until HISTORIES or MINUTES; the last line is one JSON object
	@$(PY) -m tests.proofs.lock --histories '$(LOCK_HISTORIES)' --minutes '$(MINUTES)'

.PHONY: prove-redrive prove-cancel
prove-redrive: install ## 10,000 mixed dead letters redriven twice: no duplicate effect
	@$(PY) -m tests.proofs.redriving

prove-cancel: install ## 1,000 moments to cancel a job at: no outside effect begins afterwards
	@$(PY) -m tests.proofs.cancelling

.PHONY: prove-oracle-jobs
prove-oracle-jobs: HISTORIES = 10000
prove-oracle-jobs: MINUTES = 10
prove-oracle-jobs: install ## Random histories of oracle's jobs (HISTORIES=, MINUTES=): no row lost, no token charged twice
	@$(PY) -m tests.proofs.oracle_jobs --histories '$(HISTORIES)' --minutes '$(MINUTES)'

.PHONY: prove-edgar-budget prove-filings
prove-edgar-budget: install ## 50 functions, 100,000 requests to EDGAR in virtual time: never more than ten in any second
	@$(PY) -m tests.proofs.edgar --requests '$(EDGAR_REQUESTS)'

prove-filings: install ## Random histories of filings (MINUTES=): one filing, one set of figures, told once, paid once
	@$(PY) -m tests.proofs.filings --minutes '$(MINUTES)'

# ── Generated files ─────────────────────────────────────────────────────────────────────────────────────────────────
lock: install ## Resolve the dependencies anew and write every lock
	@$(COMPILE) --upgrade --python-version 3.11 --excludes infra/local/excludes.txt \
	  infra/local/requirements.in -o infra/local/requirements.txt
	@for layer in $(LAYERS); do \
	  $(COMPILE) $(LAYER_TARGET) -c infra/local/requirements.txt --excludes layers/dependencies/excludes.txt \
	    "layers/dependencies/$$layer/requirements.in" -o "layers/dependencies/$$layer/requirements.txt" || exit 1; \
	done
	@$(COMPILE) $(LAYER_TARGET) --no-deps -c infra/local/requirements.txt \
	  layers/dependencies/docs/requirements.in -o layers/dependencies/docs/requirements.txt

openapi: install ## Merge every endpoint's OpenAPI into the document that is served, and make the client of it
	@$(PY) -m infra.local.build_openapi
	@$(PY) -m infra.local.generate_client

docs: install ## Write the generated pages and the message contracts
	@$(PY) -m infra.local.generate_docs

# ── AWS ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
build: install ## Build functions and layers for python3.13 on arm64, and check their sizes (TARGET=aws)
	@test '$(TARGET)' = aws || { echo "TARGET=$(TARGET): only aws is built; make up deploys locally" >&2; exit 2; }
	@$(PY) infra/local/model.py layers/dependencies/minilm
	@test -x $(SAM_HOME)/bin/sam || { .venv/bin/uv venv --quiet $(SAM_HOME) && .venv/bin/uv pip install --quiet \
	  --python $(SAM_HOME)/bin/python '$(subst cli-,cli==,$(SAM_CLI))'; }
	@$(SAM) validate --lint
	@$(SAM) build
	@$(PY) -m infra.local.build_sizes .aws-sam/build

deploy: build ## Deploy to AWS: STAGE=staging or production (credentials and samconfig.toml are yours)
	@$(SAM) deploy --config-env '$(STAGE)'
	@$(PY) -m infra.local.after_deploy '$(STAGE)'
