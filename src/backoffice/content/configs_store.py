"""Configurations in the database, read and written as the person who asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from backoffice.content.configs_model import Revert, Save, Saved, check_storable
from backoffice.content.documents import Document, Json, changes, find, is_same, smallest_override
from backoffice.content.resolver import resolve
from backoffice.content.schemas import Config, known_configs
from backoffice.content.validation import mistakes
from backoffice.database import Database, RequestContext, Row
from backoffice.errors import NotFound, Problem
from backoffice.http.refused import Conflict, FieldError, InvalidFields, StaffOnly, telling

Connection = AsyncConnection[Row]

_READ = "select * from private.my_configuration(%s) where config_slug = any (%s)"
_SAVE = "select private.save_config(%s, %s, %s, %s, %s, %s, %s)"
_VERSIONS = "select * from private.my_config_versions(%s, %s, %s, %s)"
_IS_ADMIN = "select private.is_admin()"


@dataclass(frozen=True, slots=True)
class Stored:
    """A configuration as the caller sees it before a change."""

    known: Config
    is_staff: bool
    site_domain: str | None
    version: int
    enabled: bool | None
    config: Document | None
    inherited: Document
    inherited_enabled: bool

    def resolved(self, config: Document | None) -> Json:
        """What holds with `config` as the override."""
        return resolve(self.known.strategy, self.inherited, None, config)

    def override(self, asked: Save) -> Document | None:
        """The override a save asks for. Raises `StaffOnly` and `InvalidFields`."""
        if not asked.sends("values") and not asked.sends("config"):
            return self.config
        sent = asked.values if asked.sends("values") else asked.config
        if sent is not None:
            check_storable(sent)
        if not self.is_staff and (found := find(sent or {}, self.known.staff_pointers)):
            raise StaffOnly([FieldError(pointer, "This is for staff alone.") for pointer in found])
        if sent is None or not asked.sends("values"):
            return sent
        if self.known.strategy == "replace":
            return None if is_same(sent, self.inherited) else sent
        return smallest_override(self.inherited, sent) or None

    def outcome(
        self, config: Document | None, enabled: bool | None, errors: list[FieldError]
    ) -> Saved:
        """How it would be with another override."""
        before, after = self.resolved(self.config), self.resolved(config)
        return Saved(
            config_slug=self.known.slug,
            site_domain=self.site_domain,
            version=self.version,
            enabled=enabled,
            config=config,
            resolved=after,
            resolved_enabled=self.inherited_enabled if enabled is None else enabled,
            changes=list(changes(before, after)),
            errors=errors,
        )

    async def mistakes(self, config: Document | None) -> list[FieldError]:
        """What is wrong with an override: with what would hold, rather."""
        validator = self.known.validator(is_staff=self.is_staff)
        # A large one takes longer than others should wait for.
        return await asyncio.to_thread(mistakes, validator, self.resolved(config))


@dataclass(frozen=True, slots=True)
class Configs:
    """The configurations of a website, or (`site_domain` None) of every website."""

    database: Database
    context: RequestContext
    site_domain: str | None

    async def check(self, slug: str, asked: Save) -> Saved:
        """How a save would turn out; what is not valid is in its errors."""
        async with self.transaction() as connection:
            stored = await self.read(connection, slug)
        override = stored.override(asked)
        enabled = asked.enabled if asked.sends("enabled") else stored.enabled
        return stored.outcome(override, enabled, await stored.mistakes(override))

    async def save(self, slug: str, asked: Save) -> Saved:
        """Save an override. Raises `InvalidFields`, `StaffOnly` and `Conflict`."""
        try:
            async with self.transaction() as connection:
                stored = await self.read(connection, slug)
                override = stored.override(asked)
                enabled = asked.enabled if asked.sends("enabled") else stored.enabled
                return await self.write(
                    connection, stored, override, enabled, asked.version, "save"
                )
        except Problem as problem:
            yours = {"config": asked.config if asked.sends("config") else asked.values}
            raise await self._conflict(problem, slug, asked.version, yours) from problem

    async def reset(self, slug: str, version: int) -> Saved:
        """Take an override away."""
        try:
            async with self.transaction() as connection:
                stored = await self.read(connection, slug)
                return await self.write(connection, stored, None, None, version, "reset")
        except Problem as problem:
            raise await self._conflict(problem, slug, version, {"config": None}) from problem

    async def revert(self, slug: str, asked: Revert) -> Saved:
        """Bring an earlier version's override back, as a new version."""
        try:
            async with self.transaction() as connection:
                stored = await self.read(connection, slug)
                earlier = await self._versions(connection, slug, 1, asked.to + 1)
                if not earlier or earlier[0]["version"] != asked.to:
                    raise NotFound(f"There is no version {asked.to}.")
                config, enabled = earlier[0]["config"], earlier[0]["enabled"]
                return await self.write(
                    connection, stored, config, enabled, asked.version, "revert", asked.to
                )
        except Problem as problem:
            raise await self._conflict(problem, slug, asked.version, {"to": asked.to}) from problem

    async def history(self, slug: str, limit: int, before: int | None) -> list[dict[str, Any]]:
        """The saves, newest first, each with what it changed of the override."""
        async with self.transaction() as connection:
            rows = await self._versions(connection, slug, limit, before)
        return [
            row | {"changes": list(changes(row["previous_config"] or {}, row["config"] or {}))}
            for row in rows
        ]

    async def read(self, connection: Connection, slug: str) -> Stored:
        """A configuration as the caller sees it. Raises `NotFound`."""
        found = await self.read_all(connection, [slug])
        if slug not in found:
            raise NotFound(f"There is no configuration {slug[:60]}.")
        return found[slug]

    async def read_all(
        self, connection: Connection, slugs: list[str] | None = None
    ) -> Mapping[str, Stored]:
        """Configurations as the caller sees them, by slug, in order."""
        known = known_configs()
        admin = await (await connection.execute(_IS_ADMIN)).fetchone()
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_READ, [self.site_domain, list(known) if slugs is None else slugs])
            rows = await cursor.fetchall()
        mine = "global" if self.site_domain is None else "site"
        return {
            row["config_slug"]: Stored(
                known=known[row["config_slug"]],
                is_staff=bool(admin and admin[0]),
                site_domain=self.site_domain,
                version=row[f"{mine}_version"],
                enabled=row[f"{mine}_enabled"],
                config=row[f"{mine}_config"],
                inherited=row["default_config" if mine == "global" else "inherited_config"],
                inherited_enabled=row[
                    "enabled_by_default" if mine == "global" else "inherited_enabled"
                ],
            )
            for row in rows
            if row["config_slug"] in known
        }

    async def write(
        self,
        connection: Connection,
        stored: Stored,
        config: Document | None,
        enabled: bool | None,
        version: int,
        action: str,
        restored_from: int | None = None,
    ) -> Saved:
        """Check and save; gives what is there afterwards. Raises `InvalidFields`."""
        slug = stored.known.slug
        # What nobody looked at is no mistake of whoever turns it off.
        if not is_same(config, stored.config) and (found := await stored.mistakes(config)):
            raise InvalidFields(found)
        await connection.execute(
            _SAVE,
            [
                self.site_domain,
                slug,
                enabled,
                None if config is None else Jsonb(config),
                version,
                action,
                restored_from,
            ],
        )
        after = await self.read(connection, slug)
        seen = after.outcome(after.config, after.enabled, [])
        return Saved(
            config_slug=seen.config_slug,
            site_domain=seen.site_domain,
            version=seen.version,
            enabled=seen.enabled,
            config=seen.config,
            resolved=seen.resolved,
            resolved_enabled=seen.resolved_enabled,
            changes=list(changes(stored.resolved(stored.config), seen.resolved)),
            errors=[],
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """As the person; what the database refuses is a `Problem`."""
        with telling():
            async with self.database.transaction(self.context) as connection:
                yield connection

    async def _versions(
        self, connection: Connection, slug: str, limit: int, before: int | None
    ) -> list[dict[str, Any]]:
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_VERSIONS, [self.site_domain, slug, limit, before])
            return await cursor.fetchall()

    async def _conflict(
        self, problem: Problem, slug: str, version: int, yours: dict[str, Any]
    ) -> Problem:
        if problem.status != 409:
            return problem
        async with self.transaction() as connection:
            latest = await self._versions(connection, slug, 1, None)
        shown = ("version", "enabled", "config", "author", "created_at")
        theirs = {key: latest[0][key] for key in shown} if latest else None
        return Conflict(problem.message, "version", {"version": version, **yours}, theirs)
