"""Users as an admin works with them, and what the person at the other browser sees of it."""

from __future__ import annotations

import re
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from .accounts import PASSWORD, follow, make_person, open_mail, open_mailbox, sign_in_person
from .browser import Watch
from .conftest import ADMIN, OpenPage
from .pages import no_sideways_scroll, sign_in
from .product import PASSWORDS, Product

PHONE = {"viewport": {"width": 390, "height": 844}}


def open_users(page: Page) -> None:
    """Sign in as the admin, in a session that no other test shares, and go to the page."""
    page.goto("/sign-in")
    sign_in(page, ADMIN, PASSWORDS[ADMIN])
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Users").click()
    expect(page.get_by_role("heading", name="Users", level=1)).to_be_visible()


def open_person(page: Page, email: str) -> Locator:
    """Look for somebody, and open their panel."""
    page.get_by_role("searchbox", name="Search name or e-mail").fill(email)
    expect(page.get_by_text("1 user", exact=True)).to_be_visible()
    found = page.get_by_role("table", name="Users").get_by_role("rowheader")
    found.filter(has_text=email).get_by_role("link").click()
    return page.get_by_label("User", exact=True)


def test_a_colleague_is_invited_comes_in_and_is_disabled(open_page: OpenPage, watch: Watch) -> None:
    watch.expect("status of 40[0135]")
    email = f"ada.{uuid4().hex[:8]}@client.example"
    admin = open_page()
    open_users(admin)
    admin.get_by_role("button", name="Invite", exact=True).click()
    dialog = admin.get_by_role("dialog", name="Invite somebody")
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_label("Name").fill("Ada")
    dialog.get_by_role("combobox", name="Domains").click()
    admin.get_by_role("option", name="abtasty.com").click()
    admin.keyboard.press("Escape")
    dialog.get_by_role("button", name="Send the invitation").click()
    expect(admin.get_by_text(f"{email} is invited")).to_be_visible()
    person_panel = open_person(admin, email)
    expect(person_panel.get_by_label("What is known")).to_contain_text("Invited")

    person = open_page(None, locale="en-US")
    mail = open_mail(open_mailbox(person, watch), email, "You are invited to Client Backoffice")
    expect(mail).to_contain_text("7 days")
    welcome = follow(mail, "Accept the invitation", watch)
    welcome.get_by_label("New password").fill(PASSWORD)
    welcome.get_by_role("button", name="Accept the invitation").click()
    expect(welcome.get_by_role("heading", name="Dashboard")).to_be_visible()
    expect(welcome.get_by_role("link", name="Users")).to_have_count(0)

    admin.reload()
    expect(person_panel.get_by_label("What is known")).to_contain_text("Active")
    person_panel.get_by_role("button", name="Disable").click()
    asked = admin.get_by_role("dialog", name="Disable this user?")
    expect(asked).to_contain_text("Ada is signed out at once and cannot sign in")
    asked.get_by_role("button", name="Disable").click()
    expect(person_panel.get_by_role("button", name="Enable")).to_be_visible()

    welcome.get_by_role("navigation", name="Pages").get_by_role("link", name="Visitors").click()
    expect(welcome.get_by_text("You were signed out.")).to_be_visible()
    expect(welcome).to_have_url(re.compile("/sign-in"))
    sign_in(welcome, email, PASSWORD)
    expect(welcome.get_by_role("alert")).to_be_visible()

    person_panel.get_by_role("button", name="Delete").click()
    asked = admin.get_by_role("dialog", name="Delete this user for good?")
    asked.get_by_role("button", name="Delete").click()
    expect(admin.get_by_text("Nobody matches these filters")).to_be_visible()


def test_an_admin_sees_the_product_as_a_user_and_changes_nothing(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    watch.expect("status of 40[0135]")
    # A chart that is on its way out when everything is asked for anew is measured once more.
    watch.expect("of chart should be greater than 0")
    person = make_person(product, "viewed")
    admin = open_page()
    open_users(admin)
    open_person(admin, person.email)
    admin.get_by_role("button", name="View as this user").click()
    asked = admin.get_by_role("dialog", name=f"View as {person.email}?")
    expect(asked).to_contain_text("Nothing can be changed meanwhile")
    asked.get_by_role("button", name="Start viewing").click()

    banner = admin.get_by_role("region", name="Viewing as somebody else")
    expect(banner).to_contain_text(f"You see what {person.email} sees")
    expect(banner).to_contain_text("minutes left")
    expect(admin.get_by_role("heading", name="Dashboard")).to_be_visible()
    expect(admin.get_by_role("link", name="Users")).to_have_count(0)
    # There is one website alone, and nothing to choose from.
    expect(admin.get_by_role("banner")).to_contain_text("abtasty.com")
    expect(admin.get_by_role("button", name=re.compile("^Domain:"))).to_have_count(0)
    # Another tab of the same browser is told, too.
    beside = admin.context.new_page()
    watch.over(beside)
    beside.goto("/users")
    expect(beside.get_by_text("This page is for Rose staff")).to_be_visible()
    expect(beside.get_by_role("region", name="Viewing as somebody else")).to_be_visible()
    beside.close()
    # The user themselves goes on as always.
    theirs = open_page(None, locale="en-US")
    sign_in_person(theirs, person)
    expect(theirs.get_by_role("region", name="Viewing as somebody else")).to_have_count(0)

    banner.get_by_role("button", name="End the view").click()
    expect(banner).to_have_count(0)
    expect(admin.get_by_label("User", exact=True)).to_contain_text(person.email)
    admin.goto("/audit?q=viewed.")
    entries = admin.get_by_role("list", name="Entries").get_by_role("listitem")
    expect(entries.filter(has_text=f"Product viewed as {person.email}").first).to_be_visible()
    expect(entries.filter(has_text=f"No longer viewed as {person.email}").first).to_be_visible()


def test_domains_are_assigned_to_several_at_once(open_page: OpenPage, product: Product) -> None:
    people = [make_person(product, "several"), make_person(product, "several")]
    admin = open_page()
    open_users(admin)
    admin.get_by_role("searchbox", name="Search name or e-mail").fill("several.")
    for person in people:
        admin.get_by_role("checkbox", name=f"Choose {person.email}").check()
    bar = admin.get_by_role("region", name="Chosen users")
    bar.get_by_role("button", name="Take domains away").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Domains").click()
    admin.get_by_role("option", name="abtasty.com").click()
    admin.keyboard.press("Escape")
    dialog.get_by_role("button", name="Take away").click()
    expect(admin.get_by_text("2 assignments changed.")).to_be_visible()
    expect(admin.get_by_role("region", name="Chosen users")).to_have_count(0)


def test_the_page_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page(ADMIN, **PHONE)
    page.goto("/users")
    expect(page.get_by_role("table", name="Users")).to_be_visible()
    no_sideways_scroll(page)
    page.get_by_role("rowheader").get_by_role("link").first.click()
    expect(page.get_by_role("dialog", name="User")).to_be_visible()
    no_sideways_scroll(page)
