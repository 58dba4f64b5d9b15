"""E-mail: by SMTP where a server is named, into the local mailbox on somebody's own machine."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from anyio import to_thread

from backoffice.errors import BackofficeError, ConfigurationError
from backoffice.mailbox import Mailbox
from backoffice.settings import Settings

TIMEOUT_SECONDS = 10
ATTEMPTS = 3
PAUSE_SECONDS = 2.0
SENDER_NAME = "Client Backoffice"


class MailError(BackofficeError):
    """The SMTP server did not take the e-mail; `is_passing` when it may yet."""

    def __init__(self, message: str, *, is_passing: bool = False) -> None:
        super().__init__(message)
        self.is_passing = is_passing


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one address, as text and as HTML.

    `headers` are further ones by name. With an `identifier` every sending of the same e-mail has
    the same Message-ID, so that mail programs show one that was accepted twice once.
    """

    to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
    identifier: str = ""

    def message(self, sender: Address) -> EmailMessage:
        """What goes over the wire. Raises `MailError` when a header cannot hold its value."""
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = sender
            message["To"] = Address(addr_spec=self.to)
            message["Subject"] = self.subject
            for name, value in self.headers.items():
                message[name] = value
        except ValueError as error:
            raise MailError("The e-mail's address or subject cannot be written.") from error
        message["Date"] = formatdate(localtime=False)
        # One identifier for every attempt, so that a mail accepted twice is recognised as one.
        domain = sender.domain or "localhost"
        message["Message-ID"] = (
            f"<{self.identifier}@{domain}>" if self.identifier else make_msgid(domain=domain)
        )
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        return message


class Mailer(Protocol):
    """Takes e-mails."""

    async def send(self, mail: Mail) -> None:
        """Hand one over. Raises `MailError`."""


def make_mailer(settings: Settings) -> Mailer | None:
    """How this server sends e-mail; None when it cannot. Raises `ConfigurationError`."""
    if settings.smtp_host:
        return SmtpMailer(settings)
    return MailboxMailer(settings) if settings.is_development else None


class MailboxMailer:
    """Writes into the local mailbox, for want of an SMTP server."""

    def __init__(self, settings: Settings) -> None:
        self._mailbox = Mailbox.of(settings)
        self._sender = _sender(settings.mail_from or f"no-reply@{urlsplit(settings.url).hostname}")

    async def send(self, mail: Mail) -> None:
        """Keep one."""
        try:
            await to_thread.run_sync(self._mailbox.put, mail.message(self._sender))
        except OSError as error:
            raise MailError("The local mailbox cannot be written.", is_passing=True) from error


class SmtpMailer:
    """Hands e-mails to an SMTP server; each in a connection and a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        if not settings.smtp_host or not settings.mail_from:
            raise ConfigurationError("BACKOFFICE_SMTP_HOST needs BACKOFFICE_MAIL_FROM.")
        if settings.smtp_password and settings.smtp_tls == "none":
            _require_loopback(settings.smtp_host)
        self._settings = settings
        self._sender = _sender(settings.mail_from)

    async def send(self, mail: Mail) -> None:
        """Send one, trying again where the server asks for it. Raises `MailError`."""
        await to_thread.run_sync(self._send, mail.message(self._sender))

    def _send(self, message: EmailMessage) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._try(message)
            except (smtplib.SMTPException, OSError, ValueError) as error:
                is_passing = _is_passing(error)
                if attempt == ATTEMPTS or not is_passing:
                    raise MailError(_what_failed(error), is_passing=is_passing) from None
            time.sleep(PAUSE_SECONDS * attempt)
        return None

    def _try(self, message: EmailMessage) -> None:
        settings = self._settings
        with self._connect() as smtp:
            if settings.smtp_tls == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password:
                _login(smtp, settings.smtp_user, settings.smtp_password.get_secret_value())
            smtp.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        host, port = self._settings.smtp_host or "", self._settings.smtp_port
        if self._settings.smtp_tls == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)


def _login(smtp: smtplib.SMTP, user: str, password: str) -> None:
    try:
        smtp.login(user, password)
    except smtplib.SMTPServerDisconnected:
        # Who hangs up on a password refuses it; trying on would lock the account.
        raise smtplib.SMTPAuthenticationError(535, b"the server hung up") from None


def _is_passing(error: Exception) -> bool:
    """Whether another attempt may help: no answer, or one of the 4xx kind."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return True
    return isinstance(error, OSError) and not isinstance(
        error, smtplib.SMTPException | ssl.SSLCertVerificationError
    )


def _what_failed(error: Exception) -> str:
    """For the log. The text of an SMTP error may quote the address, its code does not."""
    code = getattr(error, "smtp_code", None)
    return f"SMTP: {type(error).__name__}" + (f" {code}" if code else "")


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    try:
        return Address(display_name=name or SENDER_NAME, addr_spec=address)
    except (ValueError, IndexError) as error:
        raise ConfigurationError("BACKOFFICE_MAIL_FROM is not an e-mail address.") from error


def _require_loopback(host: str) -> None:
    try:
        safe = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        safe = False
    if not safe:
        raise ConfigurationError(
            "BACKOFFICE_SMTP_TLS=none would send BACKOFFICE_SMTP_PASSWORD in the clear."
        )
