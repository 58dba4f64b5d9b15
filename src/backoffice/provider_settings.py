"""Other services one may sign in with: each is on once its client id and secret are set.

An address (`url`) replaces the service's own, for installations of one's own; Keycloak's is the
realm's (`https://sso.example.com/realms/staff`), and any other OpenID Connect issuer does as well.
"""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import BaseSettings

PROVIDERS = ("google", "azure", "github", "gitlab", "keycloak", "linkedin_oidc")


class ProviderSettings(BaseSettings):
    """Client ids (several by comma, the first one signs in), secrets, and addresses."""

    google_client_id: str | None = None
    google_secret: SecretStr | None = None
    google_url: str | None = None
    azure_client_id: str | None = None
    azure_secret: SecretStr | None = None
    azure_url: str | None = None
    github_client_id: str | None = None
    github_secret: SecretStr | None = None
    github_url: str | None = None
    gitlab_client_id: str | None = None
    gitlab_secret: SecretStr | None = None
    gitlab_url: str | None = None
    keycloak_client_id: str | None = None
    keycloak_secret: SecretStr | None = None
    keycloak_url: str | None = None
    linkedin_oidc_client_id: str | None = None
    linkedin_oidc_secret: SecretStr | None = None
    linkedin_oidc_url: str | None = None
