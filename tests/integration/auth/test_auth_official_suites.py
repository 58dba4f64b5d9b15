"""What the official clients' own integration tests expect of a server, with the Python client.

Both clients are asked for each point of the protocol in `tests/integration/wire`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from supabase_auth import SyncGoTrueAdminAPI, SyncGoTrueClient, SyncMemoryStorage
from supabase_auth.errors import AuthApiError

from backoffice.tokens import Tokens
from support.auth import PASSWORD
from support.database import TestDatabase
from support.server import TestServer, running_server


@pytest.fixture(scope="module")
def open_server(database: TestDatabase) -> Iterator[TestServer]:
    """Anybody may sign up, and is signed in at once."""
    with running_server(database, sign_up=True, sign_up_autoconfirm=True) as running:
        yield running


@pytest.fixture
def client(open_server: TestServer) -> Iterator[SyncGoTrueClient]:
    url = f"{open_server.url}/auth/v1"
    storage = SyncMemoryStorage()
    with SyncGoTrueClient(url=url, auto_refresh_token=False, storage=storage) as opened:
        yield opened


@pytest.fixture
def administrator(open_server: TestServer) -> Iterator[SyncGoTrueAdminAPI]:
    headers = {"Authorization": f"Bearer {open_server.service_role_key}"}
    url = f"{open_server.url}/auth/v1"
    with SyncGoTrueClient(url=url, headers=headers) as opened:
        yield opened.admin


def newcomer() -> Any:
    return {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}


def test_signing_up_signs_in(client: SyncGoTrueClient) -> None:
    given = newcomer()
    made = client.sign_up(given)
    assert made.session is not None
    assert made.user is not None
    assert made.user.app_metadata["provider"] == "email"
    identities = client.get_user_identities().identities
    assert identities[0].identity_data["email"] == given["email"]
    with pytest.raises(AuthApiError, match="User already registered"):
        client.sign_up(given)


def test_many_people_may_sign_up_from_one_place(client: SyncGoTrueClient) -> None:
    for _ in range(40):
        assert client.sign_up(newcomer()).session is not None


def test_a_link_is_asked_for_without_making_an_account(client: SyncGoTrueClient) -> None:
    """Here signing up tells who has an account, so nothing more is given away."""
    given = newcomer()
    asked: Any = {"email": given["email"], "options": {"should_create_user": False}}
    with pytest.raises(AuthApiError) as unknown:
        client.sign_in_with_otp(asked)
    assert (unknown.value.code, unknown.value.status) == ("otp_disabled", 422)
    client.sign_up(given)
    client.sign_in_with_otp(asked)


@pytest.mark.parametrize(
    ("phone", "message"),
    [
        ("11234567890", "Token has expired or is invalid"),
        ("+1 123 456 7890", "Token has expired or is invalid"),
        ("11234567890-invalid", "Invalid phone number format (E.164 required)"),
        ("0", "Invalid phone number format (E.164 required)"),
    ],
)
def test_no_code_of_a_phone_is_right(client: SyncGoTrueClient, phone: str, message: str) -> None:
    with pytest.raises(AuthApiError) as wrong:
        client.verify_otp({"phone": phone, "token": "123456", "type": "sms"})
    assert wrong.value.message == message


def test_what_is_off_says_so(client: SyncGoTrueClient) -> None:
    with pytest.raises(AuthApiError, match=r"SAML 2\.0 is disabled"):
        client.sign_in_with_sso({"domain": "example.com"})
    with pytest.raises(AuthApiError, match="Anonymous sign-ins are disabled"):
        client.sign_in_anonymously()
    with pytest.raises(AuthApiError) as disabled:
        client.sign_in_with_id_token({"provider": "google", "token": "123456"})
    assert (
        disabled.value.message == 'Provider (issuer "https://accounts.google.com") is not enabled'
    )
    client.sign_up(newcomer())
    with pytest.raises(AuthApiError, match="Manual linking is disabled"):
        client.link_identity({"provider": "google"})
    with pytest.raises(AuthApiError, match="Manual linking is disabled"):
        client.unlink_identity(client.get_user_identities().identities[0])
    with pytest.raises(AuthApiError) as phone:
        client.update_user({"phone": "11234567890"})
    assert phone.value.code == "phone_provider_disabled"


def test_both_halves_of_a_change_of_address_are_links(
    client: SyncGoTrueClient, administrator: SyncGoTrueAdminAPI
) -> None:
    given, new = newcomer(), f"{uuid4().hex}@example.com"
    client.sign_up(given)

    def half(kind: Any) -> Any:
        wanted: Any = {"type": kind, "email": given["email"], "new_email": new}
        return administrator.generate_link(wanted)

    old_half, new_half = half("email_change_current"), half("email_change_new")
    assert old_half.user.new_email == new
    assert "type=email_change&" in old_half.properties.action_link
    assert old_half.properties.verification_type == "email_change_current"
    first: Any = {"type": "email_change", "token_hash": old_half.properties.hashed_token}
    assert client.verify_otp(first).session is None
    with pytest.raises(AuthApiError):
        client.verify_otp(first)
    last = client.verify_otp(
        {"type": "email_change", "token_hash": new_half.properties.hashed_token}
    )
    assert last.user is not None
    assert last.user.email == new


def test_an_address_in_use_is_nobody_elses(
    client: SyncGoTrueClient, administrator: SyncGoTrueAdminAPI
) -> None:
    given, other = newcomer(), newcomer()
    client.sign_up(given)
    client.sign_up(other)
    wanted: Any = {
        "type": "email_change_new",
        "email": given["email"],
        "new_email": other["email"],
    }
    with pytest.raises(AuthApiError) as taken:
        administrator.generate_link(wanted)
    assert taken.value.code == "email_exists"
    wanted["email"] = f"{uuid4().hex}@example.com"
    with pytest.raises(AuthApiError) as unknown:
        administrator.generate_link(wanted)
    assert unknown.value.code == "user_not_found"


def test_a_link_leads_where_it_was_asked_to(
    administrator: SyncGoTrueAdminAPI, open_server: TestServer
) -> None:
    where = f"{open_server.url}/welcome"
    wanted: Any = {
        "type": "signup",
        **newcomer(),
        "options": {"data": {"status": "alpha"}, "redirect_to": where},
    }
    link = administrator.generate_link(wanted)
    assert f"redirect_to={where}" in link.properties.action_link
    assert link.user.user_metadata == {"status": "alpha"}


def test_whoever_verifies_tokens_elsewhere_finds_the_keys(
    client: SyncGoTrueClient, open_server: TestServer
) -> None:
    session = client.sign_up(newcomer()).session
    assert session is not None
    base = f"{open_server.url}/auth/v1/.well-known"
    found = httpx.get(f"{base}/openid-configuration")
    assert found.headers["cache-control"] == "public, max-age=600"
    claims = Tokens(open_server.keys).verify(session.access_token)
    assert found.json()["issuer"] == claims["iss"]
    assert httpx.get(found.json()["jwks_uri"]).json() == httpx.get(f"{base}/jwks.json").json()
