"""Issues and comments as Linear tells of them, checked; and which comments are for the reporter."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

PUBLIC_MARK: Final = "#public"
"""A comment that begins with it is shown to the reporter, without it."""

MAX_COMMENT: Final = 20_000

Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
# It becomes a link on the page.
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\x00-\x20<>\"]{1,1000}$")]


class _News(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class IssueState(_News):
    """The column of the board an issue stands in."""

    name: Name
    type: Name


class Issue(_News):
    """What a ticket follows of its issue."""

    id: UUID
    identifier: Name
    url: Address
    updated_at: AwareDatetime = Field(alias="updatedAt")
    state: IssueState
    trashed: bool | None = None

    @property
    def stored(self) -> dict[str, Any]:
        """As the database takes it."""
        return {
            "id": str(self.id),
            "identifier": self.identifier,
            "url": self.url,
            "updatedAt": self.updated_at.isoformat(),
            "state": {"name": self.state.name, "type": self.state.type},
        }


class Author(_News):
    """Who wrote a comment."""

    name: str = ""


class Comment(_News):
    """A comment of an issue."""

    id: UUID
    body: str = ""
    created_at: AwareDatetime = Field(alias="createdAt")
    updated_at: AwareDatetime = Field(alias="updatedAt")
    user: Author | None = None

    def stored(self, removed_at: datetime | None = None) -> dict[str, Any]:
        """As the database takes it: with its text only when it is public, and not removed."""
        text = None if removed_at else public_text(self.body)
        author = self.user.name.replace("\0", "").strip()[:200] if self.user else ""
        return {
            "id": str(self.id),
            "author": (author or "Rose") if text is not None else None,
            "body": text,
            "createdAt": self.created_at.isoformat(),
            "updatedAt": max(self.updated_at, removed_at or self.updated_at).isoformat(),
        }


def public_text(body: str) -> str | None:
    """What a comment says to the reporter; None when it is not meant for them."""
    text = body.replace("\0", "")
    mark, rest = text[: len(PUBLIC_MARK)], text[len(PUBLIC_MARK) :]
    if mark.lower() != PUBLIC_MARK or (rest and (rest[0].isalnum() or rest[0] in "-_")):
        return None
    said = rest.lstrip(" \t:\r\n").rstrip()
    if len(said) > MAX_COMMENT:
        said = f"{said[: MAX_COMMENT - 1]}…"
    return said or None
