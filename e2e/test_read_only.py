"""While an admin sees the product as a user, no page offers what the server would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from .accounts import make_person
from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .pages import rows, sign_in
from .product import PASSWORDS, Product
from .read_only import Refusals, press_everything
from .sender import id_of
from .traffic import FIGURES, LIST, MINE, path

TOPIC = id_of("topic", "read only")
# Signing out goes on working, and would end the walk.
LEAVE = "^(Sign out|End the view)"


@pytest.fixture
def addresses(product: Product) -> Iterator[list[str]]:
    """The pages of a client user, with something to change on each."""
    slug = f"walk-{uuid4().hex[:8]}"
    with product.signed_in(USER) as user:
        sections = f"{product.url}/content/v1/sections/{MINE}"
        content = {"title": "Walk", "questions": [{"id": "q1", "text": "What is it?"}]}
        made = user.post(sections, json={"slug": slug, "content": content})
        assert made.status_code == 201, made.text
        section = made.json()["section"]["id"]
        saved = user.put(
            f"{sections}/{section}",
            json={"version": 1, "slug": slug, "content": content | {"title": "Walk on"}},
        )
        assert saved.status_code == 200, saved.text
    with product.connect() as connection:
        connection.execute(
            "insert into public.topics (site_domain, id, label, keywords)"
            " values (%s, %s, 'walk', '{}')",
            [MINE, TOPIC],
        )
        yield [
            path("dashboard", FIGURES),
            path("visitors", FIGURES),
            path("accounts", FIGURES),
            path("conversations", LIST),
            path(f"conversations/{MINE}/{id_of('conversation', 'ann')}", FIGURES),
            path("topics", FIGURES),
            path(f"topics/{MINE}/{TOPIC}", FIGURES),
            f"/sections?domain={MINE}",
            f"/sections/{MINE}/new",
            f"/sections/{MINE}/{section}",
            f"/sections/{MINE}/{section}?view=history&version=1",
            f"/agents?domain={MINE}",
            f"/settings/engagement?domain={MINE}&history=true",
            f"/settings/appearance?domain={MINE}",
            f"/support?domain={MINE}&new=other",
            f"/notifications?domain={MINE}",
            f"/account?domain={MINE}",
            f"/audit?domain={MINE}",
        ]
        connection.execute("delete from public.topics where id = %s", [TOPIC])
        connection.execute("delete from public.ai_sections where id = %s", [section])


def view_as(page: Page, email: str, user_id: str) -> None:
    """Sign in as the admin, in a session of this test's own, and see what the person sees."""
    page.goto("/sign-in")
    sign_in(page, ADMIN, PASSWORDS[ADMIN])
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    page.goto(f"/users/{user_id}")
    page.get_by_role("button", name="View as this user").click()
    page.get_by_role("button", name="Start viewing").click()
    expect(page.get_by_role("region", name="Viewing as somebody else")).to_contain_text(email)


def test_no_enabled_control_leads_to_a_refusal(
    open_page: OpenPage, product: Product, addresses: list[str], watch: Watch
) -> None:
    # A chart that is on its way out when everything is asked for anew is measured once more.
    watch.expect("of chart should be greater than 0")
    person = make_person(product, "walked")
    page = open_page(None, locale="en-US")
    view_as(page, person.email, person.id)
    refusals = Refusals(page)
    pressed: set[str] = set()
    refused: dict[str, list[str]] = {}
    for address in addresses:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("region", name="Viewing as somebody else")).to_be_visible()
        page.wait_for_load_state("networkidle")
        for key in "gbnr":
            page.keyboard.press(key)
        expect(page.get_by_role("dialog", name="New ticket")).to_have_count(0)
        pressed |= press_everything(page, LEAVE)
        if refusals.seen:
            refused[address] = refusals.seen
            refusals.seen = []
    assert refused == {}
    # The walk opened menus, and found what writes closed.
    assert {"Views", "CSV, for a spreadsheet", "History"} <= pressed
    assert not pressed & {"Good", "Note", "Save as a new view…", "New ticket", "Publish…", "Save"}
    page.goto(f"/support?domain={MINE}")
    reason = page.get_by_role("group", name=f"Read-only while you view as {person.email}")
    expect(reason.get_by_role("button", name="New ticket").first).to_be_disabled()

    page.get_by_role("button", name="End the view").click()
    expect(page.get_by_role("region", name="Viewing as somebody else")).to_have_count(0)


def test_what_stays_in_the_window_has_its_place_under_the_banner(
    open_page: OpenPage, product: Product
) -> None:
    person = make_person(product, "banner")
    page = open_page(None, locale="en-US")
    view_as(page, person.email, person.id)
    page.goto(path("conversations", LIST))
    rows(page).first.get_by_role("link").click()
    banner = page.get_by_role("region", name="Viewing as somebody else")
    beside = page.get_by_role("complementary", name="Conversation")
    expect(beside.get_by_role("region", name="Review")).to_be_in_viewport(ratio=1)
    page.mouse.wheel(0, 900)
    page.wait_for_function("window.scrollY > 500")
    expect(beside.get_by_role("region", name="Review")).to_be_in_viewport(ratio=1)
    covered = banner.bounding_box()
    bar = page.get_by_role("banner").bounding_box()
    assert covered and bar
    assert bar["y"] >= covered["y"] + covered["height"]
    page.get_by_role("button", name="End the view").click()
    expect(banner).to_have_count(0)
