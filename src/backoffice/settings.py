"""Typed settings, read from the environment. Every name starts with `BACKOFFICE_`, but `PORT`.

Off loopback the server is a deployment: `Settings.require_safe` refuses what only suits a laptop.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from backoffice.linear_settings import LinearSettings
from backoffice.provider_settings import ProviderSettings

PROJECT_ROOT = Path(__file__).resolve().parents[2]


class Settings(LinearSettings, ProviderSettings):
    """What may differ between two runs of the same code."""

    model_config = SettingsConfigDict(
        env_prefix="BACKOFFICE_", env_file=".env", extra="ignore", populate_by_name=True
    )

    data_dir: Path = Field(
        default=PROJECT_ROOT / ".backoffice",
        description="Where the embedded PostgreSQL, its keys and the local mailbox live.",
    )
    database_url: SecretStr | None = Field(
        default=None, description="A PostgreSQL 15+ to use instead of the embedded one."
    )
    db_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="A port on 127.0.0.1 for the embedded PostgreSQL, besides its socket.",
    )
    jwt_secret: SecretStr | None = Field(
        default=None, description="The HS256 secret, in place of the data folder's."
    )
    signing_key: SecretStr | None = Field(
        default=None, description="The ES256 private key as a JWK, in place of the data folder's."
    )
    previous_signing_keys: SecretStr | None = Field(
        default=None,
        description="ES256 keys as a JSON Web Key Set, whose tokens are still believed.",
    )
    ip_hash_key: SecretStr | None = Field(
        default=None, description="The key of visitors' address hashes, as hexadecimal digits."
    )
    encryption_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys of secrets at rest, by comma: the first encrypts, all decrypt.",
    )
    supabase_url: str | None = Field(
        default=None, description="A hosted Supabase project whose REST and auth the UI uses."
    )
    supabase_anon_key: SecretStr | None = Field(
        default=None, description="The public key of that Supabase project."
    )
    cors_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: ["*"],
        description="Web origins that may call REST and auth, by comma; `*` is any.",
    )
    host: str = Field(default="127.0.0.1", description="The address the server listens on.")
    port: int = Field(
        default=54321,
        validation_alias=AliasChoices("BACKOFFICE_PORT", "PORT", "port"),
        ge=0,
        le=65535,
        description="The one port of UI, REST, auth and capture.",
    )
    public_url: str | None = Field(
        default=None, description="The address browsers use, when a proxy stands in front."
    )
    pool_size: int = Field(default=10, ge=2, le=200, description="Connections to PostgreSQL.")
    log_format: str = Field(
        default="auto",
        pattern="^(auto|console|json)$",
        description="How log lines look; `auto` is JSON unless somebody sits at a terminal.",
    )
    log_level: str = Field(
        default="info",
        pattern="^(debug|info|warning|error)$",
        description="The least important lines that are written.",
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="A bearer token that may read `/metrics`; without one, only this machine may.",
    )
    worker_metrics_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="A port on 127.0.0.1 where a worker gives metrics of its own process.",
    )
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Addresses whose X-Forwarded-For and country header are believed.",
    )
    country_header: str | None = Field(
        default=None, description="The proxy's header with the visitor's ISO 3166 country."
    )
    maxmind_path: Path | None = Field(
        default=None, description="A MaxMind country or city database (.mmdb)."
    )
    smtp_host: str | None = Field(
        default=None, description="The server that takes e-mails; none: the local mailbox."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="The SMTP server's port.")
    smtp_user: str | None = Field(default=None, description="The user the SMTP server knows.")
    smtp_password: SecretStr | None = Field(default=None, description="That user's password.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to the SMTP server is encrypted."
    )
    mail_from: str | None = Field(
        default=None, description="The sender of e-mails, `Name <address>` or an address."
    )
    redirect_urls: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Origins or patterns, by comma, where links may lead besides this server.",
    )
    sign_up: bool = Field(default=False, description="Whether anybody may make an account.")
    sign_up_autoconfirm: bool = Field(
        default=False, description="Whether a new account's address is taken for confirmed."
    )
    anonymous_sign_ins: bool = Field(
        default=False, description="Whether people may sign in without saying who they are."
    )
    phone_sign_ins: bool = Field(
        default=False, description="Whether a phone number and a password sign in."
    )
    manual_linking: bool = Field(
        default=False, description="Whether people may link and unlink ways to sign in themselves."
    )
    confirm_both_addresses: bool = Field(
        default=True, description="Whether the old address too confirms a change of e-mail address."
    )
    invitation_lifetime: timedelta = Field(
        default=timedelta(days=7),
        ge=timedelta(hours=1),
        le=timedelta(days=30),
        description="How long the link of an invitation works, in ISO 8601: `P7D`.",
    )
    require_reauthentication: bool = Field(
        default=False,
        description="Whether a session of over a day needs a mailed code to change the password.",
    )
    require_current_password: bool = Field(
        default=False,
        description="Whether a new password needs the current one, but after a link in an e-mail.",
    )
    session_lifetime: timedelta | None = Field(
        default=None, description="How long a session may last, in ISO 8601: `P30D`."
    )
    session_inactivity: timedelta | None = Field(
        default=None, description="After how long without use a session ends: `PT12H`."
    )
    snitcher_api_key: SecretStr | None = Field(
        default=None, description="Snitcher's token: asks it about the addresses of visitors."
    )
    snitcher_url: str = Field(
        default="https://api.snitcher.com", description="Where Snitcher is asked."
    )
    enrich_so_api_key: SecretStr | None = Field(
        default=None, description="Enrich.so's token: asks it about the addresses of visitors."
    )
    enrich_so_url: str = Field(
        default="https://api.enrich.so/v1/api", description="Where Enrich.so is asked."
    )
    enrichment_daily_budget: int = Field(
        default=1000,
        ge=0,
        description="Calls a day and service, repeated ones too, of all processes together.",
    )
    address_retention_days: int = Field(
        default=90, ge=1, le=730, description="How long hashes of visitors' addresses are kept."
    )
    insights_quiet_minutes: float = Field(
        default=5,
        ge=0,
        le=24 * 60,
        description="Minutes without a message after which a conversation is analysed.",
    )
    quality_scorer: Literal["rules", "judge"] = Field(
        default="rules", description="What scores answers: rules, or the model behind `judge_url`."
    )
    judge_url: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="An OpenAI-compatible endpoint, up to and with its `/v1`.",
    )
    judge_api_key: SecretStr | None = Field(default=None, description="The key of that endpoint.")
    judge_model: str | None = Field(default=None, description="The model it is asked for.")
    judge_timeout: float = Field(
        default=30, gt=0, le=300, description="Seconds an answer of the judge may take."
    )
    hubspot_client_id: str | None = Field(
        default=None,
        description="The client id of the HubSpot app; with its secret, HubSpot is on.",
    )
    hubspot_client_secret: SecretStr | None = Field(
        default=None, description="The client secret of the HubSpot app."
    )
    hubspot_url: str = Field(
        default="https://api.hubapi.com",
        pattern=r"^https?://\S+$",
        description="HubSpot's API, or the address of a stand-in (`backoffice demo hubspot`).",
    )
    hubspot_app_url: str = Field(
        default="https://app.hubspot.com",
        pattern=r"^https?://\S+$",
        description="Where people sign in to HubSpot and consent.",
    )
    demo: bool = Field(
        default=True, description="Load demo traffic into an empty embedded database."
    )
    demo_site: bool = Field(
        default=True,
        description="Serve a demonstration site at /demo-site/, on somebody's own machine only.",
    )
    demo_days: int = Field(
        default=90, ge=1, le=730, description="How many days the demo traffic goes back."
    )

    @field_validator("trusted_proxies", "cors_origins", "redirect_urls", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @property
    def is_loopback(self) -> bool:
        """Whether only programs on this machine can reach the server."""
        return _is_loopback(self.host)

    @property
    def is_reachable(self) -> bool:
        """Whether other machines reach the server, directly or through a proxy."""
        proxy = urlsplit(self.public_url or "").hostname
        return not self.is_loopback or (proxy is not None and not _is_loopback(proxy))

    @property
    def is_development(self) -> bool:
        """Whether this is somebody's own machine: loopback, the embedded database, no proxy."""
        return self.is_loopback and self.database_url is None and self.public_url is None

    @property
    def has_demo_site(self) -> bool:
        """Whether the demonstration site and its agent are served: never from a deployment."""
        return self.demo_site and self.is_development

    @property
    def url(self) -> str:
        """The address the UI, links in e-mails and the token issuer use."""
        host = "127.0.0.1" if self.is_loopback else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
