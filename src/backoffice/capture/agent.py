"""The API of Rose's agent backend: conversations, messages, flags, with the domain's secret key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from backoffice.capture.decode import decompress_body, parse_json
from backoffice.capture.recorder import Recorder
from backoffice.capture.wire import json_response, read_body
from backoffice.errors import InvalidInput
from backoffice.site_keys import DomainKeys


@dataclass(frozen=True, slots=True)
class Agent:
    """Handlers of `/agent/v1/conversations`. Each raises `Problem`."""

    keys: DomainKeys
    recorder: Recorder

    async def put(self, request: Request) -> Response:
        """Create a conversation (201), or complete one that exists (200)."""
        created = await self.recorder.put_conversation(*await self._read(request))
        body = {"id": str(_conversation_id(request)), "created": created}
        return json_response(body, 201 if created else 200)

    async def patch(self, request: Request) -> Response:
        """Change flags, language, page or metadata of a conversation."""
        await self.recorder.patch_conversation(*await self._read(request))
        return json_response({"id": str(_conversation_id(request))})

    async def add_messages(self, request: Request) -> Response:
        """Add one message or many; the good ones of a partly bad list are kept."""
        return json_response(await self.recorder.add_messages(*await self._read(request)))

    async def _read(self, request: Request) -> tuple[str, UUID, Any]:
        site_domain = await self.keys.secret(request.headers.get("authorization", ""))
        conversation_id = _conversation_id(request)
        body = decompress_body(await read_body(request), request.headers)
        return site_domain, conversation_id, parse_json(body)


def _conversation_id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["conversation_id"])
    except ValueError as error:
        raise InvalidInput("conversation_id: must be a UUID", field="conversation_id") from error
