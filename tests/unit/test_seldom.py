"""What is noted is written in the end, also when writing it was broken off."""

from __future__ import annotations

import asyncio
from typing import Any

from backoffice.seldom import SeldomWritten


class SlowDatabase:
    """Takes what is written when its gate is open."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.asked = asyncio.Event()
        self.written: list[Any] = []

    async def fetch_value(self, _query: Any, parameters: list[Any]) -> None:
        self.asked.set()
        await self.gate.wait()
        self.written += parameters[0].obj


async def test_notes_of_a_write_that_was_broken_off_wait_for_the_next() -> None:
    database = SlowDatabase()
    notes = SeldomWritten(database, "select note(%s)", "notes")  # type: ignore[arg-type]
    notes.put("a", {"at": 1})
    notes.put("b", {"at": 1})
    writing = asyncio.create_task(notes.write())
    await database.asked.wait()
    notes.put("b", {"at": 2})
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert database.written == []
    database.gate.set()
    await notes.write()
    assert database.written == [{"at": 1}, {"at": 2}]
