"""Nothing acknowledged is lost, and nothing counts twice, whatever dies in between."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from backoffice.stack.processes import wait_until
from support.database import TestDatabase

from .conftest import SITE, Site, event
from .killable import kill, killed_at_the_end, start
from .traffic import (
    Sending,
    batches,
    recounted_displays,
    reported_displays,
    stored_uuids,
    uuids,
)


@pytest.fixture
def quiet_site(fresh_database: TestDatabase) -> Iterator[Site]:
    """A site without a server yet, on a database of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with fresh_database.connect("service_role") as connection:
        connection.execute("select private.create_domain(%s, 'C', 'UTC', 'C')", [SITE])
        minted = connection.execute("select key from private.mint_key(%s, 'public')", [SITE])
        row = minted.fetchone()
    assert row is not None
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        yield Site(SITE, row[0], "", http, fresh_database)


def test_a_server_killed_in_the_middle_loses_and_doubles_nothing(quiet_site: Site) -> None:
    port = quiet_site.http.base_url.port
    assert port is not None
    work = batches(count=90, size=100, seed=7)
    sending = Sending(quiet_site)
    gave_up = threading.Event()
    server = start(quiet_site.database, port)
    with killed_at_the_end(server):
        thread = threading.Thread(target=sending.send_all, args=(work, 6, gave_up.is_set))
        thread.start()
        try:
            for acknowledged in (15, 45):
                assert wait_until(lambda at=acknowledged: sending.acknowledged >= at, 60)
                kill(server)
                server = start(quiet_site.database, port)
            with killed_at_the_end(server):
                thread.join(60)
                assert not thread.is_alive()
                # Whatever was sent may be sent again.
                assert quiet_site.send(*work[0]).json()["stored"] == 0
        finally:
            gave_up.set()
            thread.join(30)
    assert sending.refused == []
    assert stored_uuids(quiet_site) == uuids(work)
    assert reported_displays(quiet_site.database, SITE) == recounted_displays(quiet_site)


def test_sixteen_senders_at_once_lose_nothing_and_the_figures_are_exact(site: Site) -> None:
    before = stored_uuids(site)
    work = batches(count=64, size=50, seed=16)
    sending = Sending(site)
    sending.send_all(work, 16, lambda: False)
    assert sending.refused == []
    assert stored_uuids(site) == sorted([*before, *uuids(work)])
    assert reported_displays(site.database, SITE) == recounted_displays(site)


def test_a_revoked_key_stops_within_a_second(site: Site) -> None:
    with site.database.connect("service_role") as connection:
        minted = connection.execute(
            "select id, key from private.mint_key(%s, 'public')", [site.domain]
        ).fetchone()
        assert minted is not None
        revoked = replace(site, public_key=minted[1])
        assert revoked.send(event()).status_code == 200
        connection.execute("select private.revoke_key(%s, %s)", [site.domain, minted[0]])
    since = time.monotonic()
    accepted_at: list[float] = []

    def refused() -> bool:
        asked = time.monotonic()
        if revoked.send(event()).status_code == 401:
            return True
        accepted_at.append(asked - since)
        return False

    assert wait_until(refused, 10)
    assert all(seconds < 1 for seconds in accepted_at)
    assert revoked.send(event()).json()["field"] == "api_key"
