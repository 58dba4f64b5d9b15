"""The parts of HubSpot's CRM API that are used, held to their contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.demo.hubspot.account import DEAL_STAGES, KEYS, Account, Json, RefusalError
from backoffice.demo.hubspot.consent import Consent
from backoffice.demo.hubspot.faults import Faults, Handler

MOST_INPUTS = 100
MOST_FOUND = 10_000
NOTE_TYPES = {202: "contacts", 190: "companies"}


class Api:
    """Records, properties, searches and associations of one account."""

    def __init__(self, account: Account, consent: Consent, faults: Faults) -> None:
        self.account, self.consent, self.faults = account, consent, faults

    def routes(self) -> list[Route]:
        """Everything below `/crm`."""
        return [
            self._route("/crm/v3/objects/{kind}/batch/upsert", self._upsert),
            self._route("/crm/v3/objects/{kind}/batch/create", self._create),
            self._route("/crm/v3/objects/{kind}/batch/update", self._update),
            self._route("/crm/v3/objects/{kind}/batch/read", self._read),
            self._route("/crm/v3/objects/{kind}/search", self._search),
            self._route("/crm/v3/objects/contacts/gdpr-delete", self._delete),
            self._route("/crm/v3/properties/{kind}", self._properties, "GET"),
            self._route("/crm/v3/properties/{kind}", self._make_property),
            self._route("/crm/v3/properties/{kind}/groups", self._make_group),
            self._route("/crm/v3/properties/{kind}/{name}", self._property, "GET"),
            self._route("/crm/v3/owners", self._owners, "GET"),
            self._route("/crm/v3/pipelines/deals", self._pipelines, "GET"),
            self._route(
                "/crm/v4/associations/{kind}/{other}/batch/associate/default", self._associate
            ),
            self._route("/crm/v4/associations/{kind}/{other}/batch/read", self._associated),
        ]

    def _route(self, path: str, handler: Handler, method: str = "POST") -> Route:
        async def signed(request: Request) -> Response:
            if not self.consent.is_valid(request):
                body = {"status": "error", "category": "EXPIRED_AUTHENTICATION"}
                return JSONResponse({**body, "message": "The token expired"}, 401)
            try:
                return await handler(request)
            except RefusalError as refusal:
                return JSONResponse(refusal.body(), 400)

        async def answer(request: Request) -> Response:
            return await self.faults.pass_through(request, signed)

        return Route(path, answer, methods=[method])

    async def _upsert(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        inputs = await _inputs(request)
        keys = [each["id"].lower() for each in inputs]
        if len(set(keys)) < len(keys):
            raise RefusalError("VALIDATION_ERROR", "Duplicate IDs found in batch input")

        def write(each: Json) -> Json:
            assert each["idProperty"] == KEYS[kind], each
            there = self.account.find(kind, KEYS[kind], each["id"])
            properties = {KEYS[kind]: each["id"], **each["properties"]}
            record = self.account.write(kind, properties, there["id"] if there else None)
            return {**record, "new": there is None}

        return _each(inputs, write)

    async def _create(self, request: Request) -> Response:
        kind = request.path_params["kind"]

        def write(each: Json) -> Json:
            if kind == "notes":
                assert each["properties"]["hs_timestamp"], each
            record = self.account.write(kind, each["properties"])
            for link in each.get("associations", []):
                (type_,) = link["types"]
                assert type_["associationCategory"] == "HUBSPOT_DEFINED"
                other = NOTE_TYPES[type_["associationTypeId"]]
                self.account.associate(kind, record["id"], other, link["to"]["id"])
            return record

        return _each(await _inputs(request), write, 201)

    async def _update(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        return _each(
            await _inputs(request),
            lambda each: self.account.write(kind, each["properties"], each["id"]),
        )

    async def _read(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        body = await _body(request)
        key = body.get("idProperty")
        found, missing = [], []
        for each in body["inputs"]:
            record = (
                self.account.find(kind, key, each["id"])
                if key
                else self.account.records[kind].get(each["id"])
            )
            if record is None:
                missing.append(each["id"])
            else:
                found.append(_shown(record, body.get("properties", [])))
        answer: Json = {"status": "COMPLETE", "results": found}
        if missing:
            refusal = RefusalError("OBJECT_NOT_FOUND", "Could not get some objects").body()
            answer |= {"numErrors": 1, "errors": [{**refusal, "context": {"ids": missing}}]}
        return JSONResponse(answer, 207 if missing else 200)

    async def _search(self, request: Request) -> Response:
        kind, body = request.path_params["kind"], await _body(request)
        assert body["limit"] <= MOST_INPUTS
        ((criterion,),) = [group["filters"] for group in body["filterGroups"]]
        (sort,) = body["sorts"]
        name = criterion["propertyName"]
        assert criterion["operator"] == "GTE" and sort["direction"] == "ASCENDING"
        assert name == ("lastmodifieddate" if kind == "contacts" else "hs_lastmodifieddate")
        since = int(criterion["value"])
        found = sorted(
            (
                (_milliseconds(record["properties"][name]), record)
                for record in self.account.records[kind].values()
            ),
            key=lambda pair: pair[0],
        )
        matching = [record for at, record in found if at >= since]
        start = int(body.get("after", 0))
        assert start + body["limit"] <= MOST_FOUND
        page = matching[start : start + body["limit"]]
        answer: Json = {
            "total": len(matching),
            "results": [_shown(each, body["properties"]) for each in page],
        }
        if start + len(page) < len(matching):
            answer["paging"] = {"next": {"after": str(start + len(page))}}
        return JSONResponse(answer)

    async def _delete(self, request: Request) -> Response:
        body = await _body(request)
        record_id = body["objectId"]
        if body.get("idProperty") == "email":
            there = self.account.find("contacts", "email", record_id)
            record_id = there["id"] if there else ""
        if self.account.records["contacts"].pop(record_id, None):
            self.account.links = {x for x in self.account.links if record_id not in (x[1], x[3])}
        return Response(status_code=204)

    async def _properties(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        return JSONResponse({"results": list(self.account.properties[kind].values())})

    async def _property(self, request: Request) -> Response:
        kind, name = request.path_params["kind"], request.path_params["name"]
        return JSONResponse(self.account.properties[kind][name])

    async def _make_group(self, request: Request) -> Response:
        kind, body = request.path_params["kind"], await _body(request)
        if body["name"] in self.account.groups[kind]:
            return JSONResponse(RefusalError("OBJECT_ALREADY_EXISTS", "It exists").body(), 409)
        self.account.groups[kind].add(body["name"])
        return JSONResponse(body, 201)

    async def _make_property(self, request: Request) -> Response:
        kind, body = request.path_params["kind"], await _body(request)
        assert {"name", "label", "type", "fieldType", "groupName"} <= set(body), body
        assert body["groupName"] in self.account.groups[kind], body
        if body["name"] in self.account.properties[kind]:
            return JSONResponse(RefusalError("OBJECT_ALREADY_EXISTS", "It exists").body(), 409)
        self.account.properties[kind][body["name"]] = {"options": [], **body}
        return JSONResponse(body, 201)

    async def _owners(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "results": [
                    {"id": owner, "firstName": first, "lastName": last, "email": f"{first}@x.test"}
                    for owner, (first, last) in self.account.owners.items()
                ]
            }
        )

    async def _pipelines(self, _request: Request) -> Response:
        stages = [{"id": value, "label": label} for value, label in DEAL_STAGES.items()]
        return JSONResponse({"results": [{"id": "default", "label": "Sales", "stages": stages}]})

    async def _associate(self, request: Request) -> Response:
        kind, other = request.path_params["kind"], request.path_params["other"]
        done, errors = [], []
        for each in await _inputs(request):
            one, two = each["from"]["id"], each["to"]["id"]
            try:
                self.account.associate(kind, one, other, two)
            except RefusalError as refusal:
                errors.append({**refusal.body(), "context": {"fromObjectId": [one]}})
            else:
                done.append({"from": {"id": one}, "to": {"id": two}})
        return JSONResponse({"results": done, "errors": errors}, 207 if errors else 200)

    async def _associated(self, request: Request) -> Response:
        kind, other = request.path_params["kind"], request.path_params["other"]
        found = []
        for each in await _inputs(request):
            to = self.account.associated(kind, each["id"], other)
            if to:
                found.append(
                    {"from": {"id": each["id"]}, "to": [{"toObjectId": int(x)} for x in to]}
                )
        return JSONResponse({"status": "COMPLETE", "results": found})


async def _body(request: Request) -> Json:
    assert request.headers["content-type"] == "application/json"
    body = orjson.loads(await request.body())
    assert isinstance(body, dict)
    return body


async def _inputs(request: Request) -> list[Json]:
    inputs: list[Json] = (await _body(request))["inputs"]
    if not 0 < len(inputs) <= MOST_INPUTS:
        raise RefusalError("VALIDATION_ERROR", f"{len(inputs)} inputs, at most {MOST_INPUTS}")
    return inputs


def _each(inputs: list[Json], write: Callable[[Json], Json], status: int = 200) -> Response:
    results, errors = [], []
    for each in inputs:
        mark = each.get("objectWriteTraceId")
        try:
            results.append({**write(each), "objectWriteTraceId": mark})
        except RefusalError as refusal:
            errors.append(refusal.body(mark))
    answer: dict[str, Any] = {"status": "COMPLETE", "results": results}
    if errors:
        answer |= {"numErrors": len(errors), "errors": errors}
    return JSONResponse(answer, 207 if errors else status)


def _shown(record: Json, names: list[str]) -> Json:
    properties = record["properties"]
    return {**record, "properties": {name: properties.get(name) for name in names}}


def _milliseconds(value: str) -> int:
    return int(datetime.fromisoformat(value).timestamp() * 1000)
