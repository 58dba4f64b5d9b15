"""A website's whole configuration over HTTP: export, import, agents, what is told of changes."""

from __future__ import annotations

import json
from typing import Any

import httpx

from support.configs import (
    MINE,
    SITE,
    configuration,
    history,
    ok,
    refused,
    save,
    version_of,
)


def test_a_whole_website_is_exported_and_imported(admin: httpx.Client, user: httpx.Client) -> None:
    refused(user.get(f"{SITE}/export"), 403, "staff_only")
    ok(save(user, "skills", config={"transcript": {"enabled": True}}))
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
