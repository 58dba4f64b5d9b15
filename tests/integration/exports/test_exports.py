"""Exports over HTTP: what the filter finds, as the caller may see it, whole or not at all."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from backoffice.stack.processes import wait_until
from support.database import TestDatabase
from support.exports import HOSTILE, MINE, OTHERS, rows_of
from support.server import TestServer
from support.talks import named

CSV = "/export/v1/conversations.csv"
JSON = "/export/v1/conversations.json"


@pytest.fixture(scope="module", autouse=True)
def hostile(filled: TestDatabase) -> None:
    with filled.connect("supabase_admin") as admin:
        admin.execute("set session_replication_role = replica")
        for number, text in enumerate(HOSTILE):
            admin.execute(
                "update public.conversations set preview = %s, counts = true where id = %s",
                [text, named("talk", MINE, number)],
            )


def counted(client: httpx.Client, domains: list[str] | None, wanted: dict[str, Any]) -> int:
    answer = client.post(
        "/rest/v1/rpc/count_conversations", json={"p_site_domains": domains, "p_filter": wanted}
    )
    return int(answer.json())


@pytest.mark.parametrize(
    "wanted", [{}, {"messaged": True}, {"search": "price"}, {"review": "good", "scores": [4, 5]}]
)
def test_an_export_holds_what_the_page_counts(
    admin: httpx.Client, user: httpx.Client, wanted: dict[str, Any]
) -> None:
    for client, domains in ((admin, None), (admin, [OTHERS]), (user, None), (user, [MINE, OTHERS])):
        query = {
            "filter": json.dumps(wanted),
            **({"domains": ",".join(domains)} if domains else {}),
        }
        table, objects = client.get(CSV, params=query), client.get(JSON, params=query)
        rows = rows_of(table)
        total = counted(client, domains, wanted)
        assert len(rows) == len(objects.json()) == total
        assert table.headers["x-total-count"] == objects.headers["x-total-count"] == str(total)
        assert [row["conversation_id"] for row in rows] == [
            row["conversation_id"] for row in objects.json()
        ]
    assert {row["site_domain"] for row in rows_of(user.get(CSV))} <= {MINE, "abtasty.com"}


def test_a_csv_is_a_file_for_a_spreadsheet(user: httpx.Client) -> None:
    answer = user.get(CSV, params={"domains": MINE, "filter": '{"from": "2026-03-01"}'})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    name = f'attachment; filename="conversations_{MINE}_2026-03-01.csv"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"\xef\xbb\xbfsite_domain,conversation_id,")
    assert answer.content.endswith(b"\r\n")
    shown = {row["conversation_id"]: row for row in rows_of(answer)}
    for number, text in enumerate(HOSTILE):
        row = shown[named("talk", MINE, number)]
        assert row["first_message"] == (f"'{text}" if number < 8 else text)
        assert row["visitor_email"] in ("", "'=a@x.example")
        assert row["demo_booked"] in ("true", "false")
        assert row["started_at"].endswith("Z")
        # Numbers stay numbers.
        assert int(row["turns"]) >= 0


def test_json_keeps_texts_and_types(user: httpx.Client) -> None:
    answer = user.get(JSON, params={"domains": MINE})
    assert answer.headers["content-type"] == "application/json"
    shown = {row["conversation_id"]: row for row in answer.json()}
    for number, text in enumerate(HOSTILE):
        row = shown[named("talk", MINE, number)]
        assert row["first_message"] == text
        assert isinstance(row["turns"], int) and isinstance(row["demo_booked"], bool)


def test_nothing_is_a_whole_export_too(user: httpx.Client) -> None:
    query = {"filter": '{"from": "2030-01-01"}'}
    assert user.get(JSON, params=query).json() == []
    assert rows_of(user.get(CSV, params=query)) == []
    assert user.get(CSV, params={"domains": OTHERS}).headers["x-total-count"] == "0"


def test_only_who_is_signed_in_exports(
    filled: TestDatabase, server: TestServer, user: httpx.Client
) -> None:
    forged = user.headers["authorization"].removeprefix("Bearer ")[:-4] + "AAAA"
    for token in (server.anon_key, server.service_role_key, forged):
        answer = user.get(CSV, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, answer.text
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/export/v1/secrets.csv", {}, 404),
        ("/export/v1/conversations.xlsx", {}, 404),
        (CSV, {"filter": "{"}, 400),
        (CSV, {"filter": "[]"}, 400),
        (CSV, {"filter": '{"colour": "red"}'}, 400),
        (CSV, {"filter": '{"search": "\\u0000"}'}, 400),
        (CSV, {"filter": "{}" + " " * 20_000}, 400),
        (CSV, {"sort": "best"}, 400),
        (CSV, {"limit": "5"}, 400),
        (JSON, {"filter": '{"scores": [9]}'}, 400),
    ],
)
def test_what_is_wrong_is_said(
    user: httpx.Client, path: str, query: dict[str, str], status: int
) -> None:
    answer = user.get(path, params=query)
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]


def running_exports(database: TestDatabase) -> int:
    with database.connect("supabase_admin") as owner:
        row = owner.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and pid <> pg_backend_pid() and state = 'active' and query like 'copy (%'"
        ).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def endless(filled: TestDatabase) -> Iterator[TestDatabase]:
    """Rows enough to fill every buffer between the database and a client that does not read."""
    with filled.connect("supabase_admin") as owner, owner.transaction(force_rollback=False):
        owner.execute("set local session_replication_role = replica")
        owner.execute(
            "insert into public.conversations (site_domain, id, visitor_id, session_id, counts,"
            " opened_at, day, preview) select %s, gen_random_uuid(), %s, gen_random_uuid(), true,"
            " now(), current_date, repeat('long ', 2000) from generate_series(1, 3000)",
            [OTHERS, named("visitor", OTHERS, 1)],
        )
    yield filled
    with filled.connect("supabase_admin") as owner, owner.transaction():
        owner.execute("set local session_replication_role = replica")
        owner.execute("delete from public.conversations where preview like 'long %%'")


def begin(server: TestServer, token: str) -> socket.socket:
    """A client that asks for everything and reads only the first bytes."""
    address = urlsplit(server.url)
    opened = socket.create_connection((address.hostname, address.port), timeout=20)
    opened.sendall(
        f"GET {CSV}?domains={quote(OTHERS)} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {token}\r\n\r\n".encode()
    )
    assert b" 200 " in opened.recv(64)
    return opened


def test_a_client_that_leaves_ends_the_statement(
    endless: TestDatabase, server: TestServer, admin: httpx.Client
) -> None:
    opened = begin(server, admin.headers["authorization"])
    # It waits for its reader, instead of piling up what was not read.
    assert wait_until(lambda: running_exports(endless) == 1, 30)
    opened.close()
    assert wait_until(lambda: running_exports(endless) == 0, 30)


def test_an_error_in_the_middle_breaks_off(
    endless: TestDatabase, server: TestServer, admin: httpx.Client
) -> None:
    with (
        pytest.raises(httpx.RemoteProtocolError),
        admin.stream("GET", CSV, params={"domains": OTHERS}) as answer,
    ):
        assert answer.status_code == 200
        parts = answer.iter_raw(1024)
        next(parts)
        with endless.connect("supabase_admin") as owner:
            owner.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query like 'copy (%%'"
                " and pid <> pg_backend_pid()"
            )
        for _ in parts:
            pass


def test_few_run_at_a_time(endless: TestDatabase, server: TestServer, admin: httpx.Client) -> None:
    held = [begin(server, admin.headers["authorization"]) for _ in range(3)]
    try:
        refused = admin.get(JSON)
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "10"
    finally:
        for each in held:
            each.close()
    assert wait_until(lambda: running_exports(endless) == 0, 30)
    assert wait_until(lambda: admin.get(JSON, params={"domains": MINE}).status_code == 200, 10)


@pytest.mark.parametrize(
    ("noun", "wanted"),
    [
        ("visitors", {}),
        ("visitors", {"did": "messaged", "statuses": ["anonymous"]}),
        ("accounts", {}),
        ("accounts", {"talked": True}),
    ],
)
def test_visitors_and_accounts_are_exported_as_their_pages_count_them(
    user: httpx.Client, admin: httpx.Client, noun: str, wanted: dict[str, Any]
) -> None:
    days = admin.get("/rest/v1/conversations?select=day&order=day&limit=1").json()
    first = str(days[0]["day"])
    found = wanted | {"from": first, "to": f"{first[:8]}28" if first[8:] < "28" else first}
    for client, domains in ((user, [MINE]), (admin, [MINE, OTHERS])):
        answer = client.post(
            f"/rest/v1/rpc/count_{noun}", json={"p_site_domains": domains, "p_filter": found}
        )
        rows = rows_of(client.get(f"/export/v1/{noun}.csv", params={"filter": json.dumps(found)}))
        shown = [row for row in rows if row["site_domain"] in domains]
        assert len(shown) == answer.json()
        assert {row["site_domain"] for row in rows} <= {*domains, "abtasty.com"}


@pytest.mark.parametrize("noun", ["visitors", "accounts"])
def test_a_file_of_visitors_or_accounts_needs_a_range(admin: httpx.Client, noun: str) -> None:
    answer = admin.get(f"/export/v1/{noun}.csv", params={"filter": "{}"})
    assert answer.status_code == 400
    assert "from" in answer.json()["message"]
