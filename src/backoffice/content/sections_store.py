"""AI Sections in the database, written as the person who asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.abc import QueryNoTemplate
from psycopg.types.json import Jsonb

from backoffice.content.sections_model import Content, Copy, Revert, Save
from backoffice.database import Database, RequestContext, Row
from backoffice.errors import NotFound, Problem
from backoffice.http.refused import Conflict, telling

Section = dict[str, Any]

_CREATE = "select to_jsonb(made) from private.create_section(%s, %s, %s) as made"
_SAVE = "select to_jsonb(saved) from private.save_section(%s, %s, %s, %s, %s, %s) as saved"
_PUBLISH = "select to_jsonb(one) from private.publish_section(%s, %s, %s) as one"
_SWITCH = "select to_jsonb(one) from private.switch_section(%s, %s, %s) as one"
_ARCHIVE = "select to_jsonb(one) from private.archive_section(%s, %s, %s) as one"
_DELETE = "select private.delete_section(%s, %s)"
_ORDER = (
    "select coalesce(jsonb_agg(to_jsonb(one) order by one.position), '[]')"
    " from private.order_sections(%s, %s) as one"
)
_CONTENT = (
    "select content from public.ai_section_versions"
    " where site_domain = %s and section_id = %s and version = %s"
)
_LATEST = (
    "select section.slug, kept.content from public.ai_sections as section"
    " join public.ai_section_versions as kept on kept.site_domain = section.site_domain"
    " and kept.section_id = section.id and kept.version = section.version"
    " where section.site_domain = %s and section.id = %s"
)
_THEIRS = (
    "select to_jsonb(section) || jsonb_build_object('author', latest.author)"
    " from public.ai_sections as section left join lateral ("
    "select saved.author from public.list_section_versions(%s, %s) as saved"
    " where saved.version = section.version) as latest on true"
    " where section.site_domain = %s and section.id = %s"
)


@dataclass(frozen=True, slots=True)
class Sections:
    """The sections that `context`'s person may write."""

    database: Database
    context: RequestContext

    async def create(self, domain: str, slug: str, content: Content, css: str) -> Section:
        """A new draft, with its CSS as cleaned. Raises 409, field slug, when the slug is taken."""
        return await self._one(_CREATE, [domain, slug, stored(content, css)])

    async def save(self, domain: str, section: UUID, asked: Save, css: str) -> Section:
        """A new version. Raises `Conflict` with both when it is not based on the latest one."""
        content = stored(asked.content, css)
        parameters = [domain, section, asked.version, asked.slug, content, None]
        try:
            return await self._one(_SAVE, parameters)
        except Problem as problem:
            yours = {"version": asked.version, "slug": asked.slug, **asked.content.model_dump()}
            raise await self._conflict(problem, domain, section, yours) from problem

    async def revert(self, domain: str, section: UUID, asked: Revert) -> Section:
        """A new version with the content of an earlier one. Raises as `save` does."""
        try:
            async with self._transaction() as connection:
                slug, _ = await _row(connection, _LATEST, [domain, section])
                (kept,) = await _row(connection, _CONTENT, [domain, section, asked.to])
            content = await _anew(kept)
            return await self._one(_SAVE, [domain, section, asked.version, slug, content, asked.to])
        except Problem as problem:
            yours = {"version": asked.version, "to": asked.to}
            raise await self._conflict(problem, domain, section, yours) from problem

    async def publish(self, domain: str, section: UUID, version: int | None) -> Section:
        """Gives visitors the latest version, or, None, takes the section away from them."""
        try:
            return await self._one(_PUBLISH, [domain, section, version])
        except Problem as problem:
            yours = {"version": version}
            raise await self._conflict(problem, domain, section, yours) from problem

    async def switch(self, domain: str, section: UUID, *, enabled: bool) -> Section:
        """Turns it on or off."""
        return await self._one(_SWITCH, [domain, section, enabled])

    async def archive(self, domain: str, section: UUID, *, archived: bool) -> Section:
        """Puts it away, or brings it back as a draft."""
        return await self._one(_ARCHIVE, [domain, section, archived])

    async def delete(self, domain: str, section: UUID) -> None:
        """Deletes an archived section."""
        await self._one(_DELETE, [domain, section])

    async def duplicate(self, domain: str, section: UUID, asked: Copy) -> Section:
        """A new draft with the latest content, on the same domain or another of the person's."""
        async with self._transaction() as connection:
            _, kept = await _row(connection, _LATEST, [domain, section])
        return await self._one(_CREATE, [asked.site_domain, asked.slug, await _anew(kept)])

    async def order(self, domain: str, ids: list[UUID]) -> list[Section]:
        """All sections in their new order. Raises 409, field ids, when there are others."""
        async with self._transaction() as connection:
            (sections,) = await _row(connection, _ORDER, [domain, ids])
            return list(sections)

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection[Row]]:
        with telling():
            async with self.database.transaction(self.context) as connection:
                yield connection

    async def _one(self, query: QueryNoTemplate, parameters: list[Any]) -> Section:
        async with self._transaction() as connection:
            (value,) = await _row(connection, query, parameters)
            return value if isinstance(value, dict) else {}

    async def _conflict(
        self, problem: Problem, domain: str, section: UUID, yours: dict[str, Any]
    ) -> Problem:
        if (problem.status, problem.field) != (409, "version"):
            return problem
        async with self._transaction() as connection:
            (theirs,) = await _row(connection, _THEIRS, [domain, section, domain, section])
        return Conflict(problem.message, problem.field, yours, theirs)


async def _row(
    connection: AsyncConnection[Row], query: QueryNoTemplate, parameters: list[Any]
) -> Row:
    cursor = await connection.execute(query, parameters)
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("There is no such section or version.")
    return row


def stored(content: Content, css: str) -> Jsonb:
    """`content` as the database keeps it: with its CSS as visitors get it."""
    return Jsonb(content.model_dump() | {"css": css})


async def _anew(kept: dict[str, Any]) -> Jsonb:
    """What is kept, with its CSS as it would be cleaned today."""
    content = Content.model_validate(typed(kept))
    return stored(content, (await content.cleaned()).css)


def typed(kept: dict[str, Any]) -> dict[str, Any]:
    """What a person typed of what is kept."""
    return {name: kept[name] for name in Content.model_fields if name in kept}
