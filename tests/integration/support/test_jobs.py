"""What the worker does about tickets, over a real connection, and when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from backoffice.jobs import SESSION, STATE, jobs_app
from backoffice.stack.runtime import make_state
from backoffice.stack.worker import BLUEPRINTS
from backoffice.state import State
from backoffice.support.store import SEND, send_soon
from backoffice.support.tasks import POLL
from support.database import TestDatabase
from support.fake_linear import KEY, FakeLinear
from support.tickets import SITE, acting_as, add_answer, chatbot, other
from support.two_domains import USER, fill_two_domains


@pytest.fixture(scope="module")
def filled(database: TestDatabase) -> TestDatabase:
    with database.connect() as connection:
        fill_two_domains(connection)
        add_answer(connection, SITE)
        connection.execute("delete from public.ticket_events")
        connection.execute("delete from public.ticket_comments")
        connection.execute("delete from public.tickets")
    return database


@pytest.fixture
def linear() -> FakeLinear:
    return FakeLinear()


@pytest.fixture
def url(linear: FakeLinear) -> Iterator[str]:
    with linear.served() as address:
        yield address


async def opened(database: TestDatabase, **changed: Any) -> AsyncIterator[State]:
    cluster = database.cluster
    settings = cluster.settings.model_copy(update=changed)
    async with make_state(settings, cluster.keys, database.address).opened() as state:
        yield state


@pytest.fixture
async def bare(filled: TestDatabase) -> AsyncIterator[State]:
    async for state in opened(filled):
        yield state


@pytest.fixture
async def configured(filled: TestDatabase, url: str) -> AsyncIterator[State]:
    more = {"linear_api_key": SecretStr(KEY), "linear_team": "ROSE", "linear_url": url}
    async for state in opened(filled, **more):
        yield state


async def run_jobs(state: State, database: TestDatabase, *tasks: str) -> None:
    """Queue tasks and run them as the worker does; all of them succeed."""
    conninfo = database.address.with_role("service_role", SESSION)
    app = jobs_app(conninfo, BLUEPRINTS)
    async with app.open_async():
        for task in tasks:
            await app.configure_task(task).defer_async(timestamp=0)
        await app.run_worker_async(
            wait=False, listen_notify=False, additional_context={STATE: state}
        )
    with database.connect() as connection:
        failed = connection.execute(
            "select count(*) from jobs.procrastinate_jobs where status = 'failed'"
        ).fetchone()
    assert failed == (0,)


async def report(state: State, body: dict[str, Any]) -> UUID:
    """A ticket of the user; gives the id of its issue."""
    identifier = body.pop("id")
    row = await state.database.fetch_one(
        "select linear_id from private.create_ticket(%s, %s, %s)",
        [SITE, identifier, Jsonb(body)],
        acting_as(USER),
    )
    assert row is not None
    return UUID(str(row[0]))


def ticket(database: TestDatabase, issue: UUID) -> tuple[Any, ...]:
    with database.connect() as connection:
        row = connection.execute(
            "select delivery, attempts, status, linear_identifier from public.tickets"
            " where linear_id = %s",
            [issue],
        ).fetchone()
    assert row is not None
    return row


async def test_not_configured_is_a_normal_state_and_what_waited_goes_out_once_it_is(
    filled: TestDatabase, bare: State, configured: State, linear: FakeLinear
) -> None:
    issue = await report(bare, chatbot())
    await run_jobs(bare, filled, SEND, POLL)
    assert ticket(filled, issue) == ("waiting", 0, "waiting", None)
    await run_jobs(configured, filled, SEND)
    await run_jobs(configured, filled, SEND)
    assert ticket(filled, issue)[0] == "sent"
    assert list(linear.issues) == [str(issue)]


async def test_a_new_ticket_is_sent_at_once(
    filled: TestDatabase, configured: State, linear: FakeLinear
) -> None:
    issue = await report(configured, other())
    await send_soon(configured.database)
    await send_soon(configured.database)
    await run_jobs(configured, filled)
    assert ticket(filled, issue)[0] == "sent"


async def test_polling_brings_what_no_webhook_told(
    filled: TestDatabase, configured: State, linear: FakeLinear
) -> None:
    moved, gone, quiet = [await report(configured, other(title=n)) for n in ("a", "b", "c")]
    await run_jobs(configured, filled, SEND)
    linear.move(str(moved), "In Progress")
    linear.comment(str(moved), "not for you")
    shown = linear.comment(str(moved), "#public for you")
    del linear.issues[str(gone)]
    await run_jobs(configured, filled, POLL)
    # They were seen only just now.
    assert "ReadIssues" not in linear.names()
    long_ago(filled)
    await run_jobs(configured, filled, POLL)
    assert ticket(filled, moved)[2] == "in_progress"
    assert ticket(filled, gone)[2] == "removed"
    assert ticket(filled, quiet)[2] == "open"
    assert comments(filled, moved) == ["for you"]
    linear.comment(str(moved), "taken back", shown["data"]["id"])
    long_ago(filled)
    await run_jobs(configured, filled, POLL)
    assert comments(filled, moved) == [None]


async def test_polling_survives_what_linear_does(
    filled: TestDatabase, configured: State, linear: FakeLinear
) -> None:
    issue = await report(configured, other())
    await run_jobs(configured, filled, SEND)
    linear.move(str(issue), "Done")
    for trouble in (
        httpx.Response(500),
        httpx.Response(429, headers={"retry-after": "1"}),
        httpx.Response(200, text="garbage"),
        httpx.Response(200, json={"data": {"issues": {"nodes": [{"id": 5}]}}}),
    ):
        long_ago(filled)
        linear.before["ReadIssues"] = [trouble]
        await run_jobs(configured, filled, POLL)
        assert ticket(filled, issue)[2] == "open"
    await run_jobs(configured, filled, POLL)
    assert ticket(filled, issue)[2] == "done"


async def test_a_poll_that_works_again_says_so(
    filled: TestDatabase, configured: State, linear: FakeLinear
) -> None:
    await report(configured, other())
    await run_jobs(configured, filled, SEND)
    for error, left in (("server_error", None), ("team_missing", "team_missing")):
        long_ago(filled)
        linear.before["ReadIssues"] = [httpx.Response(500)]
        await run_jobs(configured, filled, POLL)
        assert trouble(filled) == "server_error"
        with filled.connect() as connection:
            connection.execute("update private.linear_connection set last_error = %s", [error])
        await run_jobs(configured, filled, POLL)
        assert trouble(filled) == left, "that issues can be read says nothing of the team"


@pytest.mark.parametrize(
    ("operation", "made"), [("FindTeam", False), ("CreateIssue", True)], ids=["before", "during"]
)
async def test_a_ticket_erased_while_it_is_sent(
    filled: TestDatabase, configured: State, linear: FakeLinear, operation: str, made: bool
) -> None:
    issue = await report(configured, other(title="Jane Doe cannot log in"))

    def erase() -> None:
        with filled.connect() as connection:
            connection.execute("select private.erase_tickets(%s, '{}', '{jane doe}')", [SITE])

    linear.before[operation] = [erase]
    await run_jobs(configured, filled, SEND)
    assert (str(issue) in linear.issues) is made
    assert ticket(filled, issue)[0] == ("sent" if made else "withdrawn")
    with filled.connect() as connection:
        events = connection.execute(
            "select event.kind, event.data ->> 'identifier'"
            " from public.ticket_events as event join public.tickets as ticket"
            " on ticket.id = event.ticket_id where ticket.linear_id = %s order by event.at",
            [issue],
        ).fetchall()
    assert [kind for kind, _ in events] == ["created", "erased"] + ["sent", "erased"] * made
    identifier = linear.issues[str(issue)]["identifier"] if made else None
    assert events[-1][1] == identifier, "what Linear knows has to be deleted there"


async def test_a_worker_killed_between_linears_answer_and_its_own_note_makes_no_second_issue(
    filled: TestDatabase, configured: State, linear: FakeLinear, url: str
) -> None:
    with filled.connect() as connection:
        connection.execute("update private.linear_connection set paused_until = null")
    issue = await report(configured, chatbot())
    kill_while_it_sends(filled, linear, url)
    assert list(linear.issues) == [str(issue)]
    assert ticket(filled, issue) == ("waiting", 1, "waiting", None)
    with filled.connect() as connection:
        connection.execute(
            "update public.tickets set next_attempt_at = now() where delivery = 'waiting'"
        )
    await run_jobs(configured, filled, SEND)
    assert ticket(filled, issue) == ("sent", 2, "open", "ROSE-1")
    assert linear.names().count("CreateIssue") == 1


def kill_while_it_sends(database: TestDatabase, linear: FakeLinear, url: str) -> None:
    """A process that is killed when Linear has made the issue, and has not answered yet."""
    reached, over = threading.Event(), threading.Event()

    def hold() -> None:
        reached.set()
        over.wait(60)

    linear.after["CreateIssue"] = [hold]
    environment = {
        **os.environ,
        "BACKOFFICE_DATA_DIR": str(database.cluster.settings.data_dir),
        "BACKOFFICE_LINEAR_API_KEY": KEY,
        "BACKOFFICE_LINEAR_TEAM": "ROSE",
        "BACKOFFICE_LINEAR_URL": url,
        "TEST_ADDRESS": database.address.login("postgres"),
    }
    script = Path(__file__).with_name("killable.py")
    process = subprocess.Popen([sys.executable, str(script)], env=environment)
    try:
        assert reached.wait(60), "the process never asked Linear"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        over.set()


def long_ago(database: TestDatabase) -> None:
    """Time passes since Linear was asked."""
    with database.connect() as connection:
        connection.execute(
            "update public.tickets set linear_checked_at = now() - interval '1 hour'"
            " where delivery = 'sent'"
        )


def trouble(database: TestDatabase) -> str | None:
    """What is wrong with Linear."""
    with database.connect() as connection:
        row = connection.execute("select last_error from private.linear_connection").fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


def comments(database: TestDatabase, issue: UUID) -> list[str | None]:
    with database.connect() as connection:
        rows = connection.execute(
            "select comment.body from public.ticket_comments as comment"
            " join public.tickets as ticket on ticket.id = comment.ticket_id"
            " where ticket.linear_id = %s",
            [issue],
        )
        return [row[0] for row in rows]
