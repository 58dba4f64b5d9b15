"""Choosing, looking at a digest, and unsubscribing, over HTTP and as each kind of person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

import httpx
import pytest

from backoffice.notifications.unsubscribing import Subscription, Unsubscribing
from backoffice.tokens import AUDIENCE, Tokens
from support.database import TestDatabase
from support.server import TestServer
from support.two_domains import ADMIN, STRANGER, USER, fill_two_domains

OTHERS = "other.example"
MINE = "abtasty.com"
SAVE = "/rest/v1/rpc/save_notification_choice"


@pytest.fixture(scope="module")
def people(database: TestDatabase, server: TestServer) -> Iterator[dict[str, httpx.Client]]:
    tokens = Tokens(server.keys)
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
        connection.execute("delete from public.notification_choices")
    with ExitStack() as opened:

        def client(subject: str | None) -> httpx.Client:
            claims = {"sub": subject, "role": "authenticated", "aud": AUDIENCE}
            return opened.enter_context(server.client(tokens.sign(claims) if subject else None))

        who = {"admin": ADMIN, "user": USER, "stranger": STRANGER, "anonymous": None}
        yield {name: client(subject) for name, subject in who.items()}


def chosen(client: httpx.Client) -> dict[str, tuple[bool, bool]]:
    rows = client.post("/rest/v1/rpc/get_my_notifications", json={}).json()
    return {
        row["site_domain"]: (row["digest_since"] is not None, row["alerts_since"] is not None)
        for row in rows
    }


def test_each_person_chooses_for_themselves_and_their_own_websites(
    people: dict[str, httpx.Client],
) -> None:
    user = people["user"]
    assert chosen(user) == {MINE: (False, False)}
    assert user.post(SAVE, json={"p_site_domain": MINE, "p_digest": True}).status_code == 204
    assert user.post(SAVE, json={"p_site_domain": MINE, "p_alerts": True}).status_code == 204
    assert chosen(user) == {MINE: (True, True)}
    assert user.post(SAVE, json={"p_site_domain": MINE, "p_alerts": False}).status_code == 204
    assert chosen(user) == {MINE: (True, False)}
    assert chosen(people["admin"]) == {MINE: (False, False), OTHERS: (False, False)}
    refused = user.post(SAVE, json={"p_site_domain": OTHERS, "p_digest": True})
    assert (refused.status_code, refused.json()["code"]) == (404, "PT404")
    nobody = people["anonymous"].post(SAVE, json={"p_site_domain": MINE, "p_digest": True})
    assert nobody.status_code == 401


def test_a_digest_is_shown_to_who_sees_the_website(people: dict[str, httpx.Client]) -> None:
    path = f"/notifications/v1/digest/{MINE}?first=2026-05-04"
    for name in ("user", "admin"):
        shown = people[name].get(path).json()
        assert (shown["first"], shown["last"]) == ("2026-05-04", "2026-05-10")
        assert "4–10 May 2026" in shown["subject"]
        assert f"/dashboard?domain={MINE}&from=2026-05-04&to=2026-05-10" in shown["text"]
        assert "A question about" not in people["stranger"].get(path).text
    assert people["stranger"].get(path).status_code == 404
    assert people["anonymous"].get(path).status_code == 401
    for wrong in ("first=2026-05-05", "first=soon"):
        refused = people["user"].get(f"/notifications/v1/digest/{MINE}?{wrong}")
        assert (refused.status_code, refused.json()["field"]) == (422, "first")


def test_a_link_unsubscribes_only_when_its_button_is_pressed(
    people: dict[str, httpx.Client], server: TestServer
) -> None:
    user = people["user"]
    user.post(SAVE, json={"p_site_domain": MINE, "p_digest": True, "p_alerts": True})
    signer = Unsubscribing(server.keys.encryption_keys)
    link = signer.link(server.url, Subscription(UUID(USER), MINE, "digest"))
    asked = httpx.get(link)
    assert (asked.status_code, "End the weekly digest" in asked.text) == (200, True)
    assert chosen(user) == {MINE: (True, True)}
    # As mail programs send it, twice.
    for _ in range(2):
        done = httpx.post(link, data={"List-Unsubscribe": "One-Click"})
        assert (done.status_code, "You are unsubscribed" in done.text) == (200, True)
    assert chosen(user) == {MINE: (False, True)}


def test_a_forged_link_ends_nothing(server: TestServer) -> None:
    subscription = Subscription(UUID(USER), MINE, "alerts")
    forged = Unsubscribing(["another key"]).link(server.url, subscription)
    good = Unsubscribing(server.keys.encryption_keys).link(server.url, subscription)
    other = Unsubscribing(server.keys.encryption_keys).token(
        Subscription(UUID(ADMIN), MINE, "alerts")
    )
    swapped = f"{other.split('.')[0]}.{good.rpartition('.')[2]}"
    for link in (forged, good[:-4], f"{server.url}/notifications/v1/unsubscribe", forged[:60]):
        assert httpx.post(link).status_code == 404
    assert (
        httpx.post(f"{server.url}/notifications/v1/unsubscribe?token={swapped}").status_code == 404
    )


def test_whether_mail_is_sent_is_for_signed_in_people(people: dict[str, httpx.Client]) -> None:
    told = people["user"].get("/notifications/v1/mail").json()
    assert told == {"sends": True, "mailbox": True}
    assert people["anonymous"].get("/notifications/v1/mail").status_code == 401


def test_the_page_beside_the_routes_is_the_interfaces(server: TestServer) -> None:
    assert httpx.get(f"{server.url}/notifications/v1/nothing").status_code == 404
    assert httpx.get(f"{server.url}/notifications").headers["content-type"].startswith("text/html")
