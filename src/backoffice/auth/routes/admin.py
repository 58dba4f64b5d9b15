"""`/admin/users`: accounts, for the holder of the service role key."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

from psycopg import AsyncConnection
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth import audit
from backoffice.auth.accounts import (
    DEFAULT_ROLE,
    NewAccount,
    create_account,
    email_exists,
    existing_user,
    merge_all_metadata,
    normal_email,
    unique_accounts,
)
from backoffice.auth.durations import parse_duration
from backoffice.auth.errors import not_found, validation_failed
from backoffice.auth.pagination import page_links, page_number, search_text
from backoffice.auth.passwords import check_strength, hash_password, is_bcrypt
from backoffice.auth.phones import normal_phone, set_phone
from backoffice.auth.queries import users as queries
from backoffice.auth.requests import Params, read_params, require_admin
from backoffice.auth.service import Auth
from backoffice.auth.sessions import end_all_sessions
from backoffice.auth.users import User, email_taken, list_users
from backoffice.database import Row
from backoffice.tokens import AUDIENCE

Name = Annotated[str, Field(max_length=255)]


class AdminUser(Params):
    """What an administrator gives of a user."""

    id: str = ""
    aud: Name = ""
    role: Name = ""
    email: str = ""
    phone: str = ""
    password: str | None = None
    password_hash: str = ""
    email_confirm: bool = False
    phone_confirm: bool = False
    user_metadata: dict[str, Any] | None = None
    app_metadata: dict[str, Any] | None = None
    ban_duration: str = ""


class Deletion(Params):
    """How to delete."""

    should_soft_delete: bool = False


async def list_all(request: Request) -> JSONResponse:
    """One page of users, the newest first; `X-Total-Count` and `Link` say what there is beyond."""
    require_admin(request)
    page = page_number(request, "page", 1)
    per_page = min(page_number(request, "per_page", 50), 1000)
    sort = request.query_params.get("sort", "created_at desc").split()
    if sort not in (["created_at"], ["created_at", "asc"], ["created_at", "desc"]):
        raise validation_failed("Bad Sort Parameters: only created_at asc or desc is known")
    audience = request.headers.get("x-jwt-aud") or AUDIENCE
    async with Auth.of(request).transaction() as connection:
        users, total = await list_users(
            connection,
            audience=audience,
            search=search_text(request, "filter"),
            ascending=sort[-1] == "asc",
            limit=per_page,
            offset=(page - 1) * per_page,
        )
    return JSONResponse(
        {"users": [user.to_json() for user in users], "aud": audience},
        headers={"X-Total-Count": str(total), "Link": page_links(request, page, per_page, total)},
    )


async def create(request: Request) -> JSONResponse:
    """A new user, with the given id if there is one."""
    role = require_admin(request)
    params = await read_params(request, AdminUser)
    if not params.email and not params.phone:
        raise validation_failed("Cannot create a user without either an email or phone")
    account = NewAccount(
        id=_new_id(params.id),
        email=normal_email(params.email) if params.email else "",
        phone=normal_phone(params.phone) if params.phone else "",
        audience=params.aud or AUDIENCE,
        role=params.role or DEFAULT_ROLE,
        encrypted_password=await _encrypted_password(params),
        email_confirmed=params.email_confirm,
        phone_confirmed=params.phone_confirm,
        ban=_ban(params.ban_duration),
        app_metadata=params.app_metadata,
        user_metadata=params.user_metadata,
    )
    async with Auth.of(request).transaction() as connection:
        user = await create_account(connection, account)
        await audit.record_admin(connection, "user_signedup", role, user)
    return JSONResponse(user.to_json())


async def get(request: Request) -> JSONResponse:
    """One user."""
    require_admin(request)
    async with Auth.of(request).transaction() as connection:
        user = await addressed_user(request, connection)
    return JSONResponse(user.to_json())


async def update(request: Request) -> JSONResponse:
    """Change what is given; a new password or a ban ends the user's sessions."""
    role = require_admin(request)
    params = await read_params(request, AdminUser)
    email = normal_email(params.email) if params.email else ""
    phone = normal_phone(params.phone) if params.phone else ""
    ban = _ban(params.ban_duration)
    if params.password is not None:
        check_strength(params.password)
    encrypted = await _encrypted_password(params)
    async with Auth.of(request).transaction() as connection:
        user = await addressed_user(request, connection)
        if email:
            await _set_email(connection, user, email, verified=params.email_confirm)
        if params.email_confirm:
            await connection.execute(queries.CONFIRM_EMAIL, {"id": user.id})
        if phone or (params.phone_confirm and user.phone):
            await set_phone(
                connection, user.id, phone or user.phone, confirmed=params.phone_confirm
            )
        if (email and params.email_confirm) or (phone and params.phone_confirm):
            await connection.execute(queries.BECOME_KNOWN, {"id": user.id})
        if params.role:
            await connection.execute(queries.SET_ROLE, {"id": user.id, "role": params.role})
        if encrypted:
            await connection.execute(
                queries.SET_PASSWORD, {"id": user.id, "encrypted_password": encrypted}
            )
        if params.ban_duration:
            await connection.execute(queries.SET_BAN, {"id": user.id, "ban": ban})
        if encrypted or ban:
            await end_all_sessions(connection, user.id)
        await merge_all_metadata(
            connection, user.id, app=params.app_metadata, user=params.user_metadata
        )
        await audit.record_admin(connection, "user_modified", role, user)
        changed = await existing_user(connection, user.id)
    return JSONResponse(changed.to_json())


