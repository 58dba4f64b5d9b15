"""Who visits when: a day's visits on one site, with seasons, weekends, holidays and campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from backoffice.demo.catalogue import Client, clients, dice, world
from backoffice.demo.people import Person, person

DEFAULT_SEED = 7
RETURNING_SHARE = 0.27
LONGEST_ABSENCE = 45
CAMPAIGN_DAYS = 4
CAMPAIGN_LIFT = 1.6
HOLIDAY_DIP = 0.4
GROWTH_PER_YEAR = 0.08
LAST_WEEK = 7


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit; `number` is its place among the day's visits of the site."""

    client: Client
    person: Person
    day: date
    number: int
    start: datetime
    in_campaign: bool
    returning: bool


def visits_on(client: Client, day: date, seed: int = DEFAULT_SEED, scale: float = 1.0) -> int:
    """How many visits the site has on `day`: a matter of the calendar, not of when it is asked."""
    volume = client.visits * scale * world().weekdays[day.weekday()] * _season(day)
    if day.strftime("%m-%d") in world().holidays:
        volume *= HOLIDAY_DIP
    if in_campaign(client, day, seed):
        volume *= CAMPAIGN_LIFT
    return round(volume * dice(seed, client.site, day, "volume").uniform(0.93, 1.07))


def in_campaign(client: Client, day: date, seed: int = DEFAULT_SEED) -> bool:
    """Whether one of the site's campaigns runs on `day`: once every other month, for some days."""
    if day.month % 2 == 0:
        return False
    start = dice(seed, client.site, day.year, day.month, "campaign").randint(5, 22)
    return start <= day.day < start + CAMPAIGN_DAYS


def plan_day(
    client: Client, day: date, seed: int = DEFAULT_SEED, scale: float = 1.0
) -> Iterator[Visit]:
    """The day's visits, in no particular order."""
    campaign = in_campaign(client, day, seed)
    for number in range(visits_on(client, day, seed, scale)):
        rng = dice(seed, client.site, day, number, "visit")
        origin, index = day, number
        if rng.random() < RETURNING_SHARE:
            origin = day - timedelta(days=min(LONGEST_ABSENCE, 1 + int(rng.expovariate(0.18))))
            index = rng.randrange(max(1, visits_on(client, origin, seed, scale)))
        visitor = person(client, seed, origin, index)
        yield Visit(
            client=client,
            person=visitor,
            day=day,
            number=number,
            start=_moment(client, visitor, day, rng.choices(range(24), weights=world().hours)[0])
            + timedelta(seconds=rng.randrange(3600), milliseconds=rng.randrange(1000)),
            in_campaign=campaign,
            returning=origin != day,
        )


def days_until(now: datetime, client: Client, days: int) -> list[date]:
    """The last `days` calendar days of the site, today's last."""
    today = now.astimezone(ZoneInfo(client.timezone)).date()
    return [today - timedelta(days=back) for back in range(days - 1, -1, -1)]


def chunks(now: datetime, days: int) -> list[tuple[Client, date]]:
    """Every site's days: the last week from today backwards, then all others in their order.

    The last week is what is looked at first. The rest goes forward in time because going back
    mends what later visits of the same people say of the time before: a third slower, measured.
    """
    every = [(client, day) for client in clients() for day in days_until(now, client, days)]
    every.sort(key=lambda chunk: (chunk[1], chunk[0].visits))
    recent = LAST_WEEK * len(clients())
    return every[: -recent - 1 : -1] + every[:-recent]


def _moment(client: Client, visitor: Person, day: date, hour: int) -> datetime:
    """The hour of `day` at the site at which the visitor's own clock shows `hour`."""
    noon = datetime.combine(day, time(12), ZoneInfo(client.timezone))
    offset = noon.utcoffset() or timedelta()
    ahead = visitor.home.offset - offset.total_seconds() / 3600
    minutes = round((hour - ahead) * 60) % (24 * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(client.timezone))


@lru_cache(maxsize=1024)
def _season(day: date) -> float:
    """The month's weight, drifting to the next month's, and growth that starts anew each year."""
    months = world().months
    here, following = months[day.month - 1], months[day.month % 12]
    drift = here + (following - here) * (day.day - 1) / 31
    return drift * (1 + GROWTH_PER_YEAR * (day.timetuple().tm_yday / 365 - 0.5))
