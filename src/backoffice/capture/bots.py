"""What a user agent says of its visitor: a program or a person, on which device.

Crawlers are recognised by the kept list of CrawlerDetect, devices by that of ua-parser; a few
automation tools that neither knows are added here. The list is searched by ua-parser's engine, for
which a hostile user agent costs microseconds; one regular expression of 1,400 alternatives takes
milliseconds, and events come by the thousand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

import ua_parser
from crawlerdetect import providers
from ua_parser_rs import UserAgentExtractor

from backoffice.capture.limits import MAX_USER_AGENT

DeviceType = Literal["desktop", "mobile", "tablet"]

_AUTOMATION: Final = re.compile(
    r"headless|phantomjs|slimerjs|puppeteer|playwright|selenium|webdriver|cypress|htmlunit|"
    r"nightmare|jsdom|splash|zombie\.js",
    re.IGNORECASE,
)
_SERVER_SDK: Final = re.compile(r"posthog-(?!js\b|ios\b|android\b|react-native\b|flutter\b)[a-z-]+")
_HTTP_LIBRARY: Final = re.compile(
    r"(?:curl|wget|python|aiohttp|httpx|go-http-client|node|undici|axios|got|okhttp|java|"
    r"apache-httpclient|jakarta|libwww-perl|lwp|ruby|faraday|php|guzzlehttp|postmanruntime|"
    r"insomnia|deno|bun|dart|reqwest|hyper|k6|locust|dotnet|restsharp)\b",
    re.IGNORECASE,
)
_DESKTOP: Final = re.compile(r"windows|mac os x|linux|ubuntu|fedora|debian|chrome ?os|bsd", re.I)
_LOOKAROUND: Final = ("(?!", "(?=", "(?<")
_BROWSER_NAMES: Final = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Firefox Mobile": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "Chrome Mobile iOS": "Chrome iOS",
}


@dataclass(frozen=True, slots=True)
class Agent:
    """What is known of a visitor by their user agent."""

    is_bot: bool = False
    device_type: DeviceType | None = None
    browser: str | None = None
    os: str | None = None


UNKNOWN: Final = Agent()


def describe(user_agent: str) -> Agent:
    """What `user_agent` says of the visitor; nothing when it is empty."""
    return _describe(user_agent[:MAX_USER_AGENT].strip())


@lru_cache(maxsize=4096)
def _describe(user_agent: str) -> Agent:
    if not user_agent:
        return UNKNOWN
    is_bot = bool(_AUTOMATION.search(user_agent)) or is_crawler(user_agent)
    parsed = ua_parser.parse(user_agent)
    browser = parsed.user_agent.family if parsed.user_agent else None
    os = parsed.os.family if parsed.os else None
    family = parsed.device.family if parsed.device else ""
    return Agent(
        is_bot=is_bot or family == "Spider",
        device_type=_device_type(user_agent, os, family),
        browser=_BROWSER_NAMES.get(browser, browser) if browser else None,
        os=os,
    )


def is_crawler(user_agent: str) -> bool:
    """Whether CrawlerDetect's list knows this user agent."""
    harmless, crawlers, more_crawlers = _crawler_list()
    telling = harmless.sub("", user_agent)
    return crawlers.extract(telling) is not None or bool(more_crawlers.search(telling))


@cache
def _crawler_list() -> tuple[re.Pattern[str], UserAgentExtractor, re.Pattern[str]]:
    """What to leave out, the list, and the few of it that the engine cannot search for.

    Made at first use: it takes a tenth of a second that a start need not wait for.
    """
    patterns = providers.crawlers.data
    hard = [pattern for pattern in patterns if any(sign in pattern for sign in _LOOKAROUND)]
    return (
        re.compile("|".join(providers.exclusions.data), re.IGNORECASE),
        UserAgentExtractor(
            [(f"(?i){one}", None, None, None, None, None) for one in patterns if one not in hard]
        ),
        re.compile("|".join(hard) or "(?!)", re.IGNORECASE),
    )


def _device_type(user_agent: str, os: str | None, family: str) -> DeviceType | None:
    if "iPad" in user_agent or "Tablet" in user_agent or "Kindle" in family:
        return "tablet"
    if os == "Android":
        return "mobile" if "Mobile" in user_agent else "tablet"
    if "Mobi" in user_agent or os == "iOS":
        return "mobile"
    return "desktop" if os and _DESKTOP.match(os) else None


def is_server_sdk(user_agent: str) -> bool:
    """Whether this is one of PostHog's server SDKs: a sender, whose own address is no visitor's."""
    return bool(_SERVER_SDK.match(user_agent))


def is_program(user_agent: str) -> bool:
    """Whether a request comes from a program that sends for others, not from a visitor's browser.

    A crawler that runs a page's scripts names itself as a browser or crawler does and is none.
    """
    return is_server_sdk(user_agent) or bool(_HTTP_LIBRARY.match(user_agent))
