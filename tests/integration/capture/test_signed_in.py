"""Browsers that are signed in to the backoffice: what they send is stored, and not counted."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from support.server import TestServer

from .conftest import Site, event

MARK = {"Cookie": "other=1; rose_backoffice=1", "Origin": "https://capture.example"}


def send(site: Site, headers: dict[str, str], **changes: str) -> str:
    """One event; gives whose it is."""
    sent = event({"$session_id": f"s-{uuid4()}"}, **changes)
    body = {"api_key": site.public_key, "batch": [sent]}
    answer = site.http.post("/batch/", json=body, headers=headers)
    assert answer.json()["stored"] == 1
    return str(sent["distinct_id"])


def counts(site: Site, distinct_id: str) -> list[bool]:
    """Of each of a visitor's events."""
    return [row[3] for row in site.events_of(distinct_id)]


@pytest.mark.parametrize(
    ("headers", "counted"),
    [
        (MARK, False),
        ({**MARK, "Cookie": "rose_backoffices=1"}, True),
        ({"Origin": MARK["Origin"]}, True),
        ({"Cookie": MARK["Cookie"]}, False),
        ({**MARK, "Origin": "null"}, False),
        ({**MARK, "Origin": "http://["}, False),
        ({**MARK, "Cookie": ";;=;rose_backoffice;="}, True),
    ],
)
def test_a_marked_browser_is_not_counted(
    site: Site, headers: dict[str, str], counted: bool
) -> None:
    assert counts(site, send(site, headers)) == [counted]


def test_a_page_of_the_server_itself_is_counted(site: Site) -> None:
    here = str(site.http.base_url).rstrip("/")
    assert counts(site, send(site, {**MARK, "Origin": here})) == [True]


def test_the_visitor_and_what_they_ask_are_internal(site: Site) -> None:
    visitor = send(site, MARK)
    conversation_id = site.conversation(distinct_id=visitor)
    rows = site.rows(
        "select v.is_internal, v.counts, c.counts from public.conversations c"
        " join public.visitors v on v.site_domain = c.site_domain and v.id = c.visitor_id"
        " where c.id = %s",
        conversation_id,
    )
    assert rows == [(True, False, False)]


def test_an_answer_does_not_tell_a_page_who_is_signed_in(site: Site) -> None:
    body = {"api_key": site.public_key, "batch": []}
    unmarked = {"Origin": MARK["Origin"]}
    answers = [site.http.post("/batch/", json=body, headers=each) for each in (MARK, unmarked)]
    told = [(answer.status_code, answer.content) for answer in answers]
    assert told[0] == told[1]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == MARK["Origin"]
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "set-cookie" not in answer.headers


def test_signing_in_sets_the_mark_and_signing_out_takes_it_away(server: TestServer) -> None:
    credentials = {"email": "user@user.com", "password": "user"}
    with httpx.Client(base_url=server.url, headers={"apikey": server.anon_key}) as browser:
        refused = browser.post(
            "/auth/v1/token?grant_type=password", json={**credentials, "password": "wrong"}
        )
        assert refused.status_code == 400 and "set-cookie" not in refused.headers
        answer = browser.post("/auth/v1/token?grant_type=password", json=credentials)
        cookie = answer.headers["set-cookie"]
        for part in ("rose_backoffice=1;", "HttpOnly", "Secure", "SameSite=none", "Path=/"):
            assert part in cookie
        tokens = answer.json()
        again = browser.post(
            "/auth/v1/token?grant_type=refresh_token",
            json={"refresh_token": tokens["refresh_token"]},
        )
        assert "rose_backoffice=1;" in again.headers["set-cookie"]
        token = {"Authorization": f"Bearer {again.json()['access_token']}"}
        others = browser.post("/auth/v1/logout?scope=others", headers=token)
        assert others.status_code == 204 and "set-cookie" not in others.headers
        out = browser.post("/auth/v1/logout?scope=local", headers=token)
        assert out.status_code == 204
        assert 'rose_backoffice="";' in out.headers["set-cookie"]
        assert "Max-Age=0" in out.headers["set-cookie"]
