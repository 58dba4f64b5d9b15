"""Senders that never give up: each batch is sent again until it is acknowledged."""

from __future__ import annotations

import http.client
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from support.database import TestDatabase

from .conftest import Site, event, moment

PATIENCE_SECONDS = 60


def batches(count: int, size: int, seed: int, visitors: int = 50) -> list[list[dict[str, Any]]]:
    """Batches of widget events: some late, some sent twice, new visitors among known ones."""
    chance = random.Random(seed)
    made: list[list[dict[str, Any]]] = []
    for _ in range(count):
        batch: list[dict[str, Any]] = []
        for _ in range(size):
            if batch and chance.random() < 0.02:
                batch.append(chance.choice(chance.choice([*made, batch])))
                continue
            number = chance.randrange(visitors)
            if chance.random() < 0.1:
                number = chance.randrange(10**9)
            days = chance.randint(1, 20) if chance.random() < 0.05 else 0
            batch.append(
                event(
                    {"$session_id": f"s-{number}", "$pathname": f"/page-{chance.randrange(9)}"},
                    event=chance.choice(["widget_displayed", "widget_opened", "$pageview"]),
                    distinct_id=f"busy-{number}",
                    uuid=str(UUID(int=chance.getrandbits(128), version=4)),
                    timestamp=moment(days=days, seconds=chance.randint(0, 3000)),
                )
            )
        made.append(batch)
    return made


@dataclass(slots=True)
class Sending:
    """Many senders at once, and how many batches were acknowledged so far."""

    site: Site
    acknowledged: int = 0
    refused: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send_all(
        self, work: list[list[dict[str, Any]]], senders: int, stop: Callable[[], bool]
    ) -> None:
        """Send each batch until it is acknowledged; `stop` ends hopeless senders."""
        with ThreadPoolExecutor(senders) as pool:
            for done in [pool.submit(self._sender, work[i::senders], stop) for i in range(senders)]:
                done.result(PATIENCE_SECONDS)

    def _sender(self, work: list[list[dict[str, Any]]], stop: Callable[[], bool]) -> None:
        for batch in work:
            body = orjson.dumps({"api_key": self.site.public_key, "batch": batch})
            while not self._acknowledged(body) and not stop():
                threading.Event().wait(0.05)

    def _acknowledged(self, body: bytes) -> bool:
        url = self.site.http.base_url
        connection = http.client.HTTPConnection(url.host, url.port or 80, timeout=20)
        try:
            connection.request("POST", "/batch/", body)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status == 503:
            return False
        with self.lock:
            self.acknowledged += 1
            if answer.status != 200 or orjson.loads(content)["rejected_count"]:
                self.refused.append(content.decode())
        return True


def uuids(work: list[list[dict[str, Any]]]) -> list[str]:
    """Every event's id once, in order."""
    return sorted({sent["uuid"] for batch in work for sent in batch})


def stored_uuids(site: Site) -> list[str]:
    """The ids of all stored events, in order; one stored twice appears twice."""
    rows = site.rows("select uuid::text from public.events where site_domain = %s", site.domain)
    return sorted(row[0] for row in rows)


def recounted_displays(site: Site) -> list[tuple[Any, ...]]:
    """Day, displays and openings, counted from the events themselves."""
    return site.rows(
        "select day, count(*) filter (where name = 'widget_displayed'),"
        " count(*) filter (where name = 'widget_opened'),"
        " count(distinct visitor_id) filter (where name = 'widget_displayed')"
        " from public.counted_events where site_domain = %s"
        " and name in ('widget_displayed', 'widget_opened') group by day order by day",
        site.domain,
    )


def reported_displays(database: TestDatabase, domain: str) -> list[tuple[Any, ...]]:
    """The same as the Dashboard's function reports it to an administrator."""
    with database.connect() as owner:
        admin = owner.execute("select id::text from auth.users where email = 'admin@admin.com'")
        row = admin.fetchone()
    assert row is not None
    with database.connect("authenticated", {"sub": row[0]}) as connection:
        return connection.execute(
            "select day, displays, opens, displayed_visitors from public.get_widget_display_stats("
            " array[%s], current_date - 40, current_date + 1)"
            " where displays > 0 or opens > 0 order by day",
            [domain],
        ).fetchall()
