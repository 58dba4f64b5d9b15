"""The demonstration's agent over HTTP. It answers by look-up, and says so; there is no model.

It writes what was said as any agent does, through the same code as the agent API, so that the
backoffice shows these conversations like every other one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Protocol, TypeVar
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.company_domains import is_mail_provider
from backoffice.database import Database
from backoffice.demo.site import answering, pages, tenant
from backoffice.demo.site.throttle import Throttle
from backoffice.errors import InvalidInput, MalformedBody, NotFound, TooLarge

MAX_BODY: Final = 16 * 1024
_EARLIER: Final = """
select
  conversation.visitor_id is not distinct from visitor.visitor_id,
  array(
    select message.text
    from public.messages as message
    where message.site_domain = conversation.site_domain
      and message.conversation_id = conversation.id
      and message.role = 'visitor'
      and message.id <> %(message)s
    order by message.sent_at
    limit 50
  )
from public.conversations as conversation
left join public.visitor_ids as visitor
  on visitor.site_domain = conversation.site_domain and visitor.distinct_id = %(visitor)s
where conversation.site_domain = %(site)s and conversation.id = %(conversation)s
"""

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Keys(Protocol):
    """Knows the website of a public key."""

    async def public(self, key: str) -> str:
        """Its domain. Raises `Unauthenticated`."""
        ...


class Recorder(Protocol):
    """Takes what an agent tells of conversations, as the agent API does."""

    async def put_conversation(self, site_domain: str, conversation_id: UUID, content: Any) -> bool:
        """Create or complete a conversation."""
        ...

    async def patch_conversation(
        self, site_domain: str, conversation_id: UUID, content: Any
    ) -> None:
        """Change its flags."""
        ...

    async def add_messages(
        self, site_domain: str, conversation_id: UUID, content: Any
    ) -> dict[str, Any]:
        """Add messages."""
        ...


class Turn(BaseModel):
    """What every request of the chat carries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Short
    conversation_id: UUID
    distinct_id: Short
    session_id: Short
    url: Annotated[str, StringConstraints(max_length=2000)] = ""
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] = "en"


class Asked(Turn):
    """A visitor's message."""

    message_id: UUID
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    section_slug: Annotated[str, StringConstraints(max_length=200)] | None = None
    question_id: Annotated[str, StringConstraints(max_length=200)] | None = None


class Filled(Turn):
    """A form that a visitor filled in."""

    kind: Annotated[str, StringConstraints(pattern="^(contact|demo)$")]
    fields: Annotated[
        dict[Short, Annotated[str, StringConstraints(max_length=500)] | bool | int | None],
        Field(max_length=20),
    ]


Sent = TypeVar("Sent", bound=Turn)


