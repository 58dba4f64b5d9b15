"""Refresh tokens rotate, reuse is noticed, and signing out ends what it says."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from backoffice.tokens import Tokens
from support.auth import PASSWORD, bearer, refused
from support.database import TestDatabase
from support.server import TestServer

SignIn = Callable[[], dict[str, Any]]


def refresh(auth: httpx.Client, token: str) -> httpx.Response:
    return auth.post("/token?grant_type=refresh_token", json={"refresh_token": token})


def age(database: TestDatabase, token: str, interval: str = "11 seconds") -> None:
    """Let `token` have been last used a while ago."""
    with database.connect() as connection:
        connection.execute(
            "update auth.refresh_tokens set updated_at = updated_at - %s::interval"
            " where token = %s",
            [interval, token],
        )


def live_tokens(database: TestDatabase, session: dict[str, Any]) -> int:
    with database.connect() as connection:
        [(count,)] = connection.execute(
            "select count(*) from auth.refresh_tokens where user_id = %s and not revoked",
            [session["user"]["id"]],
        ).fetchall()
    return int(count)


def test_each_refresh_gives_a_new_token_of_the_same_session(
    auth: httpx.Client, sign_in: SignIn, server: TestServer, database: TestDatabase
) -> None:
    first = sign_in()
    second = refresh(auth, first["refresh_token"]).json()
    third = refresh(auth, second["refresh_token"]).json()
    assert len({s["refresh_token"] for s in (first, second, third)}) == 3
    tokens = Tokens(server.keys)
    claims = [tokens.verify(s["access_token"]) for s in (first, second, third)]
    assert len({c["session_id"] for c in claims}) == 1
    assert claims[2]["amr"] == claims[0]["amr"]
    assert live_tokens(database, first) == 1
    with database.connect() as connection:
        [(refreshed,)] = connection.execute(
            "select refreshed_at is not null from auth.sessions where user_id = %s",
            [first["user"]["id"]],
        ).fetchall()
    assert refreshed


def test_a_lost_answer_is_given_again_however_late(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    first = sign_in()["refresh_token"]
    second = refresh(auth, first).json()["refresh_token"]
    age(database, first, "1 hour")
    assert refresh(auth, first).json()["refresh_token"] == second


def test_an_older_token_works_within_the_reuse_interval(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    session = sign_in()
    first = session["refresh_token"]
    second = refresh(auth, first).json()["refresh_token"]
    third = refresh(auth, second).json()["refresh_token"]
    age(database, first, "-1 minute")
    assert refresh(auth, first).json()["refresh_token"] == third
    assert live_tokens(database, session) == 1


def test_reuse_revokes_every_token_of_the_session(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    session, other = sign_in(), sign_in()
    first = session["refresh_token"]
    second = refresh(auth, first).json()["refresh_token"]
    third = refresh(auth, second).json()["refresh_token"]
    age(database, first)
    refused(refresh(auth, first), 400, "refresh_token_already_used")
    for stolen in (third, second, first):
        refused(refresh(auth, stolen), 400, "refresh_token_already_used")
    assert live_tokens(database, session) == 1
    assert refresh(auth, other["refresh_token"]).is_success


def test_two_refreshes_at_once_get_the_same_token(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    session = sign_in()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refresh(auth, session["refresh_token"]), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert live_tokens(database, session) == 1


@pytest.mark.parametrize("token", ["x", "unknown-token", "x" * 10_000, "' or true --", "é", "😀"])
def test_unknown_tokens_are_not_found(auth: httpx.Client, token: str) -> None:
    refused(refresh(auth, token), 400, "refresh_token_not_found")


def test_a_missing_token_is_an_oauth_error(auth: httpx.Client) -> None:
    answer = refresh(auth, "")
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "invalid_request",
        "error_description": "refresh_token required",
    }


def test_a_banned_user_cannot_refresh(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    session = sign_in()
    with database.connect() as connection:
        connection.execute(
            "update auth.users set banned_until = now() + interval '1 hour' where id = %s",
            [session["user"]["id"]],
        )
    refused(refresh(auth, session["refresh_token"]), 400, "user_banned")
    refused(auth.get("/user", headers=bearer(session)), 403, "user_banned")
    assert live_tokens(database, session) == 1


def test_a_session_past_its_end_is_over(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase
) -> None:
    session = sign_in()
    with database.connect() as connection:
        connection.execute(
            "update auth.sessions set not_after = now() where user_id = %s", [session["user"]["id"]]
        )
    refused(refresh(auth, session["refresh_token"]), 400, "session_expired")
    refused(auth.get("/user", headers=bearer(session)), 403, "session_not_found")


@pytest.mark.parametrize(
    ("scope", "lives"),
    [("local", [False, True]), ("others", [True, False]), ("global", [False, False])],
)
def test_signing_out_ends_the_sessions_it_names(
    auth: httpx.Client, sign_in: SignIn, database: TestDatabase, scope: str, lives: list[bool]
) -> None:
    sessions = [sign_in(), sign_in()]
    answer = auth.post(f"/logout?scope={scope}", headers=bearer(sessions[0]))
    assert (answer.status_code, answer.content) == (204, b"")
    for session, alive in zip(sessions, lives, strict=True):
        user = auth.get("/user", headers=bearer(session))
        refreshed = refresh(auth, session["refresh_token"])
        if alive:
            assert (user.status_code, refreshed.status_code) == (200, 200)
        else:
            refused(user, 403, "session_not_found")
            refused(refreshed, 400, "refresh_token_not_found")
    with database.connect() as connection:
        [(recorded,)] = connection.execute(
            "select count(*) from auth.audit_log_entries"
            " where payload ->> 'action' = 'logout' and payload ->> 'actor_id' = %s",
            [sessions[0]["user"]["id"]],
        ).fetchall()
    assert recorded == 1


def test_signing_out_is_global_unless_said_otherwise(auth: httpx.Client, sign_in: SignIn) -> None:
    sessions = [sign_in(), sign_in()]
    assert auth.post("/logout", headers=bearer(sessions[0])).status_code == 204
    refused(auth.get("/user", headers=bearer(sessions[1])), 403, "session_not_found")
    refused(auth.post("/logout", headers=bearer(sessions[0])), 403, "session_not_found")


def test_unknown_scopes_end_nothing(auth: httpx.Client, sign_in: SignIn) -> None:
    session = sign_in()
    answer = auth.post("/logout?scope=everything", headers=bearer(session))
    refused(answer, 400, "validation_failed")
    assert auth.get("/user", headers=bearer(session)).is_success


def test_a_new_password_ends_every_other_session(
    auth: httpx.Client, sign_in: SignIn, person: dict[str, Any]
) -> None:
    mine, other = sign_in(), sign_in()
    answer = auth.put("/user", headers=bearer(mine), json={"password": "battery staple"})
    assert answer.status_code == 200
    assert auth.get("/user", headers=bearer(mine)).is_success
    refused(auth.get("/user", headers=bearer(other)), 403, "session_not_found")
    refused(refresh(auth, other["refresh_token"]), 400, "refresh_token_not_found")
    old = {"email": person["email"], "password": PASSWORD}
    refused(auth.post("/token?grant_type=password", json=old), 400, "invalid_credentials")
    new = {"email": person["email"], "password": "battery staple"}
    assert auth.post("/token?grant_type=password", json=new).is_success
