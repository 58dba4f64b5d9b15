"""`supabase/seed.sql`: the local users and the first client, once, in an embedded database."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import Connection

from backoffice.errors import ConfigurationError, MigrationError
from backoffice.stack.migrate import SUPABASE, describe

RECORD = "supabase/seed.sql"
# The password hashes of seed.sql are checked, not the addresses: whoever changed them may keep the
# address.
DEFAULT_USERS = {"admin@admin.com": "admin", "user@user.com": "user"}


def seed(connection: Connection, path: Path = SUPABASE / "seed.sql") -> bool:
    """Run the seed unless it ran before or users exist; gives whether it ran."""
    seeded = connection.execute(
        "select exists (select from supabase_migrations.seed_files where path = %s)"
        " or exists (select from auth.users)",
        [RECORD],
    ).fetchone()
    if seeded and seeded[0]:
        return False
    text = path.read_text(encoding="utf-8")
    try:
        with connection.transaction():
            connection.execute(text.encode())
            connection.execute(
                "insert into supabase_migrations.seed_files (path, hash) values (%s, %s)",
                [RECORD, sha256(text.encode()).hexdigest()],
            )
    except psycopg.Error as error:
        raise MigrationError(f"{path.name} failed: {describe(error, text)}") from error
    return True


def default_passwords(connection: Connection) -> list[str]:
    """The addresses of local users who still have the password everybody knows."""
    import bcrypt

    rows = connection.execute(
        "select email, encrypted_password from auth.users"
        " where email = any(%s) and encrypted_password <> ''",
        [list(DEFAULT_USERS)],
    ).fetchall()
    return [
        email
        for email, hashed in rows
        if bcrypt.checkpw(DEFAULT_USERS[email].encode(), hashed.encode())
    ]


def require_own_passwords(connection: Connection, where: str) -> None:
    """Refuse to serve other machines while a default password works.

    Raises `ConfigurationError`.
    """
    exposed = default_passwords(connection)
    if exposed:
        raise ConfigurationError(
            f"{where} lets other machines in, while {' and '.join(exposed)} still have their"
            " well-known passwords. Start on 127.0.0.1 without BACKOFFICE_PUBLIC_URL, change or"
            " delete these users, then try again."
        )
