"""A user sees their own domains: in the pages, and whatever their token asks the API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .pages import panel, rows
from .product import Product
from .sender import id_of
from .traffic import FIGURES, LIST, MINE, OTHERS, SECRET, path

NOWHERE = "nowhere.example"
OTHERS_CONVERSATION = id_of("conversation", f"{SECRET} 2025-06-10")
# What says that an answer is about the other domain; ids are added from the database.
MARKS = [OTHERS, SECRET, "Northwind", OTHERS_CONVERSATION]
# Arguments of functions by name; what is not named here gets a value of its type.
ARGUMENTS = {
    "p_from": "2025-03-01",
    "p_to": "2025-12-31",
    "p_bucket": "month",
    "p_dimension": "page",
    "p_limit": 50,
    "p_filter": {},
    "p_after": None,
}
SAMPLES = {"integer": 1, "number": 1, "boolean": True, "array": [], "object": {}, "string": "x"}


@dataclass(frozen=True, slots=True)
class Clients:
    """The API as each user, and everything it offers to the admin."""

    admin: httpx.Client
    user: httpx.Client
    tables: list[str]
    functions: dict[str, dict[str, Any]]
    marks: list[str]

    def leaks(self, answer: httpx.Response) -> list[str]:
        """The marks of the other domain in an answer."""
        return [mark for mark in self.marks if mark.lower() in answer.text.lower()]


@pytest.fixture(scope="module")
def clients(product: Product) -> Iterator[Clients]:
    with ExitStack() as opened:
        admin, user = (opened.enter_context(product.signed_in(who)) for who in (ADMIN, USER))
        paths = admin.get("/").json()["paths"]
        tables = [name[1:] for name in paths if name != "/" and not name.startswith("/rpc/")]
        functions = {
            name.removeprefix("/rpc/"): _body_schema(methods["post"])
            for name, methods in paths.items()
            if name.startswith("/rpc/")
        }
        yield Clients(admin, user, tables, functions, [*MARKS, *_ids_of_others(product)])


def _body_schema(operation: dict[str, Any]) -> dict[str, Any]:
    bodies = [each["schema"] for each in operation["parameters"] if each.get("in") == "body"]
    properties: dict[str, Any] = bodies[0].get("properties", {}) if bodies else {}
    return properties


def _ids_of_others(product: Product) -> list[str]:
    with product.connect() as connection:
        found = connection.execute(
            "select id::text from public.visitors where site_domain = %(domain)s"
            " union select id::text from public.messages where site_domain = %(domain)s"
            " union select uuid::text from public.events where site_domain = %(domain)s"
            " union select id::text from public.domain_keys where site_domain = %(domain)s",
            {"domain": OTHERS},
        ).fetchall()
    return [row[0] for row in found]


def _arguments(schema: dict[str, Any], domain: str) -> dict[str, Any]:
    """Arguments for a call about `domain`."""
    arguments: dict[str, Any] = {}
    for name, described in schema.items():
        if name == "p_sort":
            continue  # Each list has sorts of its own, and one that holds without.
        if "domain" in name:
            arguments[name] = [domain] if described.get("type") == "array" else domain
        elif name in ARGUMENTS:
            arguments[name] = ARGUMENTS[name]
        elif described.get("format") == "uuid":
            arguments[name] = OTHERS_CONVERSATION
        else:
            arguments[name] = SAMPLES[described.get("type", "string")]
    return arguments


def _call(client: httpx.Client, name: str, schema: dict[str, Any], domain: str) -> httpx.Response:
    return client.post(f"/rpc/{name}", json=_arguments(schema, domain))


def test_reading_every_table_shows_nothing_of_the_other_domain(clients: Clients) -> None:
    seen_by_admin = set()
    for table in clients.tables:
        seen_by_admin |= {table} if clients.leaks(clients.admin.get(f"/{table}")) else set()
        for query in ("", f"?site_domain=eq.{OTHERS}", f"?or=(site_domain.eq.{OTHERS})"):
            answer = clients.user.get(f"/{table}{query}")
            assert answer.status_code in (200, 400, 401, 403), (table, answer.text)
            # An error may repeat the question, never an answer.
            if answer.status_code == 200:
                assert clients.leaks(answer) == [], (table, query)
    # The sweep could find something: the admin sees the other domain in all that holds traffic.
    assert seen_by_admin >= {
        "conversations",
        "counted_conversations",
        "counted_events",
        "domains",
        "events",
        "messages",
        "organizations",
        "visitor_ids",
        "visitor_sessions",
        "visitors",
    }


@pytest.mark.parametrize(
    "query",
    [
        "domains?select=*,visitors(*,visitor_ids(*)),domain_hosts(*)",
        f"conversations?select=*,messages(*)&id=eq.{OTHERS_CONVERSATION}",
        f"messages?select=*,conversation:conversations(*)&text=ilike.*{SECRET}*",
        "organizations?select=*,domains(*)",
        f"visitors?select=*,visitor_sessions(*)&name=fts.{SECRET}",
        f"counted_conversations?select=*&page=eq./{SECRET}",
    ],
)
def test_no_embed_or_filter_reaches_the_other_domain(clients: Clients, query: str) -> None:
    assert clients.leaks(clients.admin.get(f"/{query}")) != []
    answer = clients.user.get(f"/{query}", headers={"Prefer": "count=exact"})
    assert answer.status_code in (200, 206)
    assert clients.leaks(answer) == []


def test_for_every_function_the_other_domain_is_one_that_does_not_exist(clients: Clients) -> None:
    told_admin = set()
    for name, schema in clients.functions.items():
        asked = _call(clients.user, name, schema, OTHERS)
        nowhere = _call(clients.user, name, schema, NOWHERE)
        assert (asked.status_code, asked.text.replace(OTHERS, "…")) == (
            nowhere.status_code,
            nowhere.text.replace(NOWHERE, "…"),
        ), name
        if asked.is_success:
            assert clients.leaks(asked) == [], name
        mine = _call(clients.user, name, schema, MINE)
        # An error may repeat the question, never an answer.
        question = "" if mine.is_success else mine.request.content.decode().lower()
        assert [mark for mark in clients.leaks(mine) if mark.lower() not in question] == [], name
        as_admin = _call(clients.admin, name, schema, OTHERS)
        told_admin |= {name} if as_admin.is_success and as_admin.text != asked.text else set()
    assert told_admin >= {
        "count_conversations",
        "get_conversation_funnel",
        "get_conversations_over_time",
        "get_dashboard_summary",
        "get_engagement_rate",
        "get_top_values",
        "get_widget_display_stats",
        "list_conversations",
    }


def test_both_domains_in_one_question_answer_for_ones_own(clients: Clients) -> None:
    arguments = {"p_from": LIST.start, "p_to": LIST.end}
    alone, both = (
        clients.user.post(
            "/rpc/get_dashboard_summary", json={**arguments, "p_site_domains": domains}
        )
        for domains in ([MINE], [MINE, OTHERS])
    )
    if both.is_success:
        assert both.json() == alone.json()
    else:
        assert both.status_code in (400, 403)


def test_no_write_touches_the_other_domain(clients: Clients) -> None:
    def sizes() -> dict[str, int]:
        """How many rows each table has of the other domain."""
        answers = {
            table: clients.admin.head(
                f"/{table}?site_domain=eq.{OTHERS}", headers={"Prefer": "count=exact"}
            )
            for table in clients.tables
        }
        return {
            table: int(answer.headers["content-range"].split("/")[1])
            for table, answer in answers.items()
            if answer.is_success
        }

    before = sizes()
    assert {"visitors", "conversations", "messages"} <= {name for name, n in before.items() if n}
    prefer = {"Prefer": "return=representation"}
    for table in clients.tables:
        where = f"/{table}?site_domain=eq.{OTHERS}"
        for answer in (
            clients.user.delete(where, headers=prefer),
            clients.user.patch(where, json={"site_domain": MINE}, headers=prefer),
            clients.user.post(f"/{table}", json={"site_domain": OTHERS}, headers=prefer),
        ):
            # PostgREST, too, answers 500 to writes on views that cannot be written: code 55000.
            assert answer.status_code < 500 or answer.json()["code"] == "55000", answer.text
            assert not answer.is_success or answer.json() == [], (table, answer.text)
    # Nothing is gone; the jobs of the other domain may have found out more meanwhile.
    after = sizes()
    assert {table for table, size in before.items() if after[table] < size} == set()


def test_the_admin_chooses_among_all_domains(open_page: OpenPage) -> None:
    page = open_page(ADMIN)
    page.goto(path("conversations", FIGURES, "all"))
    expect(rows(page)).to_have_count(5)
    page.get_by_role("button", name="Domain: all domains").click()
    options = page.get_by_role("option")
    expect(options).to_have_count(3)
    expect(options.nth(1)).to_contain_text(MINE)
    page.get_by_label("Search domains").fill("north")
    expect(options).to_have_count(1)
    options.click()
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text(f"My {SECRET} question")


def test_the_user_has_one_domain_and_no_word_of_another(open_page: OpenPage) -> None:
    page = open_page(USER)
    for name in ("dashboard", "conversations"):
        page.goto(path(name, FIGURES, "all"))
        expect(page.get_by_role("banner")).to_contain_text(MINE)
        expect(page.get_by_role("button", name=re.compile("^Domain:"))).to_have_count(0)
        expect(page.get_by_role("main")).to_contain_text(
            "75.0% with messages" if name == "dashboard" else "4 conversations"
        )
        assert SECRET not in page.content()
        assert OTHERS not in page.content()


def test_another_domains_addresses_show_nothing(open_page: OpenPage, watch: Watch) -> None:
    watch.expect("status of 406")
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES, OTHERS))
    expect(page.get_by_text(f"You cannot see {OTHERS}")).to_be_visible()
    page.get_by_role("button", name="Show my domains").click()
    expect(page.get_by_label("Figures", exact=True)).to_be_visible()

    for domain in (OTHERS, MINE):
        page.goto(path(f"conversations/{domain}/{OTHERS_CONVERSATION}", FIGURES))
        expect(panel(page).get_by_role("alert")).to_contain_text("Not found")
        expect(rows(page)).to_have_count(4)
        assert SECRET not in page.content()
