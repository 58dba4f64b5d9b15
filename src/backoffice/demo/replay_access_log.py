"""An nginx access log as page views: what a line says, and which lines are somebody seeing a page.

The format is nginx's predefined `combined`:
`$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer"
"$http_user_agent"`, with unprintable bytes and quotes escaped as `\\xHH`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import unquote, urlsplit

LINE = re.compile(
    r"(?P<ip>\S+) \S+ \S+ \[(?P<time>[^\]]+)\] "
    r'"(?P<request>[^"]*)" (?P<status>\d{3}) (?P<size>\d+|-) '
    r'"(?P<referrer>[^"]*)" "(?P<agent>[^"]*)"\s*$'
)
ESCAPED = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")
TIME = "%d/%b/%Y:%H:%M:%S %z"
METHOD = re.compile(r"[A-Z]{3,10}")
ASSET = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,7}$")
PAGE_SUFFIX = re.compile(r"\.(html?|aspx?|jsp|php)$", re.IGNORECASE)
MACHINE = re.compile(r"/(\.well-known|api|static|assets|wp-json|graphql)(/|$)", re.IGNORECASE)
ATTACK = re.compile(
    r"XDEBUG_SESSION|invokefunction|wp-config|rest_route=|call_user_func|PHP[BE][0-9A-F]{7}-|"
    r"\.\./|/etc/passwd|<script|union\s+select|^dns=",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """What a line of the log is; the first that fits, in this order."""

    NOT_HTTP = "not HTTP (binary, other protocols, empty)"
    NOT_GET = "not a GET"
    REDIRECT = "redirected (the target has a line of its own)"
    REFUSED = "refused or failed (probes, dead links)"
    ASSET = "file or API call of a page"
    PROBE = "probe in the query of an existing page"
    PAGE_VIEW = "page view"


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log; `target` is the requested path with its query, as it was sent."""

    number: int
    raw: str
    ip: str
    at: datetime
    method: str
    target: str
    status: int
    referrer: str
    agent: str

    @property
    def path(self) -> str:
        """The path without query, unescaped."""
        return unquote(self.target.partition("?")[0])

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return unquote(self.target.partition("?")[2])

    @property
    def kind(self) -> Kind:
        """What this line is; only `PAGE_VIEW` is somebody, or some robot, looking at a page."""
        if not self.method:
            return Kind.NOT_HTTP
        if self.method != "GET":
            return Kind.NOT_GET
        if self.status != 304 and 300 <= self.status < 400:
            return Kind.REDIRECT
        if self.status not in (200, 304):
            return Kind.REFUSED
        if not self.target.startswith("/") or ATTACK.search(self.query):
            return Kind.PROBE
        if MACHINE.match(self.path) or (
            ASSET.search(self.path.rpartition("/")[2]) and not PAGE_SUFFIX.search(self.path)
        ):
            return Kind.ASSET
        return Kind.PAGE_VIEW


def parse_line(number: int, line: str) -> Request | None:
    """The request of line `number`, or None when the line is not in combined format."""
    match = LINE.match(line)
    if match is None:
        return None
    try:
        at = datetime.strptime(match["time"], TIME)
    except ValueError:
        return None
    parts = unescape(match["request"]).split(" ")
    http = (
        len(parts) == 3 and METHOD.fullmatch(parts[0]) is not None and parts[2].startswith("HTTP/")
    )
    return Request(
        number=number,
        raw=line,
        ip=match["ip"],
        at=at,
        method=parts[0] if http else "",
        target=parts[1] if http else "",
        status=int(match["status"]),
        referrer=_value(match["referrer"]),
        agent=_value(match["agent"]),
    )


def parse_log(lines: Iterable[str]) -> Iterator[Request | None]:
    """Every line of a log; None stands for a line that is not in combined format."""
    for number, line in enumerate(lines):
        yield parse_line(number, line)


def own_host(requests: Iterable[Request]) -> str | None:
    """The log's own site: the host that refers most files of pages. The log does not name it."""
    hosts: dict[str, int] = {}
    for request in requests:
        host = referrer_host(request.referrer)
        if host and request.kind is Kind.ASSET:
            hosts[host] = hosts.get(host, 0) + 1
    return max(hosts, key=lambda host: hosts[host]) if hosts else None


def referrer_host(referrer: str) -> str | None:
    """The host of a referrer, or None when it is absent or no address."""
    try:
        return urlsplit(referrer).hostname
    except ValueError:
        return None


def unescape(text: str) -> str:
    """nginx's `\\xHH` undone; bytes that are no UTF-8 become U+FFFD."""

    def decode(match: re.Match[str]) -> str:
        return bytes.fromhex(match[0].replace("\\x", "")).decode("utf-8", "replace")

    return ESCAPED.sub(decode, text)


def _value(field: str) -> str:
    return "" if field == "-" else unescape(field)
