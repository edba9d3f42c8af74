"""What replies show of ask templates and their runs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, Self

from auspex.filings.answer_representations import AnswerOut
from auspex.filings.ask_store import StoredAsk
from auspex.filings.templates.model import Template
from auspex.platform.replies import Representation


class TemplateRuleOut(Representation):
    """How well a form, or an 8-K with an item, serves a template, 0 to 1."""

    form: str
    item: str | None
    weight: Decimal


class AskTemplateOut(Representation):
    """A prepared question; `own` ones belong to this account. `table` says what its rows are."""

    template_key: str
    title: str
    question: str
    table: Literal["changes", "surprises", "guidance", "risks"]
    metrics: list[str]
    rules: list[TemplateRuleOut]
    own: bool

    @classmethod
    def of(cls, template: Template) -> Self:
        """Show a template."""
        rules = [TemplateRuleOut(form=rule.base_form, item=rule.item, weight=rule.weight) for rule in template.rules]
        return cls(
            template_key=template.key, title=template.title, question=template.question, table=template.table.value,
            metrics=list(template.metrics), rules=rules, own=template.is_own,
        )  # fmt: skip


class RelevanceOut(Representation):
    """How well the last six indexed filings serve the template: `score` is the best of their weights."""

    label: Literal["high", "medium", "low"]
    score: Decimal
    coverage_brief: str


class TemplateRunOut(AnswerOut):
    """A run: its table first, each row with verified citations, then the answer in words.

    `record` is how the company's guidance came out so far; only guidance has one.
    """

    run_id: str
    template_key: str
    rendered_question: str
    period: str | None
    compare_to: str | None
    relevance: RelevanceOut
    table: list[dict[str, Any]]
    record: dict[str, Any] | None

    @classmethod
    def of(cls, ask: StoredAsk) -> Self:
        """Show a stored run."""
        own = {
            "run_id": ask.ask_id, "template_key": ask.template_key, "rendered_question": ask.question,
            "created_at": ask.created_at,
        }  # fmt: skip
        return cls.model_validate(ask.result | own)
