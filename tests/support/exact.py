"""Rollups compared with a recount from raw rows."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

from psycopg import Connection

from support.recount import KINDS, Recount, recount
from support.traffic import DAYS, START

ADMIN = "a0000000-0000-4000-8000-000000000001"
FIRST = START.date() - timedelta(days=2)


def periods(connection: Connection[Any], domain: str, table: str, period: str) -> Counter[Any]:
    """The folded figures of a table by an expression that tells the month or week."""
    query = (
        f"select metric, dimension, {period}, value, sum(n) from rollup.{table}"
        " where site_domain = %s group by 1, 2, 3, 4 having sum(n) <> 0"
    )
    return Counter({row[:4]: int(row[4]) for row in connection.execute(query, [domain])})  # type: ignore[arg-type]


def account_figures(connection: Connection[Any], domain: str) -> Counter[Any]:
    """What is kept of accounts by day, named as a recount names it."""
    figures: Counter[Any] = Counter()
    for account, day, sessions, conversations, *scored in connection.execute(
        "select account_id::text, day, sum(sessions), sum(conversations), sum(curious),"
        " sum(interested), sum(engaged), sum(hot) from rollup.account_figures"
        " where site_domain = %s group by 1, 2",
        [domain],
    ):
        figures["sessions", "account", day, account] = sessions
        figures["conversations", "account", day, account] = conversations
        for score, n in enumerate([conversations - sum(scored), *scored], 1):
            figures["conversations", "account_score", day, f"{account}:{score}"] = n
    return +figures


FIGURES = ", ".join(
    f"sum({name})::bigint"
    for name in ("sessions", "conversations", "curious", "interested", "engaged", "hot")
)


def account_sums(connection: Connection[Any], domain: str, source: str, period: str) -> set[Any]:
    """The folded figures of accounts from a source by a period, those that are not nothing."""
    query = (
        f"select account_id, {period}, {FIGURES} from {source} where site_domain = %s group by 1, 2"
    )
    return {row for row in connection.execute(query, [domain]) if any(row[2:])}  # type: ignore[arg-type]


def assert_visitors_know_their_days(connection: Connection[Any], domain: str) -> None:
    """Each visitor's own steps and days are those kept by the day."""
    assert not connection.execute(
        "select visitor.id, visitor.step_days, kept.step_days from public.visitors as visitor"
        " full join (select visitor_id, range_agg(rollup.steps_on(steps, day)) as step_days"
        " from rollup.visitor_days where site_domain = %(site)s group by 1) as kept"
        " on kept.visitor_id = visitor.id and visitor.site_domain = %(site)s"
        " where coalesce(visitor.site_domain, %(site)s) = %(site)s"
        " and visitor.step_days is distinct from kept.step_days",
        {"site": domain},
    ).fetchall()


def assert_visitors_facets_exact(connection: Connection[Any], domain: str) -> None:
    """What filters ask stands apart as it is on the visitors that count, and of nobody else."""
    facets = "site_domain, id, interest_score, status, country, account_id, step_days, name, email"
    for one, other in (
        ("public.counted_visitors", "rollup.visitor_facets"),
        ("rollup.visitor_facets", "public.counted_visitors"),
    ):
        assert not connection.execute(
            f"select {facets} from {one} where site_domain = %(site)s"
            f" except all select {facets} from {other} where site_domain = %(site)s",
            {"site": domain},
        ).fetchall()


def assert_accounts_exact(connection: Connection[Any], domain: str) -> None:
    """Accounts by week, month and ever are as their days say; days know the account."""
    by_day = "rollup.account_days"
    for table, period, kept_as in (
        ("rollup.account_weeks", "date_trunc('week', day::timestamp)::date", "week"),
        ("rollup.account_months", "date_trunc('month', day::timestamp)::date", "month"),
        ("rollup.account_totals", "null::date", "null::date"),
    ):
        assert account_sums(connection, domain, table, kept_as) == account_sums(
            connection, domain, by_day, period
        )
    assert not connection.execute(
        "select kept.visitor_id from rollup.visitor_days as kept"
        " join public.visitors as visitor"
        " on visitor.site_domain = kept.site_domain and visitor.id = kept.visitor_id"
        " where kept.site_domain = %s and kept.account_id is distinct from visitor.account_id",
        [domain],
    ).fetchall()


def assert_accounts_add_up(
    connection: Connection[Any], domain: str, first: date, last: date
) -> None:
    """Each way to add up the folded figures of accounts of a range gives those of its days."""
    row = connection.execute(
        "select kept.first_day, kept.last_day, lower(wide.range), upper(wide.range) - 1"
        " from rollup.days_of_accounts(array[%s]) as kept,"
        " rollup.widened(%s, %s, kept.first_day, kept.last_day) as wide (range)",
        [domain, first, last],
    ).fetchone()
    assert row is not None
    wanted = account_sums(
        connection,
        domain,
        f"(select * from rollup.account_days where day between '{first}' and '{last}') as days",
        "null::date",
    )
    if row[0] is None:
        assert wanted == set()
        return
    sums = "rollup.folded_account_sums"
    days = f"array['{domain}'], '{first}', '{last}'"
    for source in (
        f"{sums}({days})",
        f"{sums}_of_all({days}, '{row[0]}', '{row[1]}')",
        f"{sums}_of_wider({days}, '{row[2]}', '{row[3]}')",
    ):
        assert account_sums(connection, domain, source, "null::date") == wanted, source


