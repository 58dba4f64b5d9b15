"""Tickets go out exactly once, whatever Linear does and whenever a sender dies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from backoffice.settings import Settings
from backoffice.stack.runtime import make_state
from backoffice.state import State
from backoffice.support.linear import Linear
from backoffice.support.sending import Sender
from support.database import TestDatabase
from support.fake_linear import KEY, LABEL, TEAM, FakeLinear, refusal
from support.tickets import SITE, acting_as, add_answer, chatbot, other
from support.two_domains import USER, fill_two_domains

CONFIGURED: dict[str, Any] = {
    "linear_api_key": SecretStr(KEY),
    "linear_team": "rose",
    "linear_labels": "chatbot=Chatbot issue,other=Feedback",
    "linear_url": "https://linear.test/graphql",
    "public_url": "https://backoffice.example",
}


@dataclass
class World:
    """A database with a conversation, a fake Linear, and somebody who sends."""

    state: State
    database: TestDatabase
    linear: FakeLinear

    @property
    def settings(self) -> Settings:
        """With Linear configured."""
        return self.state.settings.model_copy(update=CONFIGURED)

    @asynccontextmanager
    async def sender(self) -> AsyncIterator[Sender]:
        """A sender of its own, as each worker has one."""

        async def handle(request: httpx.Request) -> httpx.Response:
            return await asyncio.to_thread(self.linear.handle, request)

        transport = httpx.MockTransport(handle)
        async with httpx.AsyncClient(
            transport=transport, headers={"authorization": self.linear.key}
        ) as client:
            yield Sender(self.state.database, self.settings, Linear("https://linear.test", client))

    async def send(self) -> int:
        """Everything that is due."""
        async with self.sender() as sender:
            return await sender.send_due()

    async def report(self, **body: Any) -> UUID:
        """A ticket of the user; gives the id of its issue."""
        identifier = body.pop("id")
        row = await self.state.database.fetch_one(
            "select linear_id from private.create_ticket(%s, %s, %s)",
            [SITE, identifier, Jsonb(body)],
            acting_as(USER),
        )
        assert row is not None
        return UUID(str(row[0]))

    def make_due(self) -> None:
        """Time passes: loans end, pauses are over, waits are over."""
        with self.database.connect() as connection:
            connection.execute(
                "update public.tickets set next_attempt_at = now() where delivery = 'waiting'"
            )
            connection.execute("update private.linear_connection set paused_until = null")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with self.database.connect() as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]

    def ticket(self) -> tuple[Any, ...]:
        """The delivery, attempts, error and identifier of the only ticket."""
        (row,) = self.rows(
            "select delivery, attempts, last_error, linear_identifier from public.tickets"
        )
        return row


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> TestDatabase:
    with database.connect() as connection:
        fill_two_domains(connection)
        add_answer(connection, SITE)
    return database


@pytest.fixture
async def world(filled: TestDatabase) -> AsyncIterator[World]:
    with filled.connect() as connection:
        for table in ("public.ticket_events", "public.ticket_comments", "public.tickets"):
            connection.execute(f"delete from {table}".encode())
        connection.execute("delete from private.linear_connection")
    cluster = filled.cluster
    async with make_state(cluster.settings, cluster.keys, filled.address).opened() as state:
        yield World(state, filled, FakeLinear())


async def test_a_report_becomes_an_issue_of_the_team_with_its_label(world: World) -> None:
    identifier = await world.report(**chatbot())
    assert await world.send() == 1
    issue = world.linear.issues[str(identifier)]
    assert issue["teamId"] == TEAM
    assert issue["labelIds"] == [LABEL]
    assert issue["title"] == f"[{SITE}] Not accurate: A question about {SITE}"
    assert "It costs \\*nothing\\*" in issue["description"]
    assert "https://backoffice.example/support/abtasty.com/" in issue["description"]
    assert world.ticket() == ("sent", 1, None, "ROSE-1")
    assert world.rows("select status, linear_url, linear_state from public.tickets") == [
        ("open", "https://linear.app/rose/issue/ROSE-1", "Triage")
    ]
    assert await world.send() == 0
    assert world.linear.names().count("CreateIssue") == 1


async def test_a_label_that_linear_does_not_have_keeps_no_ticket_back(world: World) -> None:
    identifier = await world.report(**other())
    assert await world.send() == 1
    assert world.linear.issues[str(identifier)]["labelIds"] == []
    assert world.rows("select missing_labels from private.linear_connection") == [(["Feedback"],)]


async def test_the_team_is_asked_for_once_for_many_tickets(world: World) -> None:
    for _ in range(4):
        await world.report(**other())
    assert await world.send() == 4
    assert world.linear.names().count("FindTeam") == 1
    assert len(world.linear.issues) == 4


TROUBLES: dict[str, Callable[[], httpx.Response | Exception]] = {
    "server_error": lambda: httpx.Response(500, text="oops"),
    "rate_limited": lambda: httpx.Response(429, headers={"retry-after": "90"}),
    "timeout": lambda: httpx.ReadTimeout("slow"),
    "unreachable": lambda: httpx.ConnectError("refused"),
    "unreadable": lambda: httpx.Response(200, text="<html>garbage"),
}


@pytest.mark.parametrize("reason", TROUBLES)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_ticket_outlives_every_trouble_and_goes_out_once(
    world: World, reason: str, when: str
) -> None:
    identifier = await world.report(**chatbot())
    getattr(world.linear, when)["CreateIssue"] = [TROUBLES[reason]()]
    assert await world.send() == 0
    assert world.ticket() == ("waiting", 1, reason, None)
    # Linear is left alone for a while, by everybody.
    assert await world.send() == 0
    assert world.linear.names().count("CreateIssue") == 1
    world.make_due()
    assert await world.send() == 1
    assert list(world.linear.issues) == [str(identifier)]
    assert world.ticket() == ("sent", 2, None, "ROSE-1")
    assert world.linear.names().count("CreateIssue") == (2 if when == "before" else 1)
    kinds = world.rows("select kind from public.ticket_events order by at")
    assert kinds == [("created",), ("failed",), ("sent",)]


async def test_retry_after_is_waited_for(world: World) -> None:
    await world.report(**other())
    world.linear.before["FindTeam"] = [httpx.Response(429, headers={"retry-after": "900"})]
    await world.send()
    (waits,) = world.rows(
        "select extract(epoch from next_attempt_at - now()) between 880 and 910,"
        " extract(epoch from (select paused_until from private.linear_connection) - now())"
        " between 880 and 910 from public.tickets where delivery = 'waiting'"
    )
    assert waits == (True, True)


async def test_one_that_fails_waits_twice_as_long_each_time(world: World) -> None:
    await world.report(**other())
    waits = []
    for _ in range(9):
        world.make_due()
        world.linear.before["FindTeam"] = [httpx.Response(502)]
        world.linear.before["FindIssue"] = []
        await world.send()
        (row,) = world.rows(
            "select extract(epoch from next_attempt_at - now())::float from public.tickets"
            " where delivery = 'waiting'"
        )
        waits.append(row[0])
    for attempt, wait in enumerate(waits):
        expected = min(30 * 2**attempt, 3600)
        assert 0.85 * expected < wait < 1.15 * expected, attempt


async def test_what_linear_refuses_waits_for_a_person_and_holds_nobody_up(world: World) -> None:
    first = await world.report(**other())
    second = await world.report(**chatbot())
    world.linear.before["CreateIssue"] = [refusal("Title is not allowed", "INPUT_ERROR")]
    assert await world.send() == 1
    deliveries = dict(world.rows("select linear_id, delivery from public.tickets"))
    assert deliveries[first] == "refused"
    assert deliveries[second] == "sent"
    detail = world.rows("select detail from public.ticket_events where kind = 'failed'")
    assert detail == [("Title is not allowed",)]
    (row,) = world.rows("select id from public.tickets where delivery = 'refused'")
    await world.state.database.fetch_one(
        "select private.retry_ticket(%s, %s)", [SITE, row[0]], acting_as(USER)
    )
    assert await world.send() == 1
    assert len(world.linear.issues) == 2


async def test_a_refused_key_or_a_missing_team_keeps_tickets_until_it_is_put_right(
    world: World,
) -> None:
    await world.report(**other())
    world.linear.key = "another key"

    async def refused(request: httpx.Request) -> httpx.Response:
        world.linear.key = KEY
        return httpx.Response(401)

    async with httpx.AsyncClient(transport=httpx.MockTransport(refused)) as client:
        sender = Sender(world.state.database, world.settings, Linear("https://x.test", client))
        assert await sender.send_due() == 0
    assert world.ticket() == ("waiting", 1, "key_refused", None)
    world.make_due()
    world.linear.team_key = "OTHER"
    assert await world.send() == 0
    assert world.ticket() == ("waiting", 2, "team_missing", None)
    world.make_due()
    world.linear.team_key = "ROSE"
    assert await world.send() == 1
    assert len(world.linear.issues) == 1


async def killed_in(world: World, moment: dict[str, Any]) -> None:
    """A sender that never gets further than a moment, and is killed there."""
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.call_soon_threadsafe(reached.set)
        raise httpx.ReadError("never seen by anybody")

    moment["CreateIssue"] = [stop]

    async def hanging(request: httpx.Request) -> httpx.Response:
        try:
            return await asyncio.to_thread(world.linear.handle, request)
        except httpx.ReadError:
            await asyncio.Event().wait()
            raise

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(hanging), headers={"authorization": KEY}
    ) as client:
        sender = Sender(world.state.database, world.settings, Linear("https://x.test", client))
        running = asyncio.create_task(sender.send_due())
        await reached.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_sender_that_is_killed_leaves_the_ticket_to_the_next(
    world: World, when: str
) -> None:
    identifier = await world.report(**chatbot())
    await killed_in(world, getattr(world.linear, when))
    assert len(world.linear.issues) == (1 if when == "after" else 0)
    # It is lent still.
    assert await world.send() == 0
    assert world.ticket() == ("waiting", 1, None, None)
    world.make_due()
    assert await world.send() == 1
    assert list(world.linear.issues) == [str(identifier)]
    assert world.ticket() == ("sent", 2, None, "ROSE-1")


async def test_linears_own_message_tells_of_an_issue_whose_sender_died(world: World) -> None:
    identifier = await world.report(**chatbot())
    await killed_in(world, world.linear.after)
    issue = {**world.linear.issues[str(identifier)], "state": {"name": "Todo", "type": "unstarted"}}
    issue.pop("all")
    told = await world.state.database.fetch_value(
        "select private.apply_linear_issue(%s)", [Jsonb(issue)]
    )
    assert told is True
    assert world.ticket() == ("sent", 1, None, "ROSE-1")
    world.make_due()
    assert await world.send() == 0


async def test_many_senders_at_once_send_each_ticket_once(world: World) -> None:
    expected = {str(await world.report(**other(title=f"Ticket {n}"))) for n in range(12)}
    sent: list[int] = await asyncio.gather(*(world.send() for _ in range(4)))
    assert sum(sent) == 12
    assert set(world.linear.issues) == expected
    assert world.linear.names().count("CreateIssue") == 12


async def test_an_id_that_linear_knows_already_is_our_own_issue(world: World) -> None:
    identifier = await world.report(**other())
    await world.send()
    with world.database.connect() as connection:
        connection.execute(
            "update public.tickets set delivery = 'waiting', sent_at = null, attempts = 0,"
            " linear_identifier = null, next_attempt_at = now()"
        )
    # As two who ask at the same time: the second is refused, and looks.
    assert await world.send() == 1
    assert list(world.linear.issues) == [str(identifier)]
    assert world.linear.names()[-2:] == ["CreateIssue", "FindIssue"]
    assert world.ticket() == ("sent", 1, None, "ROSE-1")


async def test_what_is_erased_before_it_goes_out_never_does(world: World) -> None:
    await world.report(**chatbot())
    await world.report(**other())
    erased = await world.state.database.fetch_value(
        "select private.erase_tickets(%s, array(select conversation_id from public.tickets"
        " where conversation_id is not null), '{}')",
        [SITE],
    )
    assert erased == 1
    assert await world.send() == 1
    gone = world.rows(
        "select expected_answer, delivery, status from public.tickets where kind = 'chatbot'"
    )
    assert gone == [(None, "withdrawn", "withdrawn")]
