"""Digests are made on Monday morning and every e-mail is sent once, whoever dies in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from backoffice.mail import Mail, MailError
from backoffice.notifications.outbox import Outbox
from backoffice.notifications.unsubscribing import Unsubscribing
from backoffice.stack.runtime import make_state
from backoffice.state import State
from support.database import TestDatabase
from support.notifications import ADMIN, SITE, USER, visits, want
from support.people import make

# Monday 8:00 in Paris, winter time.
DUE = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
BEFORE = DUE - timedelta(days=30)


class Kept:
    """A mailer that keeps what it is given, or fails as it is told to."""

    def __init__(self, *failures: BaseException) -> None:
        self.mails: list[Mail] = []
        self.failures = list(failures)

    async def send(self, mail: Mail) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.mails.append(mail)


@pytest.fixture
async def state(fresh_database: TestDatabase) -> AsyncIterator[State]:
    cluster = fresh_database.cluster
    async with make_state(cluster.settings, cluster.keys, fresh_database.address).opened() as own:
        yield own


def outbox(state: State, mailer: Kept | None) -> Outbox:
    signer = Unsubscribing(state.keys.encryption_keys)
    return Outbox(state.database, mailer, signer, "https://b.example")


async def queue(state: State, now: datetime) -> int:
    return int(await state.database.fetch_value("select private.queue_digests(%s)", [now]))


def statuses(connection: Connection[Any]) -> list[tuple[Any, ...]]:
    return connection.execute(
        "select user_id::text, occasion, status from public.notification_mails order by 1, 2"
    ).fetchall()


async def test_a_digest_is_due_on_monday_at_eight_there_and_once_a_week(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        connection.execute("update public.domains set timezone = 'Europe/Paris'")
        want(connection, USER, SITE, BEFORE)
        # Chosen after this Monday's: the first is next week's.
        want(connection, ADMIN, SITE, DUE + timedelta(minutes=1))
        assert await queue(state, DUE - timedelta(seconds=1)) == 0
        assert await queue(state, DUE) == 1
        assert await queue(state, DUE + timedelta(minutes=1)) == 0
        assert statuses(connection) == [(USER, "2026-03-09", "waiting")]
        connection.execute("update public.domains set timezone = 'America/New_York'")
        # Days later this week's is no news any more; the next comes in summer time.
        assert await queue(state, DUE + timedelta(days=4)) == 0
        connection.execute("update public.domains set timezone = 'Europe/Paris'")
        summer = datetime(2026, 3, 30, 6, 0, tzinfo=UTC)
        assert await queue(state, summer - timedelta(seconds=1)) == 0
        assert await queue(state, summer) == 2


async def test_who_lost_the_website_or_was_disabled_gets_nothing(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        want(connection, USER, SITE, BEFORE)
        want(connection, ADMIN, SITE, BEFORE)
        # The last admin cannot be disabled.
        make(connection, "admin")
        connection.execute("update public.profiles set disabled_at = now() where id = %s", [ADMIN])
        assert await queue(state, DUE + timedelta(hours=9)) == 1
        connection.execute("delete from public.user_domains")
        kept = Kept()
        assert await outbox(state, kept).send_waiting(lambda: DUE + timedelta(hours=10)) == 0
        assert [status for *_, status in statuses(connection)] == ["skipped"]
        assert kept.mails == []


async def test_an_email_is_sent_once_with_the_recipients_own_figures(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        visits(connection, SITE, DUE - timedelta(days=3), 7)
        visits(connection, SITE, DUE - timedelta(days=10), 5)
        want(connection, USER, SITE, BEFORE)
        now = DUE + timedelta(hours=9)
        await queue(state, now)
        kept = Kept()
        assert await outbox(state, kept).send_waiting(lambda: now) == 1
        assert await outbox(state, kept).send_waiting(lambda: now) == 0
        (mail,) = kept.mails
        assert mail.to == "user@user.com"
        assert "7  +40% from 5" in mail.text
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail.headers["List-Unsubscribe"].startswith(
            "<https://b.example/notifications/v1/unsubscribe?token="
        )
        assert "domain=abtasty.com&from=2026-03-09&to=2026-03-15" in mail.text
        # Nothing is loaded from anywhere that would tell that it was read.
        for loaded in ("<img", "src=", "url("):
            assert loaded not in mail.html


async def test_a_worker_that_dies_while_writing_leaves_the_email_to_another(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        want(connection, USER, SITE, BEFORE)
        now = DUE + timedelta(hours=9)
        await queue(state, now)
        assert await state.database.fetch_one("select * from private.take_mail(%s)", [now])
        kept = Kept()
        assert await outbox(state, kept).send_waiting(lambda: now + timedelta(minutes=5)) == 0
        assert await outbox(state, kept).send_waiting(lambda: now + timedelta(minutes=11)) == 1


async def test_a_worker_that_dies_while_handing_over_is_not_repeated(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        want(connection, USER, SITE, BEFORE)
        now = DUE + timedelta(hours=9)
        await queue(state, now)
        with pytest.raises(SystemExit):
            await outbox(state, Kept(SystemExit())).send_waiting(lambda: now)
        kept = Kept()
        assert await outbox(state, kept).send_waiting(lambda: now + timedelta(hours=1)) == 0
        assert [status for *_, status in statuses(connection)] == ["unclear"]
        assert kept.mails == []


async def test_what_the_mail_server_refuses_for_now_is_tried_again_with_the_same_id(
    state: State, fresh_database: TestDatabase
) -> None:
    with fresh_database.connect() as connection:
        want(connection, USER, SITE, BEFORE)
        now = DUE + timedelta(hours=9)
        await queue(state, now)
        mailer = Kept(MailError("SMTP: 451", is_passing=True))
        assert await outbox(state, mailer).send_waiting(lambda: now) == 0
        row = connection.execute("select status, problem from public.notification_mails")
        assert row.fetchone() == ("waiting", "SMTP: 451")
        assert await outbox(state, mailer).send_waiting(lambda: now + timedelta(minutes=1)) == 0
        assert await outbox(state, mailer).send_waiting(lambda: now + timedelta(minutes=3)) == 1
        assert len(mailer.mails[0].identifier) == 40


@pytest.mark.parametrize(
    ("mailer", "problem"),
    [(Kept(MailError("SMTP: 550")), "SMTP: 550"), (None, "BACKOFFICE_SMTP_HOST is not set")],
)
async def test_what_cannot_be_sent_says_why(
    state: State, fresh_database: TestDatabase, mailer: Kept | None, problem: str
) -> None:
    with fresh_database.connect() as connection:
        want(connection, USER, SITE, BEFORE)
        now = DUE + timedelta(hours=9)
        await queue(state, now)
        assert await outbox(state, mailer).send_waiting(lambda: now) == 0
        row = connection.execute("select status, problem from public.notification_mails").fetchone()
        assert row is not None
        assert row[0] == "failed" and problem in row[1]


async def test_alerts_are_written_with_the_figures_they_rest_on(
    state: State, fresh_database: TestDatabase
) -> None:
    figures = (
        '{"sessions": 3, "usual": 36.0, "low": 12.0, "weeks": 6, "samples": [36,30,40,35,36,37],'
        ' "from": "2026-03-18T08:00:00+00:00", "to": "2026-03-18T11:00:00+00:00"}'
    )
    with fresh_database.connect() as connection:
        connection.execute("update public.domains set timezone = 'Europe/Paris'")
        want(connection, USER, SITE, BEFORE)
        (alert,) = connection.execute(
            "insert into public.alerts (site_domain, kind, started_at, figures)"
            " values (%s, 'traffic', %s, %s) returning id::text",
            [SITE, DUE, figures],
        ).fetchone() or ("",)
        connection.execute(
            "insert into public.notification_mails"
            " (site_domain, user_id, kind, occasion, queued_at, next_at, give_up_at)"
            " values (%s, %s, 'alert_started', %s, %s, %s, %s)",
            [SITE, USER, alert, DUE, DUE, DUE + timedelta(days=1)],
        )
        kept = Kept()
        assert await outbox(state, kept).send_waiting(lambda: DUE) == 1
        (mail,) = kept.mails
        assert "Between 09:00 and 12:00 there were 3 visits." in mail.text
        assert "usually are 36 (the median of the 6 weeks before: 36, 30, 40, 35, 36, 37)" in (
            mail.text
        )
