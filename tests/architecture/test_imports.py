"""Who may import what, and what a cold start may cost: contracts, pure engines, budgets and layers per function."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from infra.local.application import FunctionDefinition
from tests.architecture.checkout import PACKAGE, ROOT, application, imports_of, package_files

# ── Pure engines: everything in a product that is not listed here ───────────────────────────────────────────────────
SHELLS = {
    "filings": {
        # use cases: they own a transaction or take a connection
        "abandon_filing", "amendments", "analyze_filing", "answer_question", "ask_provider", "ask_question",
        "create_ingestion", "enrich_filing", "fetch_filing", "gather_evidence", "index_filing", "poll_scan",
        "refresh_companies", "scan_company", "search_chunks", "search_filings", "verify_citation",
        # jobs and operations
        "create_backfill", "list_backfill", "ops_reads", "redrive_letters", "replay_filing", "request_filings",
        # watching
        "company_lookup", "coverage_reads", "detect_filings", "followed_forms", "poll_feed", "reconcile_daily",
        "tell_watchers", "watch_companies", "watchlist_reads",
        # guidance: use cases, stores and reads, the rule of the scorebook
        "expectation_scores", "guidance_reads", "guidance_store", "ledger_store", "record_guidance", "score_guidance",
        "tell_guidance",
        # templates, evaluations
        "answer_representations", "build_table", "evaluation_reads", "run_template", "template_reads",
        "template_representations",
        # stores and reads
        "ask_store", "company_reads", "document_store", "evidence_store", "filing_reads", "filing_store", "index_store",
        "kpi_reads", "kpi_store", "stored_documents",
        # mechanisms of stages, contracts, shapes
        "document_json", "filing_representations", "graph", "leases", "messages", "prices", "problems",
        "representations", "source_outcomes", "adapters", "ports",
    },
    "oracle": {
        # batches and projections: what they are asked with, their rows and shards
        "answer_rows", "batch_requests", "batch_rows", "batch_scores", "collect_shards", "create_batch",
        "create_projection", "finish_shard", "job_problems", "messages", "projection_requests", "read_results",
        "run_store", "run_strengths", "season_inputs", "simulate_shard", "totals", "weekly_versions",
        # use cases: they own a transaction or take a connection
        "archive_backtest", "archive_forecasts", "base_rates", "forecast_scores", "rebuild_calibration",
        "refit_competitions", "refresh_sources",
        # stores and reads
        "calibration_reads", "competition_store", "fixture_reads", "match_store", "parameter_reads", "parameter_store",
        "simulation_store", "source_store", "team_reads",
        # adapters
        "ports", "source_errors", "sources",
        # answers: use cases, and what hashes, refuses or looks up
        "answer_fixture", "create_simulation", "fingerprint", "fitted_fixture", "fixture_bodies", "fixture_of",
        "narrate", "resolve_fixture", "show_simulation", "simulation_bodies",
        # other endpoints' use cases
        "allowance", "answer_inplay", "inplay_bodies", "lessons", "remove_margins", "report_store", "share_report",
        # contracts, shapes
        "prices", "problems", "representations",
    },
    "providers": {
        # the gateway and its operations: they take a connection, a clock or the network
        "adapters", "audit", "call_store", "drill", "gateway", "health", "lease", "lease_control", "monitor",
        "problems", "representations", "settings", "status", "transport",
    },
}  # fmt: skip
ENGINE_CORE = {"auspex.core.ids", "auspex.core.limits", "auspex.core.spreadsheet"}
ENGINE_EXTRAS = {
    "filings.reading.normalize": {"lxml"},
    "filings.reading.markup": {"lxml"},
    "filings.reading.walker": {"lxml"},
    "filings.reading.xbrl": {"lxml"},
    "filings.index.embed": {"onnxruntime"},
    "filings.index.wordpiece": {"tokenizers"},
}

# ── Budgets: what a function's cold start must not load, and how many modules it may ────────────────────────────────
EVERYWHERE = {"apprise", "boto3", "pandas", "scipy", "requests", "jinja2", "pytest", "moto"}
MIGRATION = {"sqlalchemy", "alembic"}
SCIENCE = {"numpy", "onnxruntime", "tokenizers"}
SOURCES = {"httpx", "lxml"}
HTTP = {"fastapi", "starlette", "mangum"}
FORBIDDEN = {
    "endpoint": EVERYWHERE | MIGRATION | SOURCES | SCIENCE,
    "worker": EVERYWHERE | MIGRATION | HTTP | SCIENCE,
    "schedule": EVERYWHERE | MIGRATION | HTTP | SCIENCE,
    "task": EVERYWHERE | HTTP | SCIENCE | SOURCES,
}
NEEDED = {
    ("platform", "scorebook"): {"numpy"},
    ("oracle", "results"): {"numpy"},
    ("oracle", "stage_simulate"): {"numpy"},
    ("oracle", "stage_collect"): {"numpy"},
    ("oracle", "schedule_refit"): {"numpy"},
    ("oracle", "schedule_score"): {"numpy"},
    ("oracle", "simulations"): {"numpy"},
    ("oracle", "devig"): {"numpy"},
    ("oracle", "inplay"): {"numpy"},
    ("filings", "searches"): {"numpy", "onnxruntime", "tokenizers"},
    ("filings", "asks"): {"numpy", "onnxruntime", "tokenizers"},
    ("filings", "ask_templates"): {"numpy"},
    ("filings", "stage_knowledge"): {"numpy", "onnxruntime", "tokenizers"},
}
MODULES_MAX = {"endpoint": 600, "worker": 660, "schedule": 560, "task": 560}
MODULES_MAX_WITH_SCIENCE = 720
PROVIDED_BY_THE_RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "urllib3", "python-dateutil", "six"}
# httpx, httpcore, mako and anyio take what is there
OPTIONAL = {"click", "rich", "pygments", "markdown-it-py", "mdurl", "sniffio", "h2", "hpack", "hyperframe"}
CODE_LAYERS = {"CodeLayer": "auspex", "MigrationsLayer": "auspex_migrations"}


def functions() -> list[FunctionDefinition]:
    return [function for function in application().functions if function.path.is_file()]


def loaded_by(path: Path) -> frozenset[str]:
    """Return the modules that importing one function file loads, from a process of its own."""
    program = (
        "import json, sys; before = set(sys.modules)\n"
        "from infra.local.function_files import load_function_file; from pathlib import Path\n"
        "own = set(sys.modules); load_function_file(Path(sys.argv[1]))\n"
        "print(json.dumps(sorted(set(sys.modules) - own)))"
    )
    paths = [str(ROOT / part) for part in ("layers/auspex", "infra/migrations", ".")]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(paths), "PYTHONWARNINGS": "error"}
    result = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, env=environment
    )
    assert result.returncode == 0, result.stderr
    return frozenset(json.loads(result.stdout))


def tops(modules: frozenset[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("function", functions(), ids=lambda function: function.logical_id)
def test_a_cold_start_loads_little_and_only_what_the_layers_carry(function: FunctionDefinition) -> None:
    loaded = loaded_by(function.path)
    needed = NEEDED.get((function.product, function.stem), set())
    assert tops(loaded) & (FORBIDDEN[function.kind] - needed) == set()
    assert len(loaded) <= (MODULES_MAX_WITH_SCIENCE if needed else MODULES_MAX[function.kind])
    assert owners_of(loaded) - carried_by(function) == set()


def owners_of(modules: frozenset[str]) -> set[str]:
    """Return the distributions that modules come from, without those that are used when they happen to be there."""
    owners = packages_distributions()
    foreign = tops(modules) - set(sys.stdlib_module_names)
    return {canonical(owner) for top in foreign for owner in owners.get(top, ())} - OPTIONAL


def carried_by(function: FunctionDefinition) -> set[str]:
    """Return the distributions that a function's layers and Lambda's runtime hold."""
    layers = {arn.split(":")[-2] for arn in function.layers}
    carried = {CODE_LAYERS[layer] for layer in layers & set(CODE_LAYERS)} | PROVIDED_BY_THE_RUNTIME
    return carried.union(*(distributions_of(layer) for layer in layers - set(CODE_LAYERS)))


def distributions_of(layer: str) -> set[str]:
    """Return what the locked requirements of a dependency layer install."""
    folder = layer.removesuffix("Layer").lower()
    text = (ROOT / "layers" / "dependencies" / folder / "requirements.txt").read_text(encoding="utf-8")
    return {canonical(name) for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_a_function_that_needs_science_exists() -> None:
    assert set(NEEDED) <= {(function.product, function.stem) for function in functions()}


def engine_files() -> list[Path]:
    return [
        path
        for path in package_files()
        if path.parts[0] in SHELLS
        and path.stem != "__init__"
        and not {path.stem, *path.parts[1:-1]} & SHELLS[path.parts[0]]
    ]


def dotted(path: Path) -> str:
    """Return the module's name of a file of the package."""
    return ".".join(("auspex", *path.with_suffix("").parts))


@pytest.mark.parametrize("path", engine_files(), ids=str)
def test_an_engine_is_pure(path: Path) -> None:
    """Numbers and text only: no clock, no I/O, no database; the same input gives the same output."""
    product = path.parts[0]
    engines = {dotted(engine) for engine in engine_files() if engine.parts[0] == product}
    packages = {engine.rpartition(".")[0] for engine in engines}
    extras = ENGINE_EXTRAS.get(dotted(path).removeprefix("auspex."), set()) | {"numpy"}
    for name in imports_of(PACKAGE / path):
        top = name.partition(".")[0]
        if top == "auspex":
            allowed = engines | packages | ENGINE_CORE | {"auspex.core"}
            assert name in allowed or name.rpartition(".")[0] in allowed, name
        else:
            assert top in set(sys.stdlib_module_names) | extras, name


def test_every_shell_that_is_named_exists() -> None:
    for product, names in SHELLS.items():
        present = {p.stem for p in (PACKAGE / product).rglob("*.py")} | {p.name for p in (PACKAGE / product).iterdir()}
        assert names - present == set()


def test_the_import_contracts_are_kept() -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT / 'layers/auspex'}{os.pathsep}{ROOT / 'infra/migrations'}",
    }
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 0, result.stdout
