"""`backoffice audit`: read the audit log, and prove that nobody altered it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from backoffice.audit import Anchor, Report, verify
from backoffice.errors import ConfigurationError
from backoffice.settings import get_settings
from backoffice.stack.service_connection import service_connection

audit_app = typer.Typer(help="The audit log.", no_args_is_help=True)

Site = Annotated[str | None, typer.Option(help='Only this website; "" is what belongs to none.')]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_NEWEST = """
select entry.site_domain, entry.position, entry.at, entry.actor_id::text, entry.actor_role,
  details.actor_label, entry.action, entry.subject_type, entry.subject_id,
  private.audit_sentence(
    entry.subject_type, entry.action, entry.subject_id, entry.changed, details.before, details.after
  ) as label,
  entry.changed, entry.request_id, encode(entry.hash, 'hex') as hash
from public.audit_log as entry
join public.audit_details as details
  on details.site_domain = entry.site_domain and details.position = entry.position
where (%(site)s::text is null or entry.site_domain = %(site)s)
  and (%(subject_type)s::text is null or entry.subject_type = %(subject_type)s)
order by entry.at desc, entry.site_domain desc, entry.position desc
limit %(limit)s
"""


@audit_app.command("verify")
def verify_log(
    site: Site = None,
    against: Annotated[
        Path | None,
        typer.Option(help="What `verify --json` printed earlier: those ends must still be there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that no entry was altered, taken out or put in between; exits with 1 otherwise.

    Keep what --json prints somewhere else: only with it a chain that was cut off together with
    its head is found.
    """
    anchors = read_anchors(against) if against else []
    with service_connection(get_settings()) as connection:
        report = verify(connection, site, anchors)
    if as_json:
        typer.echo(json.dumps(asdict(report), indent=2))
    else:
        _print(report)
    if report.breaks:
        raise typer.Exit(1)


@audit_app.command("list")
def list_log(
    site: Site = None,
    subject_type: Annotated[str | None, typer.Option("--subject", help="Only this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Print the newest entries, one a line."""
    wanted = {"site": site, "subject_type": subject_type, "limit": limit}
    with service_connection(get_settings()) as connection:
        rows = connection.execute(_NEWEST, wanted).fetchall()
    for row in rows:
        if as_json:
            typer.echo(json.dumps(row._asdict(), default=str, ensure_ascii=False))
        else:
            actor = row.actor_label or "(erased)"
            place = f"{row.site_domain or '(none)'} {row.position}"
            typer.echo(f"{row.at:%Y-%m-%d %H:%M:%S%z}  {place}  {actor}  {row.label}")


def read_anchors(path: Path) -> list[Anchor]:
    """The ends an earlier `verify --json` printed. Raises `ConfigurationError`."""
    try:
        return [Anchor(**end) for end in json.loads(path.read_text(encoding="utf-8"))["ends"]]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigurationError(
            f"{path} is not what `backoffice audit verify --json` prints: {type(error).__name__}"
        ) from error


def _print(report: Report) -> None:
    for end in report.ends:
        typer.echo(f"{end.site_domain or '(no website)'}  {end.position}  {end.hash}")
    erased = f", {report.erased} of them with erased details" if report.erased else ""
    typer.echo(f"{report.entries} entries in {len(report.ends)} chains{erased}.")
    for found in report.breaks:
        site = found.site_domain or "(no website)"
        typer.secho(
            f"Broken: {site} at {found.position}: {found.reason}.",
            fg=typer.colors.RED,
            err=True,
        )
    if not report.breaks:
        typer.echo("Every hash holds.")
