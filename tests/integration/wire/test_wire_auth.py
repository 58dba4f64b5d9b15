"""Points 14 to 17 of the protocol as supabase-py sees them: sessions and how they begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from supabase import Client
from supabase_auth.errors import AuthApiError, AuthRetryableError, AuthWeakPasswordError

from support.auth import PASSWORD
from support.server import TestServer
from support.wire import Refusing, client_of, newest_mail


@pytest.fixture
def supabase(wire: TestServer) -> Iterator[Client]:
    with client_of(wire, wire.anon_key) as client:
        yield client


def credentials(person: dict[str, str]) -> Any:
    return {"email": person["email"], "password": person["password"]}


class TestPython:
    """Named after their points."""

    def test_point_14_errors_carry_their_codes(
        self, supabase: Client, person: dict[str, str]
    ) -> None:
        with pytest.raises(AuthApiError) as wrong:
            supabase.auth.sign_in_with_password({"email": person["email"], "password": "wrong"})
        assert (wrong.value.code, wrong.value.status) == ("invalid_credentials", 400)
        assert wrong.value.message == "Invalid login credentials"
        supabase.auth.sign_in_with_password(credentials(person))
        with pytest.raises(AuthWeakPasswordError) as weak:
            supabase.auth.update_user({"password": "short"})
        assert (weak.value.status, weak.value.reasons) == (422, ["length"])

    def test_point_14_only_some_errors_end_a_session(
        self, wire: TestServer, person: dict[str, str]
    ) -> None:
        away = Refusing()
        with client_of(wire, wire.anon_key, transport=away) as supabase:
            supabase.auth.sign_in_with_password(credentials(person))
            session = supabase.auth.get_session()
            assert session is not None
            away.refusals.append(httpx.Response(503, json={}))
            with pytest.raises(AuthRetryableError):
                supabase.auth.refresh_session()
            assert supabase.auth.get_session() == session
            assert supabase.auth.refresh_session().session is not None
            with pytest.raises(AuthApiError) as unknown:
                supabase.auth.refresh_session("unknown-token")
            assert (unknown.value.code, unknown.value.status) == ("refresh_token_not_found", 400)

    def test_point_15_password_refresh_and_another_tab(
        self, wire: TestServer, supabase: Client, person: dict[str, str]
    ) -> None:
        session = supabase.auth.sign_in_with_password(credentials(person)).session
        assert session is not None
        assert (session.token_type, session.expires_in) == ("bearer", 3600)
        assert session.user.id == person["id"]
        refreshed = supabase.auth.refresh_session().session
        assert refreshed is not None
        assert refreshed.refresh_token != session.refresh_token
        with client_of(wire, wire.anon_key) as other:
            adopted = other.auth.set_session(refreshed.access_token, refreshed.refresh_token)
        assert adopted.user is not None
        assert adopted.user.id == person["id"]
        unknown: Any = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        with pytest.raises(AuthApiError, match="Invalid login credentials"):
            supabase.auth.sign_in_with_password(unknown)

    def test_point_15_pkce(self, wire: TestServer, person: dict[str, str]) -> None:
        with client_of(wire, wire.anon_key, flow_type="pkce") as supabase:
            supabase.auth.reset_password_for_email(
                person["email"], {"redirect_to": f"{wire.url}/reset-password"}
            )
            [link, *_] = newest_mail(wire, person["email"]).links
            address = urlsplit(httpx.get(link).headers["location"])
            assert address.path == "/reset-password"
            [code] = parse_qs(address.query)["code"]
            given: Any = {"auth_code": code}
            assert supabase.auth.exchange_code_for_session(given).user.id == person["id"]

    def test_point_16_sign_up(self, open_server: TestServer, supabase: Client) -> None:
        given: Any = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
        with pytest.raises(AuthApiError) as closed:
            supabase.auth.sign_up(given)
        assert (closed.value.code, closed.value.status) == ("signup_disabled", 422)
        with client_of(open_server, open_server.anon_key) as opened:
            made = opened.auth.sign_up(given)
            assert made.session is not None
            assert made.user is not None
            assert made.user.app_metadata["provider"] == "email"
            with pytest.raises(AuthApiError, match="User already registered"):
                opened.auth.sign_up(given)

    def test_point_16_user_and_signing_out(
        self, wire: TestServer, supabase: Client, person: dict[str, str]
    ) -> None:
        signed_in = supabase.auth.sign_in_with_password(credentials(person)).session
        assert signed_in is not None
        read = supabase.auth.get_user()
        assert read is not None
        assert [one.provider for one in read.user.identities or []] == ["email"]
        changed = supabase.auth.update_user({"data": {"theme": "dark"}, "password": "battery st"})
        assert changed.user.user_metadata["theme"] == "dark"
        with client_of(wire, wire.anon_key) as other:
            again: Any = {"email": person["email"], "password": "battery st"}
            elsewhere = other.auth.sign_in_with_password(again).session
            assert elsewhere is not None
        supabase.auth.sign_out({"scope": "local"})
        assert supabase.auth.get_session() is None
        with pytest.raises(AuthApiError) as dead:
            supabase.auth.get_user(signed_in.access_token)
        assert (dead.value.code, dead.value.status) == ("session_not_found", 403)
        assert supabase.auth.get_user(elsewhere.access_token) is not None

    def test_point_17_codes_and_links(
        self, wire: TestServer, supabase: Client, person: dict[str, str]
    ) -> None:
        supabase.auth.sign_in_with_otp({"email": person["email"]})
        code = newest_mail(wire, person["email"]).text.split("code: ")[1].split()[0]
        with pytest.raises(AuthApiError) as wrong:
            supabase.auth.verify_otp({"type": "email", "email": person["email"], "token": "0"})
        assert (wrong.value.code, wrong.value.status) == ("otp_expired", 403)
        opened = supabase.auth.verify_otp(
            {"type": "email", "email": person["email"], "token": code}
        )
        assert opened.user is not None
        assert opened.user.id == person["id"]
        supabase.auth.reset_password_for_email(f"{uuid4().hex}@example.com")
        supabase.auth.resend({"type": "signup", "email": f"{uuid4().hex}@example.com"})
        with client_of(wire, wire.service_role_key) as service:
            for allowed, host in ((wire.url, wire.url), ("https://elsewhere.example", wire.url)):
                wanted: Any = {
                    "type": "magiclink",
                    "email": person["email"],
                    "options": {"redirect_to": f"{allowed}/welcome"},
                }
                link = service.auth.admin.generate_link(wanted).properties.action_link
                landed = httpx.get(link)
                assert landed.status_code == 303
                assert landed.headers["location"].startswith(host)
                assert "access_token=" in landed.headers["location"]
