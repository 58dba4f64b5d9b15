"""Reading requests: bodies, bearer tokens, and the user and session behind one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from starlette.requests import Request

from backoffice.auth.errors import (
    AuthProblem,
    bad_json,
    bad_request,
    forbidden,
    validation_failed,
)
from backoffice.auth.service import Auth
from backoffice.auth.sessions import Session, find_session
from backoffice.auth.users import User, find_user
from backoffice.auth.viewing import changes_something
from backoffice.database import Row
from backoffice.tokens import Claims, TokenError

LARGEST_BODY = 256 * 1024
BEARER = re.compile(r"[Bb]earer (\S+)")
ADMIN_ROLES = ("service_role", "supabase_admin")


class Params(BaseModel):
    """The body of a request: wrong types are refused, unknown fields ignored, null is unset."""

    model_config = ConfigDict(strict=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _null_is_unset(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {name: value for name, value in data.items() if value is not None}
        return data


P = TypeVar("P", bound=Params)


async def read_params(request: Request, params: type[P], *, optional: bool = False) -> P:
    """The body as `params`; an `optional` one may be empty.

    Raises 413 `request_entity_too_large`, or 400 `bad_json` or `validation_failed`, naming the
    field.
    """
    body = await read_body(request)
    if optional and not body.strip():
        return params()
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_json(str(error)) from error
    if not isinstance(value, dict):
        raise bad_json("an object is expected")
    _refuse_nul(value)
    try:
        return params.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise bad_json(f"{field}: {first['msg']}") from error


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The caller: a user, and the session of their token if it names one."""

    claims: Claims
    user: User
    session: Session | None


async def signed_in(request: Request, connection: AsyncConnection[Row]) -> SignedIn:
    """The user behind the bearer token.

    Raises 401 `no_authorization`, 400 `bad_jwt`, or 403 `bad_jwt`, `user_not_found`,
    `session_not_found`, `user_banned` or `view_as_read_only`.
    """
    auth = Auth.of(request)
    claims = bearer_claims(request)
    if not claims.get("sub"):
        raise forbidden("bad_jwt", "invalid claim: missing sub claim")
    user_id = _uuid(claims["sub"])
    if user_id is None:
        raise bad_request("bad_jwt", "invalid claim: sub claim must be a UUID")
    user = await find_user(connection, user_id)
    if user is None:
        raise forbidden("user_not_found", "User from sub claim in JWT does not exist")
    session = await _session(connection, claims)
    if session is not None and session.user_id != user.id:
        raise forbidden("bad_jwt", "invalid claim: the session belongs to another user")
    if await auth.is_disabled(user):
        raise forbidden("user_banned", "User is banned")
    if session and changes_something(request) and await auth.viewing.holds(session.id):
        raise forbidden("view_as_read_only", "Stop viewing as somebody else first")
    return SignedIn(claims, user, session)


def require_admin(request: Request) -> str:
    """The role of the caller's key. Raises 401 `no_authorization`, 403 `bad_jwt` or `not_admin`."""
    role = bearer_claims(request).get("role")
    if role not in ADMIN_ROLES:
        raise forbidden("not_admin", "User not allowed")
    return str(role)


def bearer_claims(request: Request) -> Claims:
    """The claims of the bearer token. Raises 401 `no_authorization` or 403 `bad_jwt`."""
    bearer = BEARER.fullmatch(request.headers.get("authorization", ""))
    if bearer is None:
        raise AuthProblem(401, "no_authorization", "This endpoint requires a valid Bearer token")
    try:
        return Auth.of(request).tokens.verify(bearer[1])
    except TokenError as error:
        raise forbidden(
            "bad_jwt", f"invalid JWT: unable to parse or verify signature, {error.message}"
        ) from error


async def _session(connection: AsyncConnection[Row], claims: Claims) -> Session | None:
    named = claims.get("session_id")
    if not named:
        return None
    session_id = _uuid(named)
    if session_id is None:
        raise forbidden("bad_jwt", "invalid claim: session_id claim must be a UUID")
    session = await find_session(connection, session_id)
    if session is None:
        raise forbidden("session_not_found", "Session from session_id claim in JWT does not exist")
    return session


async def read_body(request: Request) -> bytes:
    """The whole body. Raises 413 `request_entity_too_large`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise AuthProblem(
                413, "request_entity_too_large", f"The body is larger than {LARGEST_BODY} bytes"
            )
    return bytes(body)


def _refuse_nul(value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str) and "\x00" in item:
            raise validation_failed("The body contains a NUL character")
        if isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
