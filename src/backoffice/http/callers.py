"""As whom a request of a signed-in person runs."""

from __future__ import annotations

import json

from starlette.requests import Request

from backoffice.database import RequestContext
from backoffice.errors import Unauthenticated
from backoffice.logging import request_id
from backoffice.state import State
from backoffice.tokens import Tokens


class Callers:
    """Believes access tokens, and gives the transaction's settings that go with one."""

    def __init__(self, state: State) -> None:
        self._verify = Tokens(state.keys).verify

    def context(self, request: Request, timeout: str = "15s") -> RequestContext:
        """The signed-in person behind `request`, whose statements may take `timeout` each.

        Raises `Unauthenticated` when there is none.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated("Sign in first.")
        claims = self._verify(token.strip())
        if claims.get("role") != "authenticated":
            raise Unauthenticated("Sign in first.")
        return RequestContext(
            role="authenticated",
            settings={
                "request.jwt.claims": json.dumps(dict(claims)),
                "request.method": request.method,
                "request.path": request.url.path,
                "request.headers": json.dumps({"x-request-id": request_id.get()}),
                "statement_timeout": timeout,
            },
        )
