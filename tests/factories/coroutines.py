"""Coroutines run from tests that are none themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def awaited(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns; its loop is another thread's, so that this one's loop stays as it is.

    `asyncio.run` here would drop the loop that Mangum left behind, unclosed: a warning, and so a failure elsewhere.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
