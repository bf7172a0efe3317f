"""Coroutines run from tests, whatever runs in the test's own thread."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def elsewhere(work: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: while the browser is open, this one has a running event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
