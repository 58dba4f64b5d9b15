"""The key of a replay ends with it; when it cannot, the person learns why and what to do."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import pytest

from backoffice.database import Database
from backoffice.demo.replay_http import ReplayInterruptedError
from backoffice.demo.replay_site import Site, key_for_run
from backoffice.errors import BackofficeError, Unavailable

SITE = Site("example.org", "UTC", created=False)
KEY_ID = UUID("00000000-0000-4000-8000-000000000001")


class DyingDatabase:
    """Mints a key and is gone afterwards, as with a server that was killed."""

    async def fetch_one(self, *_: Any) -> tuple[UUID, str]:
        return KEY_ID, "rose_sk_secret"

    async def fetch_value(self, *_: Any) -> None:
        raise Unavailable("The database is busy or unreachable; try again.")


async def test_a_key_that_stays_does_not_hide_why_the_replay_stopped() -> None:
    database = cast(Database, DyingDatabase())
    with pytest.raises(BackofficeError) as raised:
        async with key_for_run(database, SITE, "secret", "Replay of a file"):
            raise ReplayInterruptedError("http://server does not answer.")
    message = str(raised.value)
    assert message.startswith("http://server does not answer. ")
    assert f"backoffice keys revoke --site example.org {KEY_ID}" in message
    assert "rose_sk_secret" not in message
