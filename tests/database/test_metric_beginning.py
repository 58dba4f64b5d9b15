"""Since when a figure is what it is, beside every parting of the days tried in Python."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from statistics import fmean
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from support.database import TestDatabase

ADMIN = "a0000000-0000-4000-8000-000000000001"
USER = "a0000000-0000-4000-8000-000000000002"
CLEAR = 12.35
TO = date(2026, 6, 28)
_numbers = count(1)
Series = dict[date, int]


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("supabase_admin") as connection:
        yield connection


@pytest.fixture(scope="module")
def person(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("authenticated", {"sub": ADMIN}) as connection:
        yield connection


def make_site(owner: Connection[Any], **figures: Series) -> str:
    site = f"since{next(_numbers)}.example"
    owner.execute("select private.create_domain(%s, 'S', 'UTC', 'S')", [site])
    for metric, series in figures.items():
        for day, n in series.items():
            owner.execute(
                "insert into rollup.daily (site_domain, metric, dimension, value, day, n)"
                " values (%s, %s, '', '', %s, %s)",
                [site, metric, day, n],
            )
    return site


def days(length: int) -> list[date]:
    """Those of a range and as many before it."""
    return [TO - timedelta(days=n) for n in reversed(range(2 * length))]


def asked(
    person: Connection[Any], site: str, length: int, metric: str, rate: bool = False
) -> tuple[Any, ...] | None:
    return person.execute(
        "select * from public.get_metric_beginning(%s, %s, %s, %s, %s)",
        [[site], TO - timedelta(days=length - 1), TO, metric, rate],
    ).fetchone()


def tried(values: dict[date, float]) -> tuple[date, float, float, int, int] | None:
    by_weekday = defaultdict(list)
    for day, value in values.items():
        by_weekday[day.weekday()].append(value)
    off = {day: value - fmean(by_weekday[day.weekday()]) for day, value in values.items()}
    order = sorted(values)
    least = max(7, 0.15 * len(order))
    best: tuple[float, date] | None = None
    for place, day in enumerate(order):
        if place < least or len(order) - place < least:
            continue
        parts = [off[each] for each in order[:place]], [off[each] for each in order[place:]]
        within = sum(sum((n - fmean(part)) ** 2 for n in part) for part in parts)
        between = sum(n * n for n in off.values()) - within
        clear = between > 1e-9 and (len(order) - 2) * between >= CLEAR * within
        if clear and (best is None or between > best[0] + 1e-9):
            best = (between, day)
    if best is None:
        return None
    day = best[1]
    before, after = [d for d in order if d < day], [d for d in order if d >= day]
    return (
        day,
        fmean(values[d] for d in before),
        fmean(values[d] for d in after),
        len(before),
        len(after),
    )


def step(chance: random.Random, length: int) -> Callable[[int], int]:
    at, size = chance.randrange(2 * length), chance.choice([0, 0, 2, 6, 20])
    return lambda n: max(0, 12 + chance.randrange(-4, 5) + (size if n >= at else 0))


@pytest.mark.parametrize("seed", range(16))
def test_every_parting_of_the_days_tried(
    owner: Connection[Any], person: Connection[Any], seed: int
) -> None:
    chance = random.Random(seed)
    length = chance.choice([7, 10, 28, 60])
    draw = step(chance, length)
    # Fewer come on Sundays, which is no beginning of anything.
    series = {
        day: draw(n) // (4 if day.weekday() == 6 else 1) for n, day in enumerate(days(length))
    }
    site = make_site(owner, widget_displayed=series)
    found, expected = asked(person, site, length, "widget_displays"), tried(dict(series))
    assert (found is None) == (expected is None)
    if found and expected:
        assert found[0] == expected[0]
        assert found[1:] == pytest.approx(expected[1:])


def test_a_rate_leaves_out_the_days_without_a_base(
    owner: Connection[Any], person: Connection[Any]
) -> None:
    series = days(28)
    talks = {day: 0 if n % 5 == 0 else 4 for n, day in enumerate(series)}
    turns = {day: talks[day] * (2 if n < 40 else 3) for n, day in enumerate(series)}
    site = make_site(owner, messaged_conversations=talks, turns=turns)
    found = asked(person, site, 28, "turns", rate=True)
    assert found is not None
    # Day 40 had no conversation.
    assert found[:3] == (series[41], 2.0, 3.0)
    assert found[3] + found[4] == sum(n > 0 for n in talks.values())


def test_no_beginning_where_nothing_changes_or_days_are_few(
    owner: Connection[Any], person: Connection[Any]
) -> None:
    flat = make_site(owner, widget_displayed=dict.fromkeys(days(28), 9))
    assert asked(person, flat, 28, "widget_displays") is None
    assert asked(person, make_site(owner), 28, "widget_displays") is None
    short = make_site(owner, widget_displayed={day: 5 * n for n, day in enumerate(days(5))})
    assert asked(person, short, 5, "widget_displays") is None


def test_each_sees_their_own(
    owner: Connection[Any], person: Connection[Any], database: TestDatabase
) -> None:
    series = {day: 5 if n < 30 else 50 for n, day in enumerate(days(28))}
    site = make_site(owner, widget_displayed=series)
    assert asked(person, site, 28, "widget_displays") is not None
    with database.connect("authenticated", {"sub": USER}) as stranger:
        assert asked(stranger, site, 28, "widget_displays") is None
    with (
        database.connect("anon", {}) as nobody,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        asked(nobody, site, 28, "widget_displays")


def test_an_unknown_metric_is_refused(person: Connection[Any]) -> None:
    with pytest.raises(psycopg.Error) as raised:
        asked(person, "abtasty.com", 28, "happiness")
    assert raised.value.sqlstate == "PT400"
