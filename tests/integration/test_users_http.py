"""Users over HTTP: who may what, the life of an invitation, and open sessions that end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from psycopg import Connection

from backoffice.mailbox import Mailbox, Received
from backoffice.tokens import AUDIENCE, Tokens
from support.database import TestDatabase
from support.server import TestServer, running_server
from support.two_domains import ADMIN, DOMAINS, STRANGER, USER, fill_two_domains

MINE, OTHERS = DOMAINS
PASSWORD = "a long enough password"
NOBODY = "b0000000-0000-4000-8000-00000000000b"
ROUTES: list[tuple[str, str, Any]] = [
    ("POST", "/users/v1/invitations", {"email": "somebody@new.example"}),
    ("POST", "/users/v1/domains", {"user_ids": [STRANGER], "add": [MINE]}),
    ("PUT", "/users/v1/settings", {"admins_need_second_factor": False}),
    ("POST", "/users/v1/view", {"user_id": STRANGER}),
    ("PATCH", f"/users/v1/users/{STRANGER}", {"full_name": "Changed"}),
    ("PUT", f"/users/v1/users/{STRANGER}/disabled", {"disabled": True}),
    ("POST", f"/users/v1/users/{STRANGER}/invitation", None),
    ("DELETE", f"/users/v1/users/{STRANGER}/invitation", None),
    ("POST", f"/users/v1/users/{STRANGER}/password-reset", None),
    ("DELETE", f"/users/v1/users/{STRANGER}/sessions", None),
    ("DELETE", f"/users/v1/users/{STRANGER}/second-factor", None),
    ("DELETE", f"/users/v1/users/{STRANGER}", None),
    ("POST", "/rest/v1/rpc/get_users", {}),
    ("POST", "/rest/v1/rpc/count_users", {}),
    ("POST", "/rest/v1/rpc/get_access_settings", {}),
    ("GET", "/export/v1/users.csv", None),
]


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
        yield connection


@pytest.fixture(scope="module")
def admin(owner: Connection[Any], server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("admin@admin.com", "admin") as client:
        yield client


def make(server: TestServer, owner: Connection[Any], role: str = "user") -> tuple[str, str]:
    """Somebody who can sign in: id and address."""
    email = f"{uuid4().hex[:12]}@new.example"
    key = server.service_role_key
    made = httpx.post(
        f"{server.url}/auth/v1/admin/users",
        headers={"Authorization": f"Bearer {key}"},
        json={"email": email, "password": PASSWORD, "email_confirm": True},
    )
    user_id = str(made.json()["id"])
    owner.execute("update public.profiles set role = %s where id = %s", [role, user_id])
    owner.execute("insert into public.user_domains values (%s, %s)", [user_id, MINE])
    return user_id, email


def mails(server: TestServer, address: str) -> list[Received]:
    """What was written to an address, the newest first."""
    found = Mailbox.of(server.state.settings).newest_first()
    return [mail for mail in found if mail.to == address]


@contextmanager
def acting_as(server: TestServer, subject: str | None, **claims: Any) -> Iterator[httpx.Client]:
    """Somebody with a token, or nobody."""
    given = {"sub": subject, "role": "authenticated", "aud": AUDIENCE, **claims}
    with server.client(Tokens(server.keys).sign(given) if subject else None) as client:
        yield client


@pytest.fixture(scope="module")
def half_admins(owner: Connection[Any], server: TestServer) -> list[str]:
    """One who is disabled, and one who has not the second factor they need."""
    disabled, demanded = make(server, owner, "admin")[0], make(server, owner, "admin")[0]
    owner.execute("update public.profiles set disabled_at = now() where id = %s", [disabled])
    owner.execute("update public.profiles set mfa_required = true where id = %s", [demanded])
    return [disabled, demanded]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_routes_are_for_staff_who_may_act_as_such(
    method: str,
    path: str,
    body: Any,
    server: TestServer,
    owner: Connection[Any],
    half_admins: list[str],
) -> None:
    before = owner.execute("select md5(string_agg(p::text, '')) from public.profiles p").fetchone()
    for subject in (USER, STRANGER, *half_admins):
        with acting_as(server, subject) as client:
            answer = client.request(method, path, json=body)
            assert answer.status_code == 403, (subject, answer.text)
    with acting_as(server, None) as client:
        assert client.request(method, path, json=body).status_code == 401
    after = owner.execute("select md5(string_agg(p::text, '')) from public.profiles p").fetchone()
    assert after == before
    with acting_as(server, half_admins[1], aal="aal2") as client:
        assert client.get("/export/v1/users.csv").status_code == 200


def test_an_invitation_lives_through_all_it_can(
    admin: httpx.Client, server: TestServer, owner: Connection[Any]
) -> None:
    email = f"Ada.{uuid4().hex[:8]}@New.Example"
    asked = {"email": email, "full_name": "Ada Byron", "role": "user", "domains": [MINE]}
    made = admin.post("/users/v1/invitations", json=asked)
    assert made.status_code == 201, made.text
    person = made.json()
    assert (person["state"], person["site_domains"], person["invited_by"]) == (
        "invited",
        [MINE],
        "Admin",
    )
    address = email.lower()
    [first] = mails(server, address)
    assert "7 days" in first.text and "code" not in first.text

    again = admin.post("/users/v1/invitations", json=asked)
    assert (again.status_code, again.json()["field"]) == (409, "email")
    assert admin.post(f"/users/v1/users/{person['id']}/invitation").status_code == 200
    newest, oldest = mails(server, address)
    dead = httpx.get(oldest.links[0], follow_redirects=False)
    assert "otp_expired" in dead.headers["location"]
    alive = httpx.get(newest.links[0], follow_redirects=False)
    location = httpx.URL(alive.headers["location"])
    assert location.path == "/accept-invitation"
    token = dict(part.split("=") for part in location.fragment.split("&"))["access_token"]
    with server.client(token) as accepted:
        answer = accepted.put("/auth/v1/user", json={"password": PASSWORD})
        assert answer.status_code == 200, answer.text
        domains = accepted.get("/rest/v1/domains?select=site_domain").json()
        assert domains == [{"site_domain": MINE}]
    one = admin.post("/rest/v1/rpc/get_users", json={"p_filter": {"id": person["id"]}}).json()[0]
    assert (one["state"], one["full_name"]) == ("active", "Ada Byron")
    assert admin.post(f"/users/v1/users/{person['id']}/invitation").status_code == 409
    assert admin.delete(f"/users/v1/users/{person['id']}/invitation").status_code == 409
    told = owner.execute(
        "select entry.action, details.actor_label from public.audit_log entry"
        " join public.audit_details details using (site_domain, position)"
        " where subject_id = %s and subject_type = 'profile' and action = 'invite'",
        [person["id"]],
    ).fetchall()
    assert told == [("invite", "Admin")] * 2


def test_a_revoked_invitation_opens_nothing(admin: httpx.Client, server: TestServer) -> None:
    email = f"{uuid4().hex[:12]}@new.example"
    person = admin.post("/users/v1/invitations", json={"email": email}).json()
    assert admin.delete(f"/users/v1/users/{person['id']}/invitation").status_code == 204
    [mail] = mails(server, email)
    dead = httpx.get(mail.links[0], follow_redirects=False)
    assert "otp_expired" in dead.headers["location"]
    assert admin.delete(f"/users/v1/users/{person['id']}/invitation").status_code == 404
    assert admin.post("/users/v1/invitations", json={"email": email}).status_code == 201


def test_an_invitation_that_came_too_late(
    admin: httpx.Client, server: TestServer, owner: Connection[Any]
) -> None:
    email = f"{uuid4().hex[:12]}@new.example"
    person = admin.post("/users/v1/invitations", json={"email": email}).json()
    owner.execute(
        "update auth.one_time_tokens set created_at = created_at - interval '6 days 23 hours'"
        " where user_id = %s",
        [person["id"]],
    )
    [mail] = mails(server, email)
    token = httpx.URL(mail.links[0]).params["token"]
    # A token that is mailed is not made of a code, which could be guessed in a week.
    assert token.startswith("invite_") and len(token) > 50
    owner.execute(
        "update auth.one_time_tokens set created_at = created_at - interval '2 hours'"
        " where user_id = %s",
        [person["id"]],
    )
    dead = httpx.get(mail.links[0], follow_redirects=False)
    assert "otp_expired" in dead.headers["location"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "no address"}, "email"),
        ({}, "email"),
        ({"email": "a@b.example", "role": "owner"}, "role"),
        ({"email": "a@b.example", "domains": ["no domain!"]}, "domains.0"),
        ({"email": "a@b.example", "full_name": "x" * 201}, "full_name"),
        ({"email": "a@b.example", "colour": "red"}, "colour"),
    ],
)
def test_mistakes_in_an_invitation_are_named(
    body: dict[str, Any], field: str, admin: httpx.Client
) -> None:
    answer = admin.post("/users/v1/invitations", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


def test_unknown_domains_leave_nobody_written_to(admin: httpx.Client, server: TestServer) -> None:
    email = f"{uuid4().hex[:12]}@new.example"
    body = {"email": email, "domains": ["nowhere.example"]}
    answer = admin.post("/users/v1/invitations", json=body)
    assert answer.status_code == 422, answer.text
    assert mails(server, email) == []


def test_a_password_is_reset_by_mail(
    admin: httpx.Client, server: TestServer, owner: Connection[Any]
) -> None:
    user_id, email = make(server, owner)
    assert admin.post(f"/users/v1/users/{user_id}/password-reset").status_code == 204
    [mail] = mails(server, email)
    assert httpx.URL(mail.links[0]).params["redirect_to"].endswith("/reset-password")
    server.sign_in(email, PASSWORD)  # The old one works until then.


def test_a_live_session_of_who_is_disabled_ends_everywhere(
    admin: httpx.Client, server: TestServer, owner: Connection[Any]
) -> None:
    user_id, email = make(server, owner)
    tokens = httpx.post(
        f"{server.url}/auth/v1/token?grant_type=password",
        headers={"apikey": server.anon_key},
        json={"email": email, "password": PASSWORD},
    ).json()
    day = {"from": "2026-05-05", "to": "2026-05-05"}
    requests: list[tuple[str, str, Any]] = [
        ("GET", "/rest/v1/visitors?select=id", None),
        ("POST", "/rest/v1/rpc/list_conversations", {"p_site_domains": None}),
        ("POST", "/rest/v1/rpc/get_my_access", {}),
        ("GET", f"/export/v1/visitors.csv?filter={quote(json.dumps(day))}", None),
        ("PUT", f"/content/v1/sections/{MINE}/order", {"ids": []}),
        ("GET", "/auth/v1/user", None),
    ]
    with server.client(tokens["access_token"]) as theirs:
        assert theirs.get("/rest/v1/visitors?select=id").json() != []
        answer = admin.put(f"/users/v1/users/{user_id}/disabled", json={"disabled": True})
        assert answer.json()["state"] == "disabled"
        assert answer.json()["sessions"] == 0
        for method, path, body in requests:
            refused = theirs.request(method, path, json=body)
            # 403 is how the auth protocol says it.
            assert refused.status_code in (401, 403), (path, refused.text)
    refresh = httpx.post(
        f"{server.url}/auth/v1/token?grant_type=refresh_token",
        headers={"apikey": server.anon_key},
        json={"refresh_token": tokens["refresh_token"]},
    )
    assert refresh.status_code == 400
    with pytest.raises(httpx.HTTPStatusError):
        server.sign_in(email, PASSWORD)
    admin.put(f"/users/v1/users/{user_id}/disabled", json={"disabled": False})
    server.sign_in(email, PASSWORD)


def test_signing_out_everywhere_and_deleting(
    admin: httpx.Client, server: TestServer, owner: Connection[Any]
) -> None:
    user_id, email = make(server, owner)
    with server.signed_in(email, PASSWORD) as theirs:
        assert admin.delete(f"/users/v1/users/{user_id}/sessions").json() == {"ended": 1}
        assert theirs.get("/rest/v1/visitors?select=id").status_code == 401
    changed = admin.patch(
        f"/users/v1/users/{user_id}", json={"full_name": " Eve ", "role": "admin"}
    )
    assert (changed.json()["full_name"], changed.json()["role"]) == ("Eve", "admin")
    bulk = {"user_ids": [user_id, STRANGER], "add": [MINE, OTHERS]}
    assert admin.post("/users/v1/domains", json=bulk).json() == {"changed": 2}
    undo = {"user_ids": [STRANGER], "remove": [MINE]}
    assert admin.post("/users/v1/domains", json=undo).json() == {"changed": 1}
    assert admin.delete(f"/users/v1/users/{user_id}").status_code == 204
    assert admin.delete(f"/users/v1/users/{user_id}").status_code == 404
    with pytest.raises(httpx.HTTPStatusError):
        server.sign_in(email, PASSWORD)


def test_a_second_factor_that_was_lost_is_taken_away(
    admin: httpx.Client, server: TestServer, owner: Connection[Any]
) -> None:
    user_id, email = make(server, owner)
    address = f"/users/v1/users/{user_id}/second-factor"
    assert admin.delete(address).status_code == 409
    with server.signed_in(email, PASSWORD) as theirs:
        owner.execute(
            "insert into auth.mfa_factors"
            " (id, user_id, factor_type, status, created_at, updated_at)"
            " values (gen_random_uuid(), %s, 'totp', 'verified', now(), now())",
            [user_id],
        )
        # Without the code that session sees nothing any more.
        assert theirs.get("/rest/v1/visitors?select=id").json() == []
        assert admin.delete(address).json() == {"removed": 1}
        assert theirs.get("/rest/v1/visitors?select=id").status_code == 401
    with server.signed_in(email, PASSWORD) as theirs:
        assert theirs.get("/rest/v1/visitors?select=id").json() != []
    assert admin.delete(f"/users/v1/users/{ADMIN}/second-factor").status_code == 409
    found = owner.execute(
        "select count(*) from public.audit_log"
        " where action = 'remove_second_factor' and subject_id = %s and actor_id = %s",
        [user_id, ADMIN],
    )
    assert found.fetchone() == (1,)


def test_the_last_admin_stays_whoever_asks(server: TestServer, owner: Connection[Any]) -> None:
    owner.execute(
        "update public.profiles set role = 'user' where role = 'admin' and id <> %s", [ADMIN]
    )
    key = {"Authorization": f"Bearer {server.service_role_key}", "apikey": server.service_role_key}
    with httpx.Client(base_url=server.url, headers=key, timeout=30) as service:
        for answer in (
            service.delete(f"/auth/v1/admin/users/{ADMIN}"),
            service.put(f"/auth/v1/admin/users/{ADMIN}", json={"ban_duration": "1h"}),
            service.request(
                "DELETE", f"/auth/v1/admin/users/{ADMIN}", json={"should_soft_delete": True}
            ),
            service.patch(f"/rest/v1/profiles?id=eq.{ADMIN}", json={"role": "user"}),
            service.delete(f"/rest/v1/profiles?id=eq.{ADMIN}"),
        ):
            assert answer.status_code == 409, answer.text
            assert "last admin" in answer.text
    server.sign_in("admin@admin.com", "admin")


def test_a_hosted_project_is_asked_over_the_net(
    admin: httpx.Client, server: TestServer, database: TestDatabase
) -> None:
    """Another server of ours stands for the project: accounts and e-mails are made there."""
    email = f"{uuid4().hex[:12]}@new.example"
    with running_server(database, supabase_url=server.url) as elsewhere:
        token = admin.headers["authorization"].removeprefix("Bearer ")
        with elsewhere.client(token) as client:
            made = client.post("/users/v1/invitations", json={"email": email})
            assert made.status_code == 201, made.text
    assert len(mails(server, email)) == 1
    with (
        running_server(database, supabase_url="http://127.0.0.1:9") as nowhere,
        nowhere.client(token) as client,
    ):
        made = client.post("/users/v1/invitations", json={"email": f"other.{email}"})
        assert (made.status_code, made.json()["code"]) == (503, "unavailable")
