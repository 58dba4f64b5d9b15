"""Whose request this is: what the audit log is told beside the claims of the token."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from backoffice.addresses import Network, client_address, hash_address
from backoffice.logging import request_id

# The audit log's hash of an address is the same in every chain, and none that capture stores.
PURPOSE = "audit log"

# Called by who writes; most requests only read, and need no hash.
address_hash: ContextVar[Callable[[], str | None] | None] = ContextVar("address_hash", default=None)


@dataclass(frozen=True, slots=True, repr=False)
class CallerAddress:
    """Hashes the address of a request's caller."""

    key: bytes
    trusted: Sequence[Network]

    def hash(self, scope: Scope) -> str | None:
        """A keyed hash of who stands in front of the trusted proxies; None when nobody knows."""
        client = scope.get("client")
        forwarded = Headers(scope=scope).getlist("x-forwarded-for")
        address = client_address(client[0] if client else None, forwarded, self.trusted)
        return hash_address(self.key, PURPOSE, str(address)) if address else None


def audit_settings() -> Mapping[str, str]:
    """Transaction-local settings by name, for a transaction that may write; none outside requests.

    Nobody can send them: REST sets no setting by a name of the request.
    """
    identifier, hashed = request_id.get(), address_hash.get()
    return {
        **({"backoffice.request_id": identifier} if identifier else {}),
        **({"backoffice.address_hash": hashed() or ""} if hashed else {}),
    }
