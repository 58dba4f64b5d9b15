"""Making the links and codes of e-mails, and handing the e-mails over."""

from __future__ import annotations

import structlog
from psycopg import AsyncConnection
from starlette.requests import Request

from backoffice.auth import audit
from backoffice.auth.errors import AuthProblem, over_email_send_rate_limit, sends_no_mail
from backoffice.auth.flows import Challenge, start_flow
from backoffice.auth.limits import client_network
from backoffice.auth.links import LinkType, action_link, make_invitation, make_link
from backoffice.auth.mails import compose
from backoffice.auth.queries import links as queries
from backoffice.auth.service import Auth
from backoffice.auth.users import User
from backoffice.database import Row
from backoffice.mail import Mail, Mailer, MailError

NOT_SENT = "The e-mail could not be sent. Try again in a few minutes."

log = structlog.get_logger(__name__)

AUDITED: dict[LinkType, audit.Action] = {
    "invite": "user_invited",
    "signup": "user_confirmation_requested",
    "recovery": "user_recovery_requested",
    "magiclink": "user_recovery_requested",
}


def require_mailer(auth: Auth) -> Mailer:
    """Raises 422 `email_provider_disabled` where no e-mail can be sent."""
    if auth.mailer is None:
        raise sends_no_mail()
    return auth.mailer


async def throttle_mail(request: Request, email: str) -> None:
    """Every address is written to once a minute, whether or not anybody has it.

    Raises 429 `over_request_rate_limit` or `over_email_send_rate_limit`.
    """
    auth = Auth.of(request)
    network = client_network(request, auth.trusted_proxies)
    await auth.limiter.take("mail address", network, auth.config.mails_per_address)
    await auth.limiter.take(
        "mail account", email, auth.config.mails_per_account, refusal=over_email_send_rate_limit
    )


async def link_mail(
    auth: Auth,
    connection: AsyncConnection[Row],
    user: User,
    kind: LinkType,
    *,
    redirect_to: str,
    challenge: Challenge | None = None,
) -> Mail:
    """The mail with a fresh link of that kind."""
    email = user.email.lower()
    if kind == "invite":
        invitation = await make_invitation(connection, user.id, email)
        address = action_link(auth.state.settings.url, invitation, kind, redirect_to)
        return compose(kind, user.email, link=address, lifetime=auth.config.invitation_lifetime)
    link = await make_link(connection, user.id, email, kind, pkce=challenge is not None)
    if challenge is not None:
        await start_flow(connection, user.id, kind, challenge)
    address = action_link(auth.state.settings.url, link, kind, redirect_to)
    return compose(kind, user.email, code=link.code, link=address)


async def email_change_mails(
    auth: Auth,
    connection: AsyncConnection[Row],
    user: User,
    new: str,
    *,
    redirect_to: str,
    challenge: Challenge | None = None,
) -> list[Mail]:
    """The mails that confirm a change of address: to the new one and, as configured, the old."""
    both = auth.config.confirm_both_addresses and bool(user.email)
    await connection.execute(
        queries.START_EMAIL_CHANGE,
        {"user_id": user.id, "email_change": new, "confirmations": 0 if both else 1},
    )
    if challenge is not None:
        await start_flow(connection, user.id, "email_change", challenge)
    mails = []
    pkce = challenge is not None
    link = await make_link(connection, user.id, new, "email_change_new", pkce=pkce)
    site = auth.state.settings.url
    address = action_link(site, link, "email_change", redirect_to)
    mails.append(
        compose("email_change_new", new, code=link.code, link=address, old=user.email, new=new)
    )
    if both:
        old = user.email
        link = await make_link(connection, user.id, old.lower(), "email_change_current", pkce=pkce)
        address = action_link(site, link, "email_change", redirect_to)
        mails.append(
            compose("email_change_current", old, code=link.code, link=address, old=old, new=new)
        )
    return mails


async def reauthentication_mail(connection: AsyncConnection[Row], user: User) -> Mail:
    """The mail with a code that confirms a change of password."""
    link = await make_link(connection, user.id, user.email.lower(), "reauthentication")
    return compose("reauthentication", user.email, code=link.code)


async def deliver(mailer: Mailer, mails: list[Mail]) -> None:
    """Send what is written. Raises `MailError` of the first that was not taken."""
    for mail in mails:
        try:
            await mailer.send(mail)
        except MailError as error:
            log.error("auth.mail_not_sent", subject=mail.subject, error=str(error))
            raise


async def deliver_now(auth: Auth, mails: list[Mail], *, throttled: str = "") -> None:
    """Send before the answer, whose reader can do it again: `throttled` may at once.

    Raises 500 `unexpected_failure`.
    """
    try:
        await deliver(require_mailer(auth), mails)
    except MailError as error:
        if throttled:
            await auth.limiter.refill("mail account", throttled)
        raise AuthProblem(500, "unexpected_failure", NOT_SENT) from error
