"""What a deployment may choose; the defaults are Supabase's, but that nobody can sign up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from backoffice.auth.limits import Limit
from backoffice.auth.providers import Provider, configured_providers
from backoffice.settings import Settings


@dataclass(frozen=True, slots=True)
class AuthConfig:
    """Lifetimes, limits, other ways in, and where links may lead besides this server.

    `reauthenticate_after` is the age from which a session must prove itself with a mailed code
    before it changes the password.
    """

    access_token_lifetime: timedelta = timedelta(hours=1)
    reuse_interval: timedelta = timedelta(seconds=10)
    session_timebox: timedelta | None = None
    session_inactivity: timedelta | None = None
    challenge_lifetime: timedelta = timedelta(minutes=5)
    link_lifetime: timedelta = timedelta(hours=1)
    invitation_lifetime: timedelta = timedelta(days=7)
    code_lifetime: timedelta = timedelta(minutes=5)
    provider_lifetime: timedelta = timedelta(minutes=10)
    providers: Mapping[str, Provider] = field(default_factory=dict)
    manual_linking: bool = False
    redirect_urls: Sequence[str] = ()
    sign_up: bool = False
    sign_up_autoconfirm: bool = False
    anonymous_sign_ins: bool = False
    phone_sign_ins: bool = False
    confirm_both_addresses: bool = True
    reauthenticate_after: timedelta | None = None
    require_current_password: bool = False
    mails_per_address: Limit = field(default=Limit(burst=30, every=timedelta(seconds=10)))
    mails_per_account: Limit = field(default=Limit(burst=1, every=timedelta(minutes=1)))
    sign_ups_per_address: Limit = field(default=Limit(burst=150, every=timedelta(seconds=2)))
    anonymous_per_address: Limit = field(default=Limit(burst=30, every=timedelta(minutes=2)))
    sign_ins_per_address: Limit = field(default=Limit(burst=30, every=timedelta(seconds=2)))
    sign_ins_per_account: Limit = field(default=Limit(burst=20, every=timedelta(seconds=30)))
    verifications_per_address: Limit = field(default=Limit(burst=30, every=timedelta(seconds=10)))
    verifications_per_account: Limit = field(default=Limit(burst=10, every=timedelta(seconds=30)))
    second_factors_per_account: Limit = field(default=Limit(burst=10, every=timedelta(seconds=30)))

    @property
    def believes_phones(self) -> bool:
        """Whether people may give a phone number: nothing sends one a code to confirm it with."""
        return self.phone_sign_ins and self.sign_up_autoconfirm

    @classmethod
    def of(cls, settings: Settings) -> AuthConfig:
        """What the settings say; the rest is as above."""
        return cls(
            session_timebox=settings.session_lifetime,
            session_inactivity=settings.session_inactivity,
            invitation_lifetime=settings.invitation_lifetime,
            redirect_urls=settings.redirect_urls,
            sign_up=settings.sign_up,
            sign_up_autoconfirm=settings.sign_up_autoconfirm,
            anonymous_sign_ins=settings.anonymous_sign_ins,
            phone_sign_ins=settings.phone_sign_ins,
            providers=configured_providers(settings),
            manual_linking=settings.manual_linking,
            confirm_both_addresses=settings.confirm_both_addresses,
            reauthenticate_after=timedelta(days=1) if settings.require_reauthentication else None,
            require_current_password=settings.require_current_password,
        )
