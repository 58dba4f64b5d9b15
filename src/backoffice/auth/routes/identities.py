"""`/user/identities`: the ways in which one person signs in."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth import audit
from backoffice.auth.errors import not_found, unprocessable
from backoffice.auth.queries import phones as phone_queries
from backoffice.auth.queries import users as queries
from backoffice.auth.requests import signed_in
from backoffice.auth.routes.providers import require_manual_linking
from backoffice.auth.service import Auth


async def unlink(request: Request) -> JSONResponse:
    """Take one away, but never the last, nor the e-mail address one signs in with."""
    require_manual_linking(Auth.of(request))
    try:
        identity_id = UUID(request.path_params["identity_id"])
    except ValueError as error:
        raise not_found("validation_failed", "identity_id must be an UUID") from error
    async with Auth.of(request).transaction() as connection:
        caller = await signed_in(request, connection)
        identities = caller.user.identities
        if len(identities) <= 1:
            raise unprocessable(
                "single_identity_not_deletable",
                "User must have at least 1 identity after unlinking",
            )
        wanted = str(identity_id)
        found = next((one for one in identities if one["identity_id"] == wanted), None)
        if found is None:
            raise unprocessable("identity_not_found", "Identity doesn't exist")
        if found["provider"] == "email":
            raise unprocessable(
                "email_conflict_identity_not_deletable",
                "The account is known by this e-mail address; change the address instead",
            )
        params = {"user_id": caller.user.id, "id": identity_id}
        await connection.execute(queries.LOCK, params)
        deleted = await connection.execute(queries.DELETE_IDENTITY, params)
        if await deleted.fetchone() is None:
            raise unprocessable("identity_not_found", "Identity doesn't exist")
        if found["provider"] == "phone":
            await connection.execute(phone_queries.FORGET, {"id": caller.user.id})
        await audit.record(connection, "identity_unlinked", caller.user, {"identity_id": wanted})
    return JSONResponse({})
