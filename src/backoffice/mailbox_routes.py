"""`/mailbox`: the kept e-mails as a page, for whoever sits at the machine.

What it shows signs people in, so it answers nobody else: see `docs/decisions`.
"""

from __future__ import annotations

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from backoffice.addresses import parse_address
from backoffice.errors import NotFound
from backoffice.mailbox import Mailbox, Received
from backoffice.mailbox_page import STYLE_HASH, mail_document, mailbox_page
from backoffice.settings import Settings

LOOPBACK_NAMES = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?")
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'"
PAGE_HEADERS = {
    "Content-Security-Policy": f"{CLOSED}; frame-ancestors 'none'; frame-src 'self';"
    f" style-src 'sha256-{STYLE_HASH}'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
# Mails style their elements one by one, and open links; the sandbox keeps them from all else.
MAIL_HEADERS = {
    **PAGE_HEADERS,
    "Content-Security-Policy": f"{CLOSED}; frame-ancestors 'self'; style-src 'unsafe-inline';"
    " sandbox allow-popups allow-popups-to-escape-sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}


def mailbox_routes(settings: Settings) -> list[Route]:
    """The list, one e-mail beside it, and its HTML for the frame."""
    routes = MailboxRoutes(settings)
    return [
        Route("/mailbox", routes.all, methods=["GET"]),
        Route("/mailbox/{mail_id}", routes.one, methods=["GET"]),
        Route("/mailbox/{mail_id}/html", routes.html, methods=["GET"]),
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
        newest = mails[0] if mails else None
        return HTMLResponse(mailbox_page(mails, newest, is_list=True), headers=PAGE_HEADERS)

    async def one(self, request: Request) -> Response:
        """One e-mail beside the others."""
        mail = await self._chosen(request)
        mails = await run_in_threadpool(lambda: list(self._mailbox.newest_first()))
        return HTMLResponse(mailbox_page(mails, mail, is_list=False), headers=PAGE_HEADERS)

    async def html(self, request: Request) -> Response:
        """The HTML of one e-mail, as its recipient would see it."""
        return HTMLResponse(mail_document(await self._chosen(request)), headers=MAIL_HEADERS)

    async def _chosen(self, request: Request) -> Received:
        self._require_own_machine(request)
        mail = await run_in_threadpool(self._mailbox.get, request.path_params["mail_id"])
        if mail is None:
            raise NotFound("There is no such e-mail.")
        return mail

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
