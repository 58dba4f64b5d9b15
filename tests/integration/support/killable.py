"""A worker's part that sends tickets, as a process that a test can kill."""

from __future__ import annotations

import asyncio
import os

from backoffice.keys import load_keys
from backoffice.settings import Settings
from backoffice.stack.address import Address
from backoffice.stack.runtime import make_state
from backoffice.support.linear import Linear
from backoffice.support.sending import Sender


async def send() -> None:
    """Send what is due in the database of `TEST_ADDRESS`."""
    settings = Settings()
    keys = load_keys(settings)
    passwords = {
        "authenticator": keys.authenticator_password,
        "supabase_auth_admin": keys.auth_admin_password,
    }
    address = Address(os.environ["TEST_ADDRESS"], passwords)
    async with (
        make_state(settings, keys, address).opened() as state,
        Linear.opened(settings) as linear,
    ):
        await Sender(state.database, settings, linear).send_due()


asyncio.run(send())
