"""A website's whole configuration as a file, and such a file again: first told, then saved."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, Literal

import orjson
from psycopg.rows import dict_row
from pydantic import Field

from backoffice.content.agents_store import SWITCH
from backoffice.content.configs_model import Body, Reason, check_storable
from backoffice.content.configs_store import Configs, Connection, Stored
from backoffice.content.documents import Change, as_pointer, changes, is_same
from backoffice.content.sections_transfer import (
    MAX_SECTIONS,
    SectionNow,
    SectionsPlan,
    SectionState,
    plan_sections,
    read_sections,
    write_sections,
)
from backoffice.errors import Problem
from backoffice.http.refused import FieldError, InvalidFields

FORMAT: Final = "client-backoffice/configuration"
_AGENTS: Final = "select slug, enabled, reason, version from private.my_agents(%s)"


class Override(Body):
    """What a website sets of one configuration; null is as inherited."""

    enabled: bool | None = None
    config: dict[str, Any] | None = None


class AgentState(Body):
    """An agent that somebody switched."""

    enabled: bool
    reason: Reason = ""


class ConfigurationFile(Body):
    """An exported file. What is not in it stays as it is; null takes an override away."""

    format: Literal["client-backoffice/configuration"]
    format_version: Literal[1]
    site_domain: str
    exported_at: str | None = None
    configs: dict[str, Override]
    agents: dict[str, AgentState] = Field(default_factory=dict)
    sections: list[SectionState] = Field(default_factory=list, max_length=MAX_SECTIONS)


@dataclass(frozen=True, slots=True)
class Import:
    """What a file changes. `state` names what it was compared with; `saved` says it is done."""

    state: str
    changes: list[dict[str, Any]]
    errors: list[FieldError]
    saved: bool


@dataclass(slots=True)
class _Current:
    configs: dict[str, Stored]
    agents: dict[str, dict[str, Any]]
    sections: list[SectionNow]

    @property
    def state(self) -> str:
        versions = {slug: stored.version for slug, stored in self.configs.items()}
        agents = {slug: agent["version"] for slug, agent in self.agents.items()}
        sections = [section.state for section in self.sections]
        whole = orjson.dumps([versions, agents, sections], option=orjson.OPT_SORT_KEYS)
        return sha256(whole).hexdigest()[:16]


@dataclass(slots=True)
class _Plan:
    configs: dict[str, Override] = field(default_factory=dict)
    agents: dict[str, AgentState] = field(default_factory=dict)
    sections: SectionsPlan = field(default_factory=SectionsPlan)
    changes: list[dict[str, Any]] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)

    def tell(self, subject: str, change: Change) -> None:
        self.changes.append(
            {
                "subject": subject,
                "pointer": change.pointer,
                "kind": change.kind,
                "before": change.before,
                "after": change.after,
            }
        )


async def export(configs: Configs) -> dict[str, Any]:
    """Everything the website sets. Raises 403 for who is not staff."""
    async with configs.transaction() as connection:
        current = await _read(configs, connection)
    return {
        "format": FORMAT,
        "format_version": 1,
        "site_domain": configs.site_domain,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "configs": {
            slug: {"enabled": stored.enabled, "config": stored.config}
            for slug, stored in current.configs.items()
        },
        "agents": {
            slug: {"enabled": agent["enabled"], "reason": agent["reason"] or ""}
            for slug, agent in current.agents.items()
            if agent["version"]
        },
        "sections": [{"slug": section.slug, **section.document()} for section in current.sections],
    }


async def load(
    configs: Configs, document: ConfigurationFile, *, dry_run: bool, state: str | None
) -> Import:
    """Tell what a file changes and, unless it is a dry run, save all of it or nothing.

    Raises 403 for who is not staff, `InvalidFields`, and 409 when `state` is not the one there is.
    """
    # Those of sections have shapes of their own, which bound them.
    check_storable(document.model_dump(exclude={"sections"}))
    async with configs.transaction() as connection:
        current = await _read(configs, connection)
        if state is not None and state != current.state:
            raise Problem(
                "The configuration changed since it was compared; compare again.",
                code="conflict",
                status=409,
                field="state",
            )
        plan = await _plan(current, document)
        if dry_run:
            return Import(current.state, plan.changes, plan.errors, saved=False)
        if plan.errors:
            raise InvalidFields(plan.errors)
        for slug, wanted in plan.configs.items():
            stored = current.configs[slug]
            await configs.write(
                connection, stored, wanted.config, wanted.enabled, stored.version, "import"
            )
        for slug, agent in plan.agents.items():
            version = current.agents[slug]["version"]
            await connection.execute(
                SWITCH, [configs.site_domain, slug, agent.enabled, agent.reason, version]
            )
        await write_sections(connection, configs.site_domain, current.sections, plan.sections)
        after = await _read(configs, connection)
    return Import(after.state, plan.changes, [], saved=True)


async def check_staff(configs: Configs) -> None:
    """Refuse (403) who is not staff, before anything of a large file is read."""
    async with configs.transaction() as connection:
        await _refuse_clients(connection)


async def _refuse_clients(connection: Connection) -> None:
    admin = await (await connection.execute("select private.is_admin()")).fetchone()
    if not admin or not admin[0]:
        raise Problem("Exporting and importing are for staff.", code="staff_only", status=403)


async def _read(configs: Configs, connection: Connection) -> _Current:
    stored = await configs.read_all(connection)
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_AGENTS, [configs.site_domain])
        agents = {row["slug"]: row for row in await cursor.fetchall()}
    await _refuse_clients(connection)
    return _Current(dict(stored), agents, await read_sections(connection, configs.site_domain))


async def _plan(current: _Current, document: ConfigurationFile) -> _Plan:
    plan = _Plan()
    for slug, wanted in document.configs.items():
        stored = current.configs.get(slug)
        if stored is None:
            plan.errors.append(_error(["configs", slug], "There is no such configuration."))
            continue
        if wanted.enabled is not None and not stored.known.is_feature:
            plan.errors.append(_error(["configs", slug, "enabled"], "It is always on."))
        found = await stored.mistakes(wanted.config)
        plan.errors.extend(
            FieldError(f"{as_pointer(['configs', slug, 'config'])}{each.field}", each.message)
            for each in found
        )
        told: list[Change] = []
        if not is_same(stored.config, wanted.config):
            told.extend(changes(stored.config or {}, wanted.config or {}))
            told = told or [Change("", "changed", stored.config, wanted.config)]
        if stored.enabled is not wanted.enabled:
            told.append(Change("", "enabled", stored.enabled, wanted.enabled))
        if told:
            plan.configs[slug] = wanted
        for change in told:
            plan.tell(slug, change)
    for slug, agent in document.agents.items():
        known = current.agents.get(slug)
        if known is None:
            plan.errors.append(_error(["agents", slug], "There is no such agent."))
        elif (known["enabled"], known["reason"] or "") != (agent.enabled, agent.reason):
            plan.agents[slug] = agent
            plan.tell(
                "agents",
                Change(f"/{slug}", "enabled", known["enabled"], agent.enabled),
            )
    plan.sections = await plan_sections(current.sections, document.sections)
    plan.errors.extend(plan.sections.errors)
    for change in plan.sections.changes:
        plan.tell("sections", change)
    return plan


def _error(path: list[str | int], message: str) -> FieldError:
    return FieldError(as_pointer(path), message)
