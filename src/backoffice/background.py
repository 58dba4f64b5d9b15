"""Ending what runs in the background of an event loop."""

from __future__ import annotations

import asyncio
from typing import Any, Final

AGAIN_SECONDS: Final = 1.0


async def end_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until all have ended, however each ends.

    A cancellation can get lost: Python 3.11's `wait_for`, and a database query that fails in the
    same moment, answer with something else. Whoever goes on is cancelled again.
    """
    going = set(tasks)
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=AGAIN_SECONDS)
    # Nobody else asks how they ended.
    await asyncio.gather(*tasks, return_exceptions=True)
