"""Signing in at another service, as both official clients go about it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from supabase_auth import SyncGoTrueClient, SyncMemoryStorage

from backoffice.settings import PROJECT_ROOT
from support.auth import PASSWORD
from support.database import TestDatabase
from support.fake_openid import CLIENT_ID, SECRET, FakeOpenId
from support.server import TestServer, running_server

SCRIPT = Path(__file__).with_name("sign_in_elsewhere.mjs")
WEB = PROJECT_ROOT / "web"


@pytest.fixture
def service_server(database: TestDatabase, openid: FakeOpenId) -> Iterator[TestServer]:
    with running_server(
        database,
        google_client_id=CLIENT_ID,
        google_secret=SecretStr(SECRET),
        google_url=openid.url,
        manual_linking=True,
    ) as running:
        yield running


def test_in_javascript(
    service_server: TestServer, openid: FakeOpenId, person: dict[str, Any]
) -> None:
    openid.person["email"] = person["email"]
    given = [str(WEB), service_server.url, service_server.anon_key, person["email"], PASSWORD]
    finished = subprocess.run(
        ["node", str(SCRIPT), *given], capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout) == {
        "exchanged": person["email"],
        "providerToken": "at-",
        "method": "oauth",
        "implicit": person["email"],
        "unlinked": None,
        "linked": ["email", "google"],
    }


def test_in_python(service_server: TestServer, openid: FakeOpenId, person: dict[str, Any]) -> None:
    openid.person["email"] = person["email"]
    landed = f"{service_server.url}/welcome"
    with SyncGoTrueClient(
        url=f"{service_server.url}/auth/v1",
        auto_refresh_token=False,
        storage=SyncMemoryStorage(),
        flow_type="pkce",
    ) as client:
        left = client.sign_in_with_oauth({"provider": "google", "options": {"redirect_to": landed}})
        address = left.url
        while not address.startswith(landed):
            address = httpx.get(address).headers["location"]
        [code] = parse_qs(urlsplit(address).query)["code"]
        exchanged = client.exchange_code_for_session({"auth_code": code})
        assert exchanged.user.id == person["id"]
        assert exchanged.session.provider_token
        entered = client.sign_in_with_id_token({"provider": "google", "token": openid.id_token()})
        assert entered.user is not None
        assert entered.user.id == person["id"]
