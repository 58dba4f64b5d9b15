"""Calls to HubSpot's API: at the pace it allows, patient with faults, plain about refusals.

100 calls in 10 seconds an account, 4 searches a second; the buckets are in the database, so that
all workers together keep to them. Source: HubSpot, "API usage guidelines".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal

import httpx
import orjson

from backoffice.crm.failures import (
    HubSpotError,
    LaterError,
    MissingScopeError,
    Reason,
    RefusedError,
    RevokedError,
    Written,
)
from backoffice.crm.tokens import TokenStore
from backoffice.database import Database

Json = dict[str, Any]
Pace = Literal["calls", "searches"]

TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)
ATTEMPTS: Final = 4
FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 20.0
"""Whatever takes longer is left for later, and the worker does something else meanwhile."""
MOST_BYTES: Final = 16 * 1024 * 1024
BATCH: Final = 100
# A full bucket and ten seconds of refilling are 100 calls; a full one and a second, 4 searches.
PACES: Final[Mapping[Pace, tuple[float, float]]] = {"calls": (10.0, 9.0), "searches": (1.0, 3.0)}


@dataclass(slots=True)
class HubSpot:
    """The API of one website's HubSpot account. `http` and `sleep` are given by tests."""

    database: Database
    tokens: TokenStore
    http: httpx.AsyncClient
    url: str
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    calls: int = field(default=0, init=False)

    async def get(self, path: str, **params: Any) -> Json:
        """A read. Raises `HubSpotError`."""
        return await self._ask("GET", path, None, params, "calls")

    async def post(
        self, path: str, body: Json, pace: Pace = "calls", *, repeatable: bool = True
    ) -> Json:
        """A write or a search. Raises `HubSpotError`; `RefusedError` for a 400.

        What is not `repeatable` is not asked again when HubSpot may have done it.
        """
        return await self._ask("POST", path, body, {}, pace, repeatable)

    async def batch(
        self, path: str, inputs: Sequence[Json], *, repeatable: bool = True
    ) -> list[Written]:
        """What became of each of up to 100 records, in order.

        Records that HubSpot refuses one by one (207) come with their reasons. A batch that it
        refuses as a whole (400) is halved until the one to blame is alone.
        """
        if not inputs:
            return []
        marked = [each | {"objectWriteTraceId": str(place)} for place, each in enumerate(inputs)]
        try:
            answer = await self.post(path, {"inputs": marked}, repeatable=repeatable)
        except RefusedError as error:
            if len(inputs) == 1:
                return [Written(0, reason=error.reason)]
            middle = len(inputs) // 2
            first = await self.batch(path, inputs[:middle], repeatable=repeatable)
            second = await self.batch(path, inputs[middle:], repeatable=repeatable)
            return [
                *first,
                *(
                    Written(each.place + middle, each.remote_id, each.is_new, each.reason, each.raw)
                    for each in second
                ),
            ]
        return read_batch(answer, len(inputs))

    async def _ask(
        self,
        method: str,
        path: str,
        body: Json | None,
        params: Mapping[str, Any],
        pace: Pace,
        repeatable: bool = True,
    ) -> Json:
        refused: str | None = None
        for attempt in range(ATTEMPTS):
            await self._wait_turn(pace)
            token = await self.tokens.access_token(refused)
            try:
                return await self._once(method, path, body, params, token)
            except RevokedError:
                if refused is not None:
                    raise
                refused = token
            except LaterError as error:
                pause = error.seconds or min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
                if error.seconds:
                    await self._hold(pace, error.seconds)
                if attempt == ATTEMPTS - 1 or pause > LONGEST_PAUSE:
                    raise
                if not (repeatable or error.untouched):
                    raise
                if not error.seconds:
                    await self.sleep(pause)
        raise LaterError("HubSpot did not take a fresh token.")

    async def _once(
        self, method: str, path: str, body: Json | None, params: Mapping[str, Any], token: str
    ) -> Json:
        self.calls += 1
        try:
            response = await self.http.request(
                method,
                f"{self.url}{path}",
                params=params,
                content=None if body is None else orjson.dumps(body),
                headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
                timeout=TIMEOUT,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise LaterError("HubSpot could not be reached.", untouched=True) from error
        except httpx.TimeoutException as error:
            raise LaterError("HubSpot did not answer in time.") from error
        except httpx.HTTPError as error:
            raise LaterError("HubSpot could not be reached.") from error
        return read_answer(response)

    async def _wait_turn(self, pace: Pace) -> None:
        capacity, per_second = PACES[pace]
        wait = await self.database.fetch_value(
            "select private.take_crm_call(%s, %s, %s, %s)",
            [self.tokens.site_domain, pace, capacity, per_second],
        )
        if wait > LONGEST_PAUSE:
            raise LaterError("HubSpot asked for a pause.", float(wait), untouched=True)
        if wait > 0:
            await self.sleep(float(wait))

    async def _hold(self, pace: Pace, seconds: float) -> None:
        await self.database.fetch_value(
            "select private.hold_crm_calls(%s, %s, %s, %s)",
            [self.tokens.site_domain, pace, seconds, PACES[pace][1]],
        )


def read_answer(response: httpx.Response) -> Json:
    """The body of a good answer. Raises what the others mean."""
    status = response.status_code
    if status == 429:
        seconds = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
        raise LaterError("HubSpot asked for a pause.", seconds, untouched=True)
    if status >= 500 or status == 423:
        raise LaterError(f"HubSpot answered {status}.")
    if len(response.content) > MOST_BYTES:
        raise LaterError("HubSpot answered more than can be read.")
    if status == 204:
        return {}
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise LaterError(f"HubSpot answered {status} with something unreadable.") from error
    if not isinstance(body, dict):
        raise LaterError(f"HubSpot answered {status} with something unreadable.")
    if status < 400:
        return body
    reason = read_reason(body)
    if status == 401:
        raise RevokedError(reason.message)
    if status == 403:
        raise MissingScopeError(reason.message)
    if status in (400, 404, 409, 422):
        raise RefusedError(reason, status)
    raise HubSpotError(f"HubSpot answered {status}: {reason.message}")


def read_reason(body: Json) -> Reason:
    """HubSpot's error body: `category`, `message`, and the property where it names one."""
    context = body.get("context")
    named = context.get("propertyName") if isinstance(context, dict) else None
    field_name = named[0] if isinstance(named, list) and named else named
    message = str(body.get("message") or "HubSpot gave no reason.")
    return Reason(
        category=str(body.get("category") or "UNKNOWN")[:60],
        message=message[:500],
        field=str(field_name)[:100] if field_name else None,
    )


def read_batch(answer: Json, count: int) -> list[Written]:
    """Each record's outcome, by the mark it was sent with. Raises `LaterError` for nonsense."""
    found: dict[int, Written] = {}
    results, errors = answer.get("results"), answer.get("errors") or []
    if not isinstance(results, list) or not isinstance(errors, list):
        raise LaterError("HubSpot answered a batch with something unreadable.")
    for result in results:
        place = _place(result.get("objectWriteTraceId") if isinstance(result, dict) else None)
        if place is not None and result.get("id"):
            found[place] = Written(place, str(result["id"]), bool(result.get("new")), raw=result)
    for error in errors:
        context = error.get("context") if isinstance(error, dict) else None
        marks = context.get("objectWriteTraceId", []) if isinstance(context, dict) else []
        for mark in marks if isinstance(marks, list) else [marks]:
            if (place := _place(mark)) is not None:
                found[place] = Written(place, reason=read_reason(error))
    unnamed = Reason("UNKNOWN", "HubSpot did not say what became of this record.")
    if not found and count:
        raise LaterError("HubSpot answered a batch without its records.")
    return [found.get(place) or Written(place, reason=unnamed) for place in range(count)]


def _place(mark: object) -> int | None:
    return int(mark) if isinstance(mark, str) and mark.isdecimal() else None


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds in a Retry-After header, which holds a number or a date (RFC 9110, 10.2.3)."""
    if not value:
        return None
    try:
        return max(0.1, float(value))
    except ValueError:
        pass
    try:
        return max(0.1, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
