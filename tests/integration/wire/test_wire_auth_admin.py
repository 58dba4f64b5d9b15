"""Points 18 to 22 of the protocol as supabase-py sees them: administration, limits and tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import bcrypt
import httpx
import pytest
from supabase import Client
from supabase_auth.errors import AuthApiError

from support.auth import drain
from support.authenticator import code_of
from support.database import TestDatabase
from support.fake_openid import FakeOpenId
from support.server import TestServer
from support.wire import client_of, newest_mail

CLAIMS = (
    "aal amr app_metadata aud email exp iat is_anonymous iss phone role session_id sub"
    " user_metadata"
)


@pytest.fixture
def supabase(wire: TestServer) -> Iterator[Client]:
    with client_of(wire, wire.anon_key) as client:
        yield client


@pytest.fixture
def service(wire: TestServer) -> Iterator[Client]:
    with client_of(wire, wire.keys.secret_key) as client:
        yield client


def credentials(person: dict[str, str]) -> Any:
    return {"email": person["email"], "password": person["password"]}


class TestPython:
    """Named after their points."""

    def test_point_18_users(self, service: Client, person: dict[str, str]) -> None:
        admin = service.auth.admin
        assert len(admin.list_users(page=1, per_page=1)) == 1
        changed = admin.update_user_by_id(person["id"], {"app_metadata": {"plan": "gold"}})
        assert changed.user.app_metadata["plan"] == "gold"
        assert admin.get_user_by_id(person["id"]).user.email == person["email"]
        admin.delete_user(person["id"])
        with pytest.raises(AuthApiError) as gone:
            admin.get_user_by_id(person["id"])
        assert (gone.value.code, gone.value.status) == ("user_not_found", 404)

    def test_point_18_invitations(
        self, wire: TestServer, service: Client, supabase: Client
    ) -> None:
        email = f"{uuid4().hex}@example.com"
        invited = service.auth.admin.invite_user_by_email(email, {"data": {"full_name": "New"}})
        assert invited.user.invited_at is not None
        # An invitation works for days: it is a long token, and no code.
        token = newest_mail(wire, email).text.split("token=")[1].split("&")[0].split()[0]
        accepted = supabase.auth.verify_otp({"type": "invite", "token_hash": token})
        assert accepted.user is not None
        assert accepted.user.user_metadata["full_name"] == "New"

    def test_point_18_who_may_administer(self, wire: TestServer) -> None:
        for key in (wire.anon_key, wire.keys.publishable_key):
            with client_of(wire, key) as client, pytest.raises(AuthApiError) as refused:
                client.auth.admin.list_users()
            assert (refused.value.code, refused.value.status) == ("not_admin", 403)
        keyless = httpx.get(f"{wire.url}/auth/v1/admin/users")
        assert keyless.status_code == 401
        with client_of(wire, wire.service_role_key) as client:
            users = httpx.get(
                f"{wire.url}/auth/v1/admin/users?per_page=1",
                headers={"Authorization": f"Bearer {wire.service_role_key}"},
            )
            assert client.auth.admin.list_users(per_page=1)[0].id == users.json()["users"][0]["id"]
        assert int(users.headers["x-total-count"]) > 1
        assert 'rel="next"' in users.headers["link"]

    def test_point_19_what_is_public(
        self, wire: TestServer, supabase: Client, person: dict[str, str]
    ) -> None:
        settings = httpx.get(f"{wire.url}/auth/v1/settings").json()
        assert (settings["external"]["email"], settings["disable_signup"]) == (True, True)
        assert httpx.get(f"{wire.url}/auth/v1/health").status_code == 200
        keys = httpx.get(f"{wire.url}/auth/v1/.well-known/jwks.json")
        assert "max-age=600" in keys.headers["cache-control"]
        supabase.auth.sign_in_with_password(credentials(person))
        verified = supabase.auth.get_claims()
        assert verified is not None
        assert verified["headers"]["kid"] == keys.json()["keys"][0]["kid"]

    def test_point_19_second_factor(self, supabase: Client, person: dict[str, str]) -> None:
        supabase.auth.sign_in_with_password(credentials(person))
        mfa = supabase.auth.mfa
        factor: Any = mfa.enroll({"factor_type": "totp", "friendly_name": "app"})
        challenge = mfa.challenge({"factor_id": factor.id})
        mfa.verify(
            {
                "factor_id": factor.id,
                "challenge_id": challenge.id,
                "code": code_of(factor.totp.secret),
            }
        )
        assert mfa.get_authenticator_assurance_level().current_level == "aal2"
        assert [one.id for one in mfa.list_factors().totp] == [factor.id]
        mfa.unenroll({"factor_id": factor.id})

    def test_point_19_another_service(
        self, service_server: TestServer, openid: FakeOpenId, person: dict[str, str]
    ) -> None:
        openid.person = {"sub": person["id"], "email": person["email"], "email_verified": True}
        landed = f"{service_server.url}/welcome"
        with client_of(service_server, service_server.anon_key, flow_type="pkce") as client:
            left = client.auth.sign_in_with_oauth(
                {"provider": "google", "options": {"redirect_to": landed}}
            )
            address = left.url
            while not address.startswith(landed):
                address = httpx.get(address).headers["location"]
            [code] = parse_qs(urlsplit(address).query)["code"]
            given: Any = {"auth_code": code}
            exchanged = client.auth.exchange_code_for_session(given)
            assert exchanged.user.id == person["id"]
            assert exchanged.session.provider_token
            entered = client.auth.sign_in_with_id_token(
                {"provider": "google", "token": openid.id_token()}
            )
            assert entered.user is not None
            assert entered.user.id == person["id"]

    def test_point_20_limits(
        self, wire: TestServer, supabase: Client, person: dict[str, str]
    ) -> None:
        supabase.auth.reset_password_for_email(person["email"])
        with pytest.raises(AuthApiError) as soon:
            supabase.auth.sign_in_with_otp({"email": person["email"]})
        assert (soon.value.code, soon.value.status) == ("over_email_send_rate_limit", 429)

        drain(wire, "sign-in address", "127.0.0.1")
        with pytest.raises(AuthApiError) as often:
            supabase.auth.sign_in_with_password(credentials(person))
        assert (often.value.code, often.value.status) == ("over_request_rate_limit", 429)

    def test_point_21_claims(
        self, wire: TestServer, supabase: Client, person: dict[str, str]
    ) -> None:
        supabase.auth.sign_in_with_password(credentials(person))
        verified = supabase.auth.get_claims()
        assert verified is not None
        claims: Any = verified["claims"]
        assert sorted(claims) == CLAIMS.split()
        assert (claims["sub"], claims["role"], claims["aal"]) == (
            person["id"],
            "authenticated",
            "aal1",
        )
        seen: Any = supabase.schema("api").rpc("who_am_i", {}).execute().data
        assert (seen["uid"], seen["auth_role"]) == (person["id"], "authenticated")
        assert seen["jwt"] == claims

    def test_point_21_what_is_stored(
        self, wire_database: TestDatabase, wire: TestServer, person: dict[str, str]
    ) -> None:
        with client_of(wire, wire.anon_key, flow_type="implicit") as supabase:
            supabase.auth.sign_in_with_otp({"email": person["email"]})
        code = newest_mail(wire, person["email"]).text.split("code: ")[1].split()[0]
        with wire_database.connect() as connection:
            [(password, token)] = connection.execute(
                "select u.encrypted_password, t.token_hash from auth.users as u"
                " join auth.one_time_tokens as t on t.user_id = u.id where u.id = %s",
                [person["id"]],
            ).fetchall()
        assert password.startswith("$2a$10$")
        assert bcrypt.checkpw(person["password"].encode(), password.encode())
        assert token == hashlib.sha224((person["email"] + code).encode()).hexdigest()

    def test_point_22_rotation(
        self, wire: TestServer, supabase: Client, person: dict[str, str]
    ) -> None:
        def refreshed(token: str) -> str:
            session = supabase.auth.refresh_session(token).session
            assert session is not None
            return session.refresh_token

        def a_minute_passes() -> None:
            with client_of(
                wire, wire.service_role_key, schema="api", headers={"Prefer": "tx=commit"}
            ) as service:
                service.rpc("let_a_minute_pass", {"person": person["id"]}).execute()

        session = supabase.auth.sign_in_with_password(credentials(person)).session
        assert session is not None
        first = session.refresh_token
        second = refreshed(first)
        a_minute_passes()
        assert refreshed(first) == second, "the parent of the active one"
        third = refreshed(second)
        assert refreshed(second) == third, "within the reuse interval"
        a_minute_passes()
        with pytest.raises(AuthApiError) as stolen:
            refreshed(first)
        assert (stolen.value.code, stolen.value.status) == ("refresh_token_already_used", 400)
        with pytest.raises(AuthApiError):
            refreshed(third)
