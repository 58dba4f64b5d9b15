"""Looking at a mapping, trying it, and keeping it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from backoffice.crm.acting import Acting, HubSpotFailed, shown, told
from backoffice.crm.fields import OBJECTS, PLURAL, Object, own_properties
from backoffice.crm.mapping import FieldMapping, MappingInput, mistakes
from backoffice.crm.oauth import missing_settings
from backoffice.crm.records import Records
from backoffice.errors import Problem
from backoffice.http.refused import Conflict, InvalidFields


@dataclass(frozen=True, slots=True)
class Mappings(Acting):
    """What goes where, for one website."""

    async def save_mapping(self, asked: MappingInput) -> dict[str, Any]:
        """Keep a mapping. Raises `InvalidFields`, and `Conflict` when somebody was quicker."""
        await self.require_staff()
        if found := mistakes(asked.fields, await self._known()):
            raise InvalidFields(found)
        fields = Jsonb([each.model_dump() for each in asked.fields])
        try:
            async with self.transaction() as connection:
                await connection.execute(
                    "select private.save_crm_mapping(%s, %s, %s, %s, %s)",
                    [
                        self.site_domain,
                        asked.version,
                        fields,
                        asked.push_notes,
                        asked.push_companies,
                    ],
                )
                return shown(await self.mapping(connection))
        except Problem as problem:
            if (problem.status, problem.field) != (409, "version"):
                raise
            async with self.transaction() as connection:
                theirs = shown(await self.mapping(connection))
            raise Conflict(problem.message, "version", asked.model_dump(), theirs) from problem

    async def preview(self, asked: MappingInput) -> dict[str, Any]:
        """What the mapping makes of a real contact and a real company; what is wrong with it."""
        await self.require_staff()
        records = Records(self.syncs.database, self.site_domain, self.syncs.state.settings.url)
        mapping = FieldMapping(asked.version, tuple(asked.fields))
        examples = {}
        for kind, page in (
            ("contact", await records.contacts(limit=1)),
            ("company", await records.companies(limit=1)),
        ):
            if page:
                examples[kind] = {
                    "label": page[0].label,
                    "properties": mapping.properties(kind, page[0].values),  # type: ignore[arg-type]
                }
        errors = mistakes(asked.fields, await self._known())
        return {"examples": examples, "errors": errors}

    async def properties(self) -> dict[str, Any]:
        """HubSpot's properties that can be written, and ours. Raises `Gone`, 409."""
        await self.require_staff()
        known = await self._known()
        if known is None:
            raise HubSpotFailed("HubSpot is not connected, or does not answer.")
        found: dict[str, Any] = {}
        for kind in OBJECTS:
            own = {made["name"]: made for made in own_properties(kind)}
            found[kind] = [
                {"name": name, "label": each.get("label") or name, "type": each.get("type")}
                for name, each in sorted({**own, **known[kind]}.items())
                if not (each.get("modificationMetadata") or {}).get("readOnlyValue")
                and not each.get("calculated")
                and not each.get("hidden")
            ]
        return found

    async def _known(self) -> dict[Object, dict[str, dict[str, Any]]] | None:
        """HubSpot's properties by name; None where it cannot be asked, and cannot object."""
        state = await self.syncs.database.fetch_value(
            "select state from public.crm_connections where site_domain = %s", [self.site_domain]
        )
        if state not in ("connected", "paused") or missing_settings(self.syncs.state.settings):
            return None
        known: dict[Object, dict[str, dict[str, Any]]] = {}
        hubspot = self.syncs.hubspot(self.site_domain)
        with told():
            for kind in OBJECTS:
                answer = await hubspot.get(f"/crm/v3/properties/{PLURAL[kind]}")
                known[kind] = {str(each["name"]): each for each in answer.get("results", [])}
        return known
