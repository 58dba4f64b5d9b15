"""A forgotten password and an invitation, lived through with the mailbox open beside."""

from __future__ import annotations

from uuid import uuid4

from playwright.sync_api import expect

from .accounts import (
    LONG_NAME,
    follow,
    make_person,
    open_account,
    open_mail,
    open_mailbox,
    service,
)
from .browser import Watch
from .conftest import OpenPage
from .pages import no_sideways_scroll, sign_in
from .product import Product

NEW = "a quite different sentence"


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    watch.expect("status of (400|429)")
    person = make_person(product, LONG_NAME)
    page = open_page(viewport={"width": 390, "height": 844})
    reader = open_mailbox(page, watch)
    page.goto("/sign-in")
    page.get_by_role("link", name="Forgotten password?").click()
    # The form one comes from asks for an e-mail address too.
    expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()
    email = page.get_by_label("E-mail")
    expect(email).to_have_attribute("autocomplete", "username")
    email.fill(person.email)
    email.press("Enter")
    sent = page.get_by_role("heading", name="Look into your mailbox")
    expect(sent).to_be_focused()
    expect(page.get_by_role("main")).to_contain_text(person.email)
    no_sideways_scroll(page)

    # Impatience is answered plainly.
    page.get_by_role("button", name="Ask again").click()
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("alert")).to_have_text(
        "An e-mail is already on its way. You can ask again in a minute."
    )

    mail = open_mail(reader, person.email, "Choose a new password")
    expect(mail).to_contain_text("It works once, and for an hour.")
    link = mail.get_by_role("link").get_attribute("href")
    assert link
    chosen = follow(mail, "Choose a new password", watch)
    expect(chosen.get_by_role("heading", name="Choose a new password")).to_be_visible()
    assert "token" not in chosen.url
    password = chosen.get_by_label("New password")
    expect(password).to_have_attribute("autocomplete", "new-password")
    expect(chosen.locator("input[autocomplete=username]")).to_have_value(person.email)
    no_sideways_scroll(chosen)
    password.fill(NEW)
    password.press("Enter")
    expect(chosen.get_by_role("heading", name="Dashboard")).to_be_visible()

    other = open_page()
    other.goto("/sign-in")
    sign_in(other, person.email, person.password)
    expect(other.get_by_role("alert")).to_contain_text("do not match")
    sign_in(other, person.email, NEW)
    expect(other.get_by_role("heading", name="Dashboard")).to_be_visible()

    # Whether signed out or in: used is used, and here is where the next one is asked for.
    for browser in (open_page(), other):
        browser.goto(link)
        expect(browser.get_by_role("status")).to_have_text(
            "That link was used already, or is too old. Ask for a new one."
        )
        expect(browser.get_by_role("button", name="Send the link")).to_be_visible()
        assert "error" not in browser.url


def test_nobody_learns_who_has_an_account(open_page: OpenPage) -> None:
    page = open_page()
    page.goto("/recover")
    page.get_by_label("E-mail").fill("nobody@client.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("main")).to_contain_text("If nobody@client.example has an account")


def test_an_invitation_makes_an_account(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    watch.expect("status of 422")
    email = f"ada.{uuid4().hex[:8]}@client.example"
    with service(product) as admin:
        asked = {"email": email, "data": {"full_name": "Ada"}}
        assert admin.post("/invite", json=asked).status_code == 200
    page = open_page()
    reader = open_mailbox(page, watch)
    mail = open_mail(reader, email, "You are invited to Client Backoffice")
    link = mail.get_by_role("link").get_attribute("href")
    assert link
    welcome = follow(mail, "Accept the invitation", watch)
    expect(welcome.get_by_role("main")).to_contain_text(f"You sign in as {email}")
    expect(welcome.get_by_label("Your name")).to_have_value("Ada")
    welcome.get_by_label("Your name").fill("Ada Lovelace")
    welcome.get_by_label("New password").fill("short")
    welcome.get_by_role("button", name="Accept the invitation").click()
    # The browser's own check of the length keeps it from being sent.
    assert welcome.get_by_label("New password").evaluate("input => input.validity.tooShort")
    welcome.get_by_label("New password").fill(NEW)
    welcome.get_by_role("button", name="Accept the invitation").click()
    expect(welcome.get_by_role("heading", name="Dashboard")).to_have_count(0)
    # They are signed in, with no website yet; their account is theirs already.
    open_account(welcome)
    expect(welcome.get_by_role("main")).to_contain_text(email)

    again = open_page()
    again.goto(link)
    expect(again.get_by_role("status")).to_contain_text("used already")
    sign_in(again, email, NEW)
    expect(again.get_by_role("button", name="Your account")).to_be_visible()
    with service(product) as admin:
        assert admin.post("/invite", json={"email": email}).status_code == 422


def test_the_mailbox_lists_the_newest_first_in_both_forms(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    people = [make_person(product) for _ in range(2)]
    page = open_page(color_scheme="dark")
    for person in people:
        page.goto("/recover")
        page.get_by_label("E-mail").fill(person.email)
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_role("heading", name="Look into")).to_be_visible()
        reader = open_mailbox(page, watch)
        open_mail(reader, person.email, "Choose a new password")
    entries = reader.get_by_role("listitem")
    expect(entries.nth(0)).to_contain_text(people[1].email)
    expect(entries.nth(1)).to_contain_text(people[0].email)
    reader.get_by_text("As plain text").click()
    plain = reader.get_by_role("link", name="/auth/v1/verify")
    with page.context.expect_page() as opening:
        plain.click()
    expect(opening.value.get_by_role("heading", name="Choose a new password")).to_be_visible()
