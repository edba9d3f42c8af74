"""The emulator's process: MiniStack's application behind the front door, on two loopback ports.

``python -m infra.local.emulator --port N --front-port N --table FILE --clean-mark FILE``
SIGTERM ends it after its state is saved and leaves the clean mark; SIGUSR1 saves the state and goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import resource
import signal
from pathlib import Path
from types import ModuleType

import hypercorn.asyncio
import hypercorn.config
from infra.local.front_door import FrontDoor, RouteTable

FIRST_LOG_LINE_WAIT_SECONDS = 0.002
"""MiniStack waits up to 50 ms after every invocation for a first log line; ours are there or will not come."""
KEEP_ALIVE_SECONDS = 75
logger = logging.getLogger("auspex.emulator")


def main() -> None:
    """Serve until SIGTERM."""
    arguments = _arguments()
    _raise_file_limit()
    import ministack.app as application  # noqa: PLC0415 - its import reads the environment and takes most of the start
    from ministack.core import lambda_runtime  # noqa: PLC0415 - as above

    waits = lambda_runtime.Worker._drain_stderr_bounded.__defaults__  # noqa: SLF001 - pinned exactly, no setting for it
    lambda_runtime.Worker._drain_stderr_bounded.__defaults__ = (FIRST_LOG_LINE_WAIT_SECONDS, *waits[1:])  # noqa: SLF001 - as above
    logging.getLogger("persistence").setLevel(logging.WARNING)  # a line per service at every save
    arguments.clean_mark.unlink(missing_ok=True)
    door = FrontDoor(application.app, arguments.front_port, RouteTable(arguments.table))
    asyncio.run(_serve(door, application, ports=(arguments.port, arguments.front_port)))
    arguments.clean_mark.touch(mode=0o600)


async def _serve(door: FrontDoor, application: ModuleType, *, ports: tuple[int, int]) -> None:
    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{port}" for port in ports]
    config.keep_alive_timeout = KEEP_ALIVE_SECONDS
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _save, application)
    await hypercorn.asyncio.serve(door, config)  # type: ignore[arg-type] # its own ASGI type is narrower


def _save(application: ModuleType) -> None:
    application.save_all(application._build_persistence_save_dict())  # noqa: SLF001 - what its own shutdown calls
    logger.warning("state saved on request")


def _raise_file_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--front-port", type=int, required=True)
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--clean-mark", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
