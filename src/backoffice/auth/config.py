"""What a deployment may choose; the defaults are Supabase's, but that nobody can sign up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from backoffice.auth.limits import Limit


@dataclass(frozen=True, slots=True)
class AuthConfig:
    """Lifetimes, limits, and where links may lead besides this server (by origin)."""

    access_token_lifetime: timedelta = timedelta(hours=1)
    reuse_interval: timedelta = timedelta(seconds=10)
    session_timebox: timedelta | None = None
    session_inactivity: timedelta | None = None
    challenge_lifetime: timedelta = timedelta(minutes=5)
    link_lifetime: timedelta = timedelta(hours=1)
    redirect_urls: Sequence[str] = ()
    sign_ins_per_address: Limit = field(default=Limit(burst=30, every=timedelta(seconds=2)))
    sign_ins_per_account: Limit = field(default=Limit(burst=20, every=timedelta(seconds=30)))
    verifications_per_address: Limit = field(default=Limit(burst=30, every=timedelta(seconds=10)))
    verifications_per_account: Limit = field(default=Limit(burst=10, every=timedelta(seconds=30)))
    second_factors_per_account: Limit = field(default=Limit(burst=10, every=timedelta(seconds=30)))
