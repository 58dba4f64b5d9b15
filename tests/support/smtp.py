"""An SMTP server that keeps what it is given, and can be told to refuse."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast


@dataclass
class FakeSmtp:
    """What it took, and how it answers the next `RCPT` commands before it takes any."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


@contextmanager
def fake_smtp() -> Iterator[FakeSmtp]:
    """Listen on a free port of this machine."""
    fake = FakeSmtp()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 fake")
            while line := self.rfile.readline().decode().strip():
                verb = line.upper().split()[0]
                fake.commands.append(verb)
                if verb == "RCPT" and fake.answers:
                    self.say(fake.answers.pop(0))
                elif verb == "DATA":
                    self.say("354 go on")
                    lines = list(iter(self.rfile.readline, b".\r\n"))
                    content = b"".join(part.removeprefix(b".") for part in lines)
                    message = cast("EmailMessage", message_from_bytes(content, policy=default))
                    fake.taken.append(message)
                    self.say("250 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        fake.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield fake
        server.shutdown()
        thread.join(5)
