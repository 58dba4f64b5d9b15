from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backoffice.app import security_headers
from backoffice.errors import ConfigurationError
from backoffice.logging import HTTP_LOGGER, configure_logging, request_id
from backoffice.request_context import CallerAddress
from backoffice.settings import Settings
from backoffice.stack.address import external_address
from backoffice.stack.middleware import RequestEnvelope
from backoffice.stack.urls import as_url


@pytest.fixture(autouse=True)
def _restore_logging() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.getLogger(HTTP_LOGGER).setLevel(logging.NOTSET)


def settings(**given: object) -> Settings:
    return Settings.model_validate(given)


def test_a_json_line_carries_the_request_id_and_hides_secrets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging(settings(log_format="json"))
    binding = request_id.set("id-1")
    structlog.get_logger().info("signed in", access_token="eyJ", password="pw", email="a@b.c")
    logging.getLogger("library").warning("about %s", "this")
    request_id.reset(binding)
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert first["request_id"] == second["request_id"] == "id-1"
    assert (first["access_token"], first["password"]) == ("[hidden]", "[hidden]")
    assert second["event"] == "about this"


def test_a_terminal_is_not_flooded_with_requests(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(settings(log_format="console"))
    structlog.get_logger("backoffice.http").info("request", path="/")
    structlog.get_logger("backoffice.http").error("request failed", path="/")
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("variable", ["PORT", "BACKOFFICE_PORT"])
def test_the_port_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "8123")
    assert Settings().port == 8123


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKOFFICE_CORS_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("BACKOFFICE_TRUSTED_PROXIES", "10.0.0.1")
    assert Settings().cors_origins == ["https://a.example", "https://b.example"]
    assert Settings().trusted_proxies == ["10.0.0.1"]


def test_the_policy_lets_the_page_reach_its_own_servers_only() -> None:
    given = settings(supabase_url="https://x.supabase.co/", public_url="https://app.example")
    policy = security_headers(given)["Content-Security-Policy"]
    assert "connect-src 'self' https://app.example https://x.supabase.co;" in policy
    assert "script-src 'self';" in policy


def test_a_wrong_database_url_is_refused_without_showing_its_password() -> None:
    with pytest.raises(ConfigurationError) as raised:
        external_address("postgresql//user:s3cret@host/db")
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("conninfo", "url"),
    [
        ("host=h port=5 user=u password=p@/ dbname=d", "postgresql://u:p%40%2F@h:5/d"),
        ("host=/s port=5 user=u dbname=d", "postgresql://u@/d?host=%2Fs&port=5"),
        ("host=h user=u dbname=d sslmode=require", "postgresql://u@h/d?sslmode=require"),
    ],
)
def test_a_connection_string_as_url(conninfo: str, url: str) -> None:
    assert as_url(conninfo) == url


async def test_a_request_is_one_json_line_without_its_query_headers_or_body(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        structlog.get_logger("backoffice.inside").info("inside", api_key="sk-1")
        await Response("fine")(scope, receive, send)

    configure_logging(settings(log_format="json"))
    app = RequestEnvelope(answers, {}, CallerAddress(b"key", ()))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://b.example") as client:
        answer = await client.post(
            "/rest/v1/visitors?email=eq.ada@example.com&token=one-time",
            headers={"authorization": "Bearer eyJ-secret", "x-request-id": "from-the-proxy"},
            content="a body with ada@example.com",
        )
    written = capsys.readouterr().err
    inside, request = map(json.loads, written.splitlines())
    assert request.keys() == {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "path",
        "status",
        "milliseconds",
    }
    assert (request["event"], request["path"], request["status"]) == (
        "request",
        "/rest/v1/visitors",
        200,
    )
    assert inside["request_id"] == request["request_id"] == "from-the-proxy"
    assert answer.headers["x-request-id"] == "from-the-proxy"
    for secret in ("ada@example.com", "one-time", "eyJ-secret", "sk-1"):
        assert secret not in written
