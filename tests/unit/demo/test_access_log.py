"""Reading nginx access logs: any line is survived, and only page views are taken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.demo.replay_access_log import Kind, own_host, parse_line, parse_log, unescape

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:104.0) Gecko/20100101 Firefox/104.0"


def line(request: str, status: int = 200, referrer: str = "-", agent: str = BROWSER) -> str:
    return (
        f'203.0.113.0 - - [01/Sep/2022:22:12:45 +0200] "{request}" {status} 87'
        f' "{referrer}" "{agent}"'
    )


def kind(request: str, status: int = 200) -> Kind:
    parsed = parse_line(0, line(request, status))
    assert parsed is not None
    return parsed.kind


def test_every_field_of_a_line() -> None:
    parsed = parse_line(
        7, line("GET /blog/a?utm_source=x HTTP/1.1", 200, "https://www.google.com/")
    )
    assert parsed is not None
    assert parsed.number == 7
    assert parsed.ip == "203.0.113.0"
    assert parsed.at.astimezone(UTC) == datetime(2022, 9, 1, 20, 12, 45, tzinfo=UTC)
    assert (parsed.method, parsed.target, parsed.status) == ("GET", "/blog/a?utm_source=x", 200)
    assert (parsed.path, parsed.query) == ("/blog/a", "utm_source=x")
    assert (parsed.referrer, parsed.agent) == ("https://www.google.com/", BROWSER)


@pytest.mark.parametrize(
    ("request_line", "status", "expected"),
    [
        ("GET / HTTP/1.1", 200, Kind.PAGE_VIEW),
        ("GET /tag/android HTTP/2.0", 304, Kind.PAGE_VIEW),
        ("GET /howto/android-studio-2021.2-on-ubuntu HTTP/1.1", 200, Kind.PAGE_VIEW),
        ("GET /index.html HTTP/1.1", 200, Kind.PAGE_VIEW),
        ("GET /?p=98 HTTP/1.1", 200, Kind.PAGE_VIEW),
        ("GET /static/js/menu.js HTTP/1.1", 200, Kind.ASSET),
        ("GET /favicon.ico HTTP/1.1", 200, Kind.ASSET),
        ("GET /sitemap.xml HTTP/1.1", 200, Kind.ASSET),
        ("GET /.well-known/acme-challenge/x HTTP/1.1", 200, Kind.ASSET),
        ("GET /.env HTTP/1.1", 404, Kind.REFUSED),
        ("GET /wp-login.php HTTP/1.1", 400, Kind.REFUSED),
        ("GET / HTTP/1.1", 307, Kind.REDIRECT),
        ("POST / HTTP/1.1", 200, Kind.NOT_GET),
        ("HEAD / HTTP/1.1", 200, Kind.NOT_GET),
        ("GET /?XDEBUG_SESSION_START=phpstorm HTTP/1.1", 200, Kind.PROBE),
        ("GET http://elsewhere.example/ HTTP/1.1", 200, Kind.PROBE),
        (r"\x16\x03\x01\x00", 400, Kind.NOT_HTTP),
        ("", 400, Kind.NOT_HTTP),
    ],
)
def test_what_a_line_is(request_line: str, status: int, expected: Kind) -> None:
    assert kind(request_line, status) is expected


def test_bytes_that_nginx_escaped() -> None:
    assert unescape(r"caf\xC3\xA9 \x22quoted\x22") == 'café "quoted"'
    assert unescape(r"\xFF") == "\N{REPLACEMENT CHARACTER}"


@given(st.text())
def test_no_line_breaks_the_parser(text: str) -> None:
    parsed = parse_line(0, text)
    assert parsed is None or parsed.kind in Kind


@given(st.text(alphabet=st.characters(exclude_characters='"\n')), st.integers(100, 599))
def test_no_request_breaks_the_classification(request: str, status: int) -> None:
    parsed = parse_line(0, line(request, status))
    assert parsed is not None
    assert parsed.kind in Kind


def test_garbage_is_told_from_lines() -> None:
    parsed = list(parse_log(["garbage", line("GET / HTTP/1.1"), ""]))
    assert [request is None for request in parsed] == [True, False, True]


def test_the_logs_own_host_is_the_one_that_refers_its_files() -> None:
    lines = [
        line("GET /a.css HTTP/1.1", referrer="https://own.example/"),
        line("GET /b.js HTTP/1.1", referrer="https://own.example/x"),
        line("GET / HTTP/1.1", referrer="https://www.google.com/"),
        line("GET /c.png HTTP/1.1", referrer="https://hotlinker.example/"),
    ]
    assert own_host(request for request in parse_log(lines) if request) == "own.example"
    assert own_host([]) is None
