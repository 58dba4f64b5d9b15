"""People made for a test."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from psycopg import Connection


def make(owner: Connection[Any], role: str = "user", *, confirmed: bool = True) -> str:
    """Somebody new."""
    user = str(uuid4())
    owner.execute(
        "insert into auth.users (id, email, role, email_confirmed_at)"
        " values (%s, %s, 'authenticated', case when %s then now() end)",
        [user, f"{user}@new.example", confirmed],
    )
    owner.execute("update public.profiles set role = %s where id = %s", [role, user])
    return user
