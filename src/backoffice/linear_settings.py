"""Linear, which takes tickets: it is used once a key and a team are set."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

KINDS = ("chatbot", "other")


class LinearSettings(BaseSettings):
    """How to reach Linear, and where in it tickets go."""

    linear_api_key: SecretStr | None = Field(
        default=None, description="Linear's API key or OAuth token: tickets become its issues."
    )
    linear_team: str | None = Field(
        default=None, description="The team that gets the issues: its key (`ROSE`), name or id."
    )
    linear_labels: str = Field(
        default="",
        description="A label for each kind of ticket: `chatbot=Chatbot issue,other=Feedback`.",
    )
    linear_webhook_secret: SecretStr | None = Field(
        default=None, description="The signing secret of Linear's webhook, for status at once."
    )
    linear_url: str = Field(
        default="https://api.linear.app/graphql",
        pattern=r"^https?://\S+$",
        description="Linear's GraphQL endpoint.",
    )

    @field_validator("linear_labels")
    @classmethod
    def _known_kinds(cls, value: str) -> str:
        for part in value.split(","):
            kind, equals, name = (each.strip() for each in part.partition("="))
            if part.strip() and (kind not in KINDS or not equals or not name):
                raise ValueError("write it as chatbot=Name of a label,other=Name of a label")
        return value

    @property
    def linear_label_of(self) -> dict[str, str]:
        """The name of the label of each kind that has one."""
        parts = (part.partition("=") for part in self.linear_labels.split(",") if part.strip())
        return {kind.strip(): name.strip() for kind, _, name in parts}

    @property
    def linear_missing(self) -> list[str]:
        """The settings without which tickets stay here."""
        needed = {
            "BACKOFFICE_LINEAR_API_KEY": self.linear_api_key,
            "BACKOFFICE_LINEAR_TEAM": self.linear_team,
        }
        return [name for name, value in needed.items() if not value]
