"""Stop exactly what the stack started, newest first; forget it only when asked."""

from __future__ import annotations

from infra.local import emulators, processes
from infra.local.postgres import find_postgres, forget_postgres
from infra.local.progress import step
from infra.local.state import StateDirectory


def bring_down(directory: StateDirectory, *, saving: bool = True) -> None:
    """Stop everything, the emulator before Postgres; data stays. Raises StepError.

    Unless ``saving`` the emulator is ended where it stands, and what it held is lost.
    """
    state = directory.read()
    for name in ("replay", "catcher", "providers"):
        record = state.processes.pop(name, None)
        if record is not None:
            with step(f"stop {name}", log=directory.log(name)):
                processes.stop(record)
                directory.write(state)
    if state.processes:
        with step("stop emulator", log=directory.log("emulator")):
            emulators.stop_emulator(directory, state, saving=saving)
    postgres = find_postgres(directory.postgres)
    if postgres is not None:
        with step("stop postgres", log=directory.postgres / "postgres.log"):
            postgres.stop()
    directory.result_file.unlink(missing_ok=True)


def reset(directory: StateDirectory) -> None:
    """Stop everything and delete all data of the stack; the model files stay. Raises StepError."""
    bring_down(directory, saving=False)
    with step("forget"):
        forget_postgres(directory.postgres)
        directory.forget()
