"""What people send to the routes of users."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from backoffice.http.bodies import DOMAIN

MAX_DOMAINS = 500
MAX_USERS = 500


def _email(text: str) -> str:
    try:
        # Names without a dot (`@localhost`) are no addresses one can write to from here.
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise ValueError("This is no e-mail address.") from error


def _domain(text: str) -> str:
    if not DOMAIN.fullmatch(text):
        raise ValueError("This is no domain.")
    return text


Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]
Domains = Annotated[list[Annotated[str, AfterValidator(_domain)]], Field(max_length=MAX_DOMAINS)]
Name = Annotated[str, Field(max_length=200)]
Role = Literal["admin", "user"]


class Body(BaseModel):
    """Wrong types and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", str_strip_whitespace=True)


class Invitation(Body):
    """Whom to invite, and as what."""

    email: Email
    full_name: Name = ""
    role: Role = "user"
    domains: Domains = []


class Change(Body):
    """What of a person becomes different."""

    full_name: Name | None = None
    role: Role | None = None
    mfa_required: bool | None = None


class Assignment(Body):
    """Domains that several people get and lose."""

    user_ids: Annotated[
        list[Annotated[UUID, Field(strict=False)]], Field(min_length=1, max_length=MAX_USERS)
    ]
    add: Domains = []
    remove: Domains = []


class Switch(Body):
    """Whether somebody may come in."""

    disabled: bool


class AccessSettings(Body):
    """What holds for many people at once."""

    admins_need_second_factor: bool


class View(Body):
    """As whom to see the product."""

    user_id: Annotated[UUID, Field(strict=False)]
