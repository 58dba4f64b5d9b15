"""AI Sections in the file of a website's configuration: what it changes of them, and doing so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from pydantic import ValidationError

from backoffice.content.configs_model import Body
from backoffice.content.configs_store import Connection
from backoffice.content.documents import Change, as_pointer, changes, is_same
from backoffice.content.sections_model import Content, Slug
from backoffice.content.sections_store import stored, typed
from backoffice.http.refused import FieldError, InvalidFields

# As `private.last_section_position` has it.
MAX_SECTIONS: Final = 200
CONTENTS: Final = ("draft", "published")

_READ: Final = """
select section.id, section.slug, section.enabled, section.version, section.published_version,
  draft.content as draft, published.content as published
from public.ai_sections as section
join public.ai_section_versions as draft
  on draft.site_domain = section.site_domain and draft.section_id = section.id
  and draft.version = section.version
left join public.ai_section_versions as published
  on published.site_domain = section.site_domain and published.section_id = section.id
  and published.version = section.published_version
where section.site_domain = %s and section.archived_at is null
order by section.position, section.id
"""
_CREATE: Final = "select id, version from private.create_section(%s, %s, %s)"
_SAVE: Final = "select version from private.save_section(%s, %s, %s, %s, %s)"
_PUBLISH: Final = "select version from private.publish_section(%s, %s, %s)"
_SWITCH: Final = "select private.switch_section(%s, %s, %s)"
_ORDER: Final = "select private.order_sections(%s, %s)"


class SectionState(Body):
    """A section: its draft, and what visitors get, null where that is nothing."""

    slug: Slug
    enabled: bool = True
    draft: Content
    published: Content | None = None

    def document(self) -> dict[str, Any]:
        """What can differ of it."""
        return self.model_dump(exclude={"slug"})


@dataclass(frozen=True, slots=True)
class SectionNow:
    """A section as it is; the contents as they were typed."""

    id: UUID
    slug: str
    enabled: bool
    version: int
    published_version: int | None
    draft: dict[str, Any]
    published: dict[str, Any] | None

    def document(self) -> dict[str, Any]:
        """What can differ of it, as a file has it."""
        return {"enabled": self.enabled, "draft": self.draft, "published": self.published}

    @property
    def state(self) -> list[Any]:
        """What is another whenever the section is."""
        return [str(self.id), self.slug, self.enabled, self.version, self.published_version]


@dataclass(slots=True)
class SectionsPlan:
    """What a file changes of sections, and what is wrong with it."""

    wanted: list[SectionState] = field(default_factory=list)
    order: list[str] | None = None
    changes: list[Change] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)


async def read_sections(connection: Connection, site_domain: str | None) -> list[SectionNow]:
    """A website's sections in their order, without the archived ones."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_READ, [site_domain])
        rows = await cursor.fetchall()
    return [SectionNow(**row | {name: _whole(row[name]) for name in CONTENTS}) for row in rows]


def _whole(kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """A content as a file has it: with what it was kept without, as it holds."""
    if kept is None:
        return None
    try:
        return Content.model_validate(typed(kept)).model_dump()
    except ValidationError:
        # Kept before a rule that it breaks; whoever imports it is told.
        return typed(kept)


async def plan_sections(now: list[SectionNow], wanted: Sequence[SectionState]) -> SectionsPlan:
    """What makes the sections of a website those of a file. Sections it has besides stay."""
    plan = SectionsPlan()
    known = {section.slug: section for section in now}
    slugs: list[str] = []
    for place, state in enumerate(wanted):
        if state.slug in slugs:
            message = f"The section “{state.slug}” is there twice."
            plan.errors.append(FieldError(as_pointer(["sections", place, "slug"]), message))
            continue
        slugs.append(state.slug)
        one = known.get(state.slug)
        pointer = as_pointer([state.slug])
        found = (
            [Change(pointer, "added", None, state.document())]
            if one is None
            else list(changes(one.document(), state.document(), pointer))
        )
        if found:
            plan.wanted.append(state)
            plan.changes.extend(found)
            plan.errors.extend(await _mistakes(place, state))
    before = [*known, *(slug for slug in slugs if slug not in known)]
    if len(before) > MAX_SECTIONS:
        message = f"The website would have {len(before)} sections, of at most {MAX_SECTIONS}."
        plan.errors.append(FieldError(as_pointer(["sections"]), message))
    # Those of the file come in its order, in the places that they have among the others.
    following = iter(slugs)
    after = [next(following) if slug in slugs else slug for slug in before]
    if after != before:
        plan.order = after
        plan.changes.append(Change("", "changed", before, after))
    return plan


async def write_sections(
    connection: Connection, site_domain: str | None, now: list[SectionNow], plan: SectionsPlan
) -> None:
    """Do what is planned, by saves and publications as anybody makes them."""
    known = {section.slug: section for section in now}
    ids = {section.slug: section.id for section in now}
    for state in plan.wanted:
        ids[state.slug] = await _write(connection, site_domain, known.get(state.slug), state)
    if plan.order is not None:
        await connection.execute(_ORDER, [site_domain, [ids[slug] for slug in plan.order]])


async def _write(
    connection: Connection, site_domain: str | None, now: SectionNow | None, wanted: SectionState
) -> UUID:
    async def one(query: str, *parameters: Any) -> Any:
        cursor = await connection.execute(query, [site_domain, *parameters])
        return await cursor.fetchone()

    if now is None:
        first = wanted.published or wanted.draft
        section, version = await one(_CREATE, wanted.slug, await _kept(first))
        draft, published, enabled = first.model_dump(), None, True
    else:
        section, version = now.id, now.version
        draft, published, enabled = now.draft, now.published, now.enabled

    async def save(content: Content) -> None:
        nonlocal version, draft
        if is_same(draft, content.model_dump()):
            return
        (version,) = await one(_SAVE, section, version, wanted.slug, await _kept(content))
        draft = content.model_dump()

    if wanted.published is None:
        if published is not None:
            await one(_PUBLISH, section, None)
    elif not is_same(published, wanted.published.model_dump()):
        # Only the latest version can be published.
        await save(wanted.published)
        await one(_PUBLISH, section, version)
    await save(wanted.draft)
    if enabled is not wanted.enabled:
        await one(_SWITCH, section, wanted.enabled)
    return UUID(str(section))


async def _kept(content: Content) -> Jsonb:
    return stored(content, (await content.cleaned()).css)


async def _mistakes(place: int, state: SectionState) -> list[FieldError]:
    """What only cleaning the CSS shows."""
    found: list[FieldError] = []
    for name, content in (("draft", state.draft), ("published", state.published)):
        try:
            if content is not None:
                await content.cleaned()
        except InvalidFields as refused:
            pointer = as_pointer(["sections", place, name, "custom_css"])
            found.extend(FieldError(pointer, error.message) for error in refused.errors)
    return found
