"""Run as a program: the application on a test's database, until it dies."""

from __future__ import annotations

import json
import os

import uvicorn

from backoffice.app import create_app
from backoffice.settings import Settings
from backoffice.stack.address import Address
from backoffice.stack.runtime import load, make_state


def main() -> None:
    """Serve the database at TEST_ADDRESS on PORT."""
    settings = Settings()
    keys = load(settings)
    passwords = {
        "supabase_admin": keys.supabase_admin_password,
        "postgres": keys.postgres_password,
        "authenticator": keys.authenticator_password,
        "supabase_auth_admin": keys.auth_admin_password,
    }
    address = Address(json.loads(os.environ["TEST_ADDRESS"]), passwords)
    app = create_app(make_state(settings, keys, address))
    uvicorn.run(app, host="127.0.0.1", port=settings.port, log_config=None)


if __name__ == "__main__":
    main()
