"""Logs and metrics through Powertools: JSON lines, never payloads or secrets.

Counters wait until the invocation's end. Each set of dimensions is an EMF line of its own: on one line every counter
would bear every dimension, and an alarm on `DeadLettersStored` by service would never see one stored by a worker.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from auspex.core.config import DeploymentSettings, read_settings

NAMESPACE = "Auspex"
Dimensions = tuple[tuple[str, str], ...]
_counters: Counter[tuple[Dimensions, str]] = Counter()


@cache
def logger() -> Logger:
    """Return this environment's logger; the service is the name prefix."""
    return Logger(service=read_settings(DeploymentSettings).name_prefix, utc=True)


def log_invocation(message: str, **fields: Any) -> None:
    """Write the one line that every invocation leaves."""
    logger().info(message, extra=fields)


def count(name: str, value: int = 1, **dimensions: str) -> None:
    """Add to a counter of exactly these dimensions (and the service)."""
    _counters[tuple(sorted(dimensions.items())), name] += value


def flush_metrics() -> None:
    """Write what was counted, one EMF line per set of dimensions, and start again from nothing."""
    service = read_settings(DeploymentSettings).name_prefix
    for dimensions in sorted({key for key, _ in _counters}):
        recorder = EphemeralMetrics(namespace=NAMESPACE, service=service)
        for key, value in dimensions:
            recorder.add_dimension(name=key, value=value)
        for (of, name), total in _counters.items():
            if of == dimensions:
                recorder.add_metric(name=name, unit=MetricUnit.Count, value=total)
        recorder.flush_metrics()
    _counters.clear()
