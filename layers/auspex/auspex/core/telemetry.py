"""Logs and metrics: one Powertools Logger and one Metrics per environment, JSON lines, never payloads or secrets."""

from __future__ import annotations

from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from auspex.core.config import DeploymentSettings, read_settings

NAMESPACE = "Auspex"


@cache
def logger() -> Logger:
    """Return this environment's logger; the service is the name prefix."""
    return Logger(service=read_settings(DeploymentSettings).name_prefix, utc=True)


@cache
def metrics() -> Metrics:
    """Return this environment's metrics; `flush_metrics()` writes them as an EMF line."""
    return Metrics(namespace=NAMESPACE, service=read_settings(DeploymentSettings).name_prefix)


def log_invocation(message: str, **fields: Any) -> None:
    """Write the one line that every invocation leaves."""
    logger().info(message, extra=fields)


def count(name: str, value: float = 1, **dimensions: str) -> None:
    """Add to a counter metric with its dimensions."""
    recorder = metrics()
    for key, dimension in dimensions.items():
        recorder.add_dimension(name=key, value=dimension)
    recorder.add_metric(name=name, unit=MetricUnit.Count, value=value)


def flush_metrics() -> None:
    """Write what was counted, when anything was."""
    recorder = metrics()
    if recorder.metric_set:
        recorder.flush_metrics()
    recorder.clear_metrics()
