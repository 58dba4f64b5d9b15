"""Configuration over HTTP: who may set what, what is refused where, and how it is undone."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from support.configs import (
    MINE,
    OTHERS,
    SITE,
    configuration,
    history,
    ok,
    refused,
    save,
    version_of,
)
from support.server import TestServer


def test_a_form_is_saved_as_what_differs(user: httpx.Client) -> None:
    before = configuration(user)["appearance"]
    values = before["config"] | {"corner_radius": 4, "colors": {**before["config"]["colors"]}}
    values["colors"]["primary"] = "#ff0000"
    told = ok(user.post(f"{SITE}/configs/appearance/check", json={"version": 0, "values": values}))
    saved = ok(save(user, "appearance", values=values))
    assert told | {"version": saved["version"]} == saved
    assert saved["config"] == {"corner_radius": 4, "colors": {"primary": "#ff0000"}}
    assert {(c["pointer"], c["before"], c["after"]) for c in saved["changes"]} == {
        ("/corner_radius", 12, 4),
        ("/colors/primary", "#1f3a5f", "#ff0000"),
    }
    after = configuration(user)["appearance"]
    assert after["site_config"] == saved["config"] and after["config"] == saved["resolved"]
    assert (after["site_version"], after["updated_by"]) == (saved["version"], "User")
    assert configuration(user, MINE)["appearance"]["inherited_config"] == before["config"]


def test_mistakes_are_told_at_their_fields_and_nothing_is_saved(user: httpx.Client) -> None:
    version = version_of(user, "display")
    config = {"traffic_share": 120, "devices": {"phone": True}, "urls": {"include": ["a b"]}}
    answer = refused(save(user, "display", config=config), 422, "invalid_input")
    assert {error["field"]: error["message"] for error in answer["errors"]} == {
        "/traffic_share": "must be at most 100 percent",
        "/devices/phone": "there is no such field",
        "/urls/include/0": "must be a path such as /pricing*, without spaces",
    }
    checked = ok(
        user.post(f"{SITE}/configs/display/check", json={"version": version, "config": config})
    )
    assert checked["errors"] == answer["errors"]
    assert version_of(user, "display") == version


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "version"),
        ({"version": "1"}, 422, "version"),
        ({"version": 0, "konfig": {}}, 422, "konfig"),
        ({"version": 0, "values": {}, "config": {}}, 422, ""),
        ({"version": 0, "config": []}, 422, "config"),
        ({"version": 0, "enabled": True}, 422, None),
        ({"version": 0, "config": {"company_name": "a\0b"}}, 422, ""),
    ],
)
def test_bodies_that_are_none_are_refused(
    user: httpx.Client, body: Any, status: int, field: str | None
) -> None:
    answer = user.put(f"{SITE}/configs/identity", json=body)
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text


def test_what_is_too_large_or_too_deep_is_refused(user: httpx.Client) -> None:
    address = f"{SITE}/configs/prompts"
    large = {"version": 0, "config": {"instructions": "x" * 1_100_000}}
    answer = refused(user.put(address, json=large), 413, "too_large")
    assert "1024 kB" in answer["message"]
    nested = '{"version": 0, "config": ' + '{"a":' * 500 + "1" + "}" * 501
    assert user.put(address, content=nested).status_code == 422
    assert user.put(address, content="[" * 100_000).status_code == 400
    many = {"version": 0, "config": {"facts": ["x"] * 60_000}}
    assert user.put(address, json=many).status_code == 422


def test_what_is_for_staff_is_neither_shown_nor_taken(
    admin: httpx.Client, user: httpx.Client
) -> None:
    staff, client = configuration(admin), configuration(user)
    assert set(staff) - set(client) == {"agents", "system"}
    ok(save(admin, "prompts", config={"system_prompt": "Secretly.", "tone": "expert"}))
    shown = json.dumps([configuration(user), history(user, "prompts")])
    assert "Secretly" not in shown and "system_prompt" not in shown
    for content in ({"config": {"system_prompt": "Mine"}}, {"values": {"system_prompt": "Mine"}}):
        answer = refused(save(user, "prompts", **content), 403, "staff_only")
        assert [error["field"] for error in answer["errors"]] == ["/system_prompt"]
    for slug in ("system", "agents", "nothing", "A-b"):
        answer = user.put(f"{SITE}/configs/{slug}", json={"version": 0, "config": {}})
        refused(answer, 404, "not_found")
    # A client's save, and a client's reset, leave what staff set.
    ok(save(user, "prompts", config={"tone": "playful"}))
    assert configuration(admin)["prompts"]["site_config"] == {
        "system_prompt": "Secretly.",
        "tone": "playful",
    }
    ok(user.post(f"{SITE}/configs/prompts/reset", json={"version": version_of(user, "prompts")}))
    assert configuration(admin)["prompts"]["site_config"] == {"system_prompt": "Secretly."}
    assert configuration(user)["prompts"]["site_config"] == {}
    ok(admin.post(f"{SITE}/configs/prompts/reset", json={"version": version_of(user, "prompts")}))
    assert configuration(admin)["prompts"]["site_config"] is None


def test_an_override_that_replaces_keeps_what_its_author_cannot_see(
    admin: httpx.Client, user: httpx.Client
) -> None:
    ok(save(admin, "forms", config=form("Staff", webhook_url="https://hooks.example/a")))
    ok(save(user, "forms", config=form("Client")))
    assert configuration(admin)["forms"]["config"] == form(
        "Client", webhook_url="https://hooks.example/a"
    )
    assert configuration(user)["forms"]["config"] == form("Client")
    ok(user.post(f"{SITE}/configs/forms/reset", json={"version": version_of(user, "forms")}))
    kept = configuration(admin)["forms"]
    assert kept["config"]["webhook_url"] == "https://hooks.example/a"
    theirs = {"webhook_url": "https://hooks.example/a"}
    inherited = {k: v for k, v in kept["inherited_config"].items() if k != "webhook_secret"}
    assert kept["config"] == inherited | theirs


def form(title: str, **more: str) -> dict[str, Any]:
    return {"title": title, "fields": [{"name": "e", "label": "E", "type": "email"}], **more}


def test_two_editors_see_each_others_version(admin: httpx.Client, user: httpx.Client) -> None:
    version = version_of(user, "engagement")
    ok(save(admin, "engagement", config={"quiet_time": 5}, version=version))
    answer = refused(
        save(user, "engagement", config={"quiet_time": 7}, version=version), 409, "conflict"
    )
    assert answer["yours"] == {"version": version, "config": {"quiet_time": 7}}
    theirs = answer["theirs"]
    assert (theirs["version"], theirs["config"]) == (version + 1, {"quiet_time": 5})
    assert theirs["author"] == "Rose" and theirs["created_at"]
    assert configuration(user)["engagement"]["site_config"] == {"quiet_time": 5}
    refused(save(user, "engagement", config=None, version=version + 9), 409, "conflict")


def test_of_saves_at_once_one_is_kept(server: TestServer, user: httpx.Client) -> None:
    version = version_of(user, "disclaimers")
    token = user.headers["authorization"].removeprefix("Bearer ")

    def write(number: int) -> int:
        with server.client(token) as client:
            body = {"version": version, "config": {"texts": {"it": {"text": f"Testo {number}"}}}}
            return client.put(f"{SITE}/configs/disclaimers", json=body).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(write, range(6)))
    assert statuses == [200, 409, 409, 409, 409, 409]
    assert version_of(user, "disclaimers") == version + 1
    ok(user.post(f"{SITE}/configs/disclaimers/reset", json={"version": version + 1}))


def test_history_says_who_changed_what_and_leads_back(
    admin: httpx.Client, user: httpx.Client
) -> None:
    ok(save(user, "skills", config={"transcript": {"enabled": True}}))
    ok(save(user, "skills", config={"sources": {"max": 5}}))
    newest, oldest = history(user, "skills")
    assert (newest["version"], newest["action"], newest["author"]) == (2, "save", "User")
    assert {(c["pointer"], c["kind"]) for c in newest["changes"]} == {
        ("/transcript", "removed"),
        ("/sources", "added"),
    }
    assert oldest["previous_config"] is None
    back = ok(user.post(f"{SITE}/configs/skills/revert", json={"version": 2, "to": 1}))
    assert (back["version"], back["config"]) == (3, {"transcript": {"enabled": True}})
    assert history(user, "skills")[0]["restored_from"] == 1
    refused(
        user.post(f"{SITE}/configs/skills/revert", json={"version": 3, "to": 9}), 404, "not_found"
    )
    refused(
        user.post(f"{SITE}/configs/skills/revert", json={"version": 2, "to": 1}), 409, "conflict"
    )
    page = user.get(f"{SITE}/configs/skills/history", params={"limit": 1, "before": 3}).json()
    assert [row["version"] for row in page["versions"]] == [2]
    refused(user.get(f"{SITE}/configs/skills/history", params={"limit": "x"}), 422, "invalid_input")


def test_features_are_turned_off_and_as_inherited_again(
    admin: httpx.Client, user: httpx.Client
) -> None:
    assert configuration(user)["disclaimers"]["enabled"] is True
    saved = ok(save(user, "disclaimers", enabled=False))
    assert (saved["enabled"], saved["resolved_enabled"], saved["config"]) == (False, False, None)
    # What is saved besides does not turn it on again.
    saved = ok(save(user, "disclaimers", config={"must_accept": True}))
    assert saved["enabled"] is False
    saved = ok(save(user, "disclaimers", enabled=None))
    assert (saved["enabled"], saved["resolved_enabled"]) == (None, True)
    assert saved["config"] == {"must_accept": True}


def test_what_holds_for_every_website_is_for_staff(admin: httpx.Client, user: httpx.Client) -> None:
    address = "/content/v1/global/configs/display"
    body = {"version": version_of(admin, "display", None), "config": {"delay": 9}}
    refused(user.put(address, json=body), 403, "forbidden")
    assert user.post("/rest/v1/rpc/get_configuration", json={}).status_code == 403
    saved = ok(admin.put(address, json=body))
    assert (saved["site_domain"], saved["resolved"]["delay"]) == (None, 9)
    shown = configuration(user)["display"]
    assert (shown["inherited_config"]["delay"], shown["config"]["delay"]) == (9, 9)
    assert shown["global_config"] is None
    refused(admin.put(address, json=body), 409, "conflict")
    assert admin.get(f"{address}/history").json()["versions"][0]["config"] == {"delay": 9}
    refused(user.get(f"{address}/history"), 403, "forbidden")
    ok(admin.post(f"{address}/reset", json={"version": saved["version"]}))
    assert configuration(user)["display"]["config"]["delay"] == 1


def test_others_websites_are_not_there(user: httpx.Client, server: TestServer) -> None:
    other = f"/content/v1/domains/{OTHERS}"
    body = {"version": 0, "config": {}}
    refused(user.put(f"{other}/configs/identity", json=body), 404, "not_found")
    refused(user.get(f"{other}/configs/identity/history"), 404, "not_found")
    for rpc in ("get_configuration", "get_resolved_config", "get_agent_status"):
        answer = user.post(f"/rest/v1/rpc/{rpc}", json={"p_site_domain": OTHERS})
        assert answer.status_code == 404, rpc
    with server.client() as nobody:
        refused(nobody.put(f"{SITE}/configs/identity", json=body), 401, "unauthenticated")
        answer = nobody.post("/rest/v1/rpc/get_configuration", json={"p_site_domain": MINE})
        assert answer.status_code == 401


def test_resolved_configuration_is_one_for_every_consumer(
    admin: httpx.Client, user: httpx.Client, server: TestServer
) -> None:
    def resolved(client: httpx.Client) -> dict[str, Any]:
        rows = ok(client.post("/rest/v1/rpc/get_resolved_config", json={"p_site_domain": MINE}))
        return {row["config_slug"]: row for row in rows}  # type: ignore[index]

    with server.client(server.service_role_key) as service:
        assert resolved(service) == resolved(admin)
    shown = configuration(user)
    assert {slug: row["config"] for slug, row in resolved(user).items()} == {
        slug: row["config"] for slug, row in shown.items()
    }
    assert "measurement_secret" in resolved(admin)["analytics"]["config"]
    assert "measurement_secret" not in resolved(user)["analytics"]["config"]
