"""Other services one may sign in with: each is on once its client id and secret are set.

An address (`url`) replaces the service's own, for installations of one's own; Keycloak's is the
realm's (`https://sso.example.com/realms/staff`), and any other OpenID Connect issuer does as well.
"""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

PROVIDERS = ("google", "azure", "github", "gitlab", "keycloak", "linkedin_oidc")


class ProviderSettings(BaseSettings):
    """Client ids (several by comma, the first one signs in), secrets, and addresses."""

    google_client_id: str | None = Field(
        default=None, description="Client ids of Google, by comma: signing in with it is on."
    )
    google_secret: SecretStr | None = Field(
        default=None, description="The secret of the first of them."
    )
    google_url: str | None = Field(default=None, description="An address in place of Google's own.")
    azure_client_id: str | None = Field(
        default=None,
        description="Client ids of Microsoft Entra ID, by comma: signing in with it is on.",
    )
    azure_secret: SecretStr | None = Field(
        default=None, description="The secret of the first of them."
    )
    azure_url: str | None = Field(
        default=None, description="An address in place of Microsoft Entra ID's own."
    )
    github_client_id: str | None = Field(
        default=None, description="Client ids of GitHub, by comma: signing in with it is on."
    )
    github_secret: SecretStr | None = Field(
        default=None, description="The secret of the first of them."
    )
    github_url: str | None = Field(default=None, description="An address in place of GitHub's own.")
    gitlab_client_id: str | None = Field(
        default=None, description="Client ids of GitLab, by comma: signing in with it is on."
    )
    gitlab_secret: SecretStr | None = Field(
        default=None, description="The secret of the first of them."
    )
    gitlab_url: str | None = Field(default=None, description="An address in place of GitLab's own.")
    keycloak_client_id: str | None = Field(
        default=None, description="Client ids of Keycloak, by comma: signing in with it is on."
    )
    keycloak_secret: SecretStr | None = Field(
        default=None, description="The secret of the first of them."
    )
    keycloak_url: str | None = Field(default=None, description="The realm or issuer.")
    linkedin_oidc_client_id: str | None = Field(
        default=None, description="Client ids of LinkedIn, by comma: signing in with it is on."
    )
    linkedin_oidc_secret: SecretStr | None = Field(
        default=None, description="The secret of the first of them."
    )
    linkedin_oidc_url: str | None = Field(
        default=None, description="An address in place of LinkedIn's own."
    )
