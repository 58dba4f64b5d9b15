"""A page view of a log as an event: who, where from, and nothing that identifies an address."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from backoffice.demo.replay_access_log import Request, parse_line
from backoffice.demo.replay_page_views import event_id, page_view, visitor_id

KEY = b"k" * 32
LINE = (
    '203.0.113.0 - - [01/Sep/2022:22:12:45 +0000] "GET /a?b=1 HTTP/1.1" 200 87'
    ' "https://own.example/" "Firefox"'
)


def request() -> Request:
    parsed = parse_line(3, LINE)
    assert parsed is not None
    return parsed


def test_an_event_carries_what_the_server_judges_by() -> None:
    event = page_view("shop.example", request(), KEY, timedelta(days=1), None)
    assert event["event"] == "$pageview"
    assert event["timestamp"] == "2022-09-02T22:12:45+00:00"
    assert event["properties"]["$current_url"] == "https://shop.example/a?b=1"
    assert event["properties"]["$ip"] == "203.0.113.0"
    assert event["properties"]["$raw_user_agent"] == "Firefox"
    assert "$session_id" not in event["properties"]


def test_the_logs_own_site_becomes_the_domain() -> None:
    inside = page_view("shop.example", request(), KEY, timedelta(), "own.example")
    outside = page_view("shop.example", request(), KEY, timedelta(), "other.example")
    assert inside["properties"]["$referrer"] == "https://shop.example/"
    assert outside["properties"]["$referrer"] == "https://own.example/"


def test_what_names_no_browser_is_a_robot() -> None:
    nameless = page_view("shop.example", replace(request(), agent=""), KEY, timedelta(), None)
    assert nameless["properties"]["$browser_type"] == "bot"


def test_ids_depend_on_the_line_and_its_place_and_not_on_the_shift() -> None:
    first = event_id("shop.example", request())
    assert first == event_id("shop.example", request())
    assert first != event_id("other.example", request())
    assert first != event_id("shop.example", replace(request(), number=4))
    shifted = page_view("shop.example", request(), KEY, timedelta(days=9), None)
    assert shifted["uuid"] == str(first)


def test_a_visitor_is_an_address_with_a_browser_under_a_key() -> None:
    known = visitor_id("shop.example", request(), KEY)
    assert known == visitor_id("shop.example", request(), KEY)
    assert known != visitor_id("shop.example", request(), b"x" * 32)
    assert known != visitor_id("shop.example", replace(request(), agent="Chrome"), KEY)
    assert known != visitor_id("shop.example", replace(request(), ip="203.0.114.0"), KEY)
    assert "203.0.113" not in known
