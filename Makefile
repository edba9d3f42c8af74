# Plain `make` prints this help. Everything runs in the checkout's own .venv, made from the hashed lock on first use.
SHELL := /bin/sh
PYTHON ?= python3
EMULATOR ?= ministack
SOURCE ?= replay
PORT ?= 0
TARGET ?= aws
STAGE ?= staging
DATA ?= ../shared/data/filings
PROBE_PORT :=

PY := .venv/bin/python
RUN := PYTHON='$(PYTHON)' $(PYTHON) infra/local/bootstrap.py
LAYERS := alembic base documents embedding http science
export PYTHONPATH := $(CURDIR)/layers/auspex:$(CURDIR)/layers/client:$(CURDIR)
export PYTHONDONTWRITEBYTECODE ?=

.DEFAULT_GOAL := help
.PHONY: help install up down reset demo test test-fast check format bench eval-filings lock openapi build deploy

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  Options: EMULATOR=ministack|localstack  PORT=8400  SOURCE=replay|live  DATA=folder  STAGE=staging|production"
	@echo "  DATABASE_URL=… uses a Postgres of yours; AUSPEX_STATE_DIR=… keeps a second stack apart."

install: ## Install packages and model files into the checkout (nothing happens when the lock is unchanged)
	@$(RUN) install

up: ## Start Postgres and the AWS emulator, deploy, migrate; the last line is one JSON object
	@$(RUN) up --emulator '$(EMULATOR)' --port '$(PORT)' --source '$(SOURCE)'

down: ## Stop exactly what `make up` started; data stays
	@$(RUN) down

reset: ## Stop and delete the stack's data
	@$(RUN) reset

