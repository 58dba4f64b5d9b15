"""Agents: switched off with a reason, gone from what the widget downloads, and on again."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from playwright.sync_api import expect

from backoffice.stack.processes import wait_until

from .conftest import ADMIN, USER, OpenPage
from .product import Product
from .traffic import MINE

SECONDS_TO_DELIVER = 15


def test_an_agent_goes_off_with_a_reason_and_on_again(
    open_page: OpenPage, product: Product
) -> None:
    with product.connect() as connection:
        row = connection.execute(
            "select key from private.mint_key(%s, 'public')", [MINE]
        ).fetchone()
    assert row is not None
    address = f"{product.url}/widget/v1/{row[0]}/config.json"

    def delivers(word: str) -> Callable[[], bool]:
        def has_come() -> bool:
            agents = httpx.get(address).json()["agents"]
            return bool(agents["website_agent"]["enabled"] is (word == "on"))

        return has_come

    page = open_page(ADMIN)
    page.goto(f"/agents?domain={MINE}")
    agent = page.get_by_role("region", name="Website agent")
    for word, reason in (("off", "Moves to another provider"), ("on", "Stays after all")):
        agent.get_by_role("button", name=f"Switch {word}").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name=f"Switch {word}").click()
        expect(dialog.get_by_text("Say why, for whoever looks later")).to_be_visible()
        dialog.get_by_label("Reason").fill(reason)
        dialog.get_by_role("button", name=f"Switch {word}").click()
        expect(dialog).to_have_count(0)
        expect(agent).to_contain_text(f"Switched {word} by")
        expect(agent).to_contain_text(f"“{reason}”")
        assert wait_until(delivers(word), SECONDS_TO_DELIVER)
        if word == "off":
            expect(agent.get_by_role("status")).to_have_text("Off")
    # The page asks again by itself: the download that was just seen is the newest one.
    expect(agent).to_contain_text("Newest", timeout=40_000)


def test_clients_see_the_agents_and_do_not_switch_them(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(f"/agents?domain={MINE}")
    nurturing = page.get_by_role("region", name="Nurturing")
    expect(nurturing).to_contain_text("Off")
    expect(nurturing).to_contain_text("Rose staff switch agents")
    expect(page.get_by_role("button", name="Switch")).to_have_count(0)


def test_all_domains_asks_for_one(open_page: OpenPage) -> None:
    page = open_page(ADMIN)
    page.goto("/agents?domain=all")
    page.get_by_role("main").get_by_role("link", name=MINE).click()
    expect(page.get_by_role("region", name="Website agent")).to_be_visible()
