"""`/users/v1/…`: what admins do to people. Lists are read over REST (`get_users`).

Answers are the person as `get_users` gives them, unless said otherwise. Every act is the caller's
own in the audit log, though accounts and e-mails are made with the service role's key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backoffice.errors import NotFound
from backoffice.http.bodies import json_answer, read_json
from backoffice.http.callers import Callers
from backoffice.http.shapes import parse
from backoffice.state import State
from backoffice.users.accounts import Accounts
from backoffice.users.model import (
    AccessSettings,
    Assignment,
    Change,
    Invitation,
    Switch,
    View,
)
from backoffice.users.store import Users


@dataclass(frozen=True, slots=True)
class Asked:
    """What a route works with."""

    request: Request
    users: Users
    accounts: Accounts
    invitation_lifetime: timedelta

    @property
    def user_id(self) -> UUID:
        """The person in the address. Raises `NotFound`."""
        try:
            return UUID(self.request.path_params["id"])
        except ValueError as error:
            raise NotFound("There is no such user.") from error


Action = Callable[[Asked], Awaitable[Response]]


def user_routes(state: State, accounts: Accounts) -> list[BaseRoute]:
    """Every route, relative to `/users/v1`."""
    callers = Callers(state)
    lifetime = state.settings.invitation_lifetime

    def route(path: str, action: Action, method: str = "POST") -> Route:
        async def answer(request: Request) -> Response:
            users = Users(state.database, callers.context(request))
            return await action(Asked(request, users, accounts, lifetime))

        return Route(path, answer, methods=[method], name=action.__name__)

    one = "/users/{id}"
    return [
        route("/invitations", invite),
        route("/domains", assign),
        route("/settings", save_settings, "PUT"),
        route("/view", start_view),
        route("/view", end_view, "DELETE"),
        route(one, change, "PATCH"),
        route(one, delete, "DELETE"),
        route(f"{one}/disabled", disable, "PUT"),
        route(f"{one}/invitation", invite_again),
        route(f"{one}/invitation", revoke, "DELETE"),
        route(f"{one}/password-reset", reset_password),
        route(f"{one}/sessions", sign_out, "DELETE"),
        route(f"{one}/second-factor", remove_second_factor, "DELETE"),
    ]


async def invite(asked: Asked) -> Response:
    """`{email, full_name, role, domains}`: an account, ready before its owner is written to. 201.

    An e-mail that cannot be sent leaves the person invited, to be written to again.
    """
    wanted = parse(Invitation, await read_json(asked.request))
    user_id = await asked.users.check(wanted)
    if user_id is None:
        user_id = await asked.accounts.create(wanted.email, wanted.full_name)
    email = await asked.users.set_up(user_id, wanted, asked.invitation_lifetime)
    await asked.accounts.invite(email)
    return json_answer(await asked.users.one(user_id), 201)


async def invite_again(asked: Asked) -> Response:
    """Another e-mail with another link; the one before works no longer."""
    email = await asked.users.invite_again(asked.user_id, asked.invitation_lifetime)
    await asked.accounts.invite(email)
    return json_answer(await asked.users.one(asked.user_id))


async def revoke(asked: Asked) -> Response:
    """The link works no longer, and the account is gone. 204."""
    await asked.users.revoke(asked.user_id)
    return Response(status_code=204)


async def reset_password(asked: Asked) -> Response:
    """An e-mail with a link to choose another password; the old one works until then. 204."""
    await asked.accounts.reset_password(await asked.users.ask_for_reset(asked.user_id))
    return Response(status_code=204)


async def change(asked: Asked) -> Response:
    """`{role, full_name, mfa_required}`, each if it is to change."""
    wanted = parse(Change, await read_json(asked.request))
    return json_answer(await asked.users.change(asked.user_id, wanted))


async def assign(asked: Asked) -> Response:
    """`{user_ids, add, remove}`: domains that people get and lose. Answers `{"changed"}`."""
    wanted = parse(Assignment, await read_json(asked.request))
    return json_answer({"changed": await asked.users.assign(wanted)})


async def disable(asked: Asked) -> Response:
    """`{disabled}`: signs them out everywhere at once, and lets them in no longer; or again."""
    wanted = parse(Switch, await read_json(asked.request))
    return json_answer(await asked.users.disable(asked.user_id, disabled=wanted.disabled))


async def sign_out(asked: Asked) -> Response:
    """Ends every session of theirs. Answers `{"ended"}`."""
    return json_answer({"ended": await asked.users.sign_out(asked.user_id)})


async def remove_second_factor(asked: Asked) -> Response:
    """The password alone lets them in, to set another second factor up. Answers `{"removed"}`."""
    return json_answer({"removed": await asked.users.remove_second_factor(asked.user_id)})


async def delete(asked: Asked) -> Response:
    """Deletes them. What they wrote stays, without their name. 204."""
    await asked.users.delete(asked.user_id)
    return Response(status_code=204)


async def save_settings(asked: Asked) -> Response:
    """`{admins_need_second_factor}`. 204."""
    wanted = parse(AccessSettings, await read_json(asked.request))
    await asked.users.save_settings(admins_need_second_factor=wanted.admins_need_second_factor)
    return Response(status_code=204)


async def start_view(asked: Asked) -> Response:
    """`{user_id}`: the caller's session sees what they see, and only reads.

    Answers `{"ends_at"}`.
    """
    wanted = parse(View, await read_json(asked.request))
    return json_answer({"ends_at": await asked.users.start_view(wanted.user_id)})


async def end_view(asked: Asked) -> Response:
    """The caller's session sees what the caller sees. 204."""
    await asked.users.end_view()
    return Response(status_code=204)
