"""Whoever finds an open browser must not get to choose the password of its owner."""

from __future__ import annotations

from backoffice.auth.errors import bad_request
from backoffice.auth.passwords import verify_password
from backoffice.auth.requests import SignedIn
from backoffice.auth.service import Auth

# Came by a link in an e-mail, perhaps because the password is forgotten.
BY_MAIL = {"otp", "magiclink", "recovery", "invite"}


async def check_current_password(auth: Auth, given: str | None, caller: SignedIn) -> None:
    """A current password that is given must be right, and one is where the deployment wants it.

    Raises 400 `current_password_required`, `current_password_invalid`; 429 after too many attempts.
    """
    user = caller.user
    if not user.encrypted_password:
        return
    if not given:
        if auth.config.require_current_password and not _came_by_mail(caller):
            raise bad_request(
                "current_password_required",
                "Current password required when setting new password.",
            )
        return
    # The same attempts as those of signing in: here too somebody may be guessing.
    account = user.email.lower() or user.phone
    await auth.limiter.take("sign-in account", account, auth.config.sign_ins_per_account)
    if not await verify_password(given, user.encrypted_password):
        raise bad_request("current_password_invalid", "Current password is not correct.")
    await auth.limiter.refill("sign-in account", account)


def _came_by_mail(caller: SignedIn) -> bool:
    methods = caller.session.amr if caller.session else ()
    return any(proof.get("method") in BY_MAIL for proof in methods)
