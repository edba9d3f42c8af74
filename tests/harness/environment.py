"""One process plays many execution environments: each has its variables, its caches and its one connection.

Entering a function's environment does what a cold or warm start does; `end()` is the death of that environment.
"""

from __future__ import annotations

import inspect
import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools.utilities.parameters import constants as parameters
from infra.local.application import REGION, FunctionDefinition
from infra.local.function_files import load_function_file

from auspex.core import database, telemetry

Handler = Callable[[dict[str, Any], Any], Any]
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
}


@dataclass(frozen=True, slots=True)
class Context:
    """The context object of one invocation."""

    function_name: str
    invoked_function_arn: str
    remaining_milliseconds: int
    aws_request_id: str = "11111111-2222-4333-8444-555555555555"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 512
    log_group_name: str = "/aws/lambda/harness"
    log_stream_name: str = "harness"

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left until the function is killed."""
        return self.remaining_milliseconds


class Environments:
    """The execution environments of one harness."""

    def __init__(self, log: io.StringIO) -> None:
        self._log = log
        self._connections: dict[frozenset[tuple[str, str]], database.Connection | None] = {}
        self._handlers: dict[str, Handler] = {}
        self._current: frozenset[tuple[str, str]] | None = None

    @contextmanager
    def running(self, function: FunctionDefinition) -> Iterator[Handler]:
        """Run a block inside a function's environment and give it the function's handler."""
        key = frozenset(function.environment.items())
        if key != self._current:
            forget_caches()
            self._current = key
        variables = _base_variables(function) | dict(function.environment)
        outside = database.exchange_connection(self._connections.get(key))
        try:
            with patch.dict(os.environ, variables, clear=True), redirect_stdout(self._log):
                telemetry.logger().registered_handler.setStream(self._log)  # type: ignore[attr-defined]
                yield self._handler(function)
        finally:
            self._connections[key] = database.exchange_connection(outside)

    def end(self, function: FunctionDefinition) -> None:
        """Let the environment die: its connection drops, its module and caches are gone."""
        connection = self._connections.pop(frozenset(function.environment.items()), None)
        if connection is not None:
            connection.close()
        self._handlers.pop(function.name, None)
        self._current = None

    def close(self) -> None:
        """End every environment."""
        for connection in self._connections.values():
            if connection is not None:
                connection.close()
        self._connections.clear()
        self._handlers.clear()
        forget_caches()

    def _handler(self, function: FunctionDefinition) -> Handler:
        if function.name not in self._handlers:
            handler: Handler = load_function_file(function.path).handler
            self._handlers[function.name] = handler
        return self._handlers[function.name]


def forget_caches() -> None:
    """Forget what a process keeps between invocations: cached functions of our package, cached secrets."""
    for name, module in sys.modules.copy().items():  # a thread may import meanwhile; a copy is one step
        if name == "auspex" or name.startswith("auspex."):
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if callable(clear):
                    _close_cached(value)
                    clear()
    for provider in parameters.DEFAULT_PROVIDERS.values():
        provider.clear_cache()


def _close_cached(cached: Any) -> None:
    """Close what a cached port holds open (an HTTP client), as the end of a process would."""
    if cached.cache_info().currsize == 1 and not inspect.signature(cached).parameters:
        close = getattr(cached(), "close", None)
        if callable(close):
            close()


def _base_variables(function: FunctionDefinition) -> dict[str, str]:
    return CREDENTIALS | {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "TMPDIR": tempfile.gettempdir(),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "LAMBDA_TASK_ROOT": str(function.path.parent),
    }