@dataclass(slots=True)
class DemoAgent:
    """Handlers of `/demo-agent/v1`. Each raises `Problem`."""

    database: Database
    keys: Keys
    recorder: Recorder
    each: Throttle = field(default_factory=lambda: Throttle(burst=40, per_minute=40))
    all: Throttle = field(default_factory=lambda: Throttle(burst=100, per_minute=300))

    async def message(self, request: Request) -> JSONResponse:
        """Store a visitor's message and answer it. The same message again gets the same answer."""
        started = time.monotonic()
        asked = await self._read(request, Asked)
        site, earlier = await self._conversation(asked, asked.message_id)
        found = await answering.answer(
            self.database, asked.text, earlier, pages.passages(site.name)
        )
        reply = {"id": str(uuid5(asked.message_id, "answer")), "role": "agent", "text": found.text}
        sources = [
            {"title": f"{source.page_title}: {source.heading}", "url": source.address}
            for source in found.sources
        ]
        await self._put(asked)
        await self.recorder.add_messages(
            tenant.DOMAIN,
            asked.conversation_id,
            [
                {"id": str(asked.message_id), "role": "visitor", "text": asked.text}
                | ({"metadata": metadata} if (metadata := _origin(asked)) else {}),
                {
                    **reply,
                    "latency_ms": round((time.monotonic() - started) * 1000),
                    "metadata": {"sources": sources, "demonstration": True},
                },
            ],
        )
        return JSONResponse(
            {
                "messages": [{**reply, "sources": sources}],
                "suggestions": answering.follow_ups(
                    site.sections, asked.section_slug, [*earlier, asked.text]
                ),
                "interest_score": found.score,
                "intent": found.intent,
                "requested": found.requested,
            }
        )

    async def form(self, request: Request) -> JSONResponse:
        """Take a contact form or a demo booking, and thank for it."""
        filled = await self._read(request, Filled)
        site, _ = await self._conversation(filled, filled.conversation_id)
        email = filled.fields.get("email")
        if filled.kind == "contact" and site.form.get("business_email_only"):
            _require_company(email)
        await self._put(filled)
        changes: dict[str, Any] = {"email": email, "email_captured": True} if email else {}
        if filled.kind == "demo":
            changes["demo_booked"] = True
        if changes:
            await self.recorder.patch_conversation(tenant.DOMAIN, filled.conversation_id, changes)
        reply = {
            "id": str(uuid5(filled.conversation_id, filled.kind)),
            "role": "agent",
            "text": _thanks(filled, site.form.get("success_message")),
        }
        await self.recorder.add_messages(
            tenant.DOMAIN, filled.conversation_id, [{**reply, "metadata": {"demonstration": True}}]
        )
        return JSONResponse({"messages": [reply]})

    async def _conversation(self, turn: Turn, message_id: UUID) -> tuple[tenant.Tenant, list[str]]:
        """The site, and what the visitor said before. Somebody else's conversation is not found."""
        site = await tenant.read_tenant(self.database)
        if site is None or await self.keys.public(turn.key) != tenant.DOMAIN:
            raise NotFound("This agent answers on the demonstration site only.", field="key")
        row = await self.database.fetch_one(
            _EARLIER,
            {
                "site": tenant.DOMAIN,
                "conversation": turn.conversation_id,
                "visitor": turn.distinct_id,
                "message": message_id,
            },
        )
        if row and not row[0]:
            raise NotFound("There is no such conversation.", field="conversation_id")
        return site, list(row[1]) if row else []

    async def _put(self, turn: Turn) -> None:
        content = {
            "distinct_id": turn.distinct_id,
            "session_id": turn.session_id,
            "environment": "production",
            "language": turn.language,
            "metadata": {"source": "demonstration site"},
        }
        if turn.url:
            content |= {"url": turn.url, "page": "/" + turn.url.split("/", 3)[-1]}
        await self.recorder.put_conversation(tenant.DOMAIN, turn.conversation_id, content)

    async def _read(self, request: Request, model: type[Sent]) -> Sent:
        host = request.client.host if request.client else ""
        self.each.take(host)
        self.all.take("")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise TooLarge("the message is too long", field="body")
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            if first["type"] == "json_invalid":
                raise MalformedBody("the body must be JSON", field="body") from error
            name = ".".join(map(str, first["loc"]))
            raise InvalidInput(f"{name}: {first['msg']}", field=name) from error


def _origin(asked: Asked) -> dict[str, str]:
    given = {"section_slug": asked.section_slug, "question_id": asked.question_id}
    return {name: value for name, value in given.items() if value}


def _require_company(email: Any) -> None:
    host = str(email).rpartition("@")[2]
    if is_mail_provider(host.strip().rstrip(".").lower()):
        raise InvalidInput(
            "Please use your address at work: this form takes no addresses of e-mail services.",
            field="fields.email",
        )


def _thanks(filled: Filled, success_message: str | None) -> str:
    if filled.kind == "demo":
        return (
            "Booked – as far as a demonstration books anything. The conversation in the backoffice"
            " now says so, and nobody is sent an e-mail."
        )
    return success_message or "Thank you! The conversation in the backoffice now has your address."
