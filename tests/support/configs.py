"""Configuration over HTTP, as the Settings page asks for it."""

from __future__ import annotations

from typing import Any

import httpx

MINE, OTHERS = "abtasty.com", "other.example"
SITE = f"/content/v1/domains/{MINE}"


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


def history(client: httpx.Client, slug: str, domain: str = MINE) -> list[dict[str, Any]]:
    answer = client.get(f"/content/v1/domains/{domain}/configs/{slug}/history")
    rows: list[dict[str, Any]] = ok(answer)["versions"]
    return rows
