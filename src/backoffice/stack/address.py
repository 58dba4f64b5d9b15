"""How to log in to the database: embedded by password and role, given by URL as its user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from backoffice.errors import ConfigurationError, StackError
from backoffice.keys import Keys
from backoffice.settings import Settings
from backoffice.stack.pidfile import Postmaster, read_postmaster

Login = Literal["supabase_admin", "postgres", "authenticator", "supabase_auth_admin"]

DATABASE = "postgres"
CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where a database is and the passwords that open it; one given by URL has none."""

    conninfo: str
    passwords: dict[str, str]

    @property
    def embedded(self) -> bool:
        """Whether the database is our own."""
        return bool(self.passwords)

    def login(
        self,
        login: Login,
        *,
        database: str | None = None,
        host: str | None = None,
        options: str = "",
    ) -> str:
        """The connection string of a login role.

        On a database given by URL that is its own user: `supabase_admin` and `postgres` stand for
        it as it is, the others are taken with `set role`.
        """
        given: dict[str, Any] = dict(conninfo_to_dict(self.conninfo))
        if database:
            given["dbname"] = database
        if host:
            given["host"] = host
        if self.embedded:
            given |= {"user": login, "password": self.passwords[login]}
        elif login in ("authenticator", "supabase_auth_admin"):
            options = f"-crole={login} {options}"
        merged = f"{given.pop('options', None) or ''} {options}".strip()
        return make_conninfo(
            **{"connect_timeout": CONNECT_SECONDS, "application_name": "backoffice", **given},
            **({"options": merged} if merged else {}),
        )

    def with_role(self, role: str, options: str = "") -> str:
        """The connection string of a session that acts as an API role from its first statement."""
        return self.login("authenticator", options=f"{options} -crole={role}")


def embedded_address(postmaster: Postmaster, keys: Keys) -> Address:
    """The address of our own running PostgreSQL."""
    return Address(
        make_conninfo(host=str(postmaster.socket_folder), port=postmaster.port, dbname=DATABASE),
        {
            "supabase_admin": keys.supabase_admin_password,
            "postgres": keys.postgres_password,
            "authenticator": keys.authenticator_password,
            "supabase_auth_admin": keys.auth_admin_password,
        },
    )


def external_address(url: str) -> Address:
    """The address of the database in `BACKOFFICE_DATABASE_URL`."""
    try:
        return Address(make_conninfo(url), {})
    except ProgrammingError:
        # The error would quote the URL, and with it the password.
        raise ConfigurationError(
            "BACKOFFICE_DATABASE_URL is not a URL like postgresql://user:password@host/database"
        ) from None


def find_address(settings: Settings, keys: Keys) -> Address:
    """The address of the database that runs now, for a process other than the server.

    Raises `StackError` when the embedded PostgreSQL is stopped.
    """
    if settings.database_url:
        return external_address(settings.database_url.get_secret_value())
    from backoffice.stack.layout import existing_cluster

    postmaster = read_postmaster(existing_cluster(settings.data_dir, keys.cluster_id))
    if postmaster is None or not postmaster.is_ready or not postmaster.is_running():
        raise StackError("The embedded PostgreSQL is stopped. Start it with: backoffice serve")
    return embedded_address(postmaster, keys)
