"""Bring the stack up from whatever state it is in: nothing yet, stopped, running, or half killed."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from infra.local import aws, emulators, keys, ministack_process, prepare, processes, reconcile
from infra.local.catcher.launch import start_catcher
from infra.local.database import Database, start_database
from infra.local.deploy import Deployment, ProductStack
from infra.local.postgres import free_port, is_free
from infra.local.postgres_cluster import write_private
from infra.local.progress import Remedy, note, step
from infra.local.provider_server.launch import configure_providers, start_provider_server
from infra.local.samconfig import read_local_settings
from infra.local.state import REPOSITORY, StackState, StateDirectory

OWNER_SECRET = "auspex/database/owner"  # noqa: S105 - its name
REPLAY_TIMEOUT_SECONDS = 60.0
LOOPBACK = "127.0.0.1"
LOCAL_SENDER = "notices@example.org"
LOCAL_USER_AGENT = "Auspex local stack operator@example.com"
"""Sent to our own replay server alone."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """State what the caller of ``make up`` asked for; ``port`` 0 leaves it to us."""

    emulator: str
    port: int
    source: str
    corpus: str = "auto"
    """What the replay server serves: `auto` the recordings where they lie beside the checkout, `sample` never."""
    root_template: Path = REPOSITORY / "template.yaml"


def bring_up(directory: StateDirectory, wishes: Wishes, *, started_at: float) -> dict[str, object]:
    """Bring everything up and return what the last line of ``make up`` says. Raises StepError, BusyError."""
    state = directory.read()
    with step("postgres", log=directory.postgres / "postgres.log"):
        database = start_database(directory)
    with step("emulator", log=directory.log("emulator")):
        emulators.choose_emulator(directory, state, emulator=wishes.emulator, port=wishes.port)
        intact = emulators.start_emulator(directory, state)
    with step("replay", log=directory.log("replay")):
        edgar = _start_source(directory, state, wishes)
    with step("catcher", log=directory.log("catcher")):
        start_catcher(directory, state)
    with step("providers", log=directory.log("providers")):
        start_provider_server(directory, state)
    with step("deploy", log=directory.log("emulator"), remedy="correct the template, then: make up"):
        stacks = _deploy(directory, state, wishes.root_template, database, edgar, intact=intact)
    with step("provider keys"):
        configure_providers(state)
    with step("migrate", log=directory.log("emulator")):
        prepare.migrate(directory, state, stacks, database)
    with step("companies", log=directory.log("emulator")):
        prepare.refresh_companies(directory, state, stacks, database)
    with step("keys"):
        if not state.keys or not keys.keys_work(database.url, state.keys):
            state.keys = keys.create_keys(database.url)
            directory.write(state)
    api_url = f"http://127.0.0.1:{state.front_port}"
    with step("warm up", log=directory.log("emulator")):
        prepare.warm_up(api_url, state.keys["admin"])
    result: dict[str, object] = {
        "api_url": api_url,
        "api_key": state.keys["demo"],
        "admin_key": state.keys["admin"],
        "console_url": None,
        "database_url": database.url,
        "seconds": round(time.time() - started_at, 1),
    }
    write_private(directory.result_file, json.dumps(result) + "\n")
    return result


def _start_source(directory: StateDirectory, state: StackState, wishes: Wishes) -> dict[str, str]:
    """Return the EDGAR parameters: the real source, or a replay server of ours that runs and answers."""
    state.source = wishes.source
    if wishes.source == "live":
        user_agent = os.environ.get("EDGAR_USER_AGENT", "")
        if not user_agent:
            raise Remedy("EDGAR asks every client who it is", 'set EDGAR_USER_AGENT="Company name contact@domain"')
        note("live")
        return {"EdgarUserAgent": user_agent}
    record = state.processes.get("replay")
    other_corpus, state.corpus = state.corpus != wishes.corpus, wishes.corpus
    if record is None or other_corpus or not processes.is_alive(record) or not _replay_answers(state.replay_port):
        if record is not None:
            processes.stop(record)
        if not state.replay_port or not is_free(state.replay_port):
            state.replay_port = free_port()
        command = [sys.executable, "-m", "infra.local.replay", "--port", str(state.replay_port)]
        command += ["--state", str(directory.replay)]
        command += ["--sample-only"] if wishes.corpus == "sample" else []
        environment = {**ministack_process.inherited_environment(), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
        environment["PYTHONPATH"] = str(REPOSITORY / "layers" / "auspex")
        record = processes.start(command, environment=environment, log=directory.log("replay"), directory=REPOSITORY)
        state.processes["replay"] = record
        directory.write(state)
        processes.wait_until(
            lambda: _replay_answers(state.replay_port),
            record,
            timeout_seconds=REPLAY_TIMEOUT_SECONDS,
            what="the replay server",
        )
    origin = f"http://{emulators.host_for_functions(state, '127.0.0.1')}:{state.replay_port}"
    return {
        "EdgarWwwUrl": f"{origin}/www", "EdgarDataUrl": f"{origin}/data", "EdgarUserAgent": LOCAL_USER_AGENT,
        "FootballDataUrl": f"{origin}/football", "OddsUrl": f"{origin}/odds", "SourceUserAgent": LOCAL_USER_AGENT,
    }  # fmt: skip


def _mail_parameters(state: StackState) -> dict[str, str]:
    """Return what leads mail and chat messages to the catcher; from a container it is out of reach."""
    if emulators.host_for_functions(state, LOOPBACK) != LOOPBACK:
        return {}
    return {
        "SmtpHost": LOOPBACK, "SmtpPort": str(state.smtp_port), "SmtpFrom": LOCAL_SENDER, "SmtpSecurity": "none",
        "NotifyServicesUrl": f"http://{LOOPBACK}:{state.catcher_port}",
    }  # fmt: skip


def _replay_answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/__requests", timeout=2.0).status_code == 200
    except httpx.HTTPError:
        return False


def _deploy(
    directory: StateDirectory,
    state: StackState,
    root_template: Path,
    database: Database,
    edgar: dict[str, str],
    *,
    intact: bool,
) -> list[ProductStack]:
    endpoint = emulators.endpoint_url(state)
    template = emulators.template_to_deploy(state, root_template)
    settings = read_local_settings()
    given = {
        **settings.parameters,
        "DatabaseHost": emulators.host_for_functions(state, database.host),
        "DatabasePort": str(database.port),
        "DatabaseName": database.name,
        "DatabaseOwnerSecretArn": aws.put_secret(
            endpoint, OWNER_SECRET, {"username": database.username, "password": database.password}
        ),
        **emulators.model_directory(state),
        **edgar,
        **_mail_parameters(state),
    }
    stacks = Deployment(
        directory,
        state,
        template,
        settings.stack_name,
        endpoint,
        trust_previous=intact,
        built=template != root_template,
    ).run(given)
    changed = [stack for stack in stacks if stack.changed]
    for stack in changed:
        reconcile.reconcile(stack, endpoint)
    reconcile.write_route_table(template, stacks, directory.routes)
    if changed and state.emulator == "ministack":
        ministack_process.save_emulator(state)
    note(f"{len(changed)} of {len(stacks)} stacks changed")
    return stacks
