"""Topics: what they count opens, and what people change of them stays."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .axe import serious
from .conftest import ADMIN, USER, OpenPage
from .pages import rows
from .product import Product
from .sender import id_of
from .traffic import FIGURES, MINE, OTHERS, SECRET, path

PRICES, SETUP = id_of("topic", "prices"), id_of("topic", "setup")
OTHER = id_of("topic", "other")


@pytest.fixture
def topics(product: Product) -> Iterator[None]:
    """Two topics, of two conversations and one; and one of the other domain."""
    with product.connect() as connection:
        for site, topic, label in (
            (MINE, PRICES, "price, plan"),
            (MINE, SETUP, "setup, guide"),
            (OTHERS, OTHER, f"{SECRET} topic"),
        ):
            connection.execute(
                "insert into public.topics (site_domain, id, label, keywords)"
                " values (%s, %s, %s, %s)",
                [site, topic, label, label.split(", ")],
            )
        for site, name, topic in (
            (MINE, "ann", PRICES),
            (MINE, "ben", PRICES),
            (MINE, "fay", SETUP),
            (OTHERS, f"{SECRET} 2025-06-10", OTHER),
        ):
            connection.execute(
                "update public.conversations set topic_id = %s where site_domain = %s and id = %s",
                [topic, site, id_of("conversation", name)],
            )
        yield
        connection.execute("update public.conversations set topic_id = null")
        connection.execute("delete from public.topics where merged_into is not null")
        connection.execute("delete from public.topics")


def test_a_topic_opens_as_many_conversations_as_it_counts(
    open_page: OpenPage, topics: None
) -> None:
    page = open_page(USER)
    page.goto(path("topics", FIGURES))
    table = page.get_by_role("region", name="All topics")
    prices = table.get_by_role("row").filter(has_text="price, plan")
    expect(prices).to_contain_text("66.7%")
    expect(page.get_by_role("main")).not_to_contain_text(SECRET)
    prices.get_by_role("link", name="2", exact=True).click()
    expect(rows(page)).to_have_count(2)


def test_a_name_hiding_and_a_merge_survive_a_reload(open_page: OpenPage, topics: None) -> None:
    page = open_page(USER)
    page.goto(path(f"topics/{MINE}/{SETUP}", FIGURES))
    table = page.get_by_role("region", name="All topics")
    page.get_by_role("button", name="Rename the topic").click()
    page.get_by_label("Name of the topic").fill("Getting started")
    page.get_by_role("button", name="Save").click()
    expect(table.get_by_role("link", name="Getting started")).to_be_visible()
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_role("button", name="Show again")).to_be_visible()
    expect(table.get_by_text("Show hidden (1)")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Getting started")).to_be_visible()
    expect(table.get_by_role("link", name="Getting started")).to_have_count(0)
    page.get_by_role("button", name="Show again").click()
    expect(table.get_by_role("link", name="Getting started")).to_be_visible()

    page.get_by_role("button", name="Merge into").click()
    page.get_by_role("combobox", name="Into which topic?").click()
    page.get_by_role("option", name="price, plan").click()
    expect(page.get_by_text("1 conversation of all time will move")).to_be_visible()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("heading", name="price, plan")).to_be_visible()
    page.reload()
    prices = table.get_by_role("row").filter(has_text="price, plan")
    expect(prices.get_by_role("link", name="3", exact=True)).to_be_visible()
    expect(table.get_by_role("link", name="Getting started")).to_have_count(0)


def test_nobody_touches_a_topic_of_a_domain_they_do_not_see(
    open_page: OpenPage, product: Product, topics: None
) -> None:
    with product.signed_in(USER) as user:
        for function, more in (
            ("rename_topic", {"p_label": "Mine now"}),
            ("hide_topic", {"p_hidden": True}),
        ):
            answer = user.post(
                f"/rpc/{function}",
                content=json.dumps({"p_site_domain": OTHERS, "p_topic_id": OTHER, **more}),
                headers={"Content-Type": "application/json"},
            )
            assert answer.status_code == 404, answer.text
    page = open_page(ADMIN)
    page.goto(path("topics", FIGURES, OTHERS))
    expect(page.get_by_role("link", name=f"{SECRET} topic")).to_be_visible()


def test_axe_finds_nothing_serious(open_page: OpenPage, topics: None) -> None:
    page = open_page(USER)
    page.goto(path(f"topics/{MINE}/{SETUP}", FIGURES))
    expect(page.get_by_role("heading", name="setup, guide")).to_be_visible()
    expect(page.get_by_role("region", name="All topics").get_by_role("row")).not_to_have_count(0)
    assert serious(page) == []
    page.goto(path("topics", FIGURES, view="questions"))
    expect(page.get_by_text("No unanswered question in this range")).to_be_visible()
    assert serious(page) == []
