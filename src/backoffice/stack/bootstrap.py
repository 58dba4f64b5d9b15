"""What a Supabase project's database holds before its first migration: roles and `auth`."""

from __future__ import annotations

from importlib.resources import files

import psycopg
from psycopg import Connection, sql

from backoffice.errors import StackError
from backoffice.stack.address import Address

API_ROLES = (
    "anon",
    "authenticated",
    "service_role",
    "authenticator",
    "supabase_auth_admin",
    "postgres",
)
OLDEST_VERSION = 150000


def bootstrap(address: Address) -> None:
    """Give the database the roles and schemas it lacks.

    Raises `StackError` when the database given by URL is too old or its user may not create roles.
    """
    with psycopg.connect(address.login("supabase_admin")) as connection:
        if address.embedded:
            _bootstrap_embedded(connection, address)
        else:
            _bootstrap_external(connection)


def run_script(connection: Connection, name: str) -> None:
    """Run one of the stack's SQL files."""
    connection.execute(files("backoffice.stack").joinpath("sql", name).read_bytes())


def _bootstrap_embedded(connection: Connection, address: Address) -> None:
    # All of it is one transaction, so one role tells whether it has happened.
    if not _missing_roles(connection):
        return
    _make_roles(connection, address)
    for script in ("project.sql", "auth_schema.sql"):
        run_script(connection, script)


def make_roles(address: Address) -> None:
    """Give an empty embedded cluster its roles alone: what a dump of its database relies on."""
    with psycopg.connect(address.login("supabase_admin")) as connection:
        _make_roles(connection, address)
        connection.execute("alter database postgres owner to postgres")


def _make_roles(connection: Connection, address: Address) -> None:
    run_script(connection, "roles.sql")
    for role, password in address.passwords.items():
        _set_password(connection, role, password)


def _set_password(connection: Connection, role: str, password: str) -> None:
    """Set a password by its verifier, so that it appears in no log."""
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    connection.execute(
        sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(verifier))
    )


def _bootstrap_external(connection: Connection) -> None:
    if connection.info.server_version < OLDEST_VERSION:
        raise StackError(
            f"The database runs PostgreSQL {connection.info.server_version // 10000};"
            " the Client Backoffice needs 15 or newer."
        )
    try:
        if _missing_roles(connection):
            run_script(connection, "roles_elsewhere.sql")
        if _is_missing(connection, "auth.users"):
            run_script(connection, "project_elsewhere.sql")
            run_script(connection, "auth_schema.sql")
    except psycopg.errors.InsufficientPrivilege as error:
        raise StackError(
            "The database lacks the roles or the auth schema of a Supabase project, and the user in"
            f" BACKOFFICE_DATABASE_URL may not create them: {error.diag.message_primary}."
            " Start once with a superuser's URL."
        ) from error


def _missing_roles(connection: Connection) -> list[str]:
    rows = connection.execute(
        "select name from unnest(%s::text[]) as name"
        " where name not in (select rolname from pg_roles)",
        [list(API_ROLES)],
    ).fetchall()
    return [name for (name,) in rows]


def _is_missing(connection: Connection, table: str) -> bool:
    row = connection.execute("select to_regclass(%s) is null", [table]).fetchone()
    return bool(row and row[0])
