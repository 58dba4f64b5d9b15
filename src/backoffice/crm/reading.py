"""What comes back from HubSpot: owner, lifecycle stage and latest deal of what is linked.

What is newly linked is read by its id; afterwards only what HubSpot says has changed, by search.
Searches look a little back, since HubSpot's index trails behind what it was told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from backoffice.crm.answers import list_of, next_page, properties_of, time_of
from backoffice.crm.changes import Changes, Value
from backoffice.crm.client import BATCH, HubSpot, Json
from backoffice.crm.failures import LaterError
from backoffice.crm.fields import OBJECTS, PLURAL, Object
from backoffice.crm.runs import Run

OVERLAP: Final = timedelta(minutes=5)
MOST_FOUND: Final = 10_000
"""A search tells no more results than these; the next one begins at the last of them."""
MODIFIED: Final = {"contacts": "lastmodifieddate"}
DEALS: Final = "crm.objects.deals.read"
TYPE_IDS: Final[Mapping[Object, str]] = {"contact": "0-1", "company": "0-2"}
_UNREAD: Final = (
    "select link.remote_id, array_agg(link.local_id) from public.crm_links as link"
    " where link.site_domain = %s and link.object = %s and link.remote_id is not null"
    " and not exists (select 1 from public.crm_values as known where known.site_domain ="
    " link.site_domain and known.object = link.object and known.local_id = link.local_id)"
    " group by link.remote_id order by link.remote_id limit %s"
)


_OF_RECORD: Final = ["hubspot_owner_id", "lifecyclestage"]
_OF_DEAL: Final = ["dealname", "dealstage", "pipeline", "hs_lastmodifieddate"]


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal, with its stage in words."""

    name: str | None
    stage: str | None
    changed_at: datetime


