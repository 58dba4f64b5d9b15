"""`backoffice status`: addresses and keys under the names `supabase status` gives them."""

from __future__ import annotations

import json
import sys

from backoffice.errors import StackError
from backoffice.keys import Keys
from backoffice.settings import Settings
from backoffice.stack.address import find_address
from backoffice.stack.runtime import is_locked, load
from backoffice.stack.urls import as_url

LABELS = {
    "API_URL": "API URL",
    "REST_URL": "REST URL",
    "AUTH_URL": "Auth URL",
    "STUDIO_URL": "Backoffice",
    "DB_URL": "DB URL",
    "JWT_SECRET": "JWT secret",
    "ANON_KEY": "anon key",
    "SERVICE_ROLE_KEY": "service_role key",
    "PUBLISHABLE_KEY": "publishable key",
    "SECRET_KEY": "secret key",
}


def print_status(settings: Settings, *, as_json: bool) -> None:
    """Print to standard output; printing the keys is what this is asked for."""
    keys = load(settings)
    values = status_values(settings, keys)
    running = is_locked(settings)
    if as_json:
        json.dump({**values, "RUNNING": running}, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    width = max(map(len, LABELS.values()))
    state = "is running" if running else "is stopped; start it with: backoffice serve"
    sys.stdout.write(f"The Client Backoffice {state}\n\n")
    for name, label in LABELS.items():
        if value := values[name]:
            sys.stdout.write(f"{label:>{width}}: {value}\n")


def status_values(settings: Settings, keys: Keys) -> dict[str, str]:
    """The values by `supabase status -o json`'s names; `DB_URL` is empty while it is stopped."""
    return {
        "API_URL": settings.url,
        "REST_URL": f"{settings.url}/rest/v1",
        "AUTH_URL": f"{settings.url}/auth/v1",
        "STUDIO_URL": settings.url,
        "DB_URL": _database_url(settings, keys),
        "JWT_SECRET": keys.jwt_secret,
        "ANON_KEY": keys.anon_key,
        "SERVICE_ROLE_KEY": keys.service_role_key,
        "PUBLISHABLE_KEY": keys.publishable_key,
        "SECRET_KEY": keys.secret_key,
    }


def _database_url(settings: Settings, keys: Keys) -> str:
    try:
        return as_url(find_address(settings, keys).login("postgres"))
    except StackError:
        return ""