async def delete(request: Request) -> JSONResponse:
    """Delete a user, or blank one whose id must stay known."""
    role = require_admin(request)
    params = await read_params(request, Deletion, optional=True)
    async with Auth.of(request).transaction() as connection:
        user = await addressed_user(request, connection)
        await audit.record_admin(connection, "user_deleted", role, user)
        if params.should_soft_delete:
            digest = hashlib.sha256(f"{user.id}{user.email}".encode()).hexdigest()
            await connection.execute(queries.SOFT_DELETE, {"id": user.id, "digest": digest})
            await connection.execute(queries.FORGET_IDENTITIES, {"id": user.id})
            await connection.execute(queries.FORGET_FACTORS, {"id": user.id})
            await connection.execute(queries.FORGET_ONE_TIME_TOKENS, {"id": user.id})
            await end_all_sessions(connection, user.id)
        else:
            await connection.execute(queries.DELETE, {"id": user.id})
    return JSONResponse({})


async def addressed_user(request: Request, connection: AsyncConnection[Row]) -> User:
    """The user in the address. Raises 404 `user_not_found` or `validation_failed`."""
    try:
        user_id = UUID(request.path_params["user_id"])
    except ValueError as error:
        raise not_found("validation_failed", "user_id must be an UUID") from error
    return await existing_user(connection, user_id)


async def _set_email(
    connection: AsyncConnection[Row], user: User, email: str, *, verified: bool
) -> None:
    if await email_taken(connection, email, except_id=user.id):
        raise email_exists()
    async with unique_accounts():
        await connection.execute(queries.SET_EMAIL, {"id": user.id, "email": email})
    await connection.execute(
        queries.PUT_EMAIL_IDENTITY, {"id": user.id, "email": email, "verified": verified}
    )
    await connection.execute(queries.LIST_PROVIDERS, {"id": user.id})


async def _encrypted_password(params: AdminUser) -> str | None:
    if params.password and params.password_hash:
        raise validation_failed("Only a password or a password hash should be provided")
    if params.password_hash:
        if not is_bcrypt(params.password_hash):
            raise validation_failed("password_hash is not a bcrypt hash of cost 4 to 14")
        return params.password_hash
    if not params.password:
        return None
    check_strength(params.password)
    return await hash_password(params.password)


def _new_id(text: str) -> UUID:
    if not text:
        return uuid4()
    try:
        user_id = UUID(text)
    except ValueError as error:
        raise validation_failed("ID must conform to the uuid v4 format") from error
    if not user_id.int:
        raise validation_failed("ID cannot be a nil uuid")
    return user_id


def _ban(text: str) -> timedelta | None:
    if text in ("", "none"):
        return None
    try:
        return parse_duration(text) or None
    except ValueError as error:
        raise validation_failed(f"invalid format for ban duration: {error}") from error
