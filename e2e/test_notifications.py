"""Choosing e-mails about a website, looking at one, and unsubscribing by its link."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from .product import Product

PAGE = "/notifications?domain=abtasty.com"
USER = "user@user.com"


def test_a_digest_is_chosen_previewed_sent_and_ended(
    open_page: Callable[..., Page], product: Product
) -> None:
    with product.connect() as connection:
        connection.execute("delete from public.notification_choices")
    page = open_page(USER)
    page.goto(PAGE)
    digest = page.get_by_role("switch", name="Weekly digest of abtasty.com")
    expect(digest).not_to_be_checked()
    # The label is what a person presses; the input behind it is hidden.
    digest.locator("xpath=ancestor::*[contains(@class, 'Switch-body')]").click()
    expect(digest).to_be_checked()
    expect(page.get_by_text(re.compile("next digest"))).to_be_visible()

    page.get_by_role("button", name="Preview the digest of abtasty.com").click()
    frame = page.frame_locator("iframe[title='Preview of the digest']")
    expect(frame.get_by_role("link", name="Open the Dashboard of this week")).to_be_visible()
    expect(frame.get_by_role("row", name=re.compile("^Visitors"))).to_be_visible()
    page.keyboard.press("Escape")

    # As the e-mail's button does it, in a browser where nobody is signed in.
    printed = product.installation.command(
        "notifications", "digest", "--to", USER, "--dry-run"
    ).stdout
    link = re.search(r"Unsubscribe: (\S+)", printed)
    assert link is not None
    path = link[1][link[1].index("/notifications/") :]
    assert "End the weekly digest" in httpx.get(f"{product.url}{path}").text
    stranger = open_page(None)
    stranger.goto(path)
    stranger.get_by_role("button", name="End the weekly digest").click()
    expect(stranger.get_by_role("heading", name="You are unsubscribed")).to_be_visible()

    page.reload()
    expect(digest).not_to_be_checked()
