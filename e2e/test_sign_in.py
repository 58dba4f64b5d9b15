"""Signing in with the form, and out again."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .pages import query, sign_in
from .product import PASSWORDS
from .traffic import LIST, path


@pytest.mark.parametrize(("who", "role"), [(ADMIN, "Rose staff"), (USER, "Client user")])
def test_both_users_sign_in_and_out(open_page: OpenPage, who: str, role: str) -> None:
    page = open_page()
    page.goto("/")
    sign_in(page, who, PASSWORDS[who])
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    # What is on its way when the session ends is refused.
    page.wait_for_load_state("networkidle")

    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_role("menu")).to_contain_text(who)
    expect(page.get_by_role("menu")).to_contain_text(role)
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.goto("/dashboard")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("localStorage.getItem('backoffice.session')") is None


def test_a_wrong_password_is_said_clearly_and_can_be_corrected(
    open_page: OpenPage, watch: Watch
) -> None:
    watch.expect("status of 400")
    page = open_page()
    page.goto("/sign-in")
    sign_in(page, USER, "wrong")
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("That e-mail and password do not match.")
    expect(alert).to_be_focused()

    sign_in(page, "nobody@user.com", "user")
    expect(alert).to_have_text("That e-mail and password do not match.")

    sign_in(page, USER, PASSWORDS[USER])
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_a_link_opened_while_signed_out_is_where_sign_in_leads(open_page: OpenPage) -> None:
    page = open_page()
    link = path("conversations", LIST, q="giraffe", messaged="true")
    page.goto(link)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, USER, PASSWORDS[USER])
    expect(page.get_by_text("5 conversations", exact=True)).to_be_visible()
    assert query(page) == parse_qs(urlsplit(link).query)


def test_sign_in_never_leads_to_another_site(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/sign-in?next=//evil.example/")
    sign_in(page, USER, PASSWORDS[USER])
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
