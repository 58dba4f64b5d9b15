"""The audit log keeps who exported how much of what; what was refused is no export."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from backoffice.audit import verify
from support.database import TestDatabase
from support.exports import MINE, OTHERS, USER

ADMIN = "a0000000-0000-4000-8000-000000000001"
TALKS = "/export/v1/conversations.csv"


def recorded(database: TestDatabase, request_id: str) -> dict[str, dict[str, Any]]:
    """What every chain holds of a request, once each."""
    with database.connect("service_role") as reader:
        rows = reader.execute(
            "select site_domain, jsonb_build_object('actor', actor_id, 'role', actor_role,"
            " 'action', action, 'type', subject_type, 'list', subject_id, 'after', after)"
            " from public.audit_log join public.audit_details using (site_domain, position)"
            " where request_id = %s",
            [request_id],
        ).fetchall()
        assert verify(reader).breaks == []
    assert len(rows) == len(dict(rows))
    return dict(rows)


def test_an_export_is_an_entry_of_each_website(filled: TestDatabase, admin: httpx.Client) -> None:
    wanted = {"messaged": True}
    answer = admin.get(
        TALKS,
        params={
            "domains": f"{MINE},{OTHERS}",
            "filter": json.dumps(wanted),
            "sort": "oldest",
        },
        headers={"X-Request-Id": "export-1"},
    )
    assert answer.status_code == 200
    entries = recorded(filled, "export-1")
    assert set(entries) == {MINE, OTHERS}
    for domain, entry in entries.items():
        rows = entry["after"].pop("rows")
        count = admin.post(
            "/rest/v1/rpc/count_conversations",
            json={"p_site_domains": [domain], "p_filter": wanted},
        )
        assert rows == count.json()
        assert entry == {
            "actor": ADMIN,
            "role": "admin",
            "action": "export",
            "type": "export",
            "list": "conversations",
            "after": {"format": "csv", "filter": wanted, "sort": "oldest"},
        }
    listed = admin.post(
        "/rest/v1/rpc/list_audit_log",
        json={"p_site_domains": [MINE], "p_filter": {"action": "export"}, "p_limit": 1},
    ).json()
    rows = listed[0]["after"]["rows"]
    assert listed[0]["label"] == f"Conversations exported: {rows} rows as CSV"
    assert listed[0]["address_hash"]


def test_of_a_client_as_themselves_and_only_where_they_may_look(
    filled: TestDatabase, user: httpx.Client
) -> None:
    for name, domains, chains in (
        ("export-2", f"{MINE},{OTHERS}", {MINE}),
        # Nothing of any website was taken, which staff can see.
        ("export-3", OTHERS, {""}),
    ):
        answer = user.get(TALKS, params={"domains": domains}, headers={"X-Request-Id": name})
        assert answer.status_code == 200
        entries = recorded(filled, name)
        assert set(entries) == chains
        assert all(entry["actor"] == USER for entry in entries.values())
    assert entries[""]["after"]["rows"] == 0


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (TALKS, {"filter": '{"colour": "red"}'}),
        (TALKS, {"sort": "best"}),
        ("/export/v1/topics.csv", {"filter": "{}"}),
        ("/export/v1/audit_log.json", {"filter": '{"from": "someday"}'}),
    ],
)
def test_what_is_refused_is_not_recorded(
    filled: TestDatabase, admin: httpx.Client, path: str, query: dict[str, str]
) -> None:
    answer = admin.get(path, params=query)
    assert answer.status_code == 400
    assert recorded(filled, answer.headers["x-request-id"]) == {}


def test_the_export_of_the_log_does_not_hold_itself(
    filled: TestDatabase, admin: httpx.Client
) -> None:
    query = {"domains": MINE, "filter": '{"action": "export"}'}
    first = admin.get("/export/v1/audit_log.json", params=query).json()
    second = admin.get("/export/v1/audit_log.json", params=query).json()
    assert len(second) == len(first) + 1
    assert second[0]["subject_id"] == "audit_log"
    assert second[0]["after"]["rows"] == len(first)
