"""People in the database, changed as the admin who asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.abc import QueryNoTemplate
from psycopg.types.json import Jsonb

from backoffice.database import Database, RequestContext, Row
from backoffice.errors import NotFound
from backoffice.http.refused import telling
from backoffice.users.model import Assignment, Change, Invitation

User = dict[str, Any]

_USER = (
    "select to_jsonb(person) from public.get_users(jsonb_build_object('id', %s::uuid)) as person"
)
_CHANGE = "select private.change_user(%s, %s)"
_ASSIGN = "select private.assign_domains(%s, %s, %s)"
_CHECK = "select private.check_invitation(%s, %s, %s)"
_INVITE = "select private.invite_user(%s, %s)"
_REVOKE = "select private.revoke_invitation(%s)"
_RESET = "select private.ask_for_reset(%s)"
_DISABLE = "select private.disable_user(%s, %s)"
_SIGN_OUT = "select private.end_user_sessions(%s)"
_REMOVE_FACTOR = "select private.remove_second_factor(%s)"
_DELETE = "select private.delete_user(%s)"
_SETTINGS = "select private.save_access_settings(%s)"
_VIEW = "select private.start_user_view(%s)"
_END_VIEW = "select private.end_user_view()"


@dataclass(frozen=True, slots=True)
class Users:
    """The people that `context`'s person may change."""

    database: Database
    context: RequestContext

    async def one(self, user_id: UUID) -> User:
        """Somebody as the list shows them. Raises `NotFound`."""
        async with self._transaction() as connection:
            return await _user(connection, user_id)

    async def check(self, asked: Invitation) -> UUID | None:
        """Raises 403, 409, 422 for who cannot be invited, before an account is made.

        Gives the account there is already when an earlier invitation stopped half-way.
        """
        found = await self._call(_CHECK, [asked.email, asked.role, asked.domains])
        return found if isinstance(found, UUID) else None

    async def set_up(self, user_id: UUID, asked: Invitation, lifetime: timedelta) -> str:
        """Role, name, domains and invitation of a new account at once; gives its address."""
        async with self._transaction() as connection:
            change = {"role": asked.role, "full_name": asked.full_name}
            await connection.execute(_CHANGE, [user_id, Jsonb(change)])
            if asked.domains:
                await connection.execute(_ASSIGN, [[user_id], asked.domains, []])
            return str(await _value(connection, _INVITE, [user_id, _until(lifetime)]))

    async def invite_again(self, user_id: UUID, lifetime: timedelta) -> str:
        """Notes another invitation; gives the address to write to."""
        return str(await self._call(_INVITE, [user_id, _until(lifetime)]))

    async def revoke(self, user_id: UUID) -> None:
        """Takes back an invitation that was not accepted."""
        await self._call(_REVOKE, [user_id])

    async def ask_for_reset(self, user_id: UUID) -> str:
        """Notes that somebody is to choose another password; gives the address to write to."""
        return str(await self._call(_RESET, [user_id]))

    async def change(self, user_id: UUID, asked: Change) -> User:
        """Role, name and whether they need a second factor, as far as these are given."""
        async with self._transaction() as connection:
            await connection.execute(_CHANGE, [user_id, Jsonb(asked.model_dump(exclude_none=True))])
            return await _user(connection, user_id)

    async def assign(self, asked: Assignment) -> int:
        """Domains that people get and lose; gives how many assignments changed."""
        return int(await self._call(_ASSIGN, [asked.user_ids, asked.add, asked.remove]))

    async def disable(self, user_id: UUID, *, disabled: bool) -> User:
        """Lets somebody in no longer, or again."""
        async with self._transaction() as connection:
            await connection.execute(_DISABLE, [user_id, disabled])
            return await _user(connection, user_id)

    async def sign_out(self, user_id: UUID) -> int:
        """Ends somebody's sessions; gives how many."""
        return int(await self._call(_SIGN_OUT, [user_id]))

    async def remove_second_factor(self, user_id: UUID) -> int:
        """Takes somebody's second factors away and signs them out; gives how many there were."""
        return int(await self._call(_REMOVE_FACTOR, [user_id]))

    async def delete(self, user_id: UUID) -> None:
        """Deletes somebody. What they wrote stays, without their name."""
        await self._call(_DELETE, [user_id])

    async def save_settings(self, *, admins_need_second_factor: bool) -> None:
        """What holds for every admin."""
        await self._call(_SETTINGS, [admins_need_second_factor])

    async def start_view(self, user_id: UUID) -> datetime:
        """The person's session sees what `user_id` sees; gives until when."""
        ends_at = await self._call(_VIEW, [user_id])
        assert isinstance(ends_at, datetime)
        return ends_at

    async def end_view(self) -> None:
        """The person's session sees what the person sees."""
        await self._call(_END_VIEW, [])

    async def _call(self, query: QueryNoTemplate, parameters: list[Any]) -> Any:
        async with self._transaction() as connection:
            return await _value(connection, query, parameters)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection[Row]]:
        with telling():
            async with self.database.transaction(self.context) as connection:
                yield connection


async def _value(
    connection: AsyncConnection[Row], query: QueryNoTemplate, parameters: list[Any]
) -> Any:
    cursor = await connection.execute(query, parameters)
    row = await cursor.fetchone()
    return row[0] if row else None


async def _user(connection: AsyncConnection[Row], user_id: UUID) -> User:
    found = await _value(connection, _USER, [user_id])
    if found is None:
        raise NotFound("There is no such user.")
    return dict(found)


def _until(lifetime: timedelta) -> datetime:
    return datetime.now(UTC) + lifetime
