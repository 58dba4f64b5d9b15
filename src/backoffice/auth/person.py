"""What another service says of the person who signed in there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backoffice.auth.errors import AuthProblem

LONGEST_CLAIM = 1024
TRUE = (True, 1, "1", "true", "True")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who it is there (`subject`), and the address that service vouches for, or does not."""

    subject: str
    email: str
    email_verified: bool
    claims: Mapping[str, Any] = field(default_factory=dict)

    def identity_data(self) -> dict[str, Any]:
        """The document kept with the identity, with the names Supabase Auth gives."""
        known = {
            name: value
            for name, value in self.claims.items()
            if isinstance(value, str) and 0 < len(value) <= LONGEST_CLAIM
        }
        return {
            **known,
            "sub": self.subject,
            "provider_id": self.subject,
            "email": self.email,
            "email_verified": self.email_verified,
            "phone_verified": False,
        }

    def profile(self) -> dict[str, Any]:
        """What of it describes the person, and goes into the account's metadata."""
        data = self.identity_data()
        names = ("full_name", "name", "avatar_url", "picture", "preferred_username", "user_name")
        return {name: data[name] for name in names if name in data}


def person_of(provider: str, claims: Mapping[str, Any]) -> Person:
    """The person an id token or `userinfo` describes. Raises 500 without subject or address."""
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not subject or len(subject) > 255:
        raise _unreadable("user id")
    if not isinstance(email, str) or "@" not in email:
        raise _unreadable("user email")
    # Whoever runs an Azure tenant may write any address into it; only this claim vouches for one.
    vouched = "xms_edov" if provider == "azure" else "email_verified"
    names = ("iss", "name", "given_name", "family_name", "picture", "preferred_username", "locale")
    known = {name: claims[name] for name in names if name in claims}
    return Person(
        subject=subject,
        email=email,
        email_verified=claims.get(vouched) in TRUE,
        claims={
            **known,
            "full_name": claims.get("name"),
            "avatar_url": claims.get("picture"),
        },
    )


def _unreadable(what: str) -> AuthProblem:
    return AuthProblem(500, "unexpected_failure", f"Error getting {what} from external provider")
