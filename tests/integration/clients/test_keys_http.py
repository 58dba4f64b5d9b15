"""Keys: shown once, replaced without downtime, ended at once, and known when last used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from backoffice.stack.processes import wait_until
from support.server import TestServer

from .conftest import Shop

# Answers about keys are remembered for less than a second.
AT_ONCE = 3.0


def test_a_secret_key_is_shown_once_and_kept_hashed(server: TestServer, shop: Shop) -> None:
    minted = shop.ask("POST", "/keys", kind="secret", label="Agent").json()
    assert shop.agent(minted["key"]).status_code == 200
    (kept,) = shop.keys_of("secret")
    assert (kept["id"], kept["label"]) == (minted["id"], "Agent")
    assert kept["secret_hint"].endswith(minted["key"][-4:])
    with server.database.connect("postgres") as owner:
        row = owner.execute(
            "select key::text from public.domain_keys as key where id = %s", [minted["id"]]
        ).fetchone()
        log = owner.execute(
            "select string_agg(details::text, '') from public.audit_details as details"
            " where site_domain = %s",
            [shop.domain],
        ).fetchone()
    assert row is not None and log is not None
    assert minted["key"] not in row[0] + log[0]
    assert shop.ask("PATCH", f"/keys/{kept['id']}", label="New name").status_code == 204
    assert shop.keys_of("secret")[0]["label"] == "New name"
    assert shop.ask("PATCH", f"/keys/{kept['id']}", label="x" * 101).status_code == 422


def test_both_keys_work_until_the_old_ones_time_is_over(server: TestServer, shop: Shop) -> None:
    old_secret = shop.ask("POST", "/keys", kind="secret").json()
    old = shop.keys_of()[0]
    rotated = shop.ask("POST", f"/keys/{old['id']}/rotate", overlap_hours=48).json()
    new_secret = shop.ask("POST", f"/keys/{old_secret['id']}/rotate").json()
    for key in (shop.public_key, rotated["key"]):
        assert shop.capture(key).status_code == 200
        assert shop.config(key).status_code == 200
    for key in (old_secret["key"], new_secret["key"]):
        assert shop.agent(key).status_code == 200
    kept = {key["id"]: key for key in shop.keys_of() + shop.keys_of("secret")}
    ends = datetime.fromisoformat(kept[old["id"]]["expires_at"])
    assert abs(ends - datetime.now(UTC) - timedelta(hours=48)) < timedelta(minutes=5)
    ends = datetime.fromisoformat(kept[old_secret["id"]]["expires_at"])
    assert abs(ends - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=5)
    assert kept[old["id"]]["replaced_by"] == rotated["id"]
    assert kept[rotated["id"]]["label"] == old["label"]

    # Their time comes.
    with server.database.connect("postgres") as owner:
        owner.execute(
            "update public.domain_keys set expires_at = now() - interval '1 ms'"
            " where site_domain = %s and expires_at is not null",
            [shop.domain],
        )
    assert wait_until(lambda: shop.config(shop.public_key).status_code == 401, AT_ONCE)
    assert wait_until(lambda: shop.agent(old_secret["key"]).status_code == 401, AT_ONCE)
    told = shop.capture(shop.public_key)
    assert (told.status_code, told.json()["code"]) == (401, "key_replaced")
    assert shop.capture(rotated["key"]).status_code == 200
    assert shop.agent(new_secret["key"]).status_code == 200


def test_nothing_is_lost_while_a_page_changes_its_key(server: TestServer, shop: Shop) -> None:
    rotated = shop.ask("POST", f"/keys/{shop.keys_of()[0]['id']}/rotate").json()
    for number in range(6):
        key = shop.public_key if number % 2 else rotated["key"]
        assert shop.capture(key, f"visitor{number}").status_code == 200
    shop.ask("POST", f"/keys/{shop.keys_of()[0]['id']}/end")
    assert wait_until(lambda: shop.capture(shop.public_key).status_code == 401, AT_ONCE)
    with server.database.connect("postgres") as owner:
        row = owner.execute(
            "select count(distinct visitor_id) from public.events where site_domain = %s",
            [shop.domain],
        ).fetchone()
    # The last ones, of "ann", came before the end was noticed.
    assert row is not None and row[0] in (6, 7)
    assert shop.config(rotated["key"]).status_code == 200


def test_a_key_is_ended_at_once_and_says_so(shop: Shop) -> None:
    assert shop.config(shop.public_key).status_code == 200
    key = shop.keys_of()[0]
    assert shop.ask("POST", f"/keys/{key['id']}/end").status_code == 204
    assert wait_until(lambda: shop.config(shop.public_key).status_code == 401, AT_ONCE)
    assert shop.config(shop.public_key).json()["code"] == "key_revoked"
    again = shop.ask("POST", f"/keys/{key['id']}/rotate")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert shop.config("rose_pk_unknown").json()["code"] == "unauthenticated"
    assert shop.ask("POST", f"/keys/{shop.organization}/end").status_code == 404


def test_a_rotation_has_bounds_and_happens_once(shop: Shop) -> None:
    key = shop.keys_of()[0]["id"]
    for hours in (-1, 90 * 24 + 1, 1.5, "7"):
        answer = shop.ask("POST", f"/keys/{key}/rotate", overlap_hours=hours)
        assert (answer.status_code, answer.json()["field"]) == (422, "overlap_hours")
    at_once = shop.ask("POST", f"/keys/{key}/rotate", overlap_hours=0)
    assert at_once.status_code == 201
    assert shop.ask("POST", f"/keys/{key}/rotate").status_code == 409
    assert wait_until(lambda: shop.config(shop.public_key).status_code == 401, AT_ONCE)
    assert shop.config(at_once.json()["key"]).status_code == 200
    other = shop.admin.post(
        f"/clients/v1/domains/abtasty.com/keys/{at_once.json()['id']}/rotate", json={}
    )
    assert other.status_code == 404


def test_an_archived_website_takes_nothing_keeps_everything_and_comes_back(
    server: TestServer, shop: Shop
) -> None:
    secret = shop.ask("POST", "/keys", kind="secret").json()["key"]
    assert shop.capture(shop.public_key).status_code == 200
    assert shop.agent(secret).status_code == 200
    assert shop.ask("POST", "/archive").json()["archived_at"]

    def refused() -> bool:
        answers = shop.capture(shop.public_key), shop.config(shop.public_key), shop.agent(secret)
        return [answer.status_code for answer in answers] == [401, 401, 401]

    assert wait_until(refused, AT_ONCE)
    for answer in (shop.capture(shop.public_key), shop.config(shop.public_key), shop.agent(secret)):
        assert answer.json()["code"] == "site_archived"
        assert "archived" in answer.json()["message"]
    # Pages of any origin may read why.
    assert shop.config(shop.public_key).headers["access-control-allow-origin"] == "*"
    rotation = f"/keys/{shop.keys_of()[0]['id']}/rotate"
    assert shop.ask("POST", "/keys", kind="public").status_code == 409
    assert shop.ask("POST", rotation).status_code == 409
    zone = shop.ask("PUT", "/timezone", timezone="UTC", was="Europe/Paris")
    assert (zone.status_code, "archived" in zone.json()["message"]) == (409, True)
    with server.database.connect("postgres") as owner:
        kept = "select count(*) from public.events where site_domain = %s"
        assert owner.execute(kept, [shop.domain]).fetchone() == (1,)
    assert shop.ask("POST", "/restore").json()["archived_at"] is None
    assert wait_until(lambda: shop.capture(shop.public_key).status_code == 200, AT_ONCE)
    assert wait_until(lambda: shop.agent(secret).status_code == 200, AT_ONCE)


def test_when_a_key_was_last_used_is_known(shop: Shop, admin: httpx.Client) -> None:
    secret = shop.ask("POST", "/keys", kind="secret").json()["key"]
    unused = shop.ask("POST", "/keys", kind="public").json()
    assert [key["last_used_at"] for key in shop.keys_of() + shop.keys_of("secret")] == [None] * 3
    shop.capture(shop.public_key)
    shop.agent(secret)
    shop.config("rose_pk_unknown")

    def used() -> set[str]:
        keys = shop.keys_of() + shop.keys_of("secret")
        return {key["id"] for key in keys if key["last_used_at"]}

    assert wait_until(lambda: len(used()) == 2, 10)
    first = {key["id"]: key["last_used_at"] for key in shop.keys_of()}
    assert first[unused["id"]] is None
    # Within the minute it is written once; the log knows nothing of it.
    shop.capture(shop.public_key)
    assert {key["id"]: key["last_used_at"] for key in shop.keys_of()} == first
    log = admin.post(
        "/rest/v1/rpc/list_audit_log",
        json={"p_site_domains": [shop.domain], "p_filter": {"subject_type": "domain_key"}},
    ).json()
    assert {entry["action"] for entry in log} == {"create"}
