"""What `providers.drills` shows and takes.

Written by `make openapi` from the OpenAPI document; edit the handlers instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from auspex_client.model import Model


class Drill(Model):
    """What would happen."""

    cooldown_until: dt.datetime | None
    epoch_after: int
    failures_needed: int | None
    kind: Literal["quota", "budget", "auth", "unavailable", "bad_output", "request", "health", "manual"] | str
    llm_available: bool
    new_provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str | None
    provider: Literal["openai", "gemini", "groq", "cloudflare", "huggingface"] | str | None
    switches: bool
