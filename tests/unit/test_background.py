"""Background tasks end, also when a cancellation gets lost."""

from __future__ import annotations

import asyncio

import pytest

from backoffice import background
from backoffice.background import end_tasks


async def forever() -> None:
    await asyncio.Event().wait()


async def test_tasks_end_however_they_end() -> None:
    async def fails() -> None:
        try:
            await forever()
        finally:
            raise ValueError

    done = asyncio.create_task(asyncio.sleep(0))
    await done
    tasks = [asyncio.create_task(forever()), asyncio.create_task(fails()), done]
    await asyncio.sleep(0)
    await end_tasks(*tasks)
    assert [task.cancelled() for task in tasks] == [True, False, False]


async def test_a_lost_cancellation_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AGAIN_SECONDS", 0.01)
    lost = 0

    async def loses_two() -> None:
        nonlocal lost
        while True:
            try:
                await forever()
            except asyncio.CancelledError:
                if lost == 2:
                    raise
                lost += 1

    task = asyncio.create_task(loses_two())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end_tasks(task)
    assert (lost, task.cancelled()) == (2, True)
