"""An erasure reaches what the visitor left, and nothing that merely looks like it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection

from support import somebody
from support.database import TestDatabase
from support.somebody import DOMAIN
from support.two_domains import ADMIN

OTHER = "other.example"
EMAIL = "max@li.example"


@pytest.fixture
def fresh(fresh_database: TestDatabase) -> Iterator[Connection[Any]]:
    with fresh_database.connect("postgres", {"sub": ADMIN}) as opened:
        opened.execute("select private.create_domain(%s, 'Other', 'UTC', 'Other')", [OTHER])
        yield opened


def visitor(
    connection: Connection[Any], distinct: str, name: str | None, email: str | None = EMAIL
) -> str:
    """A visitor of that id and name."""
    event = somebody.event(50, "$pageview", uuid=str(uuid4()), distinct_id=distinct)
    connection.execute("select private.capture_events(%s, %s)", [DOMAIN, json.dumps([event])])
    row = connection.execute(
        "update public.visitors as visitor set name = %s, email = %s from public.visitor_ids known"
        " where known.site_domain = %s and known.distinct_id = %s"
        " and visitor.site_domain = known.site_domain and visitor.id = known.visitor_id"
        " returning visitor.id::text",
        [name, email, DOMAIN, distinct],
    ).fetchone()
    assert row is not None
    return str(row[0])


def erase(connection: Connection[Any], erased: str) -> dict[str, int]:
    """What of which was erased."""
    row = connection.execute(
        "select counts from private.erase_visitors(%s, %s::uuid[], '{}')", [DOMAIN, [erased]]
    ).fetchone()
    assert row is not None
    return dict(row[0])


def job(connection: Connection[Any], **args: Any) -> None:
    connection.execute(
        "insert into jobs.procrastinate_jobs (queue_name, task_name, args, status)"
        " values ('default', 'mail', %s, 'succeeded')",
        [json.dumps(args)],
    )


def jobs(connection: Connection[Any]) -> list[Any]:
    return [row[0] for row in connection.execute("select args from jobs.procrastinate_jobs")]


def note(connection: Connection[Any], chain: str, text: str) -> None:
    connection.execute(
        "select private.audit(%s, 'export', 'export', 'visitors', null, %s)",
        [chain, json.dumps({"filter": {"text": text}})],
    )


def noted(connection: Connection[Any], chain: str) -> list[str]:
    """The texts that a chain still holds."""
    rows = connection.execute(
        "select details.after -> 'filter' ->> 'text' from public.audit_details as details"
        " where details.site_domain = %s and details.after ? 'filter' order by details.position",
        [chain],
    )
    return [row[0] for row in rows]


def save(connection: Connection[Any], domain: str | None, text: str) -> None:
    connection.execute(
        "insert into public.saved_views (owner_id, site_domain, page, name, search)"
        " values (%s, %s, 'visitors', %s, %s)",
        [ADMIN, domain, f"View {uuid4()}", json.dumps({"text": text})],
    )


def saved(connection: Connection[Any]) -> set[str]:
    return {
        row[0] for row in connection.execute("select search ->> 'text' from public.saved_views")
    }


def report(connection: Connection[Any], domain: str, text: str) -> str:
    """A ticket of kind other that waits."""
    ticket = str(uuid4())
    connection.execute(
        "insert into public.tickets (site_domain, id, kind, title, description, created_at,"
        " changed_at, next_attempt_at) values (%s, %s, 'other', %s, 'Look', now(), now(), now())",
        [domain, ticket, text],
    )
    return ticket


@pytest.mark.parametrize(
    ("distinct", "name"),
    [
        ("device-0000-1", '": {"'),
        ("device-0000-2", "site_domain text"),
        ('": "abtasty.com", "1', None),
        ("2026-05-05", "e e"),
        (f"{DOMAIN}:1", None),
        ("....1....", "... ..."),
    ],
)
def test_a_chosen_name_or_id_erases_nothing_else(
    fresh: Connection[Any], distinct: str, name: str | None
) -> None:
    job(fresh, site_domain=OTHER, run_id="1", told="see 2026-05-05")
    job(fresh, site_domain=DOMAIN, run_id="2", told="see 2026-05-05")
    for chain in (DOMAIN, OTHER, ""):
        note(fresh, chain, "the text 2026-05-05 ....1....")
    for domain in (DOMAIN, None):
        save(fresh, domain, "the text 2026-05-05")
    report(fresh, DOMAIN, "The text of 2026-05-05")
    before = jobs(fresh), [noted(fresh, each) for each in (DOMAIN, OTHER, "")], saved(fresh)
    counts = erase(fresh, visitor(fresh, distinct, name))
    assert (
        jobs(fresh),
        [noted(fresh, each) for each in (DOMAIN, OTHER, "")],
        saved(fresh),
    ) == before
    assert [counts[each] for each in ("jobs", "audit_entries", "saved_views", "tickets")] == [0] * 4


def test_a_text_is_found_where_it_stands_by_itself(fresh: Connection[Any]) -> None:
    erased = visitor(fresh, "user_123", "Max Li")
    others = ["user_1234", "superuser_123", "max limit", "climax li", "nmax@li.example"]
    texts = [
        "user_123",
        "(MAX LI)",
        "Dear\nMax Li",
        "/a?to=max%40li.example",
        "u%3Dmax@li.example.",
    ]
    for text in [*others, *texts]:
        note(fresh, DOMAIN, text)
        save(fresh, DOMAIN, text)
        job(fresh, site_domain=DOMAIN, text=text)
    counts = erase(fresh, erased)
    assert noted(fresh, DOMAIN) == others
    assert saved(fresh) == set(others)
    assert [each["text"] for each in jobs(fresh)] == others
    assert counts["jobs"] == counts["saved_views"] == len(texts)


def test_what_belongs_to_no_website_goes_by_address_and_id_alone(fresh: Connection[Any]) -> None:
    erased = visitor(fresh, "user_123", "Max Li")
    kept = ["Max Li", "user_123"]
    for text in [*kept, EMAIL, erased]:
        note(fresh, "", text)
        save(fresh, None, text)
        job(fresh, to=text)
        job(fresh, site_domain=OTHER, to=text)
    erase(fresh, erased)
    assert noted(fresh, "") == kept
    assert saved(fresh) == set(kept)
    left = jobs(fresh)
    assert [each["to"] for each in left if "site_domain" not in each] == kept
    others = [each for each in left if each.get("site_domain") == OTHER]
    assert len(others) == 4, "another website's jobs stay, whatever their texts say"


def test_whoever_claims_the_address_of_an_account_erases_nothing_of_it(
    fresh: Connection[Any],
) -> None:
    erased = visitor(fresh, "user_123", "Max Li", "admin@admin.com")
    for chain in (DOMAIN, ""):
        note(fresh, chain, "admin@admin.com")
    save(fresh, None, "admin@admin.com")
    job(fresh, email="admin@admin.com", kind="recovery")
    erase(fresh, erased)
    assert (noted(fresh, DOMAIN), noted(fresh, "")) == ([], ["admin@admin.com"])
    assert saved(fresh) == {"admin@admin.com"}
    assert [each["kind"] for each in jobs(fresh)] == ["recovery"]


def test_an_address_is_taken_out_of_pages_by_itself(fresh: Connection[Any]) -> None:
    pattern = "select private.without_mentions(%s, '{max@li.example,max li,max%%20li}')"
    for text, left in [
        ("/hi/max@li.example/x", "/hi/[erased]/x"),
        ("/hi/climax@li.example", "/hi/climax@li.example"),
        ("/Max%20Li-and-max li2", "/[erased]-and-max li2"),
        ("?q=%3Dmax%20li", "?q=%3D[erased]"),
    ]:
        assert fresh.execute(pattern.encode(), [text]).fetchone() == (left,)


def test_tickets_and_comments_that_mention_the_person_are_blanked(fresh: Connection[Any]) -> None:
    erased = visitor(fresh, "user_123", "Max Li")
    told, quiet = report(fresh, DOMAIN, "Max Li cannot log in"), report(fresh, DOMAIN, "Max limit")
    elsewhere = report(fresh, OTHER, "Max Li cannot log in")
    for ticket, body in ((told, "We look"), (quiet, f"Wrote to {EMAIL}."), (quiet, "Look again")):
        fresh.execute(
            "insert into public.ticket_comments (site_domain, ticket_id, id, author, body,"
            " written_at, linear_updated_at) values (%s, %s, %s, 'Rose', %s, now(), now())",
            [DOMAIN, ticket, uuid4(), body],
        )
    assert erase(fresh, erased)["tickets"] == 1
    rows = {
        str(row[0]): row[1:]
        for row in fresh.execute(
            "select id, title, delivery, next_attempt_at is null from public.tickets"
        )
    }
    assert rows[told] == (None, "withdrawn", True), "what has not gone out never will"
    assert rows[quiet] == ("Max limit", "waiting", False)
    assert rows[elsewhere][0] == "Max Li cannot log in"
    comments = fresh.execute("select body from public.ticket_comments where body is not null")
    assert comments.fetchall() == [("Look again",)]
    entries = fresh.execute(
        "select count(*) from public.audit_details where site_domain = %s"
        " and concat(before::text, after::text) like '%%Max Li %%'",
        [DOMAIN],
    )
    assert entries.fetchone() == (0,), "what the log said of the ticket goes with it"


def test_another_addresss_reason_stays(fresh: Connection[Any]) -> None:
    erased = visitor(fresh, "user_123", "Max Li")
    row = fresh.execute(
        "select id from private.erase_visitors(%s, %s::uuid[], '{one,two}')", [DOMAIN, [erased]]
    ).fetchone()
    assert row is not None
    settle = "select private.settle_erasure(%s, %s, %s, %s)"
    state = "select propagation_error, propagated_at is not null from public.erasures"
    fresh.execute(settle, [DOMAIN, row[0], 1, "HubSpot answered 500"])
    fresh.execute(settle, [DOMAIN, row[0], 2, None])
    assert fresh.execute(state).fetchone() == ("HubSpot answered 500", False)
    fresh.execute(settle, [DOMAIN, row[0], 1, None])
    assert fresh.execute(state).fetchone() == (None, True)
