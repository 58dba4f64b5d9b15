"""An invitation is checked before an account is made; one that stopped half-way can go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from psycopg import Connection

from backoffice.mailbox import Mailbox
from support.database import TestDatabase
from support.server import TestServer
from support.two_domains import DOMAINS, fill_two_domains

INVITATIONS = "/users/v1/invitations"


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
        yield connection


@pytest.fixture(scope="module")
def admin(owner: Connection[Any], server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("admin@admin.com", "admin") as client:
        yield client


def new_address() -> str:
    return f"{uuid4().hex[:12]}@new.example"


def create(server: TestServer, email: str, **more: Any) -> str:
    """An account that nobody was invited to."""
    answer = httpx.post(
        f"{server.url}/auth/v1/admin/users",
        headers={"Authorization": f"Bearer {server.service_role_key}"},
        json={"email": email, **more},
    )
    return str(answer.json()["id"])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"domains": [DOMAINS[0], "nowhere.example"]}, "domains"), ({"role": "owner"}, "role")],
)
def test_what_is_wrong_is_told_before_an_account_is_made(
    admin: httpx.Client, owner: Connection[Any], wrong: dict[str, Any], field: str
) -> None:
    email = new_address()
    refused = admin.post(INVITATIONS, json={"email": email, **wrong})
    assert refused.status_code == 422, refused.text
    assert field in refused.text
    found = owner.execute("select count(*) from auth.users where email = %s", [email]).fetchone()
    assert found == (0,)
    again = admin.post(INVITATIONS, json={"email": email, "domains": [DOMAINS[0]]})
    assert again.status_code == 201, again.text


def test_one_that_stopped_half_way_goes_on(admin: httpx.Client, server: TestServer) -> None:
    email = new_address()
    made = create(server, email)
    asked = {"email": email.upper(), "full_name": "Ada Byron", "role": "admin"}
    answer = admin.post(INVITATIONS, json=asked)
    assert answer.status_code == 201, answer.text
    person = answer.json()
    assert (person["id"], person["state"], person["role"], person["full_name"]) == (
        made,
        "invited",
        "admin",
        "Ada Byron",
    )
    written = [
        mail for mail in Mailbox.of(server.state.settings).newest_first() if mail.to == email
    ]
    assert len(written) == 1
    assert admin.post(INVITATIONS, json=asked).json()["field"] == "email"


def test_who_is_here_or_is_signing_up_is_not_taken_over(
    admin: httpx.Client, server: TestServer, owner: Connection[Any]
) -> None:
    here, signing_up = new_address(), new_address()
    create(server, here, email_confirm=True, password="a long enough password")
    create(server, signing_up, password="a long enough password")
    owner.execute(
        "update auth.users set confirmation_sent_at = now() where email = %s", [signing_up]
    )
    for email in (here, signing_up):
        answer = admin.post(INVITATIONS, json={"email": email, "role": "admin"})
        assert (answer.status_code, answer.json()["field"]) == (409, "email")
        assert owner.execute(
            "select role from public.profiles where email = %s", [email]
        ).fetchone() == ("user",)
