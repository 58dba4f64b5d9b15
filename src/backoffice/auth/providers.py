"""Other services one may sign in with, and how each differs from plain OpenID Connect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from backoffice.errors import ConfigurationError
from backoffice.provider_settings import PROVIDERS
from backoffice.settings import Settings

# Where each is found unless a setting says otherwise; Keycloak has no address of its own.
ADDRESSES: Mapping[str, str] = {
    "google": "https://accounts.google.com",
    "azure": "https://login.microsoftonline.com/common",
    "github": "https://github.com",
    "gitlab": "https://gitlab.com",
    "linkedin_oidc": "https://www.linkedin.com/oauth",
}
OPENID_SCOPES = ("openid", "email", "profile")
GITHUB_SCOPES = ("user:email",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One service, and what it knows this installation as."""

    name: str
    client_ids: Sequence[str]
    secret: str
    url: str

    @property
    def client_id(self) -> str:
        """The id one signs in with; the others are only accepted in id tokens."""
        return self.client_ids[0]

    @property
    def is_openid(self) -> bool:
        """Whether it speaks OpenID Connect; GitHub speaks OAuth alone."""
        return self.name != "github"

    @property
    def issuer(self) -> str:
        """The issuer of its id tokens, under which its configuration is found."""
        return f"{self.url}/v2.0" if self.name == "azure" else self.url

    @property
    def scopes(self) -> Sequence[str]:
        """What is always asked for."""
        return OPENID_SCOPES if self.is_openid else GITHUB_SCOPES

    @property
    def always_takes_pkce(self) -> bool:
        """Whether it supports PKCE though its configuration does not say so."""
        return self.name in ("azure", "github")

    @property
    def echoes_nonce(self) -> bool:
        """LinkedIn leaves the nonce out of its id tokens."""
        return self.name != "linkedin_oidc"


def configured_providers(settings: Settings) -> Mapping[str, Provider]:
    """The services whose client id and secret are set, by name.

    Raises `ConfigurationError` when only part of one is.
    """
    found = (_configured(settings, name) for name in PROVIDERS)
    return {provider.name: provider for provider in found if provider}


def is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent there."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return parts.hostname in ("127.0.0.1", "localhost", "::1")
    return parts.scheme == "https" and bool(parts.hostname)


def _configured(settings: Settings, name: str) -> Provider | None:
    client_ids = [
        part.strip() for part in (getattr(settings, f"{name}_client_id") or "").split(",")
    ]
    secret = getattr(settings, f"{name}_secret")
    if not client_ids[0] and secret is None:
        return None
    prefix = f"BACKOFFICE_{name.upper()}"
    if not all(client_ids) or secret is None or not secret.get_secret_value():
        raise ConfigurationError(f"{prefix}_CLIENT_ID and {prefix}_SECRET go together.")
    url = getattr(settings, f"{name}_url") or ADDRESSES.get(name)
    if not url:
        raise ConfigurationError(f"{prefix}_URL is missing.")
    if not is_private(url):
        raise ConfigurationError(f"{prefix}_URL must begin with https://.")
    return Provider(
        name=name,
        client_ids=client_ids,
        secret=secret.get_secret_value(),
        url=url.rstrip("/"),
    )
