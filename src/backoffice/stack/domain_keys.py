"""`backoffice keys`: the keys a website's widget and its agent backend send."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import psycopg
import typer
from psycopg import Connection
from rich.console import Console
from rich.table import Column, Table

from backoffice.errors import NotFound
from backoffice.keys import new_encryption_key
from backoffice.settings import get_settings
from backoffice.stack.service_connection import service_connection

keys_app = typer.Typer(
    help="Keys of the websites that send data, and of what is encrypted.", no_args_is_help=True
)

PIPED_WIDTH = 300

Site = Annotated[str, typer.Option(help="The website, e.g. abtasty.com.")]


@keys_app.command("list")
def list_keys(
    site: Annotated[str | None, typer.Option(help="Only this website.")] = None,
) -> None:
    """List the keys of every website; secret keys only by their last characters."""
    with service_connection(get_settings()) as connection:
        rows = connection.execute(
            "select site_domain, kind, coalesce(public_key, secret_hint) as shown, label, id,"
            " created_at, last_used_at, revoked_at, expires_at from public.domain_keys"
            " where %(site)s::text is null or site_domain = %(site)s"
            " order by site_domain, created_at",
            {"site": site},
        ).fetchall()
    whole = [Column(name, overflow="fold") for name in ("Key", "Label", "Id")]
    table = Table("Website", "Kind", *whole, "Since", "Last used", "State")
    for row in rows:
        times = (_minute(row.created_at), _minute(row.last_used_at) or "never", _state(row))
        table.add_row(row.site_domain, row.kind, row.shown, row.label, str(row.id), *times)
    console = Console()
    if not console.is_terminal:
        # Nobody reads it at a width: what is piped must find whole keys and ids.
        console = Console(width=PIPED_WIDTH)
    console.print(table)


@keys_app.command("encryption")
def make_encryption_key() -> None:
    """Print a new key for BACKOFFICE_ENCRYPTION_KEYS; put it in front of those that are there."""
    typer.echo(new_encryption_key())


@keys_app.command("rotate-secrets")
def rotate_stored_secrets() -> None:
    """Encrypt everything stored with the first key; the others can be dropped afterwards."""
    import asyncio

    from backoffice.stack.runtime import attach
    from backoffice.stack.secret_rotation import rotate_secrets

    async def run() -> dict[str, int]:
        state = attach(get_settings())
        async with state.opened():
            return await rotate_secrets(state)

    for name, number in asyncio.run(run()).items():
        typer.echo(f"{name}: {number}")


@keys_app.command("mint")
def mint_key(
    site: Site,
    kind: Annotated[Literal["public", "secret"], typer.Option(help="For the widget or the agent.")],
    label: Annotated[str, typer.Option(help="What the key is for.")] = "",
) -> None:
    """Make a key and print it. A secret key is shown this once; only its hash is kept."""
    with service_connection(get_settings()) as connection:
        _require_site(connection, site)
        row = connection.execute(
            "select key from private.mint_key(%s, %s, %s)", [site, kind, label]
        ).fetchone()
    assert row is not None
    typer.echo(row.key)


@keys_app.command("revoke")
def revoke_key(site: Site, key_id: Annotated[UUID, typer.Argument(metavar="ID")]) -> None:
    """End a key within a second."""
    with service_connection(get_settings()) as connection:
        found = connection.execute(
            "select 1 from public.domain_keys where site_domain = %s and id = %s", [site, key_id]
        ).fetchone()
        if found is None:
            raise NotFound(f"{site} has no key {key_id}; see `backoffice keys list`.")
        connection.execute("select private.revoke_key(%s, %s)", [site, key_id])
    typer.echo("Revoked.")


@keys_app.command("rotate")
def rotate_key(
    site: Site,
    key_id: Annotated[UUID, typer.Argument(metavar="ID")],
    days: Annotated[
        float, typer.Option(min=0, max=90, help="How long the old key works beside the new one.")
    ] = 7,
) -> None:
    """Make a key in place of another and print it; the old one ends later, see `keys list`."""
    ends_at = datetime.now(UTC) + timedelta(days=days)
    with service_connection(get_settings()) as connection:
        try:
            row = connection.execute(
                "select key from private.rotate_key(%s, %s, %s)", [site, key_id, ends_at]
            ).fetchone()
        except psycopg.Error as error:
            if not (error.sqlstate or "").startswith("PT"):
                raise
            message = error.diag.message_primary or "The key cannot be replaced"
            raise NotFound(f"{message}; see `backoffice keys list`.") from error
    assert row is not None
    typer.echo(row.key)


def _minute(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _state(row: Any) -> str:
    if row.revoked_at:
        return f"revoked {_minute(row.revoked_at)}"
    if row.expires_at is None:
        return "active"
    over = row.expires_at <= datetime.now(UTC)
    return f"{'ended' if over else 'ends'} {_minute(row.expires_at)}"


def _require_site(connection: Connection[Any], site: str) -> None:
    query = "select 1 from public.domains where site_domain = %s and archived_at is null"
    if connection.execute(query, [site]).fetchone() is None:
        raise NotFound(f"There is no website {site}; see `backoffice keys list`.")
