"""What goes to HubSpot: our properties once, companies, contacts, what belongs together, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from backoffice.crm.changes import Changes, Failure, Link
from backoffice.crm.client import HubSpot, Json, read_reason
from backoffice.crm.failures import Reason, RefusedError, Written
from backoffice.crm.fields import GROUP, KEYS, OBJECTS, PLURAL, Object, own_properties
from backoffice.crm.hashing import content_hash
from backoffice.crm.mapping import FieldMapping
from backoffice.crm.note_sending import NoteSender
from backoffice.crm.records import Record, Records
from backoffice.crm.runs import Run

EXISTS: Final = 409


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends a website's records in one run."""

    hubspot: HubSpot
    records: Records
    mapping: FieldMapping
    run: Run
    since: datetime | None

    async def make_properties(self) -> None:
        """Make our properties where they are missing; what is there stays as it is."""
        for kind in OBJECTS:
            if kind == "company" and not self.mapping.push_companies:
                continue
            path = f"/crm/v3/properties/{PLURAL[kind]}"
            used = {each.property for each in self.mapping.fields if each.object == kind}
            answer = await self.hubspot.get(path)
            there = {str(each.get("name")) for each in answer.get("results", [])}
            missing = [
                made
                for made in own_properties(kind)
                if made["name"] in used and made["name"] not in there
            ]
            if not missing:
                continue
            await self._unless_there(f"{path}/groups", {"name": GROUP, "label": "Rose"})
            for made in missing:
                await self._unless_there(path, made)
                self.run.count("properties", "created")

    async def _unless_there(self, path: str, body: dict[str, Any]) -> None:
        try:
            await self.hubspot.post(path, body)
        except RefusedError as error:
            if error.status != EXISTS:
                raise

    async def send_companies(self, ids: Sequence[UUID] | None = None) -> None:
        """Every account that changed, page by page."""
        while page := await self.records.companies(self._after, self.since, ids):
            await self.run.commit(await self.upsert("company", page))
            await self._advance(str(page[-1].id), len(page))

    async def send_contacts(self, ids: Sequence[UUID] | None = None) -> None:
        """Every known visitor that changed, with company and notes, page by page."""
        notes = NoteSender(self.hubspot, self.records, self.run)
        while page := await self.records.contacts(self._after, self.since, ids):
            steps = self.run.position.get("steps", [])
            if "contacts" not in steps:
                changes = await self.upsert("contact", page)
                self.run.position["steps"] = ["contacts"]
                await self.run.commit(changes)
            if self.mapping.push_companies and "associations" not in steps:
                changes = await self.associate(page)
                self.run.position["steps"] = ["contacts", "associations"]
                await self.run.commit(changes)
            if self.mapping.push_notes:
                await notes.send(page)
            await self._advance(page[-1].key, len(page))

    async def upsert(self, kind: Object, page: Sequence[Record]) -> Changes:
        """Create or update records whose content is not what was sent last."""
        links = await self.run.links(kind, [local_id for each in page for local_id in each.ids])
        changes, plural = Changes(), PLURAL[kind]
        properties = [self.mapping.properties(kind, each.values) for each in page]
        waiting: list[tuple[Record, dict[str, str], str]] = []
        for record, sent in zip(page, properties, strict=True):
            digest = content_hash(sent)
            if all(_is_sent(links.get(local_id), digest) for local_id in record.ids):
                self.run.count(plural, "unchanged")
                changes.resolved.append((kind, record.id))
            else:
                waiting.append((record, sent, digest))
        for written, (record, sent, digest) in zip(
            await self.hubspot.batch(
                f"/crm/v3/objects/{plural}/batch/upsert",
                [
                    {"id": record.key, "idProperty": KEYS[kind], "properties": sent}
                    for record, sent, _ in waiting
                ],
            ),
            waiting,
            strict=True,
        ):
            self._note(changes, kind, record, sent, digest, written)
        return changes

    def _note(
        self,
        changes: Changes,
        kind: Object,
        record: Record,
        sent: Mapping[str, str],
        digest: str,
        written: Written,
    ) -> None:
        if written.reason is not None:
            self.run.count(PLURAL[kind], "failed")
            changes.failures.append(Failure(kind, record.id, record.label, written.reason, sent))
            return
        self.run.count(PLURAL[kind], "created" if written.is_new else "updated")
        changes.links += [Link(kind, each, written.remote_id, digest) for each in record.ids]
        changes.resolved.append((kind, record.id))

    async def associate(self, page: Sequence[Record]) -> Changes:
        """Say which contact works at which company; saying it again changes nothing there."""
        changes = Changes()
        placed = [record for record in page if record.account_id]
        contacts = await self.run.links("contact", [record.id for record in placed])
        companies = await self.run.links("company", [r.account_id for r in placed if r.account_id])
        known = await self.run.links("association", [record.id for record in placed])
        waiting: list[tuple[Record, str, str]] = []
        for record in placed:
            assert record.account_id
            contact, company = contacts.get(record.id), companies.get(record.account_id)
            if not (contact and contact.remote_id and company and company.remote_id):
                continue
            pair = f"{contact.remote_id}:{company.remote_id}"
            link = known.get(record.id)
            if link is not None and link.content_hash == pair:
                changes.resolved.append(("association", record.id))
            else:
                waiting.append((record, contact.remote_id, company.remote_id))
        if waiting:
            answer = await self.hubspot.post(
                "/crm/v4/associations/contacts/companies/batch/associate/default",
                {
                    "inputs": [
                        {"from": {"id": contact}, "to": {"id": company}}
                        for _, contact, company in waiting
                    ]
                },
            )
            self._associated(changes, waiting, answer)
        return changes

    def _associated(
        self, changes: Changes, waiting: list[tuple[Record, str, str]], answer: dict[str, Any]
    ) -> None:
        made = {
            (str(each.get("from", {}).get("id")), str(each.get("to", {}).get("id")))
            for each in answer.get("results", [])
        }
        reasons = association_errors(answer)
        for record, contact, company in waiting:
            pair = f"{contact}:{company}"
            if (contact, company) in made:
                self.run.count("associations", "created")
                changes.links.append(Link("association", record.id, pair, pair))
                changes.resolved.append(("association", record.id))
            else:
                self.run.count("associations", "failed")
                reason = reasons.get(contact) or reasons.get(company) or reasons["*"]
                told = {"contact": contact, "company": company}
                changes.failures.append(
                    Failure("association", record.id, record.label, reason, told)
                )

    @property
    def _after(self) -> str:
        return str(self.run.position.get("after", ""))

    async def _advance(self, after: str, number: int) -> None:
        self.run.position["after"] = after
        self.run.position.pop("steps", None)
        self.run.done += number
        await self.run.commit()


def association_errors(answer: Json) -> dict[str, Reason]:
    """Why pairs were not associated, by an id the error names; `*` for those it does not name."""
    found: dict[str, Reason] = {"*": Reason("UNKNOWN", "HubSpot did not associate them.")}
    for error in answer.get("errors") or []:
        reason = read_reason(error)
        context = error.get("context") or {}
        named = [each for values in context.values() if isinstance(values, list) for each in values]
        found |= {str(each): reason for each in named} or {"*": reason}
    return found


def _is_sent(link: Link | None, digest: str) -> bool:
    return link is not None and link.remote_id is not None and link.content_hash == digest
