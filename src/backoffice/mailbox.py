"""The local mailbox: e-mails a server without SMTP kept, one file each, the newest two hundred."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from backoffice.settings import Settings

FOLDER = "mailbox"
KEPT = 200
NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Received:
    """One e-mail as it was kept."""

    id: str
    received_at: datetime
    to: str
    subject: str
    text: str
    html: str

    @property
    def links(self) -> list[str]:
        """The addresses in its text."""
        return re.findall(r"https?://\S+", self.text)


class Mailbox:
    """The folder of kept e-mails; only the server's own account may read it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of(cls, settings: Settings) -> Mailbox:
        """The one in the data folder."""
        return cls(settings.data_dir / FOLDER)

    def put(self, message: EmailMessage) -> None:
        """Keep one, and forget the oldest beyond what is kept."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        scratch = self._folder / f"{name}.part"
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(message.as_bytes())
        scratch.rename(self._folder / f"{name}.eml")
        for old in self._names()[KEPT:]:
            (self._folder / f"{old}.eml").unlink(missing_ok=True)

    def newest_first(self) -> Iterator[Received]:
        """Every kept e-mail."""
        for name in self._names():
            if (received := self.get(name)) is not None:
                yield received

    def get(self, name: str) -> Received | None:
        """The e-mail of that id."""
        if not NAME.fullmatch(name):
            return None
        try:
            content = (self._folder / f"{name}.eml").read_bytes()
        except FileNotFoundError:
            return None
        message = BytesParser(policy=default).parsebytes(content)
        return Received(
            id=name,
            received_at=datetime.fromtimestamp(int(name[:20]) / 1e9, UTC),
            to=str(message["to"]),
            subject=str(message["subject"]),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )

    def _names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        names = (path.stem for path in self._folder.glob("*.eml"))
        return sorted((name for name in names if NAME.fullmatch(name)), reverse=True)


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""
