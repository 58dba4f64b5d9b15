"""An archived website over HTTP: gone for its people until it is restored, never for staff."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.two_domains import DOMAINS

MINE, OTHERS = DOMAINS
TABLES = ("domains", "conversations", "messages", "visitors", "ai_sections", "tickets", "audit_log")


@pytest.fixture
def archived(people: dict[str, httpx.Client]) -> Iterator[None]:
    """The user's only website, archived for as long as a test lasts."""
    one = f"/clients/v1/domains/{MINE}"
    assert people["admin"].post(f"{one}/archive").status_code == 200
    yield
    assert people["admin"].post(f"{one}/restore").status_code == 200


def rows(client: httpx.Client, table: str) -> Any:
    answer = client.get(f"/rest/v1/{table}?site_domain=eq.{MINE}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_gone_for_its_people(
    people: dict[str, httpx.Client], archived: None, table: str
) -> None:
    assert rows(people["user"], table) == []
    assert rows(people["admin"], table)


def test_routes_know_nothing_of_it(people: dict[str, httpx.Client], archived: None) -> None:
    user, admin = people["user"], people["admin"]
    ticket = {"id": str(uuid4()), "kind": "other", "title": "A", "description": "B"}
    for method, path, body in (
        ("GET", f"/content/v1/domains/{MINE}/export", None),
        ("POST", f"/content/v1/sections/{MINE}", {"slug": "new", "content": {"title": "New"}}),
        ("POST", f"/support/v1/tickets/{MINE}", ticket),
    ):
        assert user.request(method, path, json=body).status_code in (403, 404), path
    listed = {"p_site_domains": [MINE], "p_filter": {"from": "2026-05-01", "to": "2026-05-31"}}
    found = user.post("/rest/v1/rpc/count_conversations", json=listed)
    assert found.status_code in (403, 404) or found.json() == 0, found.text
    assert admin.post("/rest/v1/rpc/count_conversations", json=listed).json() == 1


def test_restoring_brings_all_of_it_back(people: dict[str, httpx.Client]) -> None:
    user, admin = people["user"], people["admin"]
    before = [rows(user, table) for table in TABLES[:-1]]
    assert all(before)
    for act in ("archive", "restore"):
        assert admin.post(f"/clients/v1/domains/{MINE}/{act}").status_code == 200
    assert [rows(user, table) for table in TABLES[:-1]] == before
