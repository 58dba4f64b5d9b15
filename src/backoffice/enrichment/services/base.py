"""Asking a service that names the company behind an address: patience, refusals, bounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Protocol

import httpx
import orjson
import stamina

from backoffice.addresses import parse_address
from backoffice.enrichment.model import Json, Source

TIMEOUT: Final = httpx.Timeout(5.0, connect=3.0)
DEADLINE_SECONDS: Final = 15.0
"""How long an answer may take in all: each of its bytes may come in time and the last never."""

ATTEMPTS: Final = 3
LONGEST_WAIT_SECONDS: Final = 20.0
MOST_BYTES: Final = 256 * 1024
MOST_RAW_BYTES: Final = 4096
PAUSE_SECONDS: Final = 600.0
"""How long a service is left alone that refuses the key or has had enough for now."""

_REFUSALS: Final = frozenset({401, 402, 403})
_ADDRESS_KEYS: Final = frozenset({"ip", "ip_address", "ipaddress", "geoip", "address_ip"})


@dataclass(frozen=True, slots=True)
class Found:
    """A service's answer: the company's fields, or None for an address it does not know."""

    company: Mapping[str, str | None] | None
    raw: Json | None = None


class ServiceError(Exception):
    """The service gave no answer. Nothing is kept: the address may be asked about again."""


class RefusedError(ServiceError):
    """The service refuses the key, or any more calls for a good while."""


class SpentError(ServiceError):
    """No more calls may be made today; the service was not asked."""


class BusyError(ServiceError):
    """The service cannot answer this moment; `retry_after` seconds if it says so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Protocolled(Protocol):
    """How one service is asked, and how its answers read."""

    @property
    def name(self) -> Source:
        """The service, as answers name their source."""
        ...

    def request(self, client: httpx.AsyncClient, address: str, key: str) -> httpx.Request:
        """The request for an address."""
        ...

    def read(self, body: Json) -> Mapping[str, str | None] | None:
        """The company's fields in a 200; None when the answer is that there is none."""
        ...


@dataclass(slots=True)
class Service:
    """Asks one service. `client` is given, so that tests can stand at its other end."""

    protocol: Protocolled
    key: str = field(repr=False)
    client: httpx.AsyncClient
    clock: Callable[[], float] = time.monotonic
    deadline: float = DEADLINE_SECONDS
    _paused_until: float = float("-inf")

    @property
    def name(self) -> Source:
        """The service, as answers name their source."""
        return self.protocol.name

    @property
    def is_paused(self) -> bool:
        """Whether it is of no use to ask now."""
        return self.clock() < self._paused_until

    async def find(self, address: str, spend: Callable[[], Awaitable[bool]]) -> Found:
        """The company behind an address. `spend` pays for each call made, a second attempt's too.

        Raises `ServiceError`, also for what cannot be read; `SpentError` when `spend` will not pay.
        """
        patient = stamina.AsyncRetryingCaller(attempts=ATTEMPTS, timeout=60.0, wait_max=8.0)

        # Without arguments: retries are logged with theirs, and an address belongs in no log.
        async def ask() -> Found:
            if not await spend():
                raise SpentError("the daily budget is used up")
            return await self._ask(address)

        try:
            return await patient.on(_retry)(ask)
        except RefusedError:
            self._paused_until = self.clock() + PAUSE_SECONDS
            raise

    async def _ask(self, address: str) -> Found:
        try:
            request = self.protocol.request(self.client, address, self.key)
            async with asyncio.timeout(self.deadline):
                response = await self.client.send(request, stream=True)
                try:
                    content = await _bounded(response)
                finally:
                    await response.aclose()
        except (httpx.TimeoutException, TimeoutError) as error:
            raise BusyError("no answer in time") from error
        except httpx.TransportError as error:
            raise BusyError("not reachable") from error
        except httpx.HTTPError as error:
            raise ServiceError("an answer that cannot be read") from error
        except httpx.InvalidURL as error:
            raise ServiceError("its address is no URL") from error
        _check(response)
        if response.status_code == 404:
            return Found(None)
        body = _parsed(content)
        company = self.protocol.read(body)
        return Found(company, _kept(body, company, address) if company else None)


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status in _REFUSALS:
        raise RefusedError(f"status {status}")
    if status == 429:
        wait = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
        if wait is not None and wait > LONGEST_WAIT_SECONDS:
            raise RefusedError(f"no more calls for {wait:.0f} s")
        raise BusyError("too many calls", wait)
    if status >= 500:
        raise BusyError(f"status {status}")
    if status not in (200, 404):
        # 202 among them: the service is still looking.
        raise ServiceError(f"status {status}")


def _retry(error: Exception) -> bool | float:
    """Whether to ask again, or after how many seconds (RFC 9110, 10.2.3)."""
    if not isinstance(error, BusyError):
        return False
    return True if error.retry_after is None else error.retry_after


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds in a Retry-After header, which holds a number or a date (RFC 9110, 10.2.3)."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


async def _bounded(response: httpx.Response) -> bytes:
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            raise ServiceError("an answer larger than any company")
    return content


def _parsed(content: bytes) -> Json:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ServiceError("an answer that is no JSON") from error
    if not isinstance(body, dict):
        raise ServiceError("an answer that is no object")
    return body


def _kept(body: Json, company: Mapping[str, str | None], address: str) -> Json:
    """The payload as it is stored: without addresses, and not larger than a company."""
    try:
        kept = without_addresses(body, address)
        fits = isinstance(kept, dict) and len(orjson.dumps(kept)) <= MOST_RAW_BYTES
    except (RecursionError, orjson.JSONEncodeError):
        # Parsers go deeper into a payload than who walks or writes one.
        fits = False
    return kept if fits else {name: value for name, value in company.items() if value}


def without_addresses(value: Any, address: str) -> Any:
    """JSON data without IP addresses, and without what a service says of one."""
    if isinstance(value, dict):
        return {
            name.replace("\0", ""): without_addresses(item, address)
            for name, item in value.items()
            if name.lower() not in _ADDRESS_KEYS and not _names_address(name, address)
        }
    if isinstance(value, list):
        return [
            without_addresses(item, address)
            for item in value
            if not (isinstance(item, str) and _names_address(item, address))
        ]
    if isinstance(value, str):
        return None if _names_address(value, address) else value.replace("\0", "")
    return value


def _names_address(text: str, address: str) -> bool:
    return address in text or parse_address(text) is not None
