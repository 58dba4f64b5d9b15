"""Topics and the audit log as files: what their pages show, as the caller may see it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from support.database import TestDatabase
from support.exports import HOSTILE, MINE, OTHERS, rows_of
from support.server import TestServer
from support.talks import named

RANGE = {"from": "2026-03-20", "to": "2026-04-20"}
TOPICS = "/export/v1/topics"
AUDIT = "/export/v1/audit_log"


def rpc(client: httpx.Client, name: str, **arguments: Any) -> Any:
    answer = client.post(f"/rest/v1/rpc/{name}", json=arguments)
    assert answer.status_code == 200, answer.text
    return answer.json()


def shown(client: httpx.Client, domains: list[str]) -> list[dict[str, Any]]:
    """The page's rows, which lists no merged topics, and hidden ones when it is asked to."""
    rows: list[dict[str, Any]] = rpc(
        client,
        "get_topic_stats",
        p_site_domains=domains,
        p_from=RANGE["from"],
        p_to=RANGE["to"],
    )
    return rows


def taken(client: httpx.Client, domains: list[str], **more: Any) -> list[dict[str, Any]]:
    query = {"domains": ",".join(domains), "filter": json.dumps(RANGE | more)}
    answer = client.get(f"{TOPICS}.json", params=query)
    assert answer.status_code == 200, answer.text
    assert int(answer.headers["x-total-count"]) == len(answer.json())
    assert len(rows_of(client.get(f"{TOPICS}.csv", params=query))) == len(answer.json())
    rows: list[dict[str, Any]] = answer.json()
    return rows


def test_topics_are_exported_as_their_page_shows_them(
    filled: TestDatabase, admin: httpx.Client, user: httpx.Client
) -> None:
    hidden = named("topic", MINE, 1)
    with filled.connect("postgres") as owner:
        owner.execute("update public.topics set status = 'hidden' where id = %s", [hidden])
    for client, domains in ((admin, [MINE, OTHERS]), (user, [MINE, OTHERS]), (user, [MINE])):
        rows = {(row["site_domain"], row["topic_id"]): row for row in shown(client, domains)}
        assert len(rows) == (8 if client is admin else 4)
        every = taken(client, domains, hidden=True)
        assert {(row["site_domain"], row["topic_id"]) for row in every} == set(rows)
        for row in every:
            page = rows[row["site_domain"], row["topic_id"]]
            assert row["topic"] == page["label"]
            for mine, theirs in (
                ("conversations", "conversations"),
                ("share", "share"),
                ("quality_score", "quality"),
                ("conversion_rate", "conversion_rate"),
                ("unanswered_share", "unanswered_share"),
            ):
                assert row[mine] == page[theirs]
        assert {row["topic_id"] for row in taken(client, domains)} == {
            topic for _, topic in rows
        } - {hidden}


@pytest.mark.parametrize("sort", ["conversations", "label", "quality", "unanswered", "change"])
def test_topics_are_sorted_as_on_the_page(admin: httpx.Client, sort: str) -> None:
    key = {
        "label": "topic",
        "quality": "quality_score",
        "unanswered": "unanswered_share",
        "change": "conversations",  # There is nothing before.
    }.get(sort, sort)
    for direction in (sort, f"{sort}_ascending"):
        query = {"domains": MINE, "filter": json.dumps(RANGE), "sort": direction}
        rows = admin.get(f"{TOPICS}.json", params=query).json()
        values = [row[key] for row in rows if row["topic_id"] is not None]
        assert values == sorted(values, reverse=direction == sort)
        assert rows[-1]["topic_id"] is None


@pytest.mark.parametrize(
    "wanted", [{}, {"from": "2026-03-01"}, RANGE | {"hidden": 1}, RANGE | {"messaged": True}]
)
def test_a_filter_of_topics_is_checked(user: httpx.Client, wanted: dict[str, Any]) -> None:
    answer = user.get(f"{TOPICS}.csv", params={"filter": json.dumps(wanted)})
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize(
    "wanted", [{}, {"action": "create"}, {"subject_type": "domain_host"}, {"search": "mine"}]
)
def test_the_audit_log_is_exported_as_its_page_counts_it(
    admin: httpx.Client, user: httpx.Client, wanted: dict[str, Any]
) -> None:
    everywhere = [MINE, OTHERS, ""]
    for client in (admin, user):
        arguments = {"p_site_domains": everywhere, "p_filter": wanted}
        total = rpc(client, "count_audit_log", **arguments)
        query = {"domains": ",".join(everywhere), "filter": json.dumps(wanted)}
        answer = client.get(f"{AUDIT}.json", params=query)
        rows = answer.json()
        assert len(rows) == total == int(answer.headers["x-total-count"])
        listed = rpc(client, "list_audit_log", **arguments, p_limit=200)
        # What the export itself added is newer than what it holds.
        known = {(row["site_domain"], row["position"]): row for row in listed}
        for row in rows:
            page = known[row["site_domain"], row["position"]]
            assert row["entry"] == page["label"]
            assert row["changed"] == ", ".join(page["changed"])
            assert [row[name] for name in ("actor", "before", "after", "hash")] == [
                page[name] for name in ("actor_label", "before", "after", "hash")
            ]
        mine = {MINE} if client is user else {MINE, OTHERS, ""}
        assert {row["site_domain"] for row in rows} <= mine
    assert user.get(f"{AUDIT}.json", params={"domains": f"{OTHERS},"}).json() == []


def test_formulas_of_topics_and_entries_stay_texts(
    filled: TestDatabase, server: TestServer, user: httpx.Client
) -> None:
    topic = named("topic", MINE, 0)
    for text in HOSTILE[:6]:
        with filled.connect("supabase_admin") as owner:
            owner.execute("update public.topics set label = %s where id = %s", [text, topic])
            owner.execute(
                "select private.audit(%s, 'view', 'transcript', %s, null, %s)",
                [MINE, text, json.dumps({"label": text})],
            )
        query = {"domains": MINE, "filter": json.dumps(RANGE)}
        labels = [row["topic"] for row in rows_of(user.get(f"{TOPICS}.csv", params=query))]
        assert f"'{text}" in labels and text not in labels
        found = {"domains": MINE, "filter": json.dumps({"subject_type": "transcript"})}
        entries = rows_of(user.get(f"{AUDIT}.csv", params=found))
        assert entries[0]["subject_id"] == f"'{text}"
        assert json.loads(entries[0]["after"]) == {"label": text}
