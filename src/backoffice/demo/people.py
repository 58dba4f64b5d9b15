"""The visitors: who they are follows from seed, site, and the visit that brought them first."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from backoffice.demo.catalogue import Client, Country, Device, dice, draw, timed_id, world
from backoffice.demo.companies import COMPANIES, Company, company

BOT_SHARE = 0.045
INTERNAL_SHARE = 0.012
STAGING_SHARE = 0.01
REVEALED_SHARE = 0.16
PRIVATE_MAIL_SHARE = 0.2
PRIVATE_MAIL = ("gmail.com", "outlook.com", "proton.me", "yahoo.com", "icloud.com")
INTERNAL_ADDRESSES = 2


class Sort(StrEnum):
    """Whether a visitor is one who counts, and why not."""

    PERSON = "person"
    BOT = "bot"
    INTERNAL = "internal"
    STAGING = "staging"


@dataclass(frozen=True, slots=True)
class Person:
    """One browser on one site, and whoever sits before it. `interest` is 1 on average."""

    sort: Sort
    distinct_id: str
    country: str
    language: str
    city: str
    device: Device
    ip_hash: str
    first_name: str
    last_name: str
    email: str
    interest: float
    company: Company
    revealed: bool

    @property
    def home(self) -> Country:
        """The country they are in."""
        return world().countries[self.country]


def address_hash(site: str, label: str) -> str:
    """What stands for an IP address: demo visitors have none."""
    return sha256(f"backoffice:demo:{site}:{label}".encode()).hexdigest()


def internal_addresses(client: Client) -> list[str]:
    """The address hashes of the client's own offices."""
    return [address_hash(client.site, f"office-{n}") for n in range(INTERNAL_ADDRESSES)]


def person(client: Client, seed: int, day: date, index: int) -> Person:
    """Who first came on `day` as visitor number `index`; always the same for the same arguments."""
    rng = dice(seed, client.site, day, index, "person")
    country = draw(rng, client.countries)
    home = world().countries[country]
    language = draw(rng, home.languages)
    device = draw(rng, {place: device.weight for place, device in enumerate(world().devices)})
    first_name = rng.choice(world().first_names[language])
    last_name = rng.choice(world().last_names[language])
    employer = company(rng.randrange(COMPANIES))
    # Colleagues share an office, and with it an address.
    place = employer.slug if rng.random() < 0.5 else f"{day}/{index}"
    sort = draw(
        rng,
        {
            Sort.BOT: BOT_SHARE,
            Sort.INTERNAL: INTERNAL_SHARE,
            Sort.STAGING: STAGING_SHARE,
            Sort.PERSON: 1 - BOT_SHARE - INTERNAL_SHARE - STAGING_SHARE,
        },
    )
    # Dice of their own: what was drawn before there were companies stays as it was.
    more = dice(seed, client.site, day, index, "company")
    is_private = more.random() < PRIVATE_MAIL_SHARE
    mail = more.choice(PRIVATE_MAIL) if is_private else employer.domain
    midnight = datetime.combine(day, time(), ZoneInfo(client.timezone))
    return Person(
        sort=sort,
        distinct_id=timed_id(rng, int(midnight.timestamp() * 1000) + index),
        country=country,
        language=language,
        city=rng.choice(home.cities),
        device=world().devices[device],
        ip_hash=rng.choice(internal_addresses(client))
        if sort is Sort.INTERNAL
        else address_hash(client.site, place),
        first_name=first_name,
        last_name=last_name,
        email=f"{_plain(first_name)}.{_plain(last_name)}@{mail}",
        interest=min(4.0, rng.lognormvariate(-0.25, 0.7)),
        company=employer,
        revealed=more.random() < REVEALED_SHARE,
    )


def _plain(name: str) -> str:
    replaced = name.lower().replace("ı", "i").replace("ß", "ss")
    letters = unicodedata.normalize("NFKD", replaced)
    return "".join(letter for letter in letters if letter.isascii() and letter.isalpha())
