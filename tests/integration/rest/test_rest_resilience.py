"""When things change or break under the server: DDL, lost clients, busy pools, restarts."""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import psycopg

from backoffice.stack.processes import wait_until
from support.database import TestDatabase
from support.rest import CONFIG, RestServer

Serve = Callable[..., RestServer]
BUSY = "select count(*) from pg_stat_activity where query like '%sleep%' and state = 'active'"


def sleeping(database: TestDatabase) -> int:
    with database.connect("supabase_admin") as admin:
        row = admin.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and state = 'active' and query like %s and pid <> pg_backend_pid()",
            ['%"sleep"%'],
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_new_table_is_there_at_once(own_library: TestDatabase, serve: Serve) -> None:
    server = serve(own_library, CONFIG)
    with server.client() as client, own_library.connect("supabase_admin") as admin:
        assert client.get("/books?limit=1").status_code == 200
        admin.execute(
            "create table api.shelves (id int primary key, book_id int references api.books)"
        )
        admin.execute("grant select on api.shelves to service_role")
        assert wait_until(lambda: client.get("/shelves").status_code == 200, 5)
        assert client.get("/shelves?select=*,books(title)").json() == []
        admin.execute("create function api.fresh() returns int language sql as 'select 7'")
        assert wait_until(lambda: client.post("/rpc/fresh").status_code == 200, 5)


def test_a_notification_reloads(own_library: TestDatabase, serve: Serve) -> None:
    server = serve(own_library, CONFIG)
    with server.client() as client, own_library.connect("supabase_admin") as admin:
        assert client.get("/").json()["info"]["title"] == "The library"
        definitions = client.get("/").json()["definitions"]
        assert "description" not in definitions["books"]
        admin.execute("comment on table api.books is 'Described'")

        def described() -> bool:
            admin.execute("notify pgrst, 'reload schema'")
            return client.get("/").json()["definitions"]["books"].get("description") == "Described"

        assert wait_until(described, 5)


def test_a_changed_table_does_not_break_prepared_statements(
    own_library: TestDatabase, serve: Serve
) -> None:
    server = serve(own_library, CONFIG, pool_size=2)
    with server.client() as client, own_library.connect("supabase_admin") as admin:
        for _ in range(8):
            assert client.get("/publishers?id=eq.1").status_code == 200
        admin.execute("alter table api.publishers add column country text")
        answer = client.get("/publishers?id=eq.1")
        assert answer.status_code == 200, answer.text
        assert "country" in answer.json()[0]


def test_a_client_that_leaves_ends_its_query(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, CONFIG)
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as leaving:
        leaving.sendall(
            b"GET /rpc/sleep?seconds=20 HTTP/1.1\r\nHost: x\r\n"
            b"Authorization: Bearer service_role:x\r\n\r\n"
        )
        assert wait_until(lambda: sleeping(library) == 1, 5)
    assert wait_until(lambda: sleeping(library) == 0, 5)
    with server.client() as client:
        assert client.get("/books?limit=1").status_code == 200


def test_a_busy_pool_answers_503(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, CONFIG, pool_size=1, timeout=0.2)
    with server.client() as client, ThreadPoolExecutor(1) as others:
        client.get("/books")
        busy = others.submit(client.get, "/rpc/sleep?seconds=2")
        assert wait_until(lambda: sleeping(library) == 1, 5)
        refused = client.get("/books")
        assert (refused.status_code, refused.json()["code"]) == (503, "PGRST003")
        assert refused.headers["retry-after"] == "1"
        assert busy.result().status_code == 204
        assert client.get("/books").status_code == 200


def test_the_statement_timeout_of_the_role_holds(library: TestDatabase, serve: Serve) -> None:
    server = serve(library, CONFIG)
    answer = httpx.get(f"{server.url}/rpc/sleep?seconds=10", timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (500, "57014")


def test_lost_connections_are_replaced(own_library: TestDatabase, serve: Serve) -> None:
    server = serve(own_library, CONFIG, pool_size=3)
    with server.client() as client:
        with ThreadPoolExecutor(3) as many:
            list(many.map(lambda _: client.get("/rpc/sleep?seconds=0.1"), range(3)))
        with own_library.connect("supabase_admin") as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and usename = 'authenticator'"
            )
        assert client.get("/books").status_code == 200, "a read is tried again"
        written = client.post("/no_key", json={"a": "x"})
        assert written.status_code == 201


def test_the_database_may_be_away(own_library: TestDatabase, serve: Serve) -> None:
    server = serve(own_library, CONFIG, timeout=0.5)
    with server.client() as client:
        assert client.get("/books").status_code == 200
        name = psycopg.sql.Identifier(own_library.name)
        other = replace(own_library, name="template1")
        with other.connect("supabase_admin") as admin:
            admin.execute(psycopg.sql.SQL("alter database {} allow_connections false").format(name))
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
                [own_library.name],
            )
            gone = client.get("/books")
            assert gone.status_code == 503, gone.text
            assert gone.headers["retry-after"] == "1"

            def failures() -> int:
                client.get("/books")
                return server.pool.pool.get_stats().get("connections_errors", 0)

            # Had the delay doubled after each of so many, the next attempt would be far off.
            assert wait_until(lambda: failures() >= 10, 40)
            admin.execute(psycopg.sql.SQL("alter database {} allow_connections true").format(name))
        assert wait_until(lambda: client.get("/books").status_code == 200, 5), "found again soon"


def test_many_at_once_do_not_mix(rest: RestServer) -> None:
    def ask(number: int) -> bool:
        name = f"s{number}"
        context = clients[number % 4].get(
            "/rpc/context",
            headers={"Authorization": f"Bearer authenticated:{name}", "X-Number": str(number)},
        )
        body = context.json()
        return bool(body["claims"]["sub"] == name and body["headers"]["x-number"] == str(number))

    clients = [rest.client() for _ in range(4)]
    with ThreadPoolExecutor(8) as many:
        assert all(many.map(ask, range(200)))
    for client in clients:
        client.close()
