"""What an AI Section holds, as it is sent: every field checked, every mistake named."""

from __future__ import annotations

import asyncio
import re
import secrets
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from backoffice.content.css import CleanCss, clean_css
from backoffice.content.url_patterns import check_pattern
from backoffice.http.refused import FieldError, InvalidFields

MAX_CSS: Final = 20_000
# What is delivered: cleaning writes the section's name before each selector.
MAX_CLEANED_CSS: Final = 40_000
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
COLOR: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _plain(value: Any) -> Any:
    """One line of text; markup in it stays the text it is."""
    if not isinstance(value, str):
        return value
    if CONTROL.search(value):
        raise ValueError("It contains control characters.")
    return " ".join(value.split())


def _color(value: str) -> str:
    if not COLOR.fullmatch(value):
        raise ValueError("A colour is written #rrggbb, such as #1a73e8.")
    digits = value[1:].lower()
    return f"#{digits if len(digits) == 6 else ''.join(each * 2 for each in digits)}"


def _slug(value: str) -> str:
    if not SLUG.fullmatch(value):
        raise ValueError("A slug has small letters, digits and single hyphens between them.")
    return value


def _css(value: str) -> str:
    if CONTROL.search(value):
        raise ValueError("It contains control characters.")
    return value


OneLine: Final = BeforeValidator(_plain)
Color = Annotated[str, AfterValidator(_color)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(_slug)]
Pattern = Annotated[str, OneLine, AfterValidator(check_pattern)]
QuestionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Css = Annotated[str, StringConstraints(max_length=MAX_CSS), AfterValidator(_css)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Part(BaseModel):
    """A part of a request's body: wrong types and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Question(Part):
    """A suggested question; events name it by its id."""

    id: QuestionId = Field(default_factory=lambda: secrets.token_hex(4))
    text: Annotated[str, StringConstraints(min_length=1, max_length=200), OneLine]


class SearchBar(Part):
    """Where visitors type a question of their own."""

    enabled: bool = False
    placeholder: Annotated[str, StringConstraints(max_length=120), OneLine] = ""


class Colors(Part):
    """What the section is drawn with."""

    background: Color = "#ffffff"
    text: Color = "#1a1d21"
    accent: Color = "#b3124a"
    accent_text: Color = "#ffffff"


class Urls(Part):
    """Which pages show it; no include means every page."""

    include: Annotated[list[Pattern], Field(max_length=50)] = Field(default_factory=list)
    exclude: Annotated[list[Pattern], Field(max_length=50)] = Field(default_factory=list)


class Content(Part):
    """All of a section that has versions."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=120), OneLine]
    questions: Annotated[list[Question], Field(max_length=20)] = Field(default_factory=list)
    search_bar: SearchBar = Field(default_factory=SearchBar)
    layout: Literal["list", "chips", "cards"] = "list"
    colors: Colors = Field(default_factory=Colors)
    custom_css: Css = ""
    urls: Urls = Field(default_factory=Urls)

    @field_validator("questions")
    @classmethod
    def _each_once(cls, questions: list[Question]) -> list[Question]:
        for name in ("id", "text"):
            values = [getattr(question, name) for question in questions]
            twice = next((value for value in values if values.count(value) > 1), None)
            if twice is not None:
                raise ValueError(f"“{twice[:60]}” is there twice.")
        return questions

    async def cleaned(self) -> CleanCss:
        """The custom CSS as visitors get it. Raises `InvalidFields` when that is too much."""
        return await cleaned_css(self.custom_css)


async def cleaned_css(source: str) -> CleanCss:
    """`clean_css`, out of everybody's way: hostile CSS takes half a second."""
    cleaned = await asyncio.to_thread(clean_css, source)
    if len(cleaned.css) > MAX_CLEANED_CSS:
        message = (
            f"With the section's name before each selector it is too long:"
            f" {len(cleaned.css):,} of {MAX_CLEANED_CSS:,} characters."
        )
        raise InvalidFields([FieldError("content.custom_css", message)])
    return cleaned


class Creation(Part):
    """The body of a new section."""

    slug: Slug
    content: Content


class Save(Part):
    """The body of a save, with the version it is based on."""

    version: Version
    slug: Slug
    content: Content


class Based(Part):
    """The body of what is done to a version."""

    version: Version


class Revert(Based):
    """The body of a revert: which version to bring back, on top of which."""

    to: Version


class Switch(Part):
    """The body of turning on or off."""

    enabled: bool


class Order(Part):
    """The body of a new order: every section of the domain."""

    ids: Annotated[list[str], Field(max_length=1000)]


class Copy(Part):
    """The body of a duplication: where to, and as what."""

    site_domain: Annotated[str, StringConstraints(max_length=253)]
    slug: Slug


class Typed(Part):
    """The body of a cleaning: CSS as typed."""

    css: Css
