"""Who is a program, who a crawler, and which device a person holds."""

from __future__ import annotations

import pytest
from crawlerdetect import CrawlerDetect, providers
from hypothesis import given
from hypothesis import strategies as st

from backoffice.capture import bots
from unit.capture.capture_senders import CHROME, IPHONE

DETECTOR = CrawlerDetect()
ASCII = st.characters(min_codepoint=32, max_codepoint=126)


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/120.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Unknown; Linux) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1",
        "Mozilla/5.0 (X11; Linux x86_64) Playwright/1.40",
        "python-requests/2.31",
        "curl/8.1",
        "Go-http-client/1.1",
        "Mozilla/5.0 (compatible; Let's Encrypt validation server; +https://www.letsencrypt.org)",
    ],
)
def test_bots(user_agent: str) -> None:
    assert bots.describe(user_agent).is_bot


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (CHROME, bots.Agent(False, "desktop", "Chrome", "Windows")),
        (IPHONE, bots.Agent(False, "mobile", "Mobile Safari", "iOS")),
        (
            "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
            bots.Agent(False, "tablet", "Mobile Safari", "iOS"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/120.0.0.0 Mobile Safari/537.36",
            bots.Agent(False, "mobile", "Chrome", "Android"),
        ),
        (
            "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/120.0.0.0 Safari/537.36",
            bots.Agent(False, "tablet", "Chrome", "Android"),
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:120.0) Gecko/20100101 Firefox/120.0",
            bots.Agent(False, "desktop", "Firefox", "Mac OS X"),
        ),
        ("", bots.UNKNOWN),
    ],
)
def test_people(user_agent: str, expected: bots.Agent) -> None:
    assert bots.describe(user_agent) == expected


@pytest.mark.parametrize(
    ("user_agent", "program", "server"),
    [
        ("posthog-python/7.91.1", True, True),
        ("posthog-node/4.0.0", True, True),
        ("posthog-ios/3.0", False, False),
        ("posthog-react-native/3.0", False, False),
        ("python-httpx/0.28", True, False),
        ("curl/8.1", True, False),
        (CHROME, False, False),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", False, False),
        ("", False, False),
    ],
)
def test_senders(user_agent: str, program: bool, server: bool) -> None:
    assert bots.is_program(user_agent) is program
    assert bots.is_server_sdk(user_agent) is server


@given(
    st.sampled_from([CHROME, IPHONE, ""]),
    st.sampled_from(providers.crawlers.data).flatmap(
        lambda pattern: st.from_regex(pattern, alphabet=ASCII)
    )
    | st.text(ASCII, max_size=300),
)
def test_crawlers_are_those_of_the_kept_list(browser: str, addition: str) -> None:
    user_agent = f"{browser} {addition[:300]}".strip()
    assert bots.is_crawler(user_agent) == DETECTOR.is_crawler(user_agent)


@given(st.text(max_size=400))
def test_any_user_agent_is_described(user_agent: str) -> None:
    assert bots.describe(user_agent).device_type in (None, "desktop", "mobile", "tablet")
