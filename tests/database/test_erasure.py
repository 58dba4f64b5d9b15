"""An erased visitor is nowhere any more, and every figure is what it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from backoffice.audit import digest, verify
from support import somebody
from support.database import TestDatabase
from support.exact import assert_exact
from support.somebody import CONVERSATION, DISTINCT, DOMAIN, EMAIL, MARKS, QUESTION, mentions
from support.traffic import PEOPLE, Call, calls, prepare, send, traffic
from support.two_domains import ADMIN, STRANGER, USER

Connect = Callable[..., Connection[Any]]
_numbers = count(1)
ERASE = "select * from private.erase_visitors(%s, %s::uuid[], %s::text[])"


@pytest.fixture(scope="module")
def connection(database: TestDatabase) -> Iterator[Connection[Any]]:
    with database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


@pytest.fixture
def fresh(fresh_database: TestDatabase) -> Iterator[Connection[Any]]:
    with fresh_database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


def erase(
    connection: Connection[Any], *visitors: str, domain: str = DOMAIN, sealed: tuple[str, ...] = ()
) -> Any:
    """Erase visitors; gives the receipt."""
    with connection.cursor(row_factory=psycopg.rows.namedtuple_row) as cursor:
        return cursor.execute(ERASE, [domain, list(visitors), list(sealed)]).fetchone()


def erase_person(connection: Connection[Any], domain: str, person: str) -> bool:
    """Erase whoever is known by an id now; whether there was somebody."""
    while True:
        row = connection.execute(
            "select visitor_id::text from public.visitor_ids"
            " where site_domain = %s and distinct_id = %s",
            [domain, person],
        ).fetchone()
        if row is None:
            return False
        try:
            erase(connection, row[0], domain=domain)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            continue
        except psycopg.Error as error:
            if error.sqlstate != "PT404":  # Merged or erased meanwhile.
                raise
        return True


def new_domain(connection: Connection[Any]) -> str:
    domain = f"shop{next(_numbers)}.example"
    connection.execute("select private.create_domain(%s, 'Shop', 'Europe/Paris', 'Shop')", [domain])
    prepare(connection, domain)
    return domain


def figures(connection: Connection[Any], domain: str) -> list[Any]:
    """Every figure by day, whatever is folded."""
    return connection.execute(
        "select metric, dimension, day, value, sum(n) from rollup.figures where site_domain = %s"
        " group by 1, 2, 3, 4 having sum(n) <> 0 order by 1, 2, 3, 4",
        [domain],
    ).fetchall()


def links(connection: Connection[Any], domain: str) -> list[Any]:
    """The links of distinct visitors."""
    return connection.execute(
        "select steps, day, since::text, sum(n) from ("
        " select steps, day, since, n from rollup.chains where site_domain = %s and scale = 0"
        " union all select steps, day, since, n from rollup.chain_deltas where site_domain = %s"
        ") as link group by 1, 2, 3 having sum(n) <> 0 order by 1, 2, 3",
        [domain, domain],
    ).fetchall()


@settings(max_examples=40)
@given(sent=traffic, people=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3))
def test_erasing_changes_no_figure_and_what_comes_after_counts(
    connection: Connection[Any], sent: list[Call], people: list[str]
) -> None:
    domain = new_domain(connection)
    for call in sent:
        send(connection, domain, call)
    for person in people:
        before = figures(connection, domain), links(connection, domain)
        erase_person(connection, domain, person)
        assert (figures(connection, domain), links(connection, domain)) == before
    assert_exact(connection, domain)
    for call in sent:
        send(connection, domain, call)
    assert_exact(connection, domain)


@settings(max_examples=12)
@given(sent=st.lists(calls, min_size=8, max_size=30))
def test_erasing_while_events_come_in(
    database: TestDatabase, connection: Connection[Any], sent: list[Call]
) -> None:
    domain = new_domain(connection)

    def sender(part: list[Call]) -> None:
        with database.connect("postgres") as own:
            for call in part:
                send(own, domain, call)

    def eraser(_: list[Call]) -> None:
        with database.connect("postgres", {"sub": ADMIN}) as own:
            for person in [*PEOPLE, *PEOPLE]:
                erase_person(own, domain, person)

    with ThreadPoolExecutor(4) as pool:
        work = [
            pool.submit(sender, sent[0::2]),
            pool.submit(eraser, []),
            pool.submit(sender, sent[1::2]),
        ]
        for each in work:
            each.result()
    assert_exact(connection, domain)
    lost = connection.execute(
        "select known.uuid from public.event_ids as known where known.site_domain = %s"
        " and not exists (select 1 from public.events as event"
        " where event.site_domain = known.site_domain and event.uuid = known.uuid)",
        [domain],
    ).fetchall()
    assert lost == [], "an accepted event is stored, whoever is erased meanwhile"


def test_nothing_that_identifies_is_left_in_any_table(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    fresh.execute("select rollup.fold()")
    marks = [*MARKS, visitor]
    tables = {table for table, _, _ in mentions(fresh, marks)}
    assert {
        "visitors",
        "visitor_ids",
        "visitor_sessions",
        "session_pages",
        "events",
        "conversations",
        "messages",
        "message_versions",
        "conversation_insights",
        "unanswered_questions",
        "question_groups",
        "reviews",
        "saved_views",
        "enrichments",
        "topics",
        "tickets",
        "audit_details",
        "private.enrichment_evidence",
        "private.visitor_addresses",
        "private.address_answers",
        "private.conversation_documents",
        "private.topic_models",
        "rollup.daily",
        "rollup.monthly",
        "jobs.procrastinate_jobs",
    } <= tables, "the visitor was everywhere before"

    receipt = erase(fresh, visitor)

    assert mentions(fresh, marks) == []
    assert receipt.counts["messages"] == 2
    assert receipt.counts["earlier_texts"] == 2
    assert receipt.counts["saved_views"] == 1
    assert receipt.counts["tickets"] == 1
    assert receipt.counts["audit_entries"] >= 1
    assert_exact(fresh, DOMAIN)
    assert verify(fresh, DOMAIN).breaks == []


def test_a_bystander_stays_as_they_were(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    other = somebody.event(20, "$pageview", distinct_id="bystander-1", page="/welcome/me")
    other["email"] = "someone@elsewhere.example"
    fresh.execute("select private.capture_events(%s, %s)", [DOMAIN, json.dumps([other])])
    query = "select to_jsonb(v) from public.visitors as v where email = %s"
    before = fresh.execute(query, [other["email"]]).fetchone()
    erase(fresh, visitor)
    assert fresh.execute(query, [other["email"]]).fetchone() == before
    pages = fresh.execute("select page from public.session_pages order by 1").fetchall()
    assert ("/welcome/me",) in pages
    assert ("/welcome/[erased]",) in pages


def test_clicks_on_sections_still_count(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    erase(fresh, visitor)
    kept = fresh.execute(
        "select properties from public.events where name = 'section_question_clicked'"
    ).fetchone()
    assert kept == ({"section_slug": "pricing"},)


def test_erasing_twice_and_nobody(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    erase(fresh, visitor)
    with pytest.raises(psycopg.Error) as gone:
        erase(fresh, visitor)
    assert gone.value.sqlstate == "PT404"
    (left,) = fresh.execute(
        "select id::text from public.visitors where erased_at is not null"
    ).fetchone() or (None,)
    assert left != visitor
    with pytest.raises(psycopg.Error) as twice:
        erase(fresh, str(left))
    assert twice.value.sqlstate == "PT409"
    with pytest.raises(psycopg.Error) as nobody:
        erase(fresh)
    assert nobody.value.sqlstate == "PT404"


def test_the_same_browser_comes_back_as_somebody_new(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    erase(fresh, visitor)
    again = [somebody.event(4, "widget_displayed"), somebody.event(30, "$pageview")]
    statuses = [
        row[0]
        for row in fresh.execute(
            "select status from private.capture_events(%s, %s)", [DOMAIN, json.dumps(again)]
        )
    ]
    assert statuses == ["duplicate", "stored"]
    new = fresh.execute(
        "select v.id::text, v.session_count, v.email from public.visitors v"
        " join public.visitor_ids i on i.visitor_id = v.id where i.distinct_id = %s",
        [DISTINCT],
    ).fetchall()
    assert len(new) == 1
    assert new[0][0] != visitor
    assert new[0][1:] == (1, None)
    assert_exact(fresh, DOMAIN)


@pytest.mark.parametrize(
    "call",
    [
        (
            "add_messages(%s, %s, %s)",
            [{"id": QUESTION, "role": "visitor", "text": "Quuxley", "sent_at": "2026-05-05"}],
        ),
        ("put_conversation(%s, %s, %s)", {"distinct_id": DISTINCT, "metadata": {"a": "quuxley"}}),
        ("patch_conversation(%s, %s, %s)", {"metadata": {"a": "quuxley"}}),
        ("write_review(%s, %s, %s)", {"thumb": "bad", "note": "quuxley", "labels": []}),
    ],
    ids=lambda call: call[0].partition("(")[0],
)
def test_what_was_on_its_way_does_not_come_back(
    connection: Connection[Any], call: tuple[str, Any]
) -> None:
    visitor = somebody.visit(connection) if not _erased(connection) else None
    if visitor:
        erase(connection, visitor)
    function, sent = call
    with pytest.raises(psycopg.Error) as refused:
        connection.execute(
            f"select private.{function}".encode(), [DOMAIN, CONVERSATION, json.dumps(sent)]
        )
    assert refused.value.sqlstate == "PT410"


def test_an_analysis_that_read_before_stores_nothing_after(connection: Connection[Any]) -> None:
    if not _erased(connection):
        erase(connection, somebody.visit(connection))
    group = somebody.name_of("late group")
    late = somebody.insight()
    late["unanswered"][0]["group_id"] = group
    connection.execute(
        "select private.open_question_groups(%s, %s)",
        [DOMAIN, json.dumps([{"id": group, "label": "Who is Quuxley?"}])],
    )
    connection.execute("select private.store_insights(%s, %s)", [DOMAIN, json.dumps([late])])
    assert mentions(connection, ["quuxley"]) == []


def _erased(connection: Connection[Any]) -> bool:
    row = connection.execute(
        "select 1 from public.conversations where site_domain = %s and id = %s",
        [DOMAIN, CONVERSATION],
    ).fetchone()
    return row is not None


def test_browsers_of_one_person_are_erased_together(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    second = somebody.event(40, "email_captured", distinct_id="second-device-1", email=EMAIL)
    fresh.execute("select private.capture_events(%s, %s)", [DOMAIN, json.dumps([second])])
    (preview,) = fresh.execute(
        "select private.preview_erasure(%s, %s::uuid[])", [DOMAIN, [visitor]]
    ).fetchone() or ({},)
    assert len(preview["same_email"]) == 1
    assert preview["counts"]["conversations"] == 1
    receipt = erase(fresh, visitor, *preview["same_email"])
    assert receipt.visitors == 2
    assert mentions(fresh, ["quuxley"]) == []
    assert_exact(fresh, DOMAIN)


def test_the_receipt_can_be_proved_and_names_nobody(fresh: Connection[Any]) -> None:
    receipt = erase(fresh, somebody.visit(fresh))
    counts = fresh.execute("select counts::text from public.erasures").fetchone()
    assert counts is not None
    microseconds = int(receipt.erased_at.timestamp() * 1_000_000 + 0.5)
    values = [DOMAIN, str(receipt.id), str(microseconds), ADMIN, "admin", "1", counts[0]]
    assert digest(b"", values).hex() == receipt.hash
    (after,) = fresh.execute(
        "select details.after from public.audit_log as entry"
        " join public.audit_details as details using (site_domain, position)"
        " where entry.subject_type = 'visitor' and entry.subject_id = %s",
        [str(receipt.id)],
    ).fetchone() or ({},)
    assert after["hash"] == receipt.hash


def test_outside_services_are_told_and_then_the_address_is_forgotten(
    fresh: Connection[Any],
) -> None:
    receipt = erase(fresh, somebody.visit(fresh), sealed=("sealed-1",))
    pending = fresh.execute(
        "select erasure_id, place, sealed_email from private.erasures_pending(%s)", [DOMAIN]
    ).fetchall()
    assert pending == [(receipt.id, 1, "sealed-1")]
    settle = "select private.settle_erasure(%s, %s, 1, %s)"
    fresh.execute(settle, [DOMAIN, receipt.id, "HubSpot answered 500"])
    state = "select propagation_error, propagated_at is not null from public.erasures"
    assert fresh.execute(state).fetchone() == ("HubSpot answered 500", False)
    fresh.execute(settle, [DOMAIN, receipt.id, None])
    assert fresh.execute(state).fetchone() == (None, True)
    assert fresh.execute("select count(*) from private.erasure_propagations").fetchone() == (0,)


def test_without_a_connected_service_no_address_is_given_out(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    emails = fresh.execute(
        "select private.lock_for_erasure(%s, %s::uuid[])", [DOMAIN, [visitor]]
    ).fetchone()
    assert emails == ([],)


@pytest.mark.parametrize("person", [USER, STRANGER])
def test_only_staff_erase(connect: Connect, person: str) -> None:
    client = connect("authenticated", {"sub": person})
    nobody = "00000000-0000-4000-8000-000000000000"
    for function in ("lock_for_erasure", "preview_erasure"):
        with pytest.raises(psycopg.Error) as refused:
            client.execute(
                f"select private.{function}(%s, %s::uuid[])".encode(), [DOMAIN, [nobody]]
            )
        assert refused.value.sqlstate == "PT403"
    with pytest.raises(psycopg.Error) as erasing:
        client.execute(ERASE, [DOMAIN, [nobody], []])
    assert erasing.value.sqlstate == "PT403"
