"""The made-up clients, their visitors' world and the words spoken, read from `content/*.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter

Item = TypeVar("Item")

LANGUAGES = ("en", "fr", "de", "es", "it", "nl", "pt")


class Content(BaseModel):
    """A part of the content files."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Client(Content):
    """A client's website. `visits` is the number of sessions on an average working day."""

    site: str
    name: str
    organization: str
    timezone: str
    staging: str
    slug: str
    product: str
    visits: int
    campaign: str
    modules: list[str]
    tools: list[str]
    rivals: list[str]
    prices: list[str]
    plans: list[str]
    sdks: list[str]
    countries: dict[str, int]
    sections: dict[str, list[str]]


class Country(Content):
    """Where visitors are: hours east of Greenwich, the languages they write, their cities."""

    offset: float
    languages: dict[str, int]
    cities: list[str]


class Channel(Content):
    """How a visit begins."""

    weight: int
    referrer: str | None
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None


class Device(Content):
    """What a visitor browses with."""

    weight: int
    device: str
    os: str
    browser: str
    width: int
    agent: str


class World(Content):
    """What is the same for every client. `hours` and `weekdays` are weights, Monday first."""

    countries: dict[str, Country]
    hours: list[int]
    weekdays: list[float]
    months: list[float]
    holidays: list[str]
    channels: list[Channel]
    devices: list[Device]
    bots: list[str]
    first_names: dict[str, list[str]]
    last_names: dict[str, list[str]]
    company_words: list[list[str]]


class Exchange(Content):
    """Ways to ask something, and ways to answer it."""

    q: list[str]
    a: list[str]


class Thread(Exchange):
    """A question, its answers, and the questions that may follow."""

    then: list[Exchange]


class Talk(Content):
    """What people and the agent say in one language."""

    links: list[str]
    also: list[str]
    openers: list[str]
    closers: list[str]
    industries: list[str]
    roles: list[str]
    context: list[str]
    topics: dict[str, list[Thread]]
    unknown: list[str]
    unanswered: list[str]
    offer: list[str]
    yes: list[str]
    no: list[str]
    no_answer: list[str]
    ask_email: list[str]
    email: list[str]
    booked: list[str]
    noted: list[str]
    thanks: list[str]
    thanks_answer: list[str]


@cache
def clients() -> tuple[Client, ...]:
    """The clients demo traffic is made for."""
    return TypeAdapter(tuple[Client, ...]).validate_json(_read("clients.json"))


@cache
def world() -> World:
    """Where visitors come from."""
    return World.model_validate_json(_read("world.json"))


@cache
def talk(language: str) -> Talk:
    """What is said in `language`, one of `LANGUAGES`."""
    return Talk.model_validate_json(_read(f"talk.{language}.json"))


def _read(name: str) -> bytes:
    return files("backoffice.demo").joinpath("content", name).read_bytes()


def dice(*parts: object) -> Random:
    """Random numbers that are always the same for the same parts."""
    return Random("/".join(map(str, parts)))


def draw(rng: Random, weights: Mapping[Item, float]) -> Item:
    """One of the keys, as often as its weight says."""
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def zipf(rng: Random, items: Sequence[Item]) -> Item:
    """One of the items; the nth is drawn 1/n as often as the first."""
    return rng.choices(items, weights=[1 / (place + 1) for place in range(len(items))])[0]


def random_id(rng: Random) -> UUID:
    """A UUID from the dice (version 4)."""
    return UUID(int=rng.getrandbits(128), version=4)


def timed_id(rng: Random, milliseconds: int) -> str:
    """A UUID version 7 as posthog-js makes them for sessions and browsers (RFC 9562, 5.7)."""
    value = (milliseconds << 80) | rng.getrandbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)
    return str(UUID(int=value & ~(0x3 << 62) | (0x2 << 62)))
