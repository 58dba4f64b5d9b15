"""AI Sections: from a draft to visitors, and back to an earlier version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backoffice.stack.processes import wait_until

from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .product import Product
from .traffic import MINE

HOSTILE = '<img src=x onerror="alert(1)">'
CONTENT = {"title": "A section", "questions": [{"id": "q1", "text": "What does it cost?"}]}


@pytest.fixture(autouse=True)
def no_sections(product: Product) -> Iterator[None]:
    """Each test begins and ends without any."""

    def clear() -> None:
        with product.connect() as connection:
            connection.execute("update public.ai_sections set published_version = null")
            connection.execute("delete from public.ai_sections")

    clear()
    yield
    clear()


def published(product: Product) -> list[dict[str, Any]]:
    """What visitors get."""
    with product.connect() as connection:
        row = connection.execute("select private.published_sections(%s)", [MINE]).fetchone()
    assert row is not None
    return list(row[0])


def make_section(product: Product, slug: str, **content: Any) -> str:
    """A draft, saved by the user; its id."""
    with product.signed_in(USER) as user:
        answer = user.post(
            f"{product.url}/content/v1/sections/{MINE}",
            json={"slug": slug, "content": CONTENT | content},
        )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["section"]["id"])


def publish(page: Page) -> None:
    """Use the button, and say yes to what changes."""
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog).to_have_count(0)


def test_a_section_is_made_published_edited_compared_and_brought_back(
    open_page: OpenPage, product: Product
) -> None:
    page = open_page(USER)
    page.goto(f"/sections?domain={MINE}")
    expect(page.get_by_text("No sections yet")).to_be_visible()
    page.get_by_role("link", name="New section").click()

    page.get_by_label("Title").fill(f"Prices {HOSTILE}")
    page.get_by_label("Slug").fill("prices")
    page.get_by_role("button", name="Add a question").click()
    page.get_by_label("Question 1", exact=True).fill("What does it cost?")
    page.keyboard.press("Enter")
    page.get_by_label("Question 2", exact=True).fill("Is there a trial?")
    page.get_by_label("Show only on these pages").fill("/pricing*")
    page.get_by_label("Does this URL show it?").fill("/pricing/plans")
    expect(page.get_by_text("Shown: /pricing* is among the pages.")).to_be_visible()
    page.get_by_role("textbox", name="Custom CSS").fill(
        ".rose-title { color: #0b6e4f; background: url(https://evil.example/x) }"
    )
    left_out = page.get_by_role("list", name="Left out of the CSS")
    expect(left_out).to_contain_text("It loads from an address.")

    preview = page.frame_locator('iframe[title="Preview of the section"]')
    heading = preview.get_by_role("heading", name=f"Prices {HOSTILE}")
    expect(heading).to_have_css("color", "rgb(11, 110, 79)")
    preview.get_by_role("button", name="Is there a trial?").click()
    expect(page.get_by_text("A visitor would now ask: “Is there a trial?”")).to_be_visible()

    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("version 1", exact=True)).to_be_visible()
    assert published(product) == []
    publish(page)
    expect(page.get_by_text("Published", exact=True)).to_be_visible()
    (shown,) = published(product)
    assert shown["title"] == f"Prices {HOSTILE}"
    assert "url" not in shown["css"]

    page.get_by_label("Title").fill("Prices and plans")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Published, edited since")).to_be_visible()
    publish(page)
    assert published(product)[0]["title"] == "Prices and plans"

    page.get_by_role("tab", name="History").click()
    differences = page.get_by_role("region", name="Differences")
    expect(differences.locator("ins")).to_contain_text("Title: Prices and plans")
    expect(differences.locator("del")).to_contain_text("Title: Prices <img")
    page.get_by_role("button", name="Version 1").click()
    page.get_by_role("button", name="Bring version 1 back").click()
    expect(page.get_by_role("button", name="Version 3")).to_contain_text("as version 1 was")
    page.reload()
    page.get_by_role("tab", name="Edit").click()
    expect(page.get_by_label("Title")).to_have_value(f"Prices {HOSTILE}")
    publish(page)
    assert (published(product)[0]["version"], published(product)[0]["title"]) == (
        3,
        f"Prices {HOSTILE}",
    )


def test_sections_are_ordered_by_keyboard_and_by_dragging(
    open_page: OpenPage, product: Product
) -> None:
    for slug in ("one", "two", "three"):
        make_section(product, slug, title=f"Section {slug}")
    page = open_page(USER)
    page.goto(f"/sections?domain={MINE}")
    rows = page.get_by_role("list", name="Sections of").get_by_role("listitem")
    expect(rows).to_have_count(3)

    with page.expect_response("**/order"):
        page.get_by_role("button", name="Move “Section one”").focus()
        page.keyboard.press("Space")
        expect(page.get_by_text("“Section one” is at 1 of 3.")).to_be_attached()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_text("“Section one” is at 2 of 3.")).to_be_attached()
        page.keyboard.press("Space")
    expect(rows.nth(1)).to_contain_text("Section one")

    handle = page.get_by_role("button", name="Move “Section three”").bounding_box()
    first = rows.nth(0).bounding_box()
    assert handle is not None and first is not None
    with page.expect_response("**/order"):
        page.mouse.move(handle["x"] + 8, handle["y"] + 8)
        page.mouse.down()
        page.mouse.move(handle["x"] + 8, first["y"] + 30, steps=8)
        page.mouse.move(handle["x"] + 8, first["y"] + 4, steps=4)
        page.mouse.up()
    expect(rows.nth(0)).to_contain_text("Section three")
    page.reload()
    for place, name in enumerate(("three", "two", "one")):
        expect(rows.nth(place)).to_contain_text(f"Section {name}")


def test_two_people_who_save_lose_nothing(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    watch.expect("status of 409")
    section = make_section(product, "shared", title="As it was")
    mine, theirs = open_page(USER), open_page(ADMIN)
    for page in (mine, theirs):
        page.goto(f"/sections/{MINE}/{section}")
        expect(page.get_by_label("Title")).to_have_value("As it was")
    theirs.get_by_label("Title").fill("As they want it")
    theirs.get_by_role("button", name="Save draft").click()
    expect(theirs.get_by_text("version 2", exact=True)).to_be_visible()

    mine.get_by_label("Title").fill("As I want it")
    mine.get_by_role("button", name="Save draft").click()
    dialog = mine.get_by_role("dialog")
    expect(dialog).to_contain_text("Title: As they want it")
    expect(dialog).to_contain_text("Title: As I want it")
    dialog.get_by_role("button", name="Save mine as version 3").click()
    expect(mine.get_by_text("version 3", exact=True)).to_be_visible()
    expect(mine.get_by_label("Title")).to_have_value("As I want it")


def test_visitors_see_what_is_published_and_their_clicks_are_counted(
    open_page: OpenPage, product: Product
) -> None:
    section = make_section(product, "product-questions", title="First words")
    page, visitor = open_page(USER), open_page()
    page.goto(f"/sections/{MINE}/{section}")
    publish(page)
    visitor.goto("/demo-site/")
    expect(visitor.get_by_role("heading", name="First words")).to_be_visible()

    page.get_by_label("Title").fill("Other words")
    publish(page)
    visitor.reload()
    expect(visitor.get_by_role("heading", name="Other words")).to_be_visible()
    visitor.get_by_role("button", name="What does it cost?").click()

    def clicked() -> bool:
        with product.connect() as connection:
            row = connection.execute(
                "select count(*) from public.events where name = 'section_question_clicked'"
                " and properties ->> 'section_slug' = 'product-questions'"
            ).fetchone()
        return row == (1,)

    assert wait_until(clicked, 20)

    page.get_by_role("link", name="AI Sections").last.click()
    switch = page.get_by_role("switch", name="“Other words” is on")
    with page.expect_response("**/enabled"):
        switch.click(force=True)
    visitor.reload()
    visitor.wait_for_load_state("networkidle")
    expect(visitor.get_by_role("heading", name="Other words")).to_have_count(0)
