"""Real files through the real server: everything arrives, once, whatever happens on the way."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from backoffice.demo.replay import Order, Outcome, replay_access_log, replay_conversations
from backoffice.demo.replay_http import ReplayInterruptedError
from backoffice.demo.replay_site import InvalidDomainError
from backoffice.settings import PROJECT_ROOT
from backoffice.stack.runtime import make_state
from support.database import TestDatabase
from support.server import TestServer

DATA = PROJECT_ROOT.parent / "shared" / "data"
CONVERSATIONS = DATA / "conversations-star.jsonl.gz"
ACCESS_LOG = DATA / "access-log.gz"
CUT = 160
ADMIN = "a0000000-0000-4000-8000-000000000001"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real files of ../shared/data are not on this machine"
)
Counts = tuple[int, int, int]


def quietly(_done: int, _total: int) -> None:
    """No progress bar."""


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first dialogues of the real file, among them some without messages."""
    path = tmp_path_factory.mktemp("cut") / "cut.jsonl.gz"
    with gzip.open(CONVERSATIONS, "rb") as whole, gzip.open(path, "wb") as part:
        for _ in range(CUT):
            part.write(whole.readline())
    return path


def expected(path: Path) -> Counts:
    with gzip.open(path, "rt") as lines:
        lengths = [len(json.loads(line)["messages"]) for line in lines]
    return len(lengths), sum(lengths), lengths.count(0)