@dataclass(slots=True)
class Reader:
    """Reads what HubSpot says of a website's records in one run."""

    hubspot: HubSpot
    run: Run
    scopes: Sequence[str]
    cursors: Mapping[str, str]
    record_url: str
    owners: dict[str, str] = field(default_factory=dict, init=False)
    stages: dict[str, dict[str, str]] = field(default_factory=dict, init=False)
    deal_stages: dict[str, str] = field(default_factory=dict, init=False)

    async def read(self) -> None:
        """Everything that changed. Raises `HubSpotError`."""
        begun = datetime.now(UTC)
        await self._read_words()
        for kind in OBJECTS:
            while unread := await self.run.database.fetch_all(
                _UNREAD, [self.run.site_domain, kind, BATCH]
            ):
                await self._read_new(kind, {row[0]: row[1] for row in unread})
            plural = PLURAL[kind]
            if since := self.cursors.get(plural):
                async for page in self._changed(plural, since, _OF_RECORD):
                    await self._keep_changed(kind, page)
            await self._remember(plural, begun)
        if self._reads_deals:
            if since := self.cursors.get("deals"):
                async for page in self._changed("deals", since, _OF_DEAL):
                    await self._keep_deals(page)
            await self._remember("deals", begun)
        else:
            self.run.notice = (
                f"Deals were left out: the connection lacks {DEALS}. Connect again to allow it."
            )
            await self.run.commit()

    @property
    def _reads_deals(self) -> bool:
        return DEALS in self.scopes

    async def _read_words(self) -> None:
        """The names of owners and stages."""
        after: str | None = None
        while True:
            asked = {"limit": BATCH, **({"after": after} if after else {})}
            answer = await self.hubspot.get("/crm/v3/owners", **asked)
            for owner in list_of(answer, "results"):
                names = (str(owner.get(n) or "") for n in ("firstName", "lastName"))
                name = " ".join(part for part in names if part)
                self.owners[str(owner.get("id"))] = name or str(owner.get("email") or "")
            after = next_page(answer)
            if after is None:
                break
        for kind in OBJECTS:
            answer = await self.hubspot.get(f"/crm/v3/properties/{PLURAL[kind]}/lifecyclestage")
            self.stages[kind] = {
                str(each.get("value")): str(each.get("label"))
                for each in list_of(answer, "options")
            }
        if self._reads_deals:
            answer = await self.hubspot.get("/crm/v3/pipelines/deals")
            for pipeline in list_of(answer, "results"):
                for stage in pipeline.get("stages") or []:
                    self.deal_stages[str(stage.get("id"))] = str(stage.get("label"))

    async def _read_new(self, kind: Object, linked: Mapping[str, list[UUID]]) -> None:
        answer = await self.hubspot.post(
            f"/crm/v3/objects/{PLURAL[kind]}/batch/read",
            {"properties": _OF_RECORD, "inputs": [{"id": each} for each in linked]},
        )
        told = {str(each.get("id")): properties_of(each) for each in list_of(answer, "results")}
        deals = await self._deals_of(kind, list(linked)) if self._reads_deals else {}
        changes = Changes()
        for remote_id, local_ids in linked.items():
            deal = deals.get(remote_id)
            for local_id in local_ids:
                value = self._value(kind, local_id, remote_id, told.get(remote_id, {}), deal)
                changes.values.append(value)
        self.run.count(PLURAL[kind], "read", len(told))
        position = self.run.position
        position["new"] = position.get("new", 0) + len(linked)
        await self.run.commit(changes)

    async def _keep_changed(self, kind: Object, page: Sequence[Json]) -> None:
        told = {str(each.get("id")): properties_of(each) for each in page}
        linked = await self.run.linked(kind, list(told))
        changes = Changes(
            values=[
                self._value(kind, local_id, remote_id, told[remote_id], None)
                for remote_id, local_ids in linked.items()
                for local_id in local_ids
            ]
        )
        self.run.count(PLURAL[kind], "read", len(linked))
        await self.run.commit(changes)

    async def _keep_deals(self, page: Sequence[Json]) -> None:
        deals = {str(each.get("id")): self._deal(properties_of(each)) for each in page}
        changes = Changes()
        for kind in OBJECTS:
            pairs = await self._associated("deals", PLURAL[kind], list(deals))
            remote_ids = {remote_id for found in pairs.values() for remote_id in found}
            linked = await self.run.linked(kind, list(remote_ids))
            # The latest last: it is the one that stays.
            for deal_id in sorted(pairs, key=lambda each: deals[each].changed_at):
                for remote_id in pairs[deal_id]:
                    for local_id in linked.get(remote_id, []):
                        changes.values.append(_of_deal(kind, local_id, deals[deal_id]))
        self.run.count("deals", "read", len(deals))
        await self.run.commit(changes)

    def _value(
        self, kind: Object, local_id: UUID, remote_id: str, told: Json, deal: Deal | None
    ) -> Value:
        stage = told.get("lifecyclestage")
        owner = told.get("hubspot_owner_id")
        return Value(
            kind,
            local_id,
            owner=self.owners.get(str(owner), f"Owner {owner}") if owner else None,
            lifecycle_stage=self.stages[kind].get(str(stage), str(stage)) if stage else None,
            deal_name=deal.name if deal else None,
            deal_stage=deal.stage if deal else None,
            deal_changed_at=deal.changed_at if deal else None,
            record_url=f"{self.record_url}/record/{TYPE_IDS[kind]}/{remote_id}",
            of_deal=deal is not None,
        )

    def _deal(self, told: Json) -> Deal:
        stage = told.get("dealstage")
        words = self.deal_stages.get(str(stage), str(stage)) if stage else None
        name = told.get("dealname")
        changed_at = time_of(told.get("hs_lastmodifieddate")) or datetime.now(UTC)
        return Deal(str(name) if name else None, words, changed_at)

    async def _deals_of(self, kind: Object, remote_ids: Sequence[str]) -> dict[str, Deal]:
        """The latest deal of each record that has one."""
        pairs = await self._associated(PLURAL[kind], "deals", remote_ids)
        wanted = sorted({deal_id for found in pairs.values() for deal_id in found})
        deals: dict[str, Deal] = {}
        for start in range(0, len(wanted), BATCH):
            answer = await self.hubspot.post(
                "/crm/v3/objects/deals/batch/read",
                {
                    "properties": _OF_DEAL,
                    "inputs": [{"id": each} for each in wanted[start : start + BATCH]],
                },
            )
            for each in list_of(answer, "results"):
                deals[str(each.get("id"))] = self._deal(properties_of(each))
        found = {}
        for remote_id, deal_ids in pairs.items():
            theirs = [deals[each] for each in deal_ids if each in deals]
            if theirs:
                found[remote_id] = max(theirs, key=lambda deal: deal.changed_at)
        return found

    async def _associated(
        self, of: str, to: str, remote_ids: Sequence[str]
    ) -> dict[str, list[str]]:
        if not remote_ids:
            return {}
        answer = await self.hubspot.post(
            f"/crm/v4/associations/{of}/{to}/batch/read",
            {"inputs": [{"id": each} for each in remote_ids]},
        )
        return {
            str(each.get("from", {}).get("id")): [
                str(other.get("toObjectId")) for other in each.get("to") or []
            ]
            for each in list_of(answer, "results")
        }

    async def _changed(
        self, plural: str, since: str, properties: list[str]
    ) -> AsyncIterator[list[Json]]:
        """Pages of what was modified since a time, oldest first."""
        modified = MODIFIED.get(plural, "hs_lastmodifieddate")
        from_time = (time_of(since) or datetime.now(UTC)) - OVERLAP
        after: str | None = None
        while True:
            body: Json = {
                "filterGroups": [
                    {
                        "filters": [
                            {
                                "propertyName": modified,
                                "operator": "GTE",
                                "value": str(int(from_time.timestamp() * 1000)),
                            }
                        ]
                    }
                ],
                "sorts": [{"propertyName": modified, "direction": "ASCENDING"}],
                "properties": [*properties, modified],
                "limit": BATCH,
            }
            if after:
                body["after"] = after
            answer = await self.hubspot.post(f"/crm/v3/objects/{plural}/search", body, "searches")
            page = list_of(answer, "results")
            if page:
                yield page
            after = next_page(answer)
            if after is None:
                return
            if after.isdecimal() and int(after) >= MOST_FOUND:
                last = time_of(properties_of(page[-1]).get(modified))
                if last is None or last <= from_time:
                    raise LaterError("HubSpot's search does not get on.")
                from_time, after = last, None

    async def _remember(self, plural: str, begun: datetime) -> None:
        position = self.run.position
        position["read"] = sorted({*position.get("read", []), plural})
        await self.run.commit(Changes(cursors={plural: begun.isoformat()}))


def _of_deal(kind: Object, local_id: UUID, deal: Deal) -> Value:
    return Value(
        kind,
        local_id,
        deal_name=deal.name,
        deal_stage=deal.stage,
        deal_changed_at=deal.changed_at,
        of_record=False,
        of_deal=True,
    )
