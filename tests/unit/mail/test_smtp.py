"""E-mail over a real SMTP server: encrypted from the start or by STARTTLS, with a password."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Literal

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword

from backoffice import mail
from backoffice.mail import Mail, MailError, SmtpMailer
from backoffice.settings import Settings
from backoffice.stack.throwaway import free_port
from support.tls import Certificate, self_signed

LETTER = Mail("ada@example.com", "Grüße", "Öffne https://x.test/a?b=c", "<p>Öffne</p>")
ACCOUNT = ("rose", "a secret, with spaces")


@dataclass
class Inbox:
    """What the server took, and the answers it gives before it takes any."""

    port: int
    taken: list[bytes] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    hangs_up: bool = False

    async def handle_AUTH(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: object, _envelope: Envelope, _arguments: object
    ) -> object:
        if not self.hangs_up:
            return MISSING
        assert server.transport is not None
        server.transport.close()
        return None

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: object, _session: object, envelope: Envelope
    ) -> str:
        if self.refusals:
            return self.refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 taken"


def authenticate(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    is_right = (given.login.decode(), given.password.decode()) == ACCOUNT
    # Unless told that nobody has answered yet, aiosmtpd leaves whoever guessed without an answer.
    return AuthResult(success=is_right, handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(autouse=True)
def _trust(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an operator adds an authority of their own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
    monkeypatch.setattr(mail, "PAUSE_SECONDS", 0.0)


@contextmanager
def smtp(certificate: Certificate, how: Literal["starttls", "tls"]) -> Iterator[Inbox]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    inbox = Inbox(free_port())
    given: dict[str, Any] = {"authenticator": authenticate}
    if how == "starttls":
        given |= {"tls_context": context, "require_starttls": True, "auth_required": True}
    else:
        # aiosmtpd knows of no encryption but STARTTLS; the connection is encrypted all the same.
        given |= {"ssl_context": context, "auth_require_tls": False}
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port, **given)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


def mailer(inbox: Inbox, how: str, password: str = ACCOUNT[1]) -> SmtpMailer:
    return SmtpMailer(
        Settings.model_validate(
            {
                "smtp_host": "127.0.0.1",
                "smtp_port": inbox.port,
                "smtp_tls": how,
                "smtp_user": ACCOUNT[0],
                "smtp_password": password,
                "mail_from": "Rose <rose@example.com>",
            }
        )
    )


@pytest.mark.parametrize("how", ["starttls", "tls"])
async def test_it_is_sent_encrypted_and_signed_in(
    certificate: Certificate, how: Literal["starttls", "tls"]
) -> None:
    with smtp(certificate, how) as inbox:
        await mailer(inbox, how).send(LETTER)
    [taken] = inbox.taken
    message = message_from_bytes(taken, policy=default)
    assert (message["to"], message["subject"]) == ("ada@example.com", "Grüße")


@pytest.mark.parametrize("how", ["starttls", "tls"])
async def test_a_wrong_password_is_no_passing_failure(
    certificate: Certificate, how: Literal["starttls", "tls"]
) -> None:
    with smtp(certificate, how) as inbox, pytest.raises(MailError) as raised:
        await mailer(inbox, how, "guess").send(LETTER)
    assert not raised.value.is_passing
    assert str(raised.value) == "SMTP: SMTPAuthenticationError 535"
    assert inbox.taken == []


@pytest.mark.parametrize("how", ["starttls", "tls"])
async def test_a_server_that_hangs_up_on_a_password_has_refused_it(
    certificate: Certificate, how: Literal["starttls", "tls"]
) -> None:
    with smtp(certificate, how) as inbox, pytest.raises(MailError) as raised:
        inbox.hangs_up = True
        await mailer(inbox, how).send(LETTER)
    assert not raised.value.is_passing
    assert str(raised.value) == "SMTP: SMTPAuthenticationError 535"


@pytest.mark.parametrize("how", ["starttls", "tls"])
async def test_a_server_nobody_vouches_for_is_told_nothing(
    certificate: Certificate,
    how: Literal["starttls", "tls"],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(self_signed(tmp_path).chain))
    with smtp(certificate, how) as inbox, pytest.raises(MailError) as raised:
        await mailer(inbox, how).send(LETTER)
    assert not raised.value.is_passing
    assert str(raised.value) == "SMTP: SSLCertVerificationError"


async def test_a_server_that_says_later_too_often_may_take_it_yet(certificate: Certificate) -> None:
    with smtp(certificate, "starttls") as inbox:
        inbox.refusals += ["451 later"] * 2
        await mailer(inbox, "starttls").send(LETTER)
        assert len(inbox.taken) == 1
        inbox.refusals += ["451 later"] * 3
        with pytest.raises(MailError) as raised:
            await mailer(inbox, "starttls").send(LETTER)
    assert raised.value.is_passing
