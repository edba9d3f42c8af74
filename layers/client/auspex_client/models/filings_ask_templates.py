"""What `filings.ask_templates` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from auspex_client.model import Model


class TemplateRule(Model):
    """How well a form, or an 8-K with an item, serves a template, 0 to 1."""

    form: str
    item: str | None
    weight: Decimal


class AskTemplate(Model):
    """A prepared question; `own` ones belong to this account. `table` says what its rows are."""

    metrics: list[str]
    own: bool
    question: str
    rules: list[TemplateRule]
    table: Literal["changes", "surprises", "guidance", "risks"] | str
    template_key: str
    title: str
