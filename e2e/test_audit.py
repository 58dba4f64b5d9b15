"""The audit log: who changed what, found again by who did it, each in their own domains."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import ADMIN, USER, OpenPage
from .pages import query
from .product import Product
from .traffic import MINE, OTHERS, SECRET

RENAMED = {MINE: (USER, "pricing plans", "Prices"), OTHERS: (ADMIN, SECRET, f"{SECRET} shoes")}


@pytest.fixture(scope="module")
def names(product: Product) -> Iterator[dict[str, str]]:
    """A topic of each domain that somebody renamed; what the log calls either of them."""
    shown: dict[str, str] = {}
    for domain, (who, before, after) in RENAMED.items():
        with product.connect() as connection, product.signed_in(who) as client:
            row = connection.execute(
                "insert into public.topics (site_domain, label) values (%s, %s) returning id::text",
                [domain, before],
            ).fetchone()
            assert row is not None
            answer = client.post(
                "/rpc/rename_topic",
                json={"p_site_domain": domain, "p_topic_id": row[0], "p_label": after},
            )
            assert answer.is_success, answer.text
            profile = client.get(f"/profiles?select=full_name&email=eq.{who}").json()[0]
            shown[who] = profile["full_name"] or who
    yield shown
    with product.connect() as connection:
        connection.execute(
            "delete from public.topics where label in ('Prices', %s)", [RENAMED[OTHERS][2]]
        )


def entries(page: Page) -> Locator:
    """The entries that are shown."""
    return page.get_by_role("list", name="Entries").get_by_role("listitem")


def renamed(page: Page, domain: str) -> Locator:
    """The entry of the renamed topic."""
    return (
        entries(page)
        .filter(has_text=re.compile("topic", re.IGNORECASE))
        .filter(has_text=RENAMED[domain][2])
    )


def test_a_change_is_found_by_who_made_it(open_page: OpenPage, names: dict[str, str]) -> None:
    page = open_page(ADMIN)
    page.goto("/dashboard?domain=all")
    page.get_by_role("link", name="Audit log").click()
    for domain, (who, _, _) in RENAMED.items():
        expect(renamed(page, domain).locator("summary")).to_contain_text(names[who])
    expect(entries(page).filter(has_text="System")).not_to_have_count(0)

    entry = renamed(page, MINE)
    entry.locator("summary").click()
    label = entry.get_by_role("row", name=re.compile("^label "))
    expect(label.locator("del")).to_have_text("pricing plans")
    expect(label.locator("ins")).to_have_text("Prices")

    entry.get_by_role("link", name=names[USER]).click()
    expect(page.get_by_text(f"By {names[USER]}")).to_be_visible()
    expect(renamed(page, OTHERS)).to_have_count(0)
    expect(renamed(page, MINE)).to_be_visible()
    found = entries(page).count()
    expect(entries(page).filter(has_text=names[USER])).to_have_count(found)
    expect(page.get_by_text(re.compile(rf"^{found} entr(y|ies)$"))).to_be_visible()
    assert "actor" in query(page)
    page.reload()
    expect(page.get_by_text(f"By {names[USER]}")).to_be_visible()
    expect(entries(page)).to_have_count(found)

    page.get_by_role("button", name="By anybody").click()
    expect(renamed(page, OTHERS)).to_be_visible()
    page.get_by_label("Search the log").fill("unheardof")
    expect(page.get_by_text("No entry matches these filters")).to_be_visible()


def test_a_user_reads_the_log_of_their_own_domain(
    open_page: OpenPage, names: dict[str, str]
) -> None:
    page = open_page(USER)
    for domain in ("all", MINE):
        page.goto(f"/audit?domain={domain}")
        expect(renamed(page, MINE)).to_be_visible()
        expect(renamed(page, MINE).locator("summary")).to_contain_text(names[USER])
        for word in (OTHERS, SECRET, "Northwind"):
            assert word not in page.content()
