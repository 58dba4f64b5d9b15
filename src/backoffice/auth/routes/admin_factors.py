"""`/admin/users/:id/factors`: second factors, for the holder of the service role key."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth import audit
from backoffice.auth.accounts import existing_user
from backoffice.auth.factors import find_factor, rename, unenrol
from backoffice.auth.requests import Params, read_params, require_admin
from backoffice.auth.routes.admin import addressed_user
from backoffice.auth.service import Auth


class FactorChange(Params):
    """What an administrator changes of a factor."""

    friendly_name: str = ""


async def list_all(request: Request) -> JSONResponse:
    """The user's second factors."""
    require_admin(request)
    async with Auth.of(request).transaction() as connection:
        user = await addressed_user(request, connection)
    return JSONResponse(list(user.factors))


async def update(request: Request) -> JSONResponse:
    """Give a factor another name."""
    role = require_admin(request)
    params = await read_params(request, FactorChange)
    async with Auth.of(request).transaction() as connection:
        user = await addressed_user(request, connection)
        factor = await find_factor(connection, user.id, request.path_params["factor_id"])
        if params.friendly_name:
            await rename(connection, factor, params.friendly_name)
        await audit.record_admin(connection, "factor_updated", role, user)
        user = await existing_user(connection, user.id)
    [shown] = [shown for shown in user.factors if shown["id"] == str(factor.id)]
    return JSONResponse(shown)


async def delete(request: Request) -> JSONResponse:
    """Take a factor away from somebody who lost it."""
    role = require_admin(request)
    async with Auth.of(request).transaction() as connection:
        user = await addressed_user(request, connection)
        factor = await find_factor(connection, user.id, request.path_params["factor_id"])
        await unenrol(connection, factor)
        await audit.record_admin(connection, "factor_deleted", role, user)
    [shown] = [shown for shown in user.factors if shown["id"] == str(factor.id)]
    return JSONResponse(shown)
