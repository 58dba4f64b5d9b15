"""As whom a job reads what it writes to a person: as that person, so that RLS decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backoffice.database import RequestContext


def context_of(
    user_id: UUID, claims: Mapping[str, Any] | None = None, timeout: str = "30s"
) -> RequestContext:
    """A read-only transaction of a person, at one moment, with the claims of their token if given.

    Without a token there is no session behind it. The second factor holds: the e-mail goes to the
    address that the person proved to be theirs, and they chose it signed in with that factor.
    """
    own = {"sub": str(user_id), "role": "authenticated", "aal": "aal2"}
    return RequestContext(
        role="authenticated",
        settings={"request.jwt.claims": json.dumps(claims or own), "statement_timeout": timeout},
        read_only=True,
        one_snapshot=True,
    )
