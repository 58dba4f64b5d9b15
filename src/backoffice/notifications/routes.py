"""`/notifications/v1/…`: a digest to look at, and links that end e-mails without signing in."""

from __future__ import annotations

import json
from datetime import date
from html import escape
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from backoffice.errors import InvalidInput, NotFound
from backoffice.http.bodies import DOMAIN, json_answer
from backoffice.http.callers import Callers
from backoffice.http.refused import telling
from backoffice.mail import make_mailer
from backoffice.notifications.digest import read_digest
from backoffice.notifications.digest_mail import digest_mail
from backoffice.notifications.page import page
from backoffice.notifications.unsubscribing import Subscription, Unsubscribing
from backoffice.state import State

_UNSUBSCRIBE = "select private.unsubscribe(%s, %s, %s)"
WORDS = {"digest": "weekly digest", "alerts": "alerts"}
# Like the page of an e-mail: nothing is loaded, and the form leads only back here.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def notification_routes(state: State) -> list[BaseRoute]:
    """Every route, relative to `/notifications/v1`."""
    routes = NotificationRoutes(state)
    link = "/unsubscribe"
    return [
        Route("/mail", routes.how, methods=["GET"]),
        Route("/digest/{domain}", routes.digest, methods=["GET"]),
        Route(link, routes.ask, methods=["GET"]),
        Route(link, routes.unsubscribe, methods=["POST"]),
    ]


class NotificationRoutes:
    """Answers signed-in people, and those who come by a link."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._callers = Callers(state)
        self._unsubscribing = Unsubscribing(state.keys.encryption_keys)

    async def how(self, request: Request) -> Response:
        """`{"sends", "mailbox"}`: whether e-mails are sent, or kept in the local mailbox."""
        self._callers.context(request)
        settings = self._state.settings
        sends = make_mailer(settings) is not None
        return json_answer({"sends": sends, "mailbox": sends and not settings.smtp_host})

    async def digest(self, request: Request) -> Response:
        """`?first=<a Monday>`: the digest as its reader would get it; the last whole week's."""
        context = self._callers.context(request)
        domain = str(request.path_params["domain"])
        if not DOMAIN.fullmatch(domain):
            raise NotFound("There is no such website for you.")
        claims = json.loads(context.settings["request.jwt.claims"])
        user_id = UUID(claims["sub"])
        first = _monday(request.query_params.get("first"))
        with telling():
            # As the caller's own token allows it, which says more than who they are.
            digest = await read_digest(self._state.database, user_id, domain, first, claims=claims)
        url = self._state.settings.public_url or str(request.base_url).rstrip("/")
        mail = digest_mail(
            digest,
            str(claims.get("email") or ""),
            url=url.rstrip("/"),
            unsubscribe=f"{url.rstrip('/')}/notifications",
        )
        return json_answer(
            {
                "site_domain": digest.site_domain,
                "first": digest.first,
                "last": digest.last,
                "subject": mail.subject,
                "text": mail.text,
                "html": mail.html,
            }
        )

    async def ask(self, request: Request) -> Response:
        """A page with one button: link checkers open links, but press nothing."""
        subscription = self._read(request)
        words = WORDS[subscription.choice]
        body = (
            '<form method="post"><button class="button" style="padding:11px 18px;border:0;'
            "border-radius:8px;background:#b31b45;color:#ffffff;font:inherit;font-weight:600;"
            f'cursor:pointer">End the {words}</button></form>'
        )
        return self._page(
            f"Unsubscribe from the {words}?",
            f"You get the {words} of {subscription.site_domain} by e-mail.",
            body,
        )

    async def unsubscribe(self, request: Request) -> Response:
        """Ends it; done twice, it stays ended."""
        subscription = self._read(request)
        await self._state.database.fetch_value(
            _UNSUBSCRIBE,
            [subscription.user_id, subscription.site_domain, subscription.choice],
        )
        words = WORDS[subscription.choice]
        return self._page(
            "You are unsubscribed",
            f"There will be no more {words} of {subscription.site_domain} by e-mail.",
            "",
        )

    def _read(self, request: Request) -> Subscription:
        subscription = self._unsubscribing.read(request.query_params.get("token", ""))
        if subscription is None:
            raise NotFound("This link is not valid. Sign in and choose under Notifications.")
        return subscription

    def _page(self, title: str, lead: str, body: str) -> Response:
        url = escape(self._state.settings.public_url or "")
        foot = f'<a class="link" href="{url}/notifications">Everything you get</a>'
        return HTMLResponse(page(title, lead, body, foot), headers=HEADERS)


def _monday(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("first is a date like 2026-03-02.", field="first") from error
    if day.weekday() != 0:
        raise InvalidInput("A week begins on a Monday.", field="first")
    return day
