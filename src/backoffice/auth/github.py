"""GitHub, which speaks OAuth 2.0 and says who somebody is by an API of its own."""

from __future__ import annotations

from typing import Any

from backoffice.auth.openid import ProviderClient, unreachable
from backoffice.auth.person import Person, person_of

PUBLIC = "https://github.com"
PUBLIC_API = "https://api.github.com"


def api_address(url: str) -> str:
    """Where the API of an installation is."""
    return PUBLIC_API if url == PUBLIC else f"{url}/api/v3"


async def github_person(client: ProviderClient, access_token: str) -> Person:
    """Who the token belongs to, with their primary address. Raises 500 `unexpected_failure`."""
    api = api_address(client.provider.url)
    user: Any = await client.get(f"{api}/user", access_token)
    emails: Any = await client.get(f"{api}/user/emails", access_token)
    if not isinstance(user, dict) or not isinstance(emails, list) or not user.get("id"):
        raise unreachable(client.provider)
    addresses = [one for one in emails if isinstance(one, dict) and one.get("email")]
    primary = next((one for one in addresses if one.get("primary") is True), None)
    chosen = primary or {}
    login = user.get("login")
    found = person_of(
        "github",
        {
            "sub": str(user["id"]),
            "email": chosen.get("email"),
            "email_verified": chosen.get("verified"),
            "iss": api,
            "name": user.get("name") or login,
            "picture": user.get("avatar_url"),
            "preferred_username": login,
        },
    )
    return Person(
        subject=found.subject,
        email=found.email,
        email_verified=found.email_verified,
        claims={**found.claims, "user_name": login},
    )
