"""A database given by URL: roles and schemas are made where they are missing, and only there."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from backoffice.database import RequestContext
from backoffice.errors import StackError
from backoffice.settings import Settings
from backoffice.stack.address import Address, embedded_address, external_address
from backoffice.stack.migrate import migration_status
from backoffice.stack.runtime import load, make_state, prepare, running_cluster
from backoffice.stack.urls import as_url
from support.database import reachable_folder

OWNER = "plain_owner"


@pytest.fixture(scope="module")
def plain_postgres() -> Iterator[tuple[Settings, Address]]:
    """A PostgreSQL without any of Supabase's roles."""
    with reachable_folder() as folder:
        settings = Settings(data_dir=folder / "data", database_url=None, demo=False)
        keys = load(settings)
        with running_cluster(settings, keys, fsync=False) as cluster:
            yield settings, embedded_address(cluster.postmaster(), keys)


def url_of(settings: Settings, address: Address) -> Settings:
    """The settings of a deployment that uses it by its superuser's URL."""
    url = as_url(address.login("supabase_admin"))
    return settings.model_copy(update={"database_url": SecretStr(url)})


def test_who_may_not_create_roles_is_told_so(plain_postgres: tuple[Settings, Address]) -> None:
    settings, address = plain_postgres
    with psycopg.connect(address.login("supabase_admin"), autocommit=True) as admin:
        admin.execute(sql.SQL("create role {} login password 'pw'").format(sql.Identifier(OWNER)))
    own = make_conninfo(address.conninfo, user=OWNER, password="pw")
    with pytest.raises(StackError, match="may not create them") as raised:
        prepare(external_address(as_url(own)), settings)
    assert "pw" not in str(raised.value).split()


async def test_everything_missing_is_made_and_requests_run_as_their_roles(
    plain_postgres: tuple[Settings, Address],
) -> None:
    settings = url_of(*plain_postgres)
    assert settings.database_url is not None
    address = external_address(settings.database_url.get_secret_value())
    done = prepare(address, settings)
    assert done.migrations
    assert not done.seeded, "nobody's database gets users with known passwords"
    assert prepare(address, settings).migrations == []
    with psycopg.connect(address.login("postgres")) as connection:
        assert migration_status(connection).is_current
    async with make_state(settings, load(settings), address).opened() as state:
        async with state.database.connection() as session:
            cursor = await session.execute("select current_user")
            assert await cursor.fetchone() == ("authenticator",)
        for role in ("anon", "authenticated", "service_role"):
            as_role = RequestContext(role=role)
            found = await state.database.fetch_value("select current_user", context=as_role)
            assert found == role
        admin = RequestContext(role="supabase_auth_admin")
        async with state.auth_database.transaction(admin) as session:
            await session.execute("select count(*) from auth.users")
        assert await state.database.fetch_value("select rollup.fold()") is not None
    with psycopg.connect(address.with_role("service_role")) as connection:
        assert connection.execute("select current_user").fetchone() == ("service_role",)
