"""Demo traffic: always the same, in believable proportions, and people repeat themselves little."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backoffice.demo.catalogue import LANGUAGES, clients, talk, world
from backoffice.demo.companies import directory
from backoffice.demo.load import Day, Order, make_day
from backoffice.demo.people import Sort, person
from backoffice.demo.phrases import Voice
from backoffice.demo.plan import chunks, in_campaign, plan_day, visits_on

NOW = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
ORDER = Order(now=NOW, days=14)
CONVERSIONS = ("demo_proposed", "cta_clicked", "email_captured", "demo_booked")


@pytest.fixture(scope="module")
def fortnight() -> list[Day]:
    return [make_day(client, day, ORDER) for client, day in chunks(NOW, ORDER.days)]


def events(days: list[Day]) -> list[dict[str, Any]]:
    return [event for day in days for event in day.events]


def messages(days: list[Day]) -> list[dict[str, Any]]:
    return [message for day in days for message in day.messages]


def test_the_same_seed_and_day_make_the_same_rows() -> None:
    client, day = clients()[0], date(2026, 11, 20)
    made = make_day(client, day, ORDER)
    later = Order(now=NOW + timedelta(days=40), days=90)
    assert make_day(client, day, later) == made
    assert make_day(client, day, Order(now=NOW, seed=8)) != made


def test_ids_are_unique(fortnight: list[Day]) -> None:
    uuids = [event["uuid"] for event in events(fortnight)]
    assert len(uuids) == len(set(uuids))
    said = [message["id"] for message in messages(fortnight)]
    assert len(said) == len(set(said))


def test_a_later_load_only_adds_to_an_unfinished_day() -> None:
    client, today = clients()[0], date(2026, 11, 23)
    early = make_day(client, today, Order(now=NOW - timedelta(hours=3)))
    late = make_day(client, today, ORDER)
    known = {event["uuid"]: event for event in late.events}
    assert 0 < len(early.events) < len(late.events)
    assert all(known[event["uuid"]] == event for event in early.events)


def test_nothing_happens_after_now(fortnight: list[Day]) -> None:
    times = [event["occurred_at"] for event in events(fortnight)]
    times += [message["sent_at"] for message in messages(fortnight)]
    assert max(datetime.fromisoformat(time) for time in times) <= NOW


def test_visits_start_on_their_day() -> None:
    for client in clients():
        zone = ZoneInfo(client.timezone)
        for visit in plan_day(client, date(2026, 10, 25)):
            started = visit.start.astimezone(zone).date()
            assert started - date(2026, 10, 25) in (timedelta(), timedelta(days=1))


@pytest.mark.parametrize("last", [date(2026, 1, 5), date(2026, 4, 10), date(2027, 8, 31)])
def test_ninety_days_are_enough_in_every_season(last: date) -> None:
    visits = sum(
        visits_on(client, last - timedelta(days=back)) for client in clients() for back in range(90)
    )
    # A visit has 4.27 events and 0.178 conversations on average.
    assert visits * 4.2 > 150_000
    assert visits * 0.175 > 6_000


def test_weekends_are_quiet_and_campaigns_are_not() -> None:
    for client in clients():
        year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
        campaign = [day for day in year if in_campaign(client, day)]
        assert 12 <= len(campaign) <= 30
        mondays = [visits_on(client, day) for day in year if day.weekday() == 0]
        sundays = [visits_on(client, day) for day in year if day.weekday() == 6]
        assert sum(sundays) * 2 < sum(mondays)


def test_people_come_when_they_are_awake() -> None:
    by_hour: Counter[int] = Counter()
    for visit in plan_day(clients()[0], date(2026, 11, 18)):
        local = visit.start.astimezone(UTC) + timedelta(hours=visit.person.home.offset)
        by_hour[local.hour] += 1
    assert sum(by_hour[hour] for hour in range(8, 19)) > 0.75 * by_hour.total()


def test_the_funnel_narrows_at_every_step(fortnight: list[Day]) -> None:
    names = Counter(event["name"] for event in events(fortnight))
    talks = {m["conversation_id"] for m in messages(fortnight) if m["role"] == "visitor"}
    steps = [
        names["widget_displayed"],
        names["widget_opened"],
        len(talks),
        names["demo_proposed"],
        names["cta_clicked"],
        names["demo_booked"],
    ]
    assert names["$pageview"] > steps[0] > 3 * steps[1]
    assert all(earlier > 1.2 * later > 0 for earlier, later in pairwise(steps))


def test_events_and_flags_tell_the_same(fortnight: list[Day]) -> None:
    reported = {
        (event["conversation_id"], event["name"])
        for event in events(fortnight)
        if event["name"] in CONVERSIONS
    }
    flagged = {
        (conversation["id"], kind)
        for day in fortnight
        for conversation in day.conversations
        for kind in CONVERSIONS
        if conversation.get(kind)
    }
    assert reported == flagged
    assert len(flagged) > 100


def test_every_message_event_has_its_message(fortnight: list[Day]) -> None:
    sent = Counter(e["conversation_id"] for e in events(fortnight) if e["name"] == "message_sent")
    said = Counter(m["conversation_id"] for m in messages(fortnight) if m["role"] == "visitor")
    assert sent == said


def test_messages_are_in_order_and_agents_take_their_time(fortnight: list[Day]) -> None:
    last: dict[str, tuple[int, str]] = {}
    for message in messages(fortnight):
        before = last.get(message["conversation_id"], (-1, ""))
        assert (message["seq"], message["sent_at"]) > before
        last[message["conversation_id"]] = (message["seq"], message["sent_at"])
        assert (message["latency_ms"] is not None) == (message["role"] == "agent")


def test_people_repeat_themselves_little(fortnight: list[Day]) -> None:
    texts = [m["text"] for m in messages(fortnight) if m["role"] == "visitor"]
    assert len(texts) > 1000
    assert len(set(texts)) > 0.6 * len(texts)
    assert not [text for text in texts if "{" in text or not text.strip()]


def test_identified_people_leave_an_address_mostly_of_their_company(fortnight: list[Day]) -> None:
    identified = [event for event in events(fortnight) if event["name"] == "$identify"]
    assert identified
    for event in identified:
        assert event["email"].isascii()
        assert event["distinct_id"] == event["email"] != event["anon_distinct_id"]
        assert event["name_of_person"]
    companies = {company["domain"] for company in directory()}
    at_work = [event for event in identified if event["email"].partition("@")[2] in companies]
    assert 0.7 < len(at_work) / len(identified) < 0.9


def test_some_pages_reveal_a_company_of_the_directory(fortnight: list[Day]) -> None:
    companies = {company["domain"]: company["name"] for company in directory()}
    revealed = {
        event["distinct_id"]: event["properties"]["$reveal"]
        for event in events(fortnight)
        if "$reveal" in event["properties"]
    }
    assert all(companies[told["domain"]] == told["name"] for told in revealed.values())
    visitors = {event["distinct_id"] for event in events(fortnight)}
    assert 0.1 < len(revealed) / len(visitors) < 0.2


def test_all_sorts_of_visitors_languages_and_devices() -> None:
    visitors = [
        visit.person
        for client in clients()
        for back in range(10)
        for visit in plan_day(client, date(2026, 11, 20) - timedelta(days=back))
    ]
    assert {visitor.sort for visitor in visitors} == set(Sort)
    assert {visitor.language for visitor in visitors} == set(LANGUAGES)
    assert {visitor.device.device for visitor in visitors} == {"desktop", "mobile", "tablet"}
    people = sum(visitor.sort is Sort.PERSON for visitor in visitors)
    assert 0.88 < people / len(visitors) < 0.97
    assert len({visitor.distinct_id for visitor in visitors}) < 0.95 * len(visitors)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_blank_in_the_words_is_known(language: str) -> None:
    client = clients()[0]
    voice = Voice.of(client, talk(language), person(client, 1, NOW.date(), 0), Random(1))
    words = talk(language)
    spoken = [
        text
        for threads in words.topics.values()
        for thread in threads
        for exchange in (thread, *thread.then)
        for text in (*exchange.q, *exchange.a)
    ]
    for name in ("context", "unknown", "unanswered", "offer", "yes", "no", "email", "booked"):
        spoken += getattr(words, name)
    for text in spoken:
        assert voice.fill(text)


def test_every_country_of_a_client_is_on_the_map() -> None:
    for client in clients():
        assert set(client.countries) <= set(world().countries)
        assert client.staging.endswith(f".{client.site}")
