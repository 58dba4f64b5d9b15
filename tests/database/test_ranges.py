"""How a range of days splits into whole months, whole weeks and single days."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from support.database import TestDatabase

dates = st.dates(date(2023, 12, 1), date(2028, 3, 31))
lengths = st.integers(1, 366)


@pytest.fixture(scope="module")
def owner(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres") as opened:
        yield opened


@given(first=dates, length=lengths)
def test_every_day_of_a_range_is_in_one_part(
    owner: Connection[Any], first: date, length: int
) -> None:
    last = first + timedelta(days=length - 1)
    row = owner.execute(
        "select rollup.whole_months(d.f, d.t), rollup.whole_weeks(d.f, d.t), rollup.single_days(d.f, d.t)"
        " from (select %s::date, %s::date) as d (f, t)",
        [first, last],
    ).fetchone()
    assert row is not None
    months, weeks, days = row

    assert all(month.day == 1 for month in months)
    assert all(week.weekday() == 0 for week in weeks)
    found = [
        month + timedelta(days=n)
        for month in months
        for n in range(monthrange(month.year, month.month)[1])
    ]
    found += [week + timedelta(days=n) for week in weeks for n in range(7)]
    found += days
    assert sorted(found) == [first + timedelta(days=n) for n in range(length)]
    # No whole week is left in days: there are at most six at either end, and on both sides of the months.
    assert len(days) <= 24


@given(first=dates, length=lengths, kept_from=st.integers(-40, 40), kept_to=st.integers(-40, 40))
def test_a_wider_range_is_whole_months_with_little_else(
    owner: Connection[Any], first: date, length: int, kept_from: int, kept_to: int
) -> None:
    last = first + timedelta(days=length - 1)
    oldest, newest = first + timedelta(days=kept_from), last + timedelta(days=kept_to)
    row = owner.execute(
        "select lower(wide.range), upper(wide.range) - 1"
        " from rollup.widened(%s, %s, %s, %s) as wide (range)",
        [first, last, oldest, newest],
    ).fetchone()
    assert row is not None
    wide_first, wide_last = row
    assert wide_first in (first, first.replace(day=1))
    end = last.replace(day=monthrange(last.year, last.month)[1])
    assert wide_last in (last, end)
    taken_off = (first - max(wide_first, min(oldest, first))).days
    taken_off += (min(wide_last, max(newest, last)) - last).days
    assert taken_off < length


@given(first=dates, length=lengths, bucket=st.sampled_from(["day", "week", "month"]))
def test_days_beside_whole_buckets(
    owner: Connection[Any], first: date, length: int, bucket: str
) -> None:
    last = first + timedelta(days=length - 1)
    row = owner.execute(
        "select rollup.single_days_of_buckets(%s, %s, %s)", [first, last, bucket]
    ).fetchone()
    assert row is not None
    every = [first + timedelta(days=n) for n in range(length)]
    if bucket == "day":
        assert row[0] == every
        return
    assert row[0] == [day for day in every if not is_whole(day, bucket, first, last)]


def is_whole(day: date, bucket: str, first: date, last: date) -> bool:
    """Whether the week or month of a day lies in a range as a whole."""
    if bucket == "week":
        start = day - timedelta(days=day.weekday())
        end = start + timedelta(days=6)
    else:
        start = day.replace(day=1)
        end = day.replace(day=monthrange(day.year, day.month)[1])
    return first <= start and end <= last
