"""Services: what is sent and understood, how patient the client is, what it keeps to itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from backoffice.enrichment.services.base import (
    MOST_BYTES,
    BusyError,
    RefusedError,
    Service,
    ServiceError,
    retry_after,
    without_addresses,
)
from backoffice.enrichment.services.enrich_so import EnrichSo
from backoffice.enrichment.services.snitcher import Snitcher
from support.services import (
    ACME_AT_ENRICH_SO,
    ACME_AT_SNITCHER,
    ADDRESS,
    KEY,
    enrich_so,
    snitcher,
)

ACME = {
    "domain": "acme.com",
    "company": "Acme",
    "industry": "Retail",
    "size": "51-200",
    "country": "FR",
}


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Retry without waiting."""
    with stamina.set_testing(True, attempts=3):
        yield


async def paid() -> bool:
    """A budget without an end."""
    return True


def ok(body: Any) -> httpx.Response:
    return httpx.Response(200, json=body)


@pytest.mark.parametrize(
    ("make", "body"), [(snitcher, ACME_AT_SNITCHER), (enrich_so, ACME_AT_ENRICH_SO)]
)
async def test_a_company_is_read_and_the_payload_kept_without_addresses(
    make: Any, body: dict[str, Any]
) -> None:
    service, fake = make(ok(body))
    found = await service.find(ADDRESS, paid)
    assert found.company == ACME
    assert fake.addresses == [ADDRESS]
    assert found.raw is not None
    assert ADDRESS not in str(found.raw)
    assert "2001:db8" not in str(found.raw)
    assert "Acme" in str(found.raw)


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (snitcher, httpx.Response(404, json={"message": "not found"})),
        (snitcher, ok({"ip": ADDRESS, "domain": "free.fr", "type": "isp", "company": None})),
        (snitcher, ok({"ip": ADDRESS, "type": "business"})),
        (enrich_so, httpx.Response(404)),
        (enrich_so, ok({"success": False, "data": {"name": "Acme", "domain": "acme.com"}})),
        (enrich_so, ok({"success": True, "data": None})),
    ],
)
async def test_an_unknown_address_is_an_answer_too(make: Any, answer: httpx.Response) -> None:
    service, fake = make(answer)
    assert (await service.find(ADDRESS, paid)).company is None
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.Response(429, headers={"Retry-After": "2"}),
        httpx.Response(429),
        httpx.Response(500),
        httpx.Response(503, text="<html>"),
        httpx.ReadTimeout("slow"),
        httpx.ConnectTimeout("slow"),
        httpx.ConnectError("down"),
    ],
)
async def test_passing_trouble_is_waited_out(trouble: Any) -> None:
    service, fake = snitcher(trouble, trouble, ok(ACME_AT_SNITCHER))
    assert (await service.find(ADDRESS, paid)).company == ACME
    assert len(fake.asked) == 3
    service, fake = snitcher(trouble)
    with pytest.raises(BusyError):
        await service.find(ADDRESS, paid)
    assert len(fake.asked) == 3
    assert not service.is_paused


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_a_refused_key_pauses_the_service(status: int) -> None:
    now = [0.0]
    service, fake = snitcher(httpx.Response(status), clock=lambda: now[0])
    with pytest.raises(RefusedError):
        await service.find(ADDRESS, paid)
    assert len(fake.asked) == 1
    assert service.is_paused
    now[0] = 601.0
    assert not service.is_paused


async def test_a_service_that_wants_an_hour_gets_it() -> None:
    service, fake = snitcher(httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(RefusedError):
        await service.find(ADDRESS, paid)
    assert len(fake.asked) == 1
    assert service.is_paused


@pytest.mark.parametrize(
    "garbage",
    [
        httpx.Response(200, text="<html>It works!</html>"),
        httpx.Response(200, text=""),
        httpx.Response(200, json=["a", "list"]),
        httpx.Response(200, content=b"\xff\xfe{}"),
        httpx.Response(200, content=b"{" + b" " * MOST_BYTES + b"}"),
        httpx.Response(202, json={"message": "queued"}),
        httpx.Response(302, headers={"Location": "https://elsewhere.test/"}),
        httpx.Response(418),
    ],
)
async def test_garbage_is_no_answer_and_is_not_asked_for_again(garbage: httpx.Response) -> None:
    service, fake = snitcher(garbage)
    with pytest.raises(ServiceError) as raised:
        await service.find(ADDRESS, paid)
    assert not isinstance(raised.value, BusyError | RefusedError)
    assert len(fake.asked) == 1


async def test_an_answer_that_never_ends_is_given_up() -> None:
    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0)

    def endless(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=drip())

    client = httpx.AsyncClient(transport=httpx.MockTransport(endless))
    service = Service(Snitcher("https://s.test"), KEY, client, deadline=0.01)
    with pytest.raises(BusyError):
        await service.find(ADDRESS, paid)


@pytest.mark.parametrize("depth", [300, 900])
async def test_a_payload_too_deep_to_keep_is_read_all_the_same(depth: int) -> None:
    deep = b'{"company": {"name": "Acme", "domain": "acme.com"}, "more": %s%s}'
    body = deep % (b"[" * depth, b"]" * depth)
    service, _ = snitcher(httpx.Response(200, content=body))
    found = await service.find(ADDRESS, paid)
    assert found.raw == {"company": "Acme", "domain": "acme.com"}


async def test_an_address_of_the_service_that_is_no_url_is_no_answer() -> None:
    async with httpx.AsyncClient() as client:
        with pytest.raises(ServiceError):
            await Service(Snitcher("https://s.test:port"), KEY, client).find(ADDRESS, paid)


async def test_neither_address_nor_key_is_told_to_anybody_else(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.WARNING)
    service, _ = snitcher(httpx.ReadTimeout("slow"))
    with pytest.raises(ServiceError) as raised:
        await service.find(ADDRESS, paid)
    printed = capsys.readouterr()
    everything = f"{caplog.text} {printed.out} {printed.err} {raised.value} {service!r}"
    assert ADDRESS not in everything
    assert KEY not in everything


json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(ADDRESS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["company", "data", "geo", "domain", "name", "ip", "x"]), inner
        )
    ),
    max_leaves=20,
)


@given(
    st.dictionaries(st.sampled_from(["company", "data", "domain", "type", "success"]), json_data)
)
def test_whatever_a_service_sends_is_read_without_a_fault(body: dict[str, Any]) -> None:
    for protocol in (Snitcher("https://s.test"), EnrichSo("https://e.test")):
        company = protocol.read(body)
        for value in (company or {}).values():
            assert value is None or (isinstance(value, str) and 0 < len(value) <= 500)
    assert ADDRESS not in str(without_addresses(body, ADDRESS))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("7", 7.0),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_holds_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 11, 20, 12, tzinfo=UTC)) == seconds
