"""E-mails that the SMTP server does not take now: kept as a job, sent later with a fresh link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from backoffice import mail
from backoffice.auth import tasks
from backoffice.auth.config import AuthConfig
from backoffice.jobs import SESSION, STATE, jobs_app
from backoffice.stack.processes import wait_until
from backoffice.state import State
from support.auth import serving
from support.database import TestDatabase
from support.smtp import FakeSmtp, fake_smtp

LATER, NEVER = "451 later", "550 no such mailbox"
JOB = "auth:write"


@pytest.fixture
def smtp(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmtp]:
    monkeypatch.setattr(mail, "PAUSE_SECONDS", 0.0)
    with fake_smtp() as server:
        yield server


@pytest.fixture
def by_smtp(state: State, smtp: FakeSmtp, database: TestDatabase) -> State:
    """The state of a server that sends by the fake; no job of an earlier test waits."""
    with database.connect() as connection:
        connection.execute("set search_path to jobs, public")
        connection.execute("delete from jobs.procrastinate_jobs")
    settings = state.settings.model_copy(
        update={
            "smtp_host": "127.0.0.1",
            "smtp_port": smtp.port,
            "smtp_tls": "none",
            "mail_from": "Backoffice <no-reply@example.com>",
            "smtp_password": SecretStr(""),
        }
    )
    return replace(state, settings=settings)


def jobs_of(database: TestDatabase) -> list[tuple[str, int, dict[str, Any]]]:
    """Status, attempts and arguments of the e-mails that were put off."""
    with database.connect() as connection:
        return connection.execute(
            "select status::text, attempts, args from jobs.procrastinate_jobs"
            " where task_name = %s order by id",
            [JOB],
        ).fetchall()


async def work(state: State, database: TestDatabase) -> None:
    """Run what waits now, as though its time had come."""
    with database.connect() as connection:
        # The queue's triggers find their tables by the path, as its own connections have it.
        connection.execute("set search_path to jobs, public")
        connection.execute("update jobs.procrastinate_jobs set scheduled_at = now()")
    app = jobs_app(
        database.address.with_role("service_role", SESSION), {tasks.NAMESPACE: tasks.mails}
    )
    async with app.open_async():
        await app.run_worker_async(
            wait=False, listen_notify=False, additional_context={STATE: state}
        )


async def ask(state: State, email: str) -> None:
    async with serving(state, AuthConfig()) as client:
        answer = await client.post("/recover", json={"email": email})
    assert (answer.status_code, answer.json()) == (200, {})


async def test_what_is_refused_for_now_is_sent_later_with_a_link_that_works(
    by_smtp: State, smtp: FakeSmtp, database: TestDatabase, person: dict[str, Any]
) -> None:
    smtp.answers = [LATER] * mail.ATTEMPTS
    await ask(by_smtp, person["email"])
    assert wait_until(lambda: len(jobs_of(database)) == 1, 10)
    ((status, attempts, arguments),) = jobs_of(database)
    assert (status, attempts) == ("todo", 0)
    # Nothing that signs anybody in lies in the queue.
    assert set(arguments) == {"kind", "email", "redirect_to", "challenge", "challenge_method"}
    assert smtp.taken == []

    smtp.answers = [LATER] * mail.ATTEMPTS
    await work(by_smtp, database)
    assert jobs_of(database)[0][:2] == ("todo", 1)

    await work(by_smtp, database)
    assert jobs_of(database)[0][0] == "succeeded"
    (sent,) = smtp.taken
    assert sent["To"] == person["email"]
    body = sent.get_body(("plain",))
    assert body is not None
    token = re.search(r"token=([\w-]+)", body.get_content())
    assert token is not None
    async with serving(by_smtp, AuthConfig()) as client:
        question = {"type": "recovery", "token_hash": token[1]}
        first, second = [await client.post("/verify", json=question) for _ in range(2)]
    assert first.status_code == 200
    assert first.json()["user"]["email"] == person["email"]
    assert second.status_code == 403


async def test_what_is_refused_for_good_is_not_tried_again(
    by_smtp: State, smtp: FakeSmtp, database: TestDatabase, person: dict[str, Any]
) -> None:
    smtp.answers = [LATER] * mail.ATTEMPTS
    await ask(by_smtp, person["email"])
    assert wait_until(lambda: len(jobs_of(database)) == 1, 10)
    smtp.answers = [NEVER]
    await work(by_smtp, database)
    assert jobs_of(database)[0][:2] == ("succeeded", 1)
    assert smtp.taken == []


async def test_an_unknown_address_leaves_no_job(
    by_smtp: State, smtp: FakeSmtp, database: TestDatabase
) -> None:
    smtp.answers = [LATER] * mail.ATTEMPTS
    await ask(by_smtp, "nobody@example.com")
    assert jobs_of(database) == []
    assert smtp.commands == []
