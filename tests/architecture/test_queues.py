"""Queues, contracts and workers agree, across templates too."""

from __future__ import annotations

import re

import pytest
from infra.local.application import FunctionDefinition, QueueDefinition
from infra.local.contracts import command_classes
from infra.local.function_files import load_function_file
from tests.architecture.checkout import PACKAGE, ROOT, application

VISIBILITY_TIMEOUTS_MIN = 6
PREFIX = "auspex-"


def working_queues() -> list[QueueDefinition]:
    return [queue for queue in application().queues if queue.receive_count_max is not None]


def server_of(queue: QueueDefinition) -> FunctionDefinition:
    (mapping,) = [mapping for mapping in application().mappings if mapping.queue_arn == queue.arn]
    return application().function_by_arn(mapping.function_arn)


@pytest.mark.parametrize("queue", application().queues, ids=lambda queue: queue.name)
def test_a_queue_is_visible_again_only_after_six_timeouts_of_its_function(queue: QueueDefinition) -> None:
    assert queue.visibility_seconds >= VISIBILITY_TIMEOUTS_MIN * server_of(queue).timeout_seconds


@pytest.mark.parametrize("queue", working_queues(), ids=lambda queue: queue.name)
class TestEveryWorkingQueue:
    def test_bears_the_name_of_its_stage_everywhere(self, queue: QueueDefinition) -> None:
        product, _, stage = queue.name.removeprefix(PREFIX).partition("-")
        worker = server_of(queue)
        assert (worker.product, worker.stem) == (product, f"stage_{stage.replace('-', '_')}")
        assert queue.logical_id == worker.logical_id.replace("Stage", "", 1) + "Queue"
        assert queue.dead_letter_arn == queue.arn + "-dlq"
        assert load_function_file(worker.path).worker.stage == f"{product}-{stage}"

    def test_is_drained_into_the_platforms_dead_letter_stage(self, queue: QueueDefinition) -> None:
        (dlq,) = [candidate for candidate in application().queues if candidate.arn == queue.dead_letter_arn]
        assert server_of(dlq).logical_id == "PlatformStageDeadLetter"

    def test_accepts_exactly_the_commands_that_are_sent_to_it(self, queue: QueueDefinition) -> None:
        accepted = {model.schema_name for model in load_function_file(server_of(queue).path).worker.contracts}
        sent = {c.schema_name for c in command_classes() if PREFIX + c.queue == queue.name}
        assert accepted == sent != set()

    def test_has_a_runbook_that_names_it(self, queue: QueueDefinition) -> None:
        runbook = ROOT / "docs" / "runbooks" / f"{server_of(queue).stem}.md"
        assert queue.name.removeprefix(PREFIX) in runbook.read_text(encoding="utf-8")


def test_every_command_is_sent_to_a_queue_that_exists() -> None:
    queues = {queue.name for queue in working_queues()}
    assert {PREFIX + command.queue for command in command_classes()} <= queues


def test_every_runbook_that_an_alarm_names_is_there() -> None:
    named = {
        match
        for path in (ROOT / "infra").glob("*.yaml")
        for match in re.findall(r"docs/runbooks/\w+\.md", path.read_text(encoding="utf-8"))
    }
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_metric_of_ours_that_an_alarm_watches_is_counted_under_the_service_alone() -> None:
    """An alarm sees one set of dimensions: a counter that bears a product or a schedule besides would never ring it."""
    watched = {
        metric
        for path in (ROOT / "infra").glob("*.yaml")
        for metric in re.findall(r"MetricName: (\w+)\n\s+Namespace: Auspex\n", path.read_text(encoding="utf-8"))
    }
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    counted = set(re.findall(r'\bcount\("(\w+)"(?:, [^,=]+(?:\([^()=]*\))?)?\)', code))
    assert {"ScheduleRunsFailed", "ScoringFailures", "DeadLettersStored"} <= watched <= counted
