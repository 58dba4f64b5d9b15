"""`backoffice notifications`: look at a digest, send one now, list what was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from backoffice.errors import ConfigurationError, NotFound
from backoffice.mail import Mail, make_mailer
from backoffice.notifications.digest import monday_before, read_digest
from backoffice.notifications.digest_mail import digest_mail
from backoffice.notifications.outbox import NO_MAILER
from backoffice.notifications.unsubscribing import Subscription, Unsubscribing
from backoffice.settings import get_settings
from backoffice.state import State

notifications_app = typer.Typer(
    name="notifications", help="E-mails about websites.", no_args_is_help=True
)
Result = TypeVar("Result")

_PERSON = "select id, email from public.profiles where lower(email) = lower(%s)"
_SITES = (
    "select domain.site_domain from public.domains as domain"
    " where private.may_get_mail(%(person)s, domain.site_domain)"
    " and (%(site)s::text is null or domain.site_domain = %(site)s) order by 1"
)
_LISTED = (
    "select mail.queued_at, mail.kind, mail.site_domain, profile.email, mail.status,"
    " coalesce(mail.problem, '') from public.notification_mails as mail"
    " join public.profiles as profile on profile.id = mail.user_id"
    " order by mail.queued_at desc, mail.site_domain, profile.email limit %s"
)


@notifications_app.command("digest")
def digest(
    to: Annotated[str, typer.Option("--to", help="The person's e-mail address.")],
    site: Annotated[
        str | None, typer.Option("--site", help="One website; by default every one they see.")
    ] = None,
    week: Annotated[
        datetime | None,
        typer.Option("--week", formats=["%Y-%m-%d"], help="A day after the week; default: today."),
    ] = None,
    as_html: Annotated[bool, typer.Option("--html", help="Print the HTML, not the text.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the e-mail instead of sending it.")
    ] = False,
) -> None:
    """The digest of the last whole week, as that person may see it, sent now or printed.

    It is one more: the digest of Monday morning comes all the same.
    """

    async def work(state: State) -> list[Mail]:
        person = await state.database.fetch_one(_PERSON, [to])
        if person is None:
            raise NotFound(f"Nobody here has the address {to}.")
        sites = await state.database.fetch_all(_SITES, {"person": person[0], "site": site})
        if not sites:
            raise NotFound(f"{to} does not see {site or 'any website'}.")
        mailer = make_mailer(state.settings)
        if mailer is None and not dry_run:
            raise ConfigurationError(NO_MAILER)
        first = monday_before(week.date()) if week else None
        unsubscribing = Unsubscribing(state.keys.encryption_keys)
        mails = []
        for (name,) in sites:
            subscription = Subscription(person[0], name, "digest")
            url = state.settings.url
            written = digest_mail(
                await read_digest(state.database, person[0], name, first),
                person[1],
                url=url,
                unsubscribe=unsubscribing.link(url, subscription),
            )
            mail = Mail(
                written.to,
                written.subject,
                written.text,
                written.html,
                unsubscribing.headers(url, subscription),
            )
            if mailer and not dry_run:
                await mailer.send(mail)
            mails.append(mail)
        return mails

    for mail in _with_state(work):
        if dry_run:
            typer.echo(mail.html if as_html else f"Subject: {mail.subject}\n\n{mail.text}")
        else:
            typer.echo(f"Sent to {mail.to}: {mail.subject}")


@notifications_app.command("list")
def listed(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
) -> None:
    """The newest e-mails, and what became of each."""

    async def work(state: State) -> Table:
        table = Table("queued", "kind", "website", "to", "status", "problem", box=None)
        for at, *rest in await state.database.fetch_all(_LISTED, [limit]):
            table.add_row(f"{at:%Y-%m-%d %H:%M}", *rest)
        return table

    Console().print(_with_state(work))


def _with_state(work: Callable[[State], Coroutine[Any, Any, Result]]) -> Result:
    from backoffice.stack.runtime import attach

    async def opened() -> Result:
        async with attach(get_settings()).opened() as state:
            return await work(state)

    return asyncio.run(opened())