def stored(database: TestDatabase, site: str) -> Counts:
    """Conversations, messages, conversations without any."""
    with database.connect() as connection:
        row = connection.execute(
            "select (select count(*) from conversations where site_domain = %(site)s),"
            " (select count(*) from messages where site_domain = %(site)s),"
            " (select count(*) from conversations where site_domain = %(site)s"
            "   and message_count = 0 and first_message_at is null)",
            {"site": site},
        ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def open_keys(database: TestDatabase, site: str) -> int:
    with database.connect() as connection:
        row = connection.execute(
            "select count(*) from domain_keys where site_domain = %s and revoked_at is null"
            " and label like 'Replay of%%'",
            [site],
        ).fetchone()
    assert row is not None
    return int(row[0])


async def conversations(server: TestServer, order: Order) -> Outcome:
    state = make_state(server.state.settings, server.keys, server.database.address)
    async with state.opened():
        return await replay_conversations(state, order, quietly)


async def access_log(server: TestServer, order: Order) -> Outcome:
    state = make_state(server.state.settings, server.keys, server.database.address)
    async with state.opened():
        return await replay_access_log(state, order, quietly)


async def test_dialogues_arrive_once(server: TestServer, cut: Path) -> None:
    order = Order(cut, "once.example", server.url, timezone="Europe/Paris")
    wanted = expected(cut)
    assert wanted[2] > 0
    first = await conversations(server, order)
    assert first.site.created
    assert first.site.timezone == "Europe/Paris"
    assert first.tallies["conversations"].stored == wanted[0]
    assert first.tallies["messages"].stored == wanted[1]
    assert stored(server.database, "once.example") == wanted

    second = await conversations(server, order)
    assert not second.site.created
    assert second.tallies["conversations"].already_there == wanted[0]
    assert second.tallies["messages"].already_there == wanted[1]
    for tally in (*first.tallies.values(), *second.tallies.values()):
        assert (tally.edited, tally.rejected) == (0, 0)
    assert stored(server.database, "once.example") == wanted
    assert open_keys(server.database, "once.example") == 0


async def test_empty_dialogues_are_started_and_not_messaged(server: TestServer, cut: Path) -> None:
    await conversations(server, Order(cut, "empty.example", server.url))
    everything, _, empty = expected(cut)
    with server.database.connect("authenticated", {"sub": ADMIN}) as connection:
        row = connection.execute(
            "select sum(conversations), sum(messaged_conversations)"
            " from get_conversations_over_time(array['empty.example'], '2020-05-01', '2020-06-01')"
        ).fetchone()
    assert row == (everything, everything - empty)


async def test_a_shifted_replay_ends_now_and_a_repetition_keeps_its_times(
    server: TestServer, cut: Path
) -> None:
    order = Order(cut, "shifted.example", server.url, shift_to_now=True)
    before = datetime.now(UTC)
    first = await conversations(server, order)
    assert not first.repeated
    times = (
        "select max(sent_at), sum(extract(epoch from sent_at)) from messages where site_domain = %s"
    )
    with server.database.connect() as connection:
        was = connection.execute(times, ["shifted.example"]).fetchone()
        assert was is not None
        assert before - timedelta(seconds=1) <= was[0] <= datetime.now(UTC)
        second = await conversations(server, order)
        assert second.repeated
        assert second.shift == first.shift
        assert connection.execute(times, ["shifted.example"]).fetchone() == was
    assert stored(server.database, "shifted.example") == expected(cut)


async def test_page_views_of_the_log(server: TestServer) -> None:
    order = Order(ACCESS_LOG, "log.example", server.url)
    first = await access_log(server, order)
    views = first.lines["page view"]
    assert first.lines.total() == 16_912
    assert first.tallies["page views"].stored == views
    assert first.tallies["page views"].rejected == 0
    assert first.counted is not None
    assert first.apart is not None
    assert first.counted + first.apart == views
    assert first.counted > 500
    second = await access_log(server, order)
    assert second.tallies["page views"].already_there == views
    assert (second.counted, second.apart) == (first.counted, first.apart)
    with server.database.connect() as connection:
        row = connection.execute(
            "select count(*), count(*) filter (where counts), count(distinct name)"
            " from events where site_domain = 'log.example'"
        ).fetchone()
        assert row == (views, first.counted, 1)
        row = connection.execute(
            "select count(*) from visitors where site_domain = 'log.example' and is_bot and counts"
        ).fetchone()
        assert row == (0,)
        row = connection.execute(
            "select count(*) from visitor_sessions"
            " where site_domain = 'log.example' and referrer_host = 'silverbullets.co.uk'"
        ).fetchone()
        assert row == (0,), "the log's own pages are no referrer"


async def test_a_domain_that_cannot_be_is_refused(server: TestServer, cut: Path) -> None:
    with pytest.raises(InvalidDomainError, match="not a domain"):
        await conversations(server, Order(cut, "not a domain", server.url))


async def test_stopped_in_the_middle_no_key_stays_open(server: TestServer, cut: Path) -> None:
    order = Order(cut, "stopped.example", server.url)
    state = make_state(server.state.settings, server.keys, server.database.address)
    async with state.opened():
        begun = asyncio.Event()
        task = asyncio.create_task(
            replay_conversations(
                state, order, lambda done, _total: begun.set() if done > 20 else None
            )
        )
        await begun.wait()
        assert open_keys(server.database, "stopped.example") == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert open_keys(server.database, "stopped.example") == 0
    assert 0 < stored(server.database, "stopped.example")[0] < CUT


@contextmanager
def server_process(
    database: TestDatabase, folder: Path, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """The server as a process of its own, which can be killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "backoffice.cli", "serve", "--no-demo"],
        env={
            **os.environ,
            "BACKOFFICE_DATABASE_URL": database.url("supabase_admin"),
            "BACKOFFICE_DATA_DIR": str(folder),
            "PORT": str(port),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while not _healthy(port):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=1).status_code == 200
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


async def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(
    fresh_database: TestDatabase, cut: Path, tmp_path: Path
) -> None:
    port = _free_port()
    order = Order(cut, "killed.example", f"http://127.0.0.1:{port}", batch_size=3, attempts=2)
    cluster = fresh_database.cluster
    state = make_state(cluster.settings, cluster.keys, fresh_database.address)
    async with state.opened():
        with server_process(fresh_database, tmp_path / "data", port) as process:

            def kill_in_the_middle(done: int, total: int) -> None:
                if done == total // 2:
                    process.kill()

            with pytest.raises(ReplayInterruptedError, match="run the same command again"):
                await replay_conversations(state, order, kill_in_the_middle)
        part = stored(fresh_database, "killed.example")
        assert 0 < part[0] < CUT
        assert open_keys(fresh_database, "killed.example") == 0
        with server_process(fresh_database, tmp_path / "data", port):
            outcome = await replay_conversations(state, order, quietly)
    assert outcome.tallies["conversations"].already_there == part[0]
    assert stored(fresh_database, "killed.example") == expected(cut)


async def test_all_of_the_real_dialogues_arrive(
    fresh_database: TestDatabase, tmp_path: Path
) -> None:
    port = _free_port()
    cluster = fresh_database.cluster
    state = make_state(cluster.settings, cluster.keys, fresh_database.address)
    async with state.opened():
        with server_process(fresh_database, tmp_path / "data", port):
            order = Order(CONVERSATIONS, "abtasty.com", f"http://127.0.0.1:{port}")
            outcome = await replay_conversations(state, order, quietly)
    assert outcome.tallies["messages"].stored == 63_329
    assert stored(fresh_database, "abtasty.com") == (3_839, 63_329, 264)
