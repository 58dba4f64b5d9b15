# ruff: noqa: E501 - what is asked and what is told are one line
"""Organizations, websites and hosts over HTTP: what staff may do, and what everybody else is told."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from backoffice.addresses import hash_address
from backoffice.stack.processes import wait_until
from support.server import TestServer

from .conftest import Shop

NOBODY = "40000000-0000-4000-8000-0000000000aa"


def organizations(client: httpx.Client, **given: Any) -> httpx.Response:
    return client.post("/clients/v1/organizations", json=given)


def clients(client: httpx.Client, **wanted: Any) -> Any:
    return client.post("/rest/v1/rpc/get_clients", json={"p_filter": wanted}).json()


def routes(domain: str, organization: str, key: str) -> list[tuple[str, str, Any]]:
    """Every route with a body it takes."""
    one, site = f"/organizations/{organization}", f"/domains/{domain}"
    return [
        ("POST", "/organizations", {"name": uuid.uuid4().hex}),
        ("PATCH", one, {"name": uuid.uuid4().hex, "was": "x"}),
        ("POST", f"{one}/archive", None),
        ("POST", f"{one}/restore", None),
        (
            "POST",
            f"{one}/domains",
            {"site_domain": "new-shop.com", "name": "New", "timezone": "UTC"},
        ),
        ("PATCH", site, {"name": "Other", "was": "x"}),
        ("POST", f"{site}/archive", None),
        ("POST", f"{site}/restore", None),
        ("PUT", f"{site}/timezone", {"timezone": "UTC", "was": "Europe/Paris"}),
        ("PUT", f"{site}/hosts", {"host": "shop.example.com", "environment": "staging"}),
        ("DELETE", f"{site}/hosts/{domain}", None),
        ("POST", f"{site}/internal-addresses", {"address": "203.0.113.7"}),
        ("DELETE", f"{site}/internal-addresses/hash", None),
        ("POST", f"{site}/keys", {"kind": "secret"}),
        ("PATCH", f"{site}/keys/{key}", {"label": "Mine"}),
        ("POST", f"{site}/keys/{key}/rotate", {}),
        ("POST", f"{site}/keys/{key}/end", None),
    ]


def test_every_route_is_for_staff(
    server: TestServer, people: dict[str, httpx.Client], shop: Shop
) -> None:
    def state() -> Any:
        with server.database.connect("postgres") as owner:
            return [
                owner.execute(f"select * from public.{table} order by 1, 2").fetchall()  # type: ignore[arg-type]
                for table in (
                    "organizations",
                    "domains",
                    "domain_hosts",
                    "domain_keys",
                    "internal_addresses",
                    "timezone_changes",
                )
            ]

    before = state()
    known = len(routes("", "", ""))
    for domain in (shop.domain, "abtasty.com", "nowhere.com"):
        for method, path, body in routes(domain, shop.organization, shop.keys_of()[0]["id"]):
            for name, expected in (("user", 403), ("stranger", 403), ("anonymous", 401)):
                answer = people[name].request(method, f"/clients/v1{path}", json=body)
                assert answer.status_code == expected, (name, method, path, answer.text)
    assert state() == before
    from backoffice.clients.routes import client_routes

    assert known == len(client_routes(server.state))
    for name, expected in (("user", 403), ("stranger", 403), ("anonymous", 401)):
        for rpc in ("get_clients", "count_clients"):
            assert people[name].post(f"/rest/v1/rpc/{rpc}", json={}).status_code == expected
        assert people[name].get("/export/v1/clients.csv").status_code == expected


def test_a_client_lives_from_creation_to_archive_and_back(admin: httpx.Client) -> None:
    name = f"Acme {uuid.uuid4().hex[:8]}"
    made = organizations(admin, name=f"  {name} ")
    assert (made.status_code, made.json()["name"]) == (201, name)
    one = f"/clients/v1/organizations/{made.json()['id']}"
    assert clients(admin, search=name)[0]["domains"] == []
    domain = f"acme-{uuid.uuid4().hex[:8]}.com"
    body = {
        "site_domain": f"https://WWW.{domain.upper()}:443/x",
        "name": "Acme",
        "timezone": "Asia/Tokyo",
    }
    site = admin.post(f"{one}/domains", json=body)
    assert (site.status_code, site.json()["site_domain"]) == (201, domain)
    (shown,) = clients(admin, search=domain)
    assert (shown["name"], shown["domains"][0]["timezone"]) == (name, "Asia/Tokyo")
    assert shown["domains"][0]["days"] == [0] * 30
    hosts = admin.get(
        f"/rest/v1/domain_hosts?select=host&site_domain=eq.{domain}&order=host"
    ).json()
    assert [host["host"] for host in hosts] == [domain, f"www.{domain}"]

    assert admin.post(f"{one}/archive").json()["archived_at"]
    assert clients(admin, search=name) == []
    (gone,) = clients(admin, search=name, status="archived")
    assert gone["domains"][0]["archived_at"] == gone["archived_at"]
    live = admin.get(f"/rest/v1/domains?select=name&archived_at=is.null&site_domain=eq.{domain}")
    assert live.json() == []
    refused = admin.post(f"/clients/v1/domains/{domain}/restore")
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        "Its organization is archived: restore that first",
    )
    assert admin.post(f"{one}/restore").json()["archived_at"] is None
    assert clients(admin, search=name)[0]["domains"][0]["archived_at"] is None


def test_what_was_archived_before_its_organization_stays_archived(shop: Shop) -> None:
    other = f"other-{shop.domain}"
    body = {"site_domain": other, "name": "Other", "timezone": "UTC"}
    one = f"/clients/v1/organizations/{shop.organization}"
    assert shop.admin.post(f"{one}/domains", json=body).status_code == 201
    assert shop.admin.post(f"/clients/v1/domains/{other}/archive").status_code == 200
    shop.admin.post(f"{one}/archive")
    shop.admin.post(f"{one}/restore")
    (active,) = clients(shop.admin, search=shop.domain)
    assert [each["site_domain"] for each in active["domains"]] == [shop.domain]
    (archived,) = clients(shop.admin, search=shop.domain, status="archived")
    assert [each["site_domain"] for each in archived["domains"]] == [other]


def test_names_are_unique_and_conflicts_say_with_what(admin: httpx.Client, shop: Shop) -> None:
    name = shop.domain.removesuffix(".com")
    answer = organizations(admin, name=name.upper())
    assert (answer.status_code, answer.json()["field"]) == (409, "name")
    assert answer.json()["message"] == f"{name} is another organization's name"
    assert organizations(admin, name=" ").json()["errors"] == [
        {"field": "name", "message": "This is needed."}
    ]
    assert organizations(admin, name="x" * 201).status_code == 422
    assert organizations(admin, name="a\0b").status_code == 422
    assert organizations(admin, name="A", extra=1).json()["errors"][0]["field"] == "extra"
    again = admin.post(
        f"/clients/v1/organizations/{shop.organization}/domains",
        json={"site_domain": shop.domain, "name": "Again", "timezone": "UTC"},
    )
    assert (again.status_code, again.json()["field"]) == (409, "site_domain")
    assert again.json()["message"] == f"{shop.domain} exists already: a website of {name}"
    bad = admin.post(
        f"/clients/v1/organizations/{shop.organization}/domains",
        json={"site_domain": "shop.abtasty.com", "name": "", "timezone": "UTC"},
    ).json()
    assert {each["field"] for each in bad["errors"]} == {"site_domain", "name"}
    zone = {"site_domain": "fine-shop.com", "name": "Fine", "timezone": "Mars/Olympus"}
    answer = admin.post(f"/clients/v1/organizations/{shop.organization}/domains", json=zone)
    assert (answer.status_code, answer.json()["field"]) == (422, "timezone")
    assert admin.post(f"/clients/v1/organizations/{NOBODY}/domains", json=zone).status_code == 404
    assert admin.post("/clients/v1/organizations/nonsense/archive").status_code == 404
    assert admin.post("/clients/v1/domains/a%00b/archive").status_code == 404


def test_two_members_of_staff_do_not_overwrite_each_other(admin: httpx.Client, shop: Shop) -> None:
    one = f"/clients/v1/organizations/{shop.organization}"
    was = shop.domain.removesuffix(".com")
    first, second = f"A {was}", f"B {was}"

    def at_once(*bodies: tuple[str, str, Any]) -> list[int]:
        with ThreadPoolExecutor(len(bodies)) as pool:
            return sorted(
                pool.map(
                    lambda asked: admin.request(asked[0], asked[1], json=asked[2]).status_code,
                    bodies,
                )
            )

    renames = [("PATCH", one, {"name": name, "was": was}) for name in (first, second)]
    assert at_once(*renames) == [200, 409]
    name = clients(admin, search=shop.domain)[0]["name"]
    assert name in (first, second)
    told = admin.patch(one, json={"name": "C", "was": was}).json()
    assert told["message"] == f"Somebody else renamed it to {name} meanwhile"
    same = {"name": uuid.uuid4().hex}
    assert at_once(*[("POST", "/clients/v1/organizations", same)] * 3) == [201, 409, 409]
    domain = {"site_domain": f"race-{uuid.uuid4().hex[:8]}.com", "name": "Race", "timezone": "UTC"}
    assert at_once(*[("POST", f"{one}/domains", domain)] * 3) == [201, 409, 409]
    zone = {"timezone": "UTC", "was": "Europe/Paris"}
    site = f"/clients/v1/domains/{shop.domain}"
    assert at_once(*[("PUT", f"{site}/timezone", zone)] * 2) == [202, 409]
    key = shop.keys_of()[0]["id"]
    assert at_once(*[("POST", f"{site}/keys/{key}/rotate", {})] * 2) == [201, 409]
    assert at_once(*[("POST", f"{site}/archive", None)] * 3) == [200, 200, 200]


def test_hosts_decide_the_environment_and_who_may_load_the_widget(shop: Shop) -> None:
    added = shop.ask(
        "PUT", "/hosts", host="https://Staging.Shop.example.com/x", environment="staging"
    )
    assert (added.status_code, added.json()["host"]) == (200, "staging.shop.example.com")
    origin = {"Origin": "https://staging.shop.example.com"}

    def allowed() -> bool:
        answer = shop.admin.get(f"/widget/v1/{shop.public_key}/config.json", headers=origin)
        return "access-control-allow-origin" in answer.headers

    assert wait_until(allowed, 5)
    shop.ask("PUT", "/hosts", host="staging.shop.example.com", environment="development")
    hosts = {each["host"]: each["environment"] for each in shop.rows("domain_hosts")}
    assert hosts["staging.shop.example.com"] == "development"
    assert shop.ask("DELETE", "/hosts/staging.shop.example.com").status_code == 204
    assert shop.ask("DELETE", "/hosts/staging.shop.example.com").status_code == 404
    assert wait_until(lambda: not allowed(), 5)
    assert (
        shop.ask("PUT", "/hosts", host="*.a.com", environment="staging").json()["field"] == "host"
    )
    assert shop.ask("PUT", "/hosts", host="a.com", environment="live").status_code == 422
    assert shop.ask("DELETE", f"/hosts/www.{shop.domain}").status_code == 204
    last = shop.ask("DELETE", f"/hosts/{shop.domain}")
    assert (last.status_code, last.json()["field"]) == (409, "host")


def test_an_internal_address_is_kept_as_a_hash(server: TestServer, shop: Shop) -> None:
    answer = shop.ask("POST", "/internal-addresses", address="::ffff:203.0.113.7", label="Office")
    ip_hash = hash_address(server.keys.ip_hash_key, shop.domain, "203.0.113.7")
    assert (answer.status_code, answer.json()["ip_hash"]) == (201, ip_hash)
    assert "203.0.113.7" not in answer.text
    assert [row["label"] for row in shop.rows("internal_addresses")] == ["Office"]
    assert shop.ask("POST", "/internal-addresses", address="office").json()["field"] == "address"
    assert shop.ask("DELETE", f"/internal-addresses/{ip_hash}").status_code == 204
    assert shop.ask("DELETE", f"/internal-addresses/{ip_hash}").status_code == 404


def test_activity_is_of_the_last_30_days_and_the_export_agrees(
    admin: httpx.Client, shop: Shop
) -> None:
    assert shop.capture(shop.public_key, "ann").status_code == 200
    assert shop.capture(shop.public_key, "ben").status_code == 200
    secret = shop.ask("POST", "/keys", kind="secret").json()["key"]
    conversation = f"/agent/v1/conversations/{uuid.uuid4()}"
    told = admin.put(
        conversation, json={"distinct_id": "ann"}, headers={"Authorization": f"Bearer {secret}"}
    )
    assert told.status_code == 201
    (row,) = clients(admin, search=shop.domain)
    (site,) = row["domains"]
    assert (site["conversations"], site["visitors"], site["days"]) == (1, 2, [0] * 29 + [1])
    assert site["last_event_at"]
    exported = admin.get(
        "/export/v1/clients.json", params={"filter": f'{{"search": "{shop.domain}"}}'}
    ).json()
    assert [
        (each["site_domain"], each["conversations"], each["visitors"]) for each in exported
    ] == [(shop.domain, 1, 2)]
    everything = admin.get("/export/v1/clients.csv", params={"filter": '{"status": "all"}'})
    counted = admin.post("/rest/v1/rpc/count_clients", json={"p_filter": {"status": "all"}}).json()
    assert (
        int(everything.headers["x-total-count"])
        == counted
        == len(everything.text.strip().splitlines()) - 1
    )


def test_pages_hold_every_organization_once(admin: httpx.Client) -> None:
    mark = uuid.uuid4().hex[:8]
    names = [f"{mark} {letter}" for letter in "cBaDe"]
    for name in names:
        assert organizations(admin, name=name).status_code == 201
    seen: list[str] = []
    after = None
    while True:
        asked = {"p_filter": {"search": mark}, "p_limit": 2, "p_after": after}
        page = admin.post("/rest/v1/rpc/get_clients", json=asked).json()
        seen += [row["name"] for row in page]
        if len(page) < 2:
            break
        after = page[-1]["cursor"]
    assert seen == sorted(names, key=str.lower)


@pytest.mark.parametrize(
    "given",
    [
        {"p_filter": []},
        {"p_filter": {"q": "x"}},
        {"p_filter": {"status": "gone"}},
        {"p_after": {"name": "x"}},
    ],
)
def test_what_is_no_filter_is_refused(admin: httpx.Client, given: dict[str, Any]) -> None:
    assert admin.post("/rest/v1/rpc/get_clients", json=given).status_code == 400
