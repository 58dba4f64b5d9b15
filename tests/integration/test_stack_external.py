"""A database given by URL: roles and schemas are made where they are missing, and only there.

It is an older PostgreSQL here, so that the migrations are known to run on one.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from pydantic import SecretStr

from backoffice.database import RequestContext
from backoffice.errors import StackError
from backoffice.settings import Settings
from backoffice.stack.address import external_address
from backoffice.stack.migrate import migration_status
from backoffice.stack.runtime import load, make_state, prepare
from support.database import reachable_folder
from support.older import older_postgres


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Settings]:
    """The settings of a deployment on a PostgreSQL without any of Supabase's roles."""
    with reachable_folder() as folder, older_postgres(folder) as url:
        settings = Settings(data_dir=folder / "data", database_url=SecretStr(url), demo=False)
        load(settings)
        yield settings


def test_who_may_not_create_roles_is_told_so(elsewhere: Settings) -> None:
    assert elsewhere.database_url
    url = elsewhere.database_url.get_secret_value()
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("create role plain login password 's3cret'")
    with pytest.raises(StackError, match="may not create them") as raised:
        prepare(external_address(url.replace("owner@", "plain:s3cret@")), elsewhere)
    assert "s3cret" not in str(raised.value)


async def test_what_is_missing_is_made_and_requests_run_as_their_roles(elsewhere: Settings) -> None:
    assert elsewhere.database_url
    address = external_address(elsewhere.database_url.get_secret_value())
    done = prepare(address, elsewhere)
    assert done.migrations
    assert not done.seeded, "nobody's database gets users with known passwords"
    assert prepare(address, elsewhere).migrations == []
    with psycopg.connect(address.login("postgres")) as connection:
        assert connection.info.server_version < 170000
        assert migration_status(connection).is_current
    async with make_state(elsewhere, load(elsewhere), address).opened() as state:
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
