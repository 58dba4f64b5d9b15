"""The one origin over real HTTP: every part answers, in the same manner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from backoffice.stack.processes import wait_until
from support.database import TestDatabase
from support.server import TestServer, running_server


@pytest.fixture(scope="module")
def http(server: TestServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


def test_health_is_ok_when_the_database_is_current(http: httpx.Client) -> None:
    answer = http.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.headers["cache-control"] == "no-store"


def test_health_says_which_migrations_are_pending(fresh_database: TestDatabase) -> None:
    with fresh_database.connect() as connection:
        connection.execute("delete from supabase_migrations.schema_migrations")
    with running_server(fresh_database) as server:
        answer = httpx.get(f"{server.url}/health")
    assert answer.status_code == 503
    assert answer.json()["problem"].startswith("Migrations are pending: 2")


def test_health_fails_while_the_database_is_away(fresh_database: TestDatabase) -> None:
    with running_server(fresh_database) as server, fresh_database.cluster.admin() as admin:
        admin.execute(f'alter database "{fresh_database.name}" allow_connections false'.encode())
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            [fresh_database.name],
        )
        answer = httpx.get(f"{server.url}/health")
        assert answer.status_code == 503
        assert answer.json()["problem"] == "The database does not answer."
        admin.execute(f'alter database "{fresh_database.name}" allow_connections true'.encode())
        assert wait_until(lambda: httpx.get(f"{server.url}/health").status_code == 200, 20)


def test_the_ui_is_configured_for_the_address_it_was_opened_at(server: TestServer) -> None:
    port = server.state.settings.port
    for host in ("127.0.0.1", "localhost"):
        config = httpx.get(f"http://{host}:{port}/config.json").json()
        assert config["supabaseUrl"] == config["apiUrl"] == f"http://{host}:{port}"
        assert config["supabaseAnonKey"] == server.anon_key
        assert config["demo"] is False
    assert server.keys.service_role_key not in str(config)


def test_a_signed_in_user_reads_their_rows_over_rest(server: TestServer) -> None:
    with server.signed_in("user@user.com", "user") as client:
        rows = client.get("/rest/v1/domains?select=site_domain").json()
    assert rows == [{"site_domain": "abtasty.com"}]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/conversations?search=x",
        "/health",
        "/config.json",
        "/rest/v1/nothing",
        "/auth/v1/user",
        "/agent/v1/nothing",
        "/assets/nothing.js",
        "/docs",
    ],
)
def test_every_answer_has_an_id_and_safe_headers(http: httpx.Client, path: str) -> None:
    first, second = http.get(path), http.get(path)
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in first.headers["content-security-policy"]
    assert "server" not in first.headers


def test_a_callers_request_id_is_kept_if_it_is_harmless(http: httpx.Client) -> None:
    for given, kept in (("abc-123", True), ("x" * 200, False), ("a b", False), ("<b>", False)):
        answer = http.get("/health", headers={"x-request-id": given})
        assert (answer.headers["x-request-id"] == given) is kept, given


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/agent/v1/nothing", 404, "not_found"),
        ("GET", "/agent/v1/conversations/1", 405, "method_not_allowed"),
        ("POST", "/conversations", 405, "method_not_allowed"),
        ("GET", "/assets/gone.js", 404, "not_found"),
    ],
)
def test_an_error_has_the_one_body(
    http: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    body = answer.json()
    assert body.keys() == {"code", "message", "field", "request_id"}
    assert (body["code"], body["request_id"]) == (code, answer.headers["x-request-id"])


def test_the_ui_answers_every_page_address(database: TestDatabase, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>page</title>")
    (tmp_path / "assets" / "main-a1.js").write_text("plain()")
    (tmp_path / "assets" / "main-a1.js.br").write_bytes(b"not decoded here")
    with running_server(database, tmp_path) as server, httpx.Client(base_url=server.url) as http:
        for address in ("/", "/conversations/abtasty.com/1?turns=3"):
            page = http.get(address)
            assert page.text == "<title>page</title>"
            assert page.headers["cache-control"] == "no-cache"
        tag = page.headers["etag"]
        assert http.get("/", headers={"if-none-match": tag}).status_code == 304
        script = http.get("/assets/main-a1.js", headers={"accept-encoding": "gzip"})
        assert script.text == "plain()"
        assert "immutable" in script.headers["cache-control"]
        assert script.headers["vary"] == "Accept-Encoding"
        with http.stream(
            "GET", "/assets/main-a1.js", headers={"accept-encoding": "gzip, br"}
        ) as compressed:
            assert compressed.headers["content-encoding"] == "br"
            assert b"".join(compressed.iter_raw()) == b"not decoded here"
        assert http.get("/assets/main-a1.js.br").status_code == 404
        assert http.get("/../../pyproject.toml").text == "<title>page</title>"
