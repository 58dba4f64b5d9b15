"""What a sync would write, told without writing anything: figures, and some examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice.crm.client import HubSpot, Json
from backoffice.crm.fields import KEYS, PLURAL, Object
from backoffice.crm.hashing import content_hash
from backoffice.crm.mapping import FieldMapping
from backoffice.crm.notes import note_of
from backoffice.crm.records import Record, Records
from backoffice.crm.runs import MOST_EXAMPLES, Run


@dataclass(frozen=True, slots=True)
class DryRun:
    """Looks at what there is here and, by reads alone, at what HubSpot has of it."""

    hubspot: HubSpot
    records: Records
    mapping: FieldMapping
    run: Run
    since: datetime | None

    async def look(self) -> None:
        """Count and show. Raises `HubSpotError`."""
        contacts, companies = await self.records.count(self.since)
        self.run.total = contacts + (companies if self.mapping.push_companies else 0)
        # It begins anew when it was interrupted: nothing was written that could be doubled.
        self.run.done, self.run.counts, self.run.examples = 0, {}, []
        if self.mapping.push_companies:
            await self._look_at("company")
        await self._look_at("contact")

    async def _look_at(self, kind: Object) -> None:
        self.run.phase = PLURAL[kind]
        await self.run.commit()
        pages = self.records.companies if kind == "company" else self.records.contacts
        after = ""
        while page := await pages(after, self.since):
            await self._compare(kind, page)
            if kind == "contact" and self.mapping.push_notes:
                await self._notes(page)
            after = str(page[-1].id) if kind == "company" else page[-1].key
            self.run.done += len(page)
            await self.run.commit()

    async def _compare(self, kind: Object, page: Sequence[Record]) -> None:
        links = await self.run.links(kind, [each for record in page for each in record.ids])
        waiting: list[tuple[Record, dict[str, str]]] = []
        for record in page:
            sent = self.mapping.properties(kind, record.values)
            digest = content_hash(sent)
            known = [links.get(each) for each in record.ids]
            if all(link and link.content_hash == digest for link in known):
                self.run.count(PLURAL[kind], "unchanged")
            else:
                waiting.append((record, sent))
        there = await self._there(kind, waiting)
        for record, sent in waiting:
            before = there.get(record.key)
            self.run.count(PLURAL[kind], "created" if before is None else "updated")
            self.run.show(
                {
                    "object": kind,
                    "label": record.label,
                    "action": "create" if before is None else "update",
                    "properties": [
                        {"name": name, "value": value, "before": (before or {}).get(name)}
                        for name, value in sent.items()
                    ],
                }
            )

    async def _there(
        self, kind: Object, waiting: Sequence[tuple[Record, dict[str, str]]]
    ) -> dict[str, Json]:
        """What HubSpot has of these records, by what it knows them by."""
        if not waiting:
            return {}
        key = KEYS[kind]
        names = sorted({key, *(name for _, sent in waiting for name in sent)})
        answer = await self.hubspot.post(
            f"/crm/v3/objects/{PLURAL[kind]}/batch/read",
            {
                "idProperty": key,
                "properties": names,
                "inputs": [{"id": record.key} for record, _ in waiting],
            },
        )
        found: dict[str, Json] = {}
        for each in answer.get("results", []):
            properties: dict[str, Any] = each.get("properties") or {}
            found[str(properties.get(key))] = properties
        return found

    async def _notes(self, page: Sequence[Record]) -> None:
        visitors = {each: record for record in page for each in record.ids}
        conversations = await self.records.conversations(list(visitors))
        links = await self.run.links("note", [row["id"] for row in conversations])
        for row in conversations:
            note = note_of(row, self.records.site_domain, self.records.url)
            link = links.get(row["id"])
            outcome = (
                "created"
                if link is None
                else "unchanged"
                if link.content_hash == content_hash(note)
                else "updated"
            )
            self.run.count("notes", outcome)
            shown = sum(each["object"] == "note" for each in self.run.examples)
            if outcome != "unchanged" and shown < MOST_EXAMPLES:
                self.run.show(
                    {
                        "object": "note",
                        "label": f"Conversation of {visitors[row['visitor_id']].label}",
                        "action": outcome.removesuffix("d"),
                        "properties": [
                            {"name": name, "value": value, "before": None}
                            for name, value in note.items()
                        ],
                    }
                )
