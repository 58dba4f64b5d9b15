"""Notes of conversations: one each, written anew when the conversation goes on, never twice.

HubSpot cannot tell a repeated note from a new one, so a note is announced in `crm_links` before it
is sent. Where the announcement is all there is, nobody saw the end of the sending: the contact's
notes are looked through for the conversation's link before it is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from backoffice.crm.changes import Changes, Failure, Link
from backoffice.crm.client import BATCH, HubSpot
from backoffice.crm.failures import Written
from backoffice.crm.hashing import content_hash
from backoffice.crm.notes import link_of, note_of
from backoffice.crm.records import Record, Records
from backoffice.crm.runs import Run

# HubSpot's own types of association: note to contact, note to company.
TO_CONTACT: Final = 202
TO_COMPANY: Final = 190
GONE: Final = "OBJECT_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Note:
    """A note to send."""

    conversation_id: UUID
    properties: dict[str, str]
    digest: str
    contact: str
    company: str | None
    label: str


@dataclass(frozen=True, slots=True)
class NoteSender:
    """Sends the notes of a page of contacts."""

    hubspot: HubSpot
    records: Records
    run: Run

    async def send(self, page: Sequence[Record]) -> None:
        """Every conversation of these contacts whose note is missing or outdated."""
        notes = await self._notes(page)
        links = await self.run.links("note", [note.conversation_id for note in notes])
        fresh, unsure, outdated = [], [], []
        unchanged = Changes()
        for note in notes:
            link = links.get(note.conversation_id)
            if link is None:
                fresh.append(note)
            elif link.remote_id is None:
                unsure.append(note)
            elif link.content_hash != note.digest:
                outdated.append((note, link.remote_id))
            else:
                unchanged.resolved.append(("note", note.conversation_id))
                self.run.count("notes", "unchanged")
        if unsure:
            found = await self._find(unsure)
            outdated += [
                (n, found[n.conversation_id]) for n in unsure if n.conversation_id in found
            ]
            fresh += [note for note in unsure if note.conversation_id not in found]
        if unchanged.resolved:
            await self.run.commit(unchanged)
        for start in range(0, len(outdated), BATCH):
            await self._update(outdated[start : start + BATCH])
        for start in range(0, len(fresh), BATCH):
            await self._create(fresh[start : start + BATCH])

    async def _notes(self, page: Sequence[Record]) -> list[Note]:
        owners = {local_id: record for record in page for local_id in record.ids}
        contacts = await self.run.links("contact", [record.id for record in page])
        conversations = await self.records.conversations(list(owners))
        companies = await self.run.links(
            "company", [row["account_id"] for row in conversations if row["account_id"]]
        )
        notes = []
        for row in conversations:
            record = owners[row["visitor_id"]]
            contact, company = contacts.get(record.id), companies.get(row["account_id"])
            if contact is None or contact.remote_id is None:
                continue
            properties = note_of(row, self.records.site_domain, self.records.url)
            notes.append(
                Note(
                    row["id"],
                    properties,
                    content_hash(properties),
                    contact.remote_id,
                    company.remote_id if company else None,
                    f"Conversation of {record.label}",
                )
            )
        return notes

    async def _create(self, notes: Sequence[Note]) -> None:
        announced = [Link("note", note.conversation_id, None, "") for note in notes]
        await self.run.commit(Changes(links=announced))
        written = await self.hubspot.batch(
            "/crm/v3/objects/notes/batch/create",
            [
                {"properties": note.properties, "associations": _associations(note)}
                for note in notes
            ],
            repeatable=False,
        )
        changes = Changes()
        for note, outcome in zip(notes, written, strict=True):
            self._keep(changes, note, outcome, "created")
        await self.run.commit(changes)

    async def _update(self, notes: Sequence[tuple[Note, str]]) -> None:
        written = await self.hubspot.batch(
            "/crm/v3/objects/notes/batch/update",
            [{"id": remote_id, "properties": note.properties} for note, remote_id in notes],
        )
        changes = Changes()
        for (note, remote_id), outcome in zip(notes, written, strict=True):
            if outcome.reason is not None and outcome.reason.category == GONE:
                # Somebody deleted the note in HubSpot: it does not come back.
                outcome = Written(outcome.place, remote_id)
            self._keep(changes, note, outcome, "updated")
        await self.run.commit(changes)

    def _keep(self, changes: Changes, note: Note, outcome: Written, done: str) -> None:
        key = ("note", note.conversation_id)
        if outcome.reason is None:
            self.run.count("notes", done)
            changes.links.append(Link(*key, outcome.remote_id, note.digest))
            changes.resolved.append(key)
            return
        self.run.count("notes", "failed")
        changes.failures.append(Failure(*key, note.label, outcome.reason, note.properties))
        if done == "created":
            changes.forgotten.append(key)

    async def _find(self, notes: Sequence[Note]) -> dict[UUID, str]:
        """The notes that are there already, by their conversations."""
        contacts = sorted({note.contact for note in notes})
        remote_ids: set[str] = set()
        for start in range(0, len(contacts), BATCH):
            answer = await self.hubspot.post(
                "/crm/v4/associations/contacts/notes/batch/read",
                {"inputs": [{"id": each} for each in contacts[start : start + BATCH]]},
            )
            for result in answer.get("results", []):
                remote_ids |= {str(to["toObjectId"]) for to in result.get("to", [])}
        bodies = await self._bodies(sorted(remote_ids))
        found = {}
        for note in notes:
            link = link_of(note.conversation_id, self.records.site_domain, "")
            for remote_id, body in bodies.items():
                if f"{link}&quot;" in body or f'{link}"' in body or body.endswith(link):
                    found[note.conversation_id] = remote_id
        return found

    async def _bodies(self, remote_ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for start in range(0, len(remote_ids), BATCH):
            answer = await self.hubspot.post(
                "/crm/v3/objects/notes/batch/read",
                {
                    "properties": ["hs_note_body"],
                    "inputs": [{"id": each} for each in remote_ids[start : start + BATCH]],
                },
            )
            for result in answer.get("results", []):
                body = result.get("properties", {}).get("hs_note_body")
                found[str(result.get("id"))] = str(body or "")
        return found


def _associations(note: Note) -> list[dict[str, Any]]:
    pairs = [(note.contact, TO_CONTACT)]
    if note.company:
        pairs.append((note.company, TO_COMPANY))
    return [
        {
            "to": {"id": remote_id},
            "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind}],
        }
        for remote_id, kind in pairs
    ]
