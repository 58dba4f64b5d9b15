"""The same protocol as the official Python client sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from supabase import create_client
from supabase.lib.client_options import SyncClientOptions
from supabase_auth import SyncGoTrueAdminAPI, SyncGoTrueClient, SyncMemoryStorage
from supabase_auth.errors import AuthApiError, AuthWeakPasswordError

from backoffice.mailbox import Received
from backoffice.stack.processes import wait_until
from support.auth import PASSWORD, mails_to
from support.server import TestServer


def connected(server: TestServer) -> SyncGoTrueClient:
    return SyncGoTrueClient(
        url=f"{server.url}/auth/v1",
        headers={"apikey": server.anon_key, "Authorization": f"Bearer {server.anon_key}"},
        auto_refresh_token=False,
        storage=SyncMemoryStorage(),
    )


@pytest.fixture
def client(server: TestServer) -> Iterator[SyncGoTrueClient]:
    with connected(server) as opened:
        yield opened


@pytest.fixture
def admin_client(server: TestServer) -> Iterator[SyncGoTrueAdminAPI]:
    headers = {"Authorization": f"Bearer {server.service_role_key}"}
    with SyncGoTrueClient(url=f"{server.url}/auth/v1", headers=headers) as opened:
        yield opened.admin


def credentials(person: dict[str, Any]) -> Any:
    return {"email": person["email"], "password": PASSWORD}


def test_a_whole_session(client: SyncGoTrueClient, person: dict[str, Any]) -> None:
    signed_in = client.sign_in_with_password(credentials(person))
    assert signed_in.user is not None
    assert signed_in.user.id == person["id"]
    assert signed_in.user.identities is not None
    first = client.get_session()
    assert first is not None
    refreshed = client.refresh_session()
    assert refreshed.session is not None
    assert refreshed.session.refresh_token != first.refresh_token
    verified = client.get_claims()
    assert verified is not None
    claims: Any = verified["claims"]
    assert claims["email"] == person["email"]
    read = client.get_user()
    assert read is not None
    assert read.user.email == person["email"]
    client.sign_out()
    assert client.get_session() is None
    with pytest.raises(AuthApiError) as refused:
        client.get_user(refreshed.session.access_token)
    assert refused.value.code == "session_not_found"


def test_the_whole_supabase_client_signs_in(server: TestServer) -> None:
    with httpx.Client() as http:
        options = SyncClientOptions(auto_refresh_token=False, httpx_client=http)
        supabase = create_client(server.url, server.anon_key, options)
        answer = supabase.auth.sign_in_with_password({"email": "user@user.com", "password": "user"})
        assert answer.user is not None
        assert answer.user.email == "user@user.com"
        supabase.auth.sign_out()


def test_another_tab_adopts_a_session(
    client: SyncGoTrueClient, server: TestServer, person: dict[str, Any]
) -> None:
    session = client.sign_in_with_password(credentials(person)).session
    assert session is not None
    with connected(server) as other:
        adopted = other.set_session(session.access_token, session.refresh_token)
        assert adopted.user is not None
        assert adopted.user.id == person["id"]


def test_errors_carry_their_codes(client: SyncGoTrueClient, person: dict[str, Any]) -> None:
    with pytest.raises(AuthApiError) as wrong:
        client.sign_in_with_password({"email": person["email"], "password": "wrong"})
    assert (wrong.value.code, wrong.value.status) == ("invalid_credentials", 400)
    assert wrong.value.message == "Invalid login credentials"
    with pytest.raises(AuthApiError) as closed:
        client.sign_up({"email": "new@example.com", "password": PASSWORD})
    assert (closed.value.code, closed.value.status) == ("signup_disabled", 422)
    with pytest.raises(AuthApiError) as unknown:
        client.refresh_session("unknown-token")
    assert str(unknown.value.code) == "refresh_token_not_found"


def test_a_user_changes_password_and_metadata(
    client: SyncGoTrueClient, person: dict[str, Any]
) -> None:
    client.sign_in_with_password(credentials(person))
    changed = client.update_user({"data": {"theme": "dark"}, "password": "battery staple"})
    assert changed.user.user_metadata["theme"] == "dark"
    with pytest.raises(AuthWeakPasswordError) as weak:
        client.update_user({"password": "short"})
    assert weak.value.reasons == ["length"]
    client.sign_out({"scope": "local"})
    client.sign_in_with_password({"email": person["email"], "password": "battery staple"})


def test_administration(admin_client: SyncGoTrueAdminAPI) -> None:
    email = f"{uuid4().hex}@example.com"
    created = admin_client.create_user(
        {"email": email, "password": PASSWORD, "email_confirm": True, "app_metadata": {"a": 1}}
    ).user
    assert created.email_confirmed_at is not None
    assert created.app_metadata["a"] == 1
    assert created.id in [user.id for user in admin_client.list_users(page=1, per_page=100)]
    changed = admin_client.update_user_by_id(created.id, {"ban_duration": "24h"}).user
    assert changed.id == created.id
    assert admin_client.get_user_by_id(created.id).user.email == email
    admin_client.delete_user(created.id)
    with pytest.raises(AuthApiError) as gone:
        admin_client.get_user_by_id(created.id)
    assert (gone.value.code, gone.value.status) == ("user_not_found", 404)


def test_mail_and_email_change(server: TestServer, person: dict[str, Any]) -> None:
    def newest(address: str) -> Received:
        found: list[Received] = []

        def look() -> bool:
            found[:] = mails_to(server.state, address)
            return bool(found)

        assert wait_until(look, 10)
        return found[0]

    with SyncGoTrueClient(
        url=f"{server.url}/auth/v1",
        headers={"apikey": server.anon_key},
        auto_refresh_token=False,
        storage=SyncMemoryStorage(),
    ) as client:
        client.sign_in_with_otp({"email": person["email"]})
        code = newest(person["email"]).text.split("code: ")[1].split()[0]
        opened = client.verify_otp({"type": "email", "email": person["email"], "token": code})
        assert opened.user is not None
        assert opened.user.id == person["id"]
        new = f"new.{person['email']}"
        changed = client.update_user({"email": new})
        assert changed.user.new_email == new
        with pytest.raises(AuthApiError) as refused_soon:
            client.reset_password_for_email(person["email"])
        assert refused_soon.value.code == "over_email_send_rate_limit"
        with pytest.raises(AuthApiError) as refused_last:
            identities = client.get_user_identities()
            client.unlink_identity(identities.identities[0])
        assert refused_last.value.code == "manual_linking_disabled"
