"""Sending e-mail, and keeping it where there is nobody to send it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from backoffice import mail, mailbox
from backoffice.errors import ConfigurationError
from backoffice.mail import Mail, MailError, SmtpMailer, make_mailer
from backoffice.mailbox import Mailbox
from backoffice.settings import Settings
from support.smtp import FakeSmtp, fake_smtp

LETTER = Mail("ada@example.com", "Grüße", "Öffne https://x.test/a?b=c", "<p>Öffne</p>")


@pytest.fixture
def smtp(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSmtp]:
    monkeypatch.setattr(mail, "PAUSE_SECONDS", 0.0)
    with fake_smtp() as server:
        yield server


def settings(**given: object) -> Settings:
    return Settings.model_validate(given)


def by_smtp(server: FakeSmtp, **given: object) -> SmtpMailer:
    return SmtpMailer(
        settings(
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_tls="none",
            mail_from="Rose <rose@example.com>",
            **given,
        )
    )


async def test_smtp_takes_both_forms_of_a_mail(smtp: FakeSmtp) -> None:
    await by_smtp(smtp).send(LETTER)
    [taken] = smtp.taken
    assert (taken["from"], taken["to"]) == ("Rose <rose@example.com>", "ada@example.com")
    assert taken["subject"] == "Grüße"
    assert taken["message-id"].endswith("@example.com>")
    text, html = taken.get_body(("plain",)), taken.get_body(("html",))
    assert text is not None
    assert html is not None
    assert (text.get_content().strip(), html.get_content().strip()) == (
        "Öffne https://x.test/a?b=c",
        "<p>Öffne</p>",
    )


async def test_a_server_that_says_later_is_asked_again(smtp: FakeSmtp) -> None:
    smtp.answers += ["451 later"]
    await by_smtp(smtp).send(LETTER)
    assert len(smtp.taken) == 1
    assert smtp.commands.count("RCPT") == 2


async def test_a_server_that_says_no_is_not(smtp: FakeSmtp) -> None:
    smtp.answers += ["550 ada@example.com is unknown"]
    with pytest.raises(MailError) as raised:
        await by_smtp(smtp).send(LETTER)
    assert smtp.commands.count("RCPT") == 1
    assert "ada" not in str(raised.value)


async def test_nobody_listening_is_an_error(smtp: FakeSmtp) -> None:
    mailer = SmtpMailer(settings(smtp_host="127.0.0.1", smtp_port=1, mail_from="a@example.com"))
    with pytest.raises(MailError):
        await mailer.send(LETTER)


async def test_a_server_without_tls_is_given_nothing_when_tls_is_asked_for(smtp: FakeSmtp) -> None:
    mailer = SmtpMailer(
        settings(smtp_host="127.0.0.1", smtp_port=smtp.port, mail_from="a@example.com")
    )
    with pytest.raises(MailError):
        await mailer.send(LETTER)
    assert not {"MAIL", "DATA"} & set(smtp.commands)


@pytest.mark.parametrize("letter", [("a@b.c\r\nBcc: x@y.z", "s"), ("a@b.c", "s\r\nBcc: x@y.z")])
async def test_a_header_is_never_written_into(smtp: FakeSmtp, letter: tuple[str, str]) -> None:
    with pytest.raises(MailError):
        await by_smtp(smtp).send(Mail(*letter, "text", "html"))
    assert smtp.taken == []


@pytest.mark.parametrize(
    "given",
    [
        {"smtp_host": "mail.example.com"},
        {"smtp_host": "mail.example.com", "mail_from": "nobody"},
        {
            "smtp_host": "mail.example.com",
            "mail_from": "a@example.com",
            "smtp_tls": "none",
            "smtp_password": "secret",
        },
    ],
)
def test_settings_that_cannot_work_or_would_leak(given: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        make_mailer(settings(**given))


@pytest.mark.parametrize(
    "given",
    [
        {"host": "0.0.0.0"},  # noqa: S104
        {"database_url": "postgresql://db.example.com/x"},
        {"public_url": "https://backoffice.example.com"},
    ],
)
def test_only_somebodys_own_machine_keeps_mail(given: dict[str, object]) -> None:
    assert make_mailer(settings()) is not None
    assert make_mailer(settings(**given)) is None


async def test_kept_mail_is_private_and_the_oldest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "KEPT", 2)
    mailer = make_mailer(settings(data_dir=tmp_path))
    assert mailer is not None
    for number in range(3):
        await mailer.send(Mail("ada@example.com", f"number {number}", LETTER.text, LETTER.html))
    box = Mailbox(tmp_path / "mailbox")
    assert [kept.subject for kept in box.newest_first()] == ["number 2", "number 1"]
    newest = next(box.newest_first())
    assert newest.links == ["https://x.test/a?b=c"]
    assert box.get(newest.id) == newest
    folder = tmp_path / "mailbox"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("name", ["", "../keys.json", "0" * 20, f"{'0' * 20}-{'a' * 8}"])
def test_only_mails_are_read(tmp_path: Path, name: str) -> None:
    assert Mailbox(tmp_path).get(name) is None
