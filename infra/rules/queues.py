"""Rules for queues: nothing is lost in silence, and a slow function is not served the same message twice."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from cfnlint.rules import CloudFormationLintRule, RuleMatch
from cfnlint.template import Template

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # cfn-lint loads a rule by its file, outside any package
from infra.rules._source import Source, target_of

VISIBILITY_TIMEOUTS_MIN = 6
RECEIVES_MIN = 2
CONCURRENCY_MIN = 2


def _resource(logical_id: str, message: str) -> RuleMatch:
    return RuleMatch(["Resources", logical_id], message)


def _dead_letter_ids(source: Source) -> set[str]:
    found = set()
    for _, properties in source.resources("AWS::SQS::Queue"):
        target = target_of(properties.get("RedrivePolicy", {}).get("deadLetterTargetArn"))
        if target is not None:
            found.add(target)
    return found


class QueueHasDeadLetterQueue(CloudFormationLintRule):
    """A message nobody can process must end where somebody looks."""

    id = "E9101"
    shortdesc = "Every queue has a dead-letter queue that is drained"
    description = (
        "A queue states RedrivePolicy with a queue of its template; a dead-letter queue has an event source mapping"
    )
    tags = ("sqs",)

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the queues that fail."""
        source = Source(cfn)
        dead_letters = _dead_letter_ids(source)
        drained = {target_of(queue) for _, _, queue in source.queue_sources()}
        found = []
        for logical_id, properties in source.resources("AWS::SQS::Queue"):
            redrive: dict[str, Any] = properties.get("RedrivePolicy", {})
            if logical_id in dead_letters:
                if logical_id not in drained:
                    found.append(_resource(logical_id, f"{logical_id}: no function drains this dead-letter queue"))
            elif target_of(redrive.get("deadLetterTargetArn")) not in source.queue_ids():
                found.append(_resource(logical_id, f"{logical_id} has no dead-letter queue in this template"))
            elif (source.number(redrive.get("maxReceiveCount")) or 0) < RECEIVES_MIN:
                found.append(
                    _resource(logical_id, f"{logical_id}: maxReceiveCount below {RECEIVES_MIN} allows no retry")
                )
        return found


class QueueHasAlarm(CloudFormationLintRule):
    """A stage that stands still must wake somebody."""

    id = "E9102"
    shortdesc = "Every queue has an alarm"
    description = (
        "An alarm's dimension names the queue; dead letters are watched by the platform's metric DeadLettersStored"
    )
    tags = ("sqs", "cloudwatch")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the queues that fail."""
        source = Source(cfn)
        watched = {
            target_of(dimension.get("Value"))
            for _, properties in source.resources("AWS::CloudWatch::Alarm")
            for dimension in properties.get("Dimensions", [])
        }
        unwatched = source.queue_ids() - watched - _dead_letter_ids(source)
        return [_resource(logical_id, f"{logical_id} has no alarm") for logical_id in sorted(unwatched)]


class QueueSourceReportsFailures(CloudFormationLintRule):
    """Without partial batches one poisoned message fails its neighbours."""

    id = "E9103"
    shortdesc = "Every queue source states ReportBatchItemFailures"
    description = "FunctionResponseTypes of every SQS event and event source mapping holds ReportBatchItemFailures"
    tags = ("sqs", "lambda")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the event sources that fail."""
        return [
            _resource(logical_id, f"{logical_id}: FunctionResponseTypes lacks ReportBatchItemFailures")
            for logical_id, properties, _ in Source(cfn).queue_sources()
            if "ReportBatchItemFailures" not in properties.get("FunctionResponseTypes", [])
        ]


class VisibilityCoversTimeout(CloudFormationLintRule):
    """AWS asks for six timeouts, so that throttled calls do not use up a message's receives."""

    id = "E9104"
    shortdesc = "A queue's visibility is at least six times its function's timeout"
    description = (
        "Compares VisibilityTimeout with Timeout, parameters by their defaults; functions of other templates by test"
    )
    tags = ("sqs", "lambda")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the queues that fail."""
        source = Source(cfn)
        queues = dict(source.resources("AWS::SQS::Queue"))
        functions = dict(source.resources("AWS::Serverless::Function"))
        found = []
        for logical_id, properties, queue in source.queue_sources():
            served = functions.get(logical_id) or functions.get(target_of(properties.get("FunctionName")) or "")
            queue_id = target_of(queue)
            if served is None or queue_id not in queues:
                continue
            timeout = source.setting(served, "Timeout", 3)
            visibility = source.number(queues[queue_id].get("VisibilityTimeout", 30))
            if timeout is None or visibility is None:
                found.append(_resource(queue_id, f"{queue_id}: timeout or visibility is no number and has no default"))
            elif visibility < VISIBILITY_TIMEOUTS_MIN * timeout:
                found.append(_resource(queue_id, f"{queue_id}: visibility {visibility} s is below 6 × {timeout} s"))
        return found


class ConcurrencyAtLeastTwo(CloudFormationLintRule):
    """Lambda accepts no less, and refuses the deployment."""

    id = "E9105"
    shortdesc = "MaximumConcurrency of a queue source is at least 2"
    description = "ScalingConfig.MaximumConcurrency, where it is set, is 2 or more"
    tags = ("sqs", "lambda")

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return the event sources that fail."""
        source = Source(cfn)
        found = []
        for logical_id, properties, _ in source.queue_sources():
            stated = properties.get("ScalingConfig", {}).get("MaximumConcurrency")
            if stated is not None and (source.number(stated) or 0) < CONCURRENCY_MIN:
                found.append(_resource(logical_id, f"{logical_id}: MaximumConcurrency is below {CONCURRENCY_MIN}"))
        return found
