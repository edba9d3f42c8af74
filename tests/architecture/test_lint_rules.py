"""Every own cfn-lint rule refuses a template that breaks it and accepts the same template mended."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from cfnlint.decode import cfn_yaml
from cfnlint.rules import Rules
from cfnlint.template import Template

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  NamePrefix: { Type: String }
  Visibility: { Type: Number, Default: 180 }
Globals:
  Function: { CodeUri: ./, Runtime: python3.13, Timeout: 29, Layers: [a, b] }
Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  Endpoint:
    Type: AWS::Serverless::Function
    Properties:
      Handler: things.handler
      Layers: [c, d, e]
      Policies:
        - SQSSendMessagePolicy: { QueueName: !GetAtt WorkQueue.QueueName }
        - Statement:
            - Effect: Allow
              Action: [sqs:GetQueueAttributes]
              Resource: !Sub "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${NamePrefix}-work"
      Events:
        Get: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: GET, Path: /things } }
  WorkQueue:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !Ref Visibility
      RedrivePolicy: { deadLetterTargetArn: !GetAtt WorkDlq.Arn, maxReceiveCount: 3 }
  WorkDlq:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 180 }
  WorkDlqMapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt WorkDlq.Arn
      FunctionName: !Ref StageDeadLetter
      FunctionResponseTypes: [ReportBatchItemFailures]
  WorkAlarm:
    Type: AWS::CloudWatch::Alarm
    Properties: { Dimensions: [{ Name: QueueName, Value: !GetAtt WorkQueue.QueueName }] }
  StageWork:
    Type: AWS::Serverless::Function
    Properties:
      Handler: stage_work.handler
      Timeout: 30
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt WorkQueue.Arn
            ScalingConfig: { MaximumConcurrency: 2 }
            FunctionResponseTypes: [ReportBatchItemFailures]
  StageDeadLetter:
    Type: AWS::Serverless::Function
    Properties: { Handler: stage_dead_letter.handler, Timeout: 30 }
  ScheduleTick:
    Type: AWS::Serverless::Function
    Properties:
      Handler: schedule_tick.handler
      Events:
        Tick:
          Type: ScheduleV2
          Properties: { Name: !Sub "${AWS::StackName}-tick", ScheduleExpression: rate(1 hour) }
"""
QUEUES = "arn:${AWS::Partition}:sqs:${AWS::Region}:"
RIGHTS = "${AWS::AccountId}:${NamePrefix}-work"
SCHEDULE_NAME = 'Name: !Sub "${AWS::StackName}-tick", '
REDRIVE = "      RedrivePolicy: { deadLetterTargetArn: !GetAtt WorkDlq.Arn, maxReceiveCount: 3 }\n"
PARTIAL = "FunctionResponseTypes: [ReportBatchItemFailures]\n"
SEND_POLICY = "- SQSSendMessagePolicy: { QueueName: !GetAtt WorkQueue.QueueName }"


@dataclass(frozen=True, slots=True)
class Break:
    """One change that breaks one rule at one resource."""

    rule: str
    kept: str
    broken: str
    resource: str


BREAKS = [
    Break("E9101", REDRIVE, "", "WorkQueue"),
    Break("E9101", "maxReceiveCount: 3", "maxReceiveCount: 1", "WorkQueue"),
    Break("E9101", "EventSourceArn: !GetAtt WorkDlq.Arn", "EventSourceArn: !GetAtt WorkQueue.Arn", "WorkDlq"),
    Break("E9102", "Value: !GetAtt WorkQueue.QueueName", "Value: !GetAtt WorkDlq.QueueName", "WorkQueue"),
    Break("E9103", f"            {PARTIAL}", "", "StageWork"),
    Break("E9103", f"StageDeadLetter\n      {PARTIAL}", "StageDeadLetter\n", "WorkDlqMapping"),
    Break("E9104", "Default: 180", "Default: 179", "WorkQueue"),
    Break("E9104", "{ VisibilityTimeout: 180 }", "{ VisibilityTimeout: 100 }", "WorkDlq"),
    Break("E9104", "Number, Default: 180", "Number", "WorkQueue"),
    Break("E9105", "MaximumConcurrency: 2", "MaximumConcurrency: 1", "StageWork"),
    Break("E9106", "[sqs:GetQueueAttributes]", '["sqs:*"]', "Endpoint"),
    Break("E9106", RIGHTS, "${AWS::AccountId}:${NamePrefix}-*", "Endpoint"),
    Break("E9106", SEND_POLICY, "- AmazonSQSFullAccess", "Endpoint"),
    Break("E9107", "Timeout: 29", "Timeout: 30", "Endpoint"),
    Break("E9108", SCHEDULE_NAME, "", "ScheduleTick"),
    Break("E9108", SCHEDULE_NAME, "Name: tick, ", "ScheduleTick"),
    Break("E9109", "Layers: [a, b]", "Layers: [a, b, z]", "Endpoint"),
]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules.create_from_directory(str(ROOT / "infra" / "rules"))


def findings(rules: Rules, path: Path, text: str) -> set[tuple[str, str]]:
    path.write_text(text, encoding="utf-8")
    loaded = cfn_yaml.load(str(path))
    template = Template(str(path), loaded[0] if isinstance(loaded, tuple) else loaded)
    return {(rule.id, match.path[1]) for rule in rules.values() for match in rule.match(template)}


def test_a_template_that_keeps_every_rule_is_accepted(rules: Rules, tmp_path: Path) -> None:
    assert len(rules) == 9
    assert findings(rules, tmp_path / "good.yaml", GOOD) == set()


@pytest.mark.parametrize("case", BREAKS, ids=lambda case: f"{case.rule}-{case.resource}")
def test_what_breaks_a_rule_is_named(rules: Rules, tmp_path: Path, case: Break) -> None:
    assert GOOD.count(case.kept) == 1
    broken = GOOD.replace(case.kept, case.broken)
    assert (case.rule, case.resource) in findings(rules, tmp_path / "bad.yaml", broken)


def test_every_rule_has_a_template_that_breaks_it(rules: Rules) -> None:
    assert {case.rule for case in BREAKS} == set(rules)


def test_only_the_platform_holds_rights_on_every_queue(rules: Rules, tmp_path: Path) -> None:
    wide = GOOD.replace(RIGHTS, "${AWS::AccountId}:${NamePrefix}-*")
    assert findings(rules, tmp_path / "platform.yaml", wide) == set()
    assert findings(rules, tmp_path / "filings.yaml", wide) == {("E9106", "Endpoint")}


def test_only_the_platform_lists_queues_and_with_that_right_alone(rules: Rules, tmp_path: Path) -> None:
    listing = GOOD.replace("[sqs:GetQueueAttributes]", "[sqs:ListQueues]").replace(f'!Sub "{QUEUES}{RIGHTS}"', '"*"')
    assert findings(rules, tmp_path / "platform.yaml", listing) == set()
    assert findings(rules, tmp_path / "filings.yaml", listing) == {("E9106", "Endpoint")}
    more = listing.replace("[sqs:ListQueues]", "[sqs:ListQueues, sqs:DeleteQueue]")
    assert findings(rules, tmp_path / "platform.yaml", more) == {("E9106", "Endpoint")}


def test_the_command_line_finds_the_rules_and_fails_on_a_breach(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(GOOD.replace("Timeout: 29", "Timeout: 30"), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--append-rules", "infra/rules", "--template", str(bad)]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}
    )
    assert "E9107" in result.stdout
    assert result.returncode & 2
