"""People of each kind, and a client of their own for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from backoffice.tokens import AUDIENCE, Tokens
from support.server import TestServer
from support.two_domains import ADMIN, STRANGER, USER, fill_two_domains

SECOND_ADMIN = "a0000000-0000-4000-8000-00000000000a"


@pytest.fixture(scope="module")
def people(server: TestServer) -> Iterator[dict[str, httpx.Client]]:
    with server.database.connect("postgres") as connection:
        fill_two_domains(connection)
    tokens = Tokens(server.keys)
    found = {}
    for name, subject in (("admin", ADMIN), ("user", USER), ("stranger", STRANGER)):
        claims = {"sub": subject, "role": "authenticated", "aud": AUDIENCE}
        found[name] = server.client(tokens.sign(claims))
    found["anonymous"] = server.client()
    yield found
    for client in found.values():
        client.close()


@pytest.fixture
def admin(people: dict[str, httpx.Client]) -> httpx.Client:
    return people["admin"]


@dataclass(frozen=True, slots=True)
class Shop:
    """A new website of a new organization, and how it is written to."""

    admin: httpx.Client
    organization: str
    domain: str
    public_key: str

    def ask(self, method: str, path: str, **body: Any) -> httpx.Response:
        """A request about the website."""
        return self.admin.request(method, f"/clients/v1/domains/{self.domain}{path}", json=body)

    def rows(self, table: str, columns: str = "*") -> list[dict[str, Any]]:
        """Its rows of a table, as staff read them."""
        query = f"/rest/v1/{table}?select={columns}&site_domain=eq.{self.domain}"
        return list(self.admin.get(query).json())

    def keys_of(self, kind: str = "public") -> list[dict[str, Any]]:
        """Its keys of a kind, oldest first."""
        columns = "id,kind,public_key,secret_hint,label,last_used_at,revoked_at,expires_at"
        found = self.rows("domain_keys", f"{columns},replaced_by,created_at&order=created_at")
        return [key for key in found if key["kind"] == kind]

    def capture(self, key: str, distinct_id: str = "ann") -> httpx.Response:
        """An event of its widget."""
        event = {
            "event": "widget_displayed",
            "distinct_id": distinct_id,
            "uuid": str(uuid.uuid4()),
            "properties": {"$current_url": f"https://{self.domain}/"},
        }
        return self.admin.post("/capture/", json={"api_key": key, "batch": [event]})

    def config(self, key: str) -> httpx.Response:
        """What its widget downloads."""
        return self.admin.get(f"/widget/v1/{key}/config.json")

    def agent(self, key: str) -> httpx.Response:
        """What its agent's backend downloads."""
        headers = {"Authorization": f"Bearer {key}"}
        return self.admin.get("/agent/v1/config", headers=headers)


@pytest.fixture
def shop(admin: httpx.Client) -> Shop:
    name = f"shop-{uuid.uuid4().hex[:10]}"
    organization = admin.post("/clients/v1/organizations", json={"name": name}).json()["id"]
    answer = admin.post(
        f"/clients/v1/organizations/{organization}/domains",
        json={"site_domain": f"{name}.com", "name": name, "timezone": "Europe/Paris"},
    )
    assert answer.status_code == 201, answer.text
    keys = admin.get(f"/rest/v1/domain_keys?select=public_key&site_domain=eq.{name}.com").json()
    return Shop(admin, organization, f"{name}.com", keys[0]["public_key"])
