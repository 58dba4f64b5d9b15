"""The same protocol as the official JavaScript client, which the UI uses, sees it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from backoffice.settings import PROJECT_ROOT
from support.auth import PASSWORD
from support.server import TestServer

SCRIPT = Path(__file__).with_name("supabase_js.mjs")
WEB = PROJECT_ROOT / "web"


def test_a_whole_life_in_javascript(server: TestServer, person: dict[str, Any]) -> None:
    keys = [server.anon_key, server.service_role_key]
    finished = subprocess.run(
        ["node", str(SCRIPT), str(WEB), server.url, *keys, person["email"], PASSWORD],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == {
        "wrongPassword": {"code": "invalid_credentials", "status": 400, "name": "AuthApiError"},
        "signIn": None,
        "userId": person["id"],
        "claims": person["email"],
        "rotated": True,
        "user": person["email"],
        "updated": "dark",
        "weak": {
            "code": "weak_password",
            "status": 422,
            "name": "AuthWeakPasswordError",
            "reasons": ["length"],
        },
        "signUp": {"code": "signup_disabled", "status": 422, "name": "AuthApiError"},
        "qrCode": "data:image/svg+xml;utf-8,",
        "wrongCode": {
            "code": "mfa_verification_failed",
            "status": 422,
            "name": "AuthApiError",
        },
        "unenrolled": None,
        "listed": {"users": 1, "total": 3, "next": 2},
        "opened": person["id"],
        "signOut": None,
        "dead": {"status": 400, "name": "AuthSessionMissingError"},
        "recover": None,
        "tooSoon": {"code": "over_email_send_rate_limit", "status": 429, "name": "AuthApiError"},
        "landed": "/reset-password",
        "exchanged": person["id"],
        "password": None,
        "invited": True,
        "reauthenticate": {
            "code": "over_email_send_rate_limit",
            "status": 429,
            "name": "AuthApiError",
        },
        "change": f"changed.{person['email']}",
    }
