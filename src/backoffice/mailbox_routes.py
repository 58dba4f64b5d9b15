"""`/mailbox`: the kept e-mails as a page, for whoever sits at the machine.

What it shows signs people in, so it answers nobody else: see `docs/decisions`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from backoffice.addresses import parse_address
from backoffice.errors import NotFound
from backoffice.mailbox import Mailbox, Received
from backoffice.settings import Settings

LOOPBACK_NAMES = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?")
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid #8885; border-radius: 8px; padding: 1rem; margin: 1rem 0; }
h2 { font-size: 1.05rem; margin: 0; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .75rem 0 0; }
.meta { margin: 0; opacity: .7; }
"""
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE_HEADERS = {
    "Content-Security-Policy": f"{CLOSED}; style-src 'sha256-{STYLE_HASH}'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
# Mails style their elements one by one; the sandbox keeps them from anything else.
MAIL_HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": f"{CLOSED}; style-src 'unsafe-inline'; sandbox",
}


def mailbox_routes(settings: Settings) -> list[Route]:
    """The page, and one e-mail as its recipient would see it."""
    routes = MailboxRoutes(settings)
    return [
        Route("/mailbox", routes.all, methods=["GET"]),
        Route("/mailbox/{mail_id}", routes.one, methods=["GET"]),
    ]


class MailboxRoutes:
    """Answers only the machine itself; to everybody else there is no mailbox."""

    def __init__(self, settings: Settings) -> None:
        self._open = settings.is_development and not settings.smtp_host
        self._mailbox = Mailbox.of(settings)

    async def all(self, request: Request) -> Response:
        """Every e-mail, the newest first; as JSON when that is asked for."""
        self._require_own_machine(request)
        mails = await run_in_threadpool(lambda: list(self._mailbox.newest_first()))
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse([_as_json(mail) for mail in mails], headers=PAGE_HEADERS)
        return HTMLResponse(_page(mails), headers=PAGE_HEADERS)

    async def one(self, request: Request) -> Response:
        """The HTML of one e-mail."""
        self._require_own_machine(request)
        mail = await run_in_threadpool(self._mailbox.get, request.path_params["mail_id"])
        if mail is None:
            raise NotFound("There is no such e-mail.")
        return HTMLResponse(mail.html, headers=MAIL_HEADERS)

    def _require_own_machine(self, request: Request) -> None:
        peer = parse_address(request.client.host if request.client else None)
        # Another site's name for this address (DNS rebinding) would make its pages same-origin,
        # and behind a proxy every caller looks like this machine.
        named = LOOPBACK_NAMES.fullmatch(request.headers.get("host", "").lower())
        forwarded = any(name in request.headers for name in FORWARDING)
        if not (self._open and peer and peer.is_loopback and named) or forwarded:
            raise NotFound("There is no such page.")


def _as_json(mail: Received) -> dict[str, object]:
    return {
        "id": mail.id,
        "received_at": mail.received_at.isoformat(),
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "links": mail.links,
    }


def _page(mails: list[Received]) -> str:
    articles = "".join(map(_article, mails)) or "<p>No e-mail yet.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Mailbox</title>'
        f"<style>{STYLE}</style><h1>Mailbox</h1>"
        "<p>E-mails this server would have sent, the newest first. Name an SMTP server "
        "(BACKOFFICE_SMTP_HOST) to send them.</p>"
        f"{articles}</html>"
    )


def _article(mail: Received) -> str:
    text = re.sub(
        r"https?://[^\s]+", lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(mail.text)
    )
    return (
        f'<article><h2><a href="/mailbox/{mail.id}">{escape(mail.subject)}</a></h2>'
        f'<p class="meta">to {escape(mail.to)}, '
        f"<time>{mail.received_at:%Y-%m-%d %H:%M:%S} UTC</time></p><pre>{text}</pre></article>"
    )