def assert_wider_adds_up(connection: Connection[Any], domain: str, first: date, last: date) -> None:
    """Figures of a range are those of a wider one less its other days."""
    wanted, found = (
        set(
            connection.execute(
                f"select metric, value, sum(n) from {source} group by 1, 2 having sum(n) <> 0",  # type: ignore[arg-type]
                {"domain": domain, "first": first, "last": last},
            ).fetchall()
        )
        for source in (
            "rollup.sums(array[%(domain)s], array['sessions', 'conversations'], 'page',"
            " %(first)s, %(last)s)",
            "rollup.widened(%(first)s, %(last)s, %(first)s::date - 366, %(last)s::date + 3)"
            " as wide (range), rollup.sums_of_wider(array[%(domain)s],"
            " array['sessions', 'conversations'], 'page', %(first)s, %(last)s,"
            " lower(wide.range), upper(wide.range) - 1)",
        )
    )
    assert found == wanted


def assert_visitors_counted(
    connection: Connection[Any], domain: str, first: date, last: date, wanted: dict[str, int]
) -> None:
    """A filter that all visitors pass counts as many as did each step, for an administrator."""
    counted = dict(
        connection.execute(
            "select kind, private.count_filtered_visitors(array[%s], jsonb_build_object("
            "'from', %s::date, 'to', %s::date, 'did', kind, 'statuses', %s::jsonb))"
            " from (select set_config('request.jwt.claims', %s, true) offset 0) as claims,"
            " unnest(%s::text[]) as kind",
            [
                domain,
                first,
                last,
                json.dumps(["anonymous", "semi-known", "known"]),
                json.dumps({"sub": ADMIN}),
                list(wanted),
            ],
        ).fetchall()
    )
    assert counted == wanted, (first, last)


def assert_exact(connection: Connection[Any], domain: str) -> Recount:
    """Rollups, links and visitor-days of a domain say what its raw rows say."""
    counted = recount(connection, domain)
    figures = Counter(
        {
            (metric, dimension, day, value): int(n)
            for metric, dimension, day, value, n in connection.execute(
                "select metric, dimension, day, value, sum(n) from rollup.figures"
                " where site_domain = %s group by 1, 2, 3, 4 having sum(n) <> 0",
                [domain],
            )
        }
    )
    assert figures + account_figures(connection, domain) == counted.figures
    assert_accounts_exact(connection, domain)
    assert_visitors_know_their_days(connection, domain)
    assert_visitors_facets_exact(connection, domain)
    for table, period in (("weekly", "week"), ("monthly", "month")):
        assert periods(connection, domain, table, period) == periods(
            connection, domain, "daily", f"date_trunc('{period}', day::timestamp)::date"
        )
    ranges = [(0, DAYS + 3), (0, 0), (1, 1), (3, 9), (5, 5), (8, 20), (10, 12), (14, 30)]
    # These hold whole months: before the traffic, around it, with some of it before them.
    ranges += [(-60, 5), (-20, 70), (2, 75), (7, 60), (16, 120), (-300, 60)]
    for first, last in ranges:
        days = (FIRST + timedelta(days=first), FIRST + timedelta(days=last))
        kept = dict(
            connection.execute(
                "select kind, n from private.distinct_visitors(array[%s], %s, %s, %s)",
                [domain, list(KINDS), *days],
            ).fetchall()
        )
        wanted = {kind: counted.distinct(kind, *days) for kind in KINDS}
        assert kept == wanted, days
        assert_accounts_add_up(connection, domain, *days)
        assert_wider_adds_up(connection, domain, *days)
        assert_visitors_counted(connection, domain, *days, wanted)
    assert documents_that_differ(connection, domain) == []
    return counted


def documents_that_differ(connection: Connection[Any], domain: str) -> list[Any]:
    """Conversations of which something else stands beside their words, or that miss them."""
    return connection.execute(
        "select c.id from public.conversations as c left join private.conversation_documents as d"
        " on d.site_domain = c.site_domain and d.conversation_id = c.id where c.site_domain = %s"
        " and c.message_count > 0"
        " and (c.day, c.counts, c.country, c.device_type, c.referrer_host, c.email_captured,"
        " c.demo_proposed, c.cta_clicked, c.demo_booked, c.interest_score, c.quality_score,"
        " c.topic_id, c.intent, c.unanswered_count > 0) is distinct from (d.day, d.counts,"
        " d.country, d.device_type, d.referrer_host, d.email_captured, d.demo_proposed,"
        " d.cta_clicked, d.demo_booked, d.interest_score, d.quality_score, d.topic_id, d.intent,"
        " d.unanswered)",
        [domain],
    ).fetchall()
