"""The `backoffice` command. Heavy modules are imported by the commands that need them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from backoffice.errors import BackofficeError
from backoffice.settings import get_settings

app = typer.Typer(
    name="backoffice",
    help="The Client Backoffice: server, database and tools.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsChild = Annotated[bool, typer.Option("--child", hidden=True)]


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    demo: Annotated[
        bool | None, typer.Option(help="Load demo traffic into an empty embedded database.")
    ] = None,
) -> None:
    """Serve the UI, REST, auth and capture; start the embedded database when none is given."""
    from backoffice.stack.serve import serve

    given = {"host": host, "port": port, "demo": demo}
    chosen = {name: value for name, value in given.items() if value is not None}
    serve(get_settings().model_copy(update=chosen))


@app.command()
def rest(
    file: Annotated[Path | None, typer.Argument(help="A PostgREST configuration file.")] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many processes share the port.")
    ] = 1,
    dump_config: Annotated[
        bool, typer.Option("--dump-config", help="Print every option, secrets too, and exit.")
    ] = False,
    dump_schema: Annotated[
        bool, typer.Option("--dump-schema", help="Print the schema cache as JSON, and exit.")
    ] = False,
    ready: Annotated[
        bool, typer.Option("--ready", help="Ask a running server whether it is ready, and exit.")
    ] = False,
    example: Annotated[
        bool, typer.Option("--example", "-e", help="Print a configuration file, and exit.")
    ] = False,
    child: AsChild = False,
) -> None:
    """Serve any PostgreSQL over PostgREST's protocol, by PostgREST's own variables (PGRST_…)."""
    if dump_config or dump_schema or ready or example:
        from backoffice.stack import rest_tools

        if dump_config:
            typer.echo(rest_tools.show_config(file), nl=False)
        elif dump_schema:
            typer.echo(rest_tools.show_schema_cache(file))
        else:
            typer.echo(rest_tools.check_ready(file) if ready else rest_tools.EXAMPLE)
        return
    from backoffice.stack.rest_server import serve_rest

    serve_rest(processes, file, child=child)


@app.command()
def worker(child: AsChild = False) -> None:
    """Run background jobs; `serve` already runs one."""
    from backoffice.stack.worker import work

    work(get_settings(), child=child)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Print the addresses and keys of this installation, as `supabase status` does."""
    from backoffice.stack.status import print_status

    print_status(get_settings(), as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check what the server needs, and say how to mend what is missing."""
    from backoffice.stack.doctor import run_checks

    if not run_checks(get_settings(), as_json=as_json):
        raise typer.Exit(1)


@db.command("migrate")
def db_migrate() -> None:
    """Apply pending migrations."""
    from backoffice.stack.maintain import migrate_database

    applied = migrate_database(get_settings())
    typer.echo(f"Applied: {', '.join(applied)}" if applied else "The database is up to date.")


@db.command("status")
def db_status(as_json: AsJson = False) -> None:
    """Compare the database's migrations with this version's."""
    from backoffice.stack.maintain import print_migration_status

    if not print_migration_status(get_settings(), as_json=as_json):
        raise typer.Exit(1)


@db.command("reset")
def db_reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete the embedded database; the next start makes a new one. Keys stay."""
    from backoffice.stack.maintain import reset_database

    settings = get_settings()
    if not yes:
        typer.confirm(f"Delete every row of the database in {settings.data_dir}?", abort=True)
    reset_database(settings)
    typer.echo("Deleted. `backoffice serve` makes a new database with the seed.")


@db.command("backup")
def db_backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
) -> None:
    """Write the embedded database and its keys into one file, while it is in use or not."""
    from backoffice.stack.backup import back_up

    manifest = back_up(get_settings(), file.resolve())
    rows = sum(manifest.rows.values())
    typer.echo(f"{file}: {rows:,} rows of {len(manifest.rows)} tables, with all keys.")
    typer.echo("Whoever reads it can read and open everything: keep it as you keep passwords.")
    if manifest.environment:
        typer.echo(f"Not in it, since set by environment: {', '.join(manifest.environment)}.")


@db.command("restore")
def db_restore(
    file: Annotated[Path, typer.Argument(help="A file of `backoffice db backup`.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Move what the data folder holds aside.")
    ] = False,
) -> None:
    """Make the installation the one in a backup; the server must be stopped."""
    from backoffice.stack.restore import restore

    manifest, moved = restore(get_settings(), file.resolve(), replace=replace)
    typer.echo(f"Restored the backup of {manifest.made_at}; every table has its rows.")
    for path in moved:
        typer.echo(f"Moved aside, delete it when all is well: {path}")


def _add_commands_from_elsewhere() -> None:
    demo = import_module("backoffice.demo.cli")
    app.add_typer(demo.replay_app, name="replay")
    app.add_typer(demo.demo_app, name="demo")
    app.add_typer(import_module("backoffice.stack.domain_keys").keys_app, name="keys")
    app.add_typer(import_module("backoffice.stack.audit_commands").audit_app, name="audit")
    enrichment = import_module("backoffice.enrichment.cli")
    app.add_typer(enrichment.companies_app, name="companies")
    app.add_typer(enrichment.enrichment_app, name="enrichment")
    app.add_typer(import_module("backoffice.insights.cli").insights_app, name="insights")
    notifications = import_module("backoffice.notifications.cli").notifications_app
    app.add_typer(notifications, name="notifications")
    app.add_typer(import_module("backoffice.privacy.cli").privacy_app, name="privacy")


def main() -> None:
    """Run the command line; an expected error is one message, not a traceback."""
    if not {"serve", "rest", "worker", "status", "doctor", "db"} & set(sys.argv[1:2]):
        _add_commands_from_elsewhere()
    try:
        app()
    except BackofficeError as error:
        typer.secho(f"Error: {error}", fg=typer.colors.RED, err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
