"""Base of the generated resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auspex_client.async_client import AsyncAuspex
    from auspex_client.client import Auspex


class Resource:
    """Operations that belong together, called through one client."""

    def __init__(self, auspex: Auspex) -> None:
        self._auspex = auspex


class AsyncResource:
    """Operations that belong together, called through one asynchronous client."""

    def __init__(self, auspex: AsyncAuspex) -> None:
        self._auspex = auspex
