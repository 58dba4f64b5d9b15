"""Configuration over HTTP: who may set what, what is refused where, and how it is undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from support.database import TestDatabase
from support.server import TestServer
from support.two_domains import fill_two_domains

MINE, OTHERS = "abtasty.com", "other.example"
SITE = f"/content/v1/domains/{MINE}"


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> Iterator[TestDatabase]:
    with database.connect("postgres") as connection:
        fill_two_domains(connection)
        for table in ("client_configs", "config_versions", "agent_switches"):
            connection.execute(f"delete from public.{table}".encode())
    yield database


@pytest.fixture(scope="module")
def admin(filled: TestDatabase, server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("admin@admin.com", "admin") as client:
        yield client


@pytest.fixture(scope="module")
def user(filled: TestDatabase, server: TestServer) -> Iterator[httpx.Client]:
    with server.signed_in("user@user.com", "user") as client:
        yield client


def configuration(client: httpx.Client, domain: str | None = MINE) -> dict[str, dict[str, Any]]:
    answer = client.post("/rest/v1/rpc/get_configuration", json={"p_site_domain": domain})
    assert answer.status_code == 200, answer.text
    return {row["config_slug"]: row for row in answer.json()}


def version_of(client: httpx.Client, slug: str, domain: str | None = MINE) -> int:
    row = configuration(client, domain)[slug]
    return int(row["global_version" if domain is None else "site_version"])


def save(client: httpx.Client, slug: str, **body: Any) -> httpx.Response:
    version = body.pop("version", None)
    version = version_of(client, slug) if version is None else version
    return client.put(f"{SITE}/configs/{slug}", json={"version": version, **body})


def ok(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    content: dict[str, Any] = answer.json()
    return content


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    content: dict[str, Any] = answer.json()
    assert content["code"] == code and content["message"] and content["request_id"]
    return content


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


def history(client: httpx.Client, slug: str, domain: str = MINE) -> list[dict[str, Any]]:
    answer = client.get(f"/content/v1/domains/{domain}/configs/{slug}/history")
    rows: list[dict[str, Any]] = ok(answer)["versions"]
    return rows


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


def test_a_whole_website_is_exported_and_imported(admin: httpx.Client, user: httpx.Client) -> None:
    refused(user.get(f"{SITE}/export"), 403, "staff_only")
    ok(save(admin, "identity", config={"company_name": "Exported"}))
    answer = admin.get(f"{SITE}/export")
    assert "configuration_abtasty.com.json" in answer.headers["content-disposition"]
    file = ok(answer)
    assert len(file["configs"]) == 13
    same = ok(admin.post(f"{SITE}/import?dry_run=true", json=file))
    assert (same["changes"], same["errors"], same["saved"]) == ([], [], False)

    file["configs"]["identity"]["config"] = {"company_name": "Imported", "agent_name": "Ada"}
    file["configs"]["skills"] = {"enabled": None, "config": None}
    file["configs"]["ctas"]["enabled"] = False
    file["agents"]["nurturing"] = {"enabled": True, "reason": "Agreed"}
    refused(user.post(f"{SITE}/import", json=file), 403, "staff_only")
    dry = ok(admin.post(f"{SITE}/import?dry_run=true", json=file))
    assert {(c["subject"], c["pointer"], c["kind"]) for c in dry["changes"]} == {
        ("identity", "/company_name", "changed"),
        ("identity", "/agent_name", "added"),
        ("skills", "/transcript", "removed"),
        ("ctas", "", "enabled"),
        ("agents", "/nurturing", "enabled"),
    }
    assert configuration(admin)["identity"]["site_config"] == {"company_name": "Exported"}
    refused(admin.post(f"{SITE}/import?state=other", json=file), 409, "conflict")
    done = ok(admin.post(f"{SITE}/import?state={dry['state']}", json=file))
    assert done["saved"] and done["changes"] == dry["changes"]
    after = configuration(admin)
    assert after["identity"]["site_config"] == file["configs"]["identity"]["config"]
    assert after["ctas"]["enabled"] is False
    assert history(admin, "identity")[0]["action"] == "import"
    assert ok(admin.post(f"{SITE}/import?dry_run=true", json=file))["changes"] == []
    ok(save(admin, "ctas", enabled=None))


def test_an_import_is_whole_or_nothing(admin: httpx.Client) -> None:
    file = ok(admin.get(f"{SITE}/export"))
    file["configs"]["identity"]["config"] = {"company_name": "Half"}
    file["configs"]["display"]["config"] = {"traffic_share": -1}
    file["configs"]["unknown"] = {"config": {}}
    file["agents"]["stranger"] = {"enabled": True}
    named = ["/configs/display/config/traffic_share", "/configs/unknown", "/agents/stranger"]
    dry = ok(admin.post(f"{SITE}/import?dry_run=true", json=file))
    assert [error["field"] for error in dry["errors"]] == named
    answer = refused(admin.post(f"{SITE}/import", json=file), 422, "invalid_input")
    assert [error["field"] for error in answer["errors"]] == named
    assert configuration(admin)["identity"]["config"]["company_name"] == "Imported"
    refused(admin.post(f"{SITE}/import", json={"format": "x"}), 422, "invalid_input")


def test_agents_are_switched_by_staff_with_a_reason(
    admin: httpx.Client, user: httpx.Client
) -> None:
    def status(client: httpx.Client) -> dict[str, dict[str, Any]]:
        rows = ok(client.post("/rest/v1/rpc/get_agent_status", json={"p_site_domain": MINE}))
        return {row["slug"]: row for row in rows}  # type: ignore[index]

    address = f"{SITE}/agents/website_agent"
    off = {"version": 0, "enabled": False, "reason": "Holidays"}
    refused(user.put(address, json=off), 403, "forbidden")
    assert ok(admin.put(address, json=off))["version"] == 1
    shown = status(user)["website_agent"]
    assert (shown["enabled"], shown["reason"], shown["switched_by"]) == (False, "Holidays", "Rose")
    answer = refused(admin.put(address, json=off), 409, "conflict")
    assert answer["theirs"]["version"] == 1 and answer["yours"]["enabled"] is False
    refused(admin.put(f"{SITE}/agents/stranger", json=off), 404, "not_found")
    ok(admin.put(address, json={"version": 1, "enabled": True}))
    assert status(user)["website_agent"]["enabled"] is True


def test_changes_are_in_the_audit_log_and_on_charts(
    admin: httpx.Client, user: httpx.Client
) -> None:
    ok(save(user, "analytics", config={"prefix": "audited_"}))
    ok(save(admin, "analytics", config={"measurement_secret": "hush"}))
    ok(save(user, "disclaimers", enabled=False))

    def asked(rpc: str, **arguments: Any) -> Any:
        return ok(user.post(f"/rest/v1/rpc/{rpc}", json={"p_site_domains": [MINE], **arguments}))

    entries = asked("list_audit_log", p_filter={"subject_type": "client_config"}, p_limit=3)
    assert [entry["label"] for entry in entries] == [
        "Configuration turned off: disclaimers",
        "Configuration changed: analytics",
        "Configuration changed: analytics",
    ]
    assert entries[2]["after"]["config"] == {"prefix": "audited_"}
    assert entries[2]["before"]["config"] is None
    # Staff's own is neither in what clients read, nor in what the log keeps for all.
    assert "hush" not in json.dumps(asked("list_audit_log", p_limit=200))
    days = {"p_from": "2026-01-01", "p_to": "2026-12-31"}
    marked = {(row["kind"], row["label"]) for row in asked("get_annotations", **days)}
    assert {
        ("configuration", "Configuration turned off: disclaimers"),
        ("configuration", "Configuration changed: analytics"),
        ("agents", "Agent turned off: website_agent (Holidays)"),
        ("agents", "Agent turned on: website_agent"),
    } <= marked

    # What staff change for every website is theirs to see.
    address = "/content/v1/global/configs/engagement"
    version = version_of(admin, "engagement", None)
    ok(admin.put(address, json={"version": version, "config": {"quiet_time": 30}}))
    own = {"p_site_domains": [MINE], **days}
    seen = [row["label"] for row in ok(admin.post("/rest/v1/rpc/get_annotations", json=own))]  # type: ignore[index]
    assert "Configuration of every website changed: engagement" in seen
    assert not any("every website" in row["label"] for row in asked("get_annotations", **days))
