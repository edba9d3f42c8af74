"""The process that is measured: it imports one function file as Lambda would, and maybe calls its handler.

Run by path with `python -P`, so that nothing but the function's own folder and its layers is importable before the
environment's packages. Nothing else is imported before the measurement starts than what it needs.
"""

from __future__ import annotations

import resource
import sys
import time


def cpu_seconds() -> float:
    """Return user and system CPU of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Context:
    """The context object of an invocation."""

    function_name = "benchmark"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:benchmark"
    memory_limit_in_mb = 512
    aws_request_id = "11111111-2222-4333-8444-555555555555"
    log_group_name = "/aws/lambda/benchmark"
    log_stream_name = "benchmark"

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left until the function would be killed."""
        return 60_000


def main() -> None:
    """Import the module argv[1] and write what was measured to the file argv[2].

    With a file of events argv[3] (one JSON value per line) call its handler, argv[4] times to warm up.
    """
    started = cpu_seconds()
    module = __import__(sys.argv[1])
    imported = cpu_seconds() - started
    modules = len(sys.modules)
    import json  # measured functions must not find it loaded
    from pathlib import Path

    found: dict[str, object] = {"import_cpu_seconds": imported, "modules": modules}
    if len(sys.argv) > 3:
        events = [json.loads(line) for line in Path(sys.argv[3]).read_text(encoding="utf-8").splitlines()]
        found |= _call(module.handler, events, warm_up=int(sys.argv[4]))
    Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")


def _call(handler: object, events: list[dict[str, object]], *, warm_up: int) -> dict[str, object]:
    if not callable(handler):
        raise TypeError("the function file exports no handler")
    context = Context()
    replies: list[object] = [handler(event, context) for event in events[:warm_up]]
    wall: list[float] = []
    before, first = cpu_seconds(), time.perf_counter()
    for event in events[warm_up:]:
        started = time.perf_counter()
        reply = handler(event, context)
        wall.append(time.perf_counter() - started)
        replies.append(reply)
    elapsed, cpu = time.perf_counter() - first, cpu_seconds() - before
    return {"wall_seconds": wall, "elapsed_seconds": elapsed, "cpu_seconds": cpu, "replies": replies}


if __name__ == "__main__":
    main()
