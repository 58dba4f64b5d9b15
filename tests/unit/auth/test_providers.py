"""Which other services are set up, and what of a setup is refused."""

from __future__ import annotations

import pytest

from backoffice.auth.config import AuthConfig
from backoffice.auth.person import Person
from backoffice.errors import ConfigurationError
from backoffice.settings import Settings


def configured(monkeypatch: pytest.MonkeyPatch, **values: str) -> AuthConfig:
    for name, value in values.items():
        monkeypatch.setenv(f"BACKOFFICE_{name.upper()}", value)
    return AuthConfig.of(Settings())


def test_nothing_is_set_up_unless_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not configured(monkeypatch).providers


def test_a_service_is_on_with_its_id_and_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    config = configured(
        monkeypatch,
        google_client_id="web, ios",
        google_secret="s",
        azure_client_id="a",
        azure_secret="t",
        keycloak_client_id="k",
        keycloak_secret="u",
        keycloak_url="https://sso.example.com/realms/staff/",
        linkedin_oidc_client_id="l",
        linkedin_oidc_secret="v",
    )
    google = config.providers["google"]
    assert (google.client_id, google.client_ids) == ("web", ["web", "ios"])
    assert google.issuer == "https://accounts.google.com"
    assert config.providers["azure"].issuer == "https://login.microsoftonline.com/common/v2.0"
    assert config.providers["keycloak"].issuer == "https://sso.example.com/realms/staff"
    assert list(config.providers) == ["google", "azure", "keycloak", "linkedin_oidc"]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"google_client_id": "x"}, "BACKOFFICE_GOOGLE_SECRET"),
        ({"google_secret": "x"}, "BACKOFFICE_GOOGLE_CLIENT_ID"),
        ({"google_client_id": "x,", "google_secret": "x"}, "BACKOFFICE_GOOGLE_CLIENT_ID"),
        ({"google_client_id": "x", "google_secret": ""}, "BACKOFFICE_GOOGLE_SECRET"),
        ({"keycloak_client_id": "x", "keycloak_secret": "x"}, "BACKOFFICE_KEYCLOAK_URL"),
        (
            {"gitlab_client_id": "x", "gitlab_secret": "x", "gitlab_url": "http://git.example"},
            "BACKOFFICE_GITLAB_URL must begin with https",
        ),
        (
            {
                "gitlab_client_id": "x",
                "gitlab_secret": "x",
                "gitlab_url": "http://127.0.0.1.evil.org",
            },
            "BACKOFFICE_GITLAB_URL must begin with https",
        ),
    ],
)
def test_half_a_setup_is_refused(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], names: str
) -> None:
    with pytest.raises(ConfigurationError, match=names):
        configured(monkeypatch, **values)


def test_what_a_service_says_is_kept_within_bounds() -> None:
    claims = {"name": "x" * 2000, "full_name": "Ada", "locale": 7, "picture": ""}
    person = Person(subject="s", email="a@b.c", email_verified=True, claims=claims)
    assert person.identity_data() == {
        "full_name": "Ada",
        "sub": "s",
        "provider_id": "s",
        "email": "a@b.c",
        "email_verified": True,
        "phone_verified": False,
    }
    assert person.profile() == {"full_name": "Ada"}
