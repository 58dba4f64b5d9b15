"""The account page: password, address, second factor and sessions, as a person changes them."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import Page, expect

from .accounts import (
    LONG_NAME,
    Person,
    code_of,
    follow,
    make_person,
    open_account,
    open_mail,
    open_mailbox,
    part,
    sign_in_person,
    step_now,
)
from .browser import Watch
from .conftest import OpenPage
from .pages import no_sideways_scroll, sign_in
from .product import Product

NEW = "a quite different sentence"
PHONE = {"viewport": {"width": 390, "height": 844}}


def change_password(page: Page, current: str, new: str) -> None:
    form = part(page, "Password")
    form.get_by_label("Current password").fill(current)
    form.get_by_label("New password").fill(new)
    form.get_by_label("New password").press("Enter")


def test_the_password_changes_for_who_knows_it(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    watch.expect("status of (400|422|429)")
    person = make_person(product)
    page = open_page()
    sign_in_person(page, person)
    open_account(page)
    form = part(page, "Password")
    expect(form.get_by_label("Current password")).to_have_attribute(
        "autocomplete", "current-password"
    )
    expect(form.locator("input[autocomplete=username]")).to_have_value(person.email)
    alert = form.get_by_role("alert")

    change_password(page, "wrong one", NEW)
    expect(alert).to_have_text("That is not your current password.")
    expect(alert).to_be_focused()
    change_password(page, person.password, person.password)
    expect(alert).to_have_text("That is your password already. Choose another one.")
    change_password(page, person.password, "short")
    assert form.get_by_label("New password").evaluate("input => input.validity.tooShort")
    change_password(page, person.password, NEW)
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    expect(form.get_by_label("New password")).to_have_value("")

    guess_often(product, person)
    change_password(page, "guess", "whatever it may be")
    expect(alert).to_contain_text("Too many attempts. Wait a few minutes, then try again.")
    expect(alert).to_contain_text(re.compile("Request id [0-9a-f-]{36}"))


def guess_often(product: Product, person: Person) -> None:
    """Somebody at another browser uses up the attempts."""
    headers = {"apikey": product.anon_key()}
    with httpx.Client(base_url=f"{product.url}/auth/v1", headers=headers) as client:
        session = client.post(
            "/token?grant_type=password", json={"email": person.email, "password": NEW}
        ).json()
        bearer = {"Authorization": f"Bearer {session['access_token']}"}
        guess = {"password": "whatever it may be", "current_password": "guess"}
        for _ in range(40):
            if client.put("/user", headers=bearer, json=guess).status_code == 429:
                return
    raise AssertionError("guessing goes on for ever")


def test_an_address_changes_once_both_confirm(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    person = make_person(product)
    new = f"{LONG_NAME}.{person.email}"[-60:].lstrip(".-")
    page = open_page(**PHONE)
    reader = open_mailbox(page, watch)
    sign_in_person(page, person)
    open_account(page)
    form = part(page, "E-mail address")
    form.get_by_label("New e-mail address").fill(new)
    form.get_by_label("New e-mail address").press("Enter")
    expect(form.get_by_role("status")).to_have_text(f"Waiting for {new} to be confirmed.")
    no_sideways_scroll(page)

    mail = open_mail(reader, new, "Confirm your new e-mail address")
    expect(mail).to_contain_text(f"from {person.email} to {new}")
    half = follow(mail, "Confirm the new address", watch)
    # Said on the account page, for they are signed in; the old address still holds.
    expect(half.get_by_role("status").first).to_have_text(
        "Confirmed. Now open the link in the e-mail to your other address too."
    )
    expect(part(half, "E-mail address")).to_contain_text(f"You sign in as {person.email}")

    mail = open_mail(reader, person.email, "Confirm the change of your e-mail address")
    whole = follow(mail, "Confirm the change", watch)
    expect(whole.get_by_role("status")).to_contain_text("Your e-mail address is changed.")
    expect(part(whole, "E-mail address")).to_contain_text(f"You sign in as {new}")
    # Confirming went on with the session that asked for it.
    expect(part(whole, "Where you are signed in").get_by_role("listitem")).to_have_count(1)
    no_sideways_scroll(whole)

    watch.expect("status of 400")
    other = open_page()
    other.goto("/sign-in")
    sign_in(other, person.email, person.password)
    expect(other.get_by_role("alert")).to_contain_text("do not match")
    sign_in(other, new, person.password)
    expect(other.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_a_second_factor_is_turned_on_asked_for_and_turned_off(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    watch.expect("status of 422")
    person = make_person(product)
    page = open_page()
    sign_in_person(page, person)
    open_account(page)
    two = part(page, "Two-factor authentication")
    expect(two).to_contain_text("off")
    two.get_by_role("button", name="Turn on").click()
    picture = two.get_by_role("img", name="QR code of the secret")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    expect(two).to_contain_text("a lost phone locks you out")
    secret = two.locator("code").inner_text()

    two.get_by_label("Code").fill("000000")
    two.get_by_label("Code").press("Enter")
    expect(two.get_by_role("alert")).to_contain_text("That code is not right")
    step = step_now() - 1
    two.get_by_label("Code").fill(code_of(secret, step))
    two.get_by_label("Code").press("Enter")
    expect(page.get_by_text("Two-factor authentication is on")).to_be_visible()
    expect(two).to_contain_text("Add a second device")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    sign_in(page, person.email, person.password)
    code = page.get_by_label("Code of your authenticator app")
    expect(code).to_be_focused()
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    # A code works once, even while its half minute lasts.
    code.fill(code_of(secret, step))
    code.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not right, or was used already")
    expect(page.get_by_role("main")).to_contain_text("No access to the app any more?")
    # Nor does the password alone open anything.
    page.goto("/dashboard")
    expect(code).to_be_visible()
    code.fill(code_of(secret, step + 1))
    code.press("Enter")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()

    open_account(page)
    two.get_by_role("button", name="Remove").click()
    two.get_by_role("button", name="Really remove").click()
    expect(two.get_by_role("button", name="Turn on")).to_be_visible()
    other = open_page()
    sign_in_person(other, person)


def test_sessions_are_seen_and_ended(open_page: OpenPage, product: Product, watch: Watch) -> None:
    watch.expect("status of (401|403)")
    person = make_person(product)
    page, phone, third = open_page(), open_page(**PHONE), open_page()
    for browser in (page, phone, third):
        sign_in_person(browser, person)
    open_account(page)
    sessions = part(page, "Where you are signed in")
    expect(sessions.get_by_role("listitem")).to_have_count(3)
    expect(sessions.get_by_role("listitem").first).to_contain_text("This device")

    # The one used last comes first.
    sessions.get_by_role("button", name=re.compile("^Sign out Chrome on")).first.click()
    expect(sessions.get_by_role("listitem")).to_have_count(2)
    third.get_by_role("link", name="Conversations", exact=True).first.click()
    expect(third.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(third.get_by_role("main")).to_contain_text("Sign in to continue where you were.")

    open_account(phone)
    expect(part(phone, "Where you are signed in").get_by_role("listitem")).to_have_count(2)
    no_sideways_scroll(phone)
    sessions.get_by_role("button", name="Sign out everywhere else").click()
    expect(sessions.get_by_role("listitem")).to_have_count(1)
    change_password(phone, person.password, NEW)
    expect(phone.get_by_role("heading", name="Sign in")).to_be_visible()

    sign_in_person(third, person)
    sessions.get_by_role("button", name="Sign out everywhere", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    third.get_by_role("link", name="Conversations", exact=True).first.click()
    expect(third.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_account_is_changed_by_keyboard_alone(open_page: OpenPage, product: Product) -> None:
    person = make_person(product)
    page = open_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail").focus()
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type(person.password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    open_account(page)
    form = part(page, "Password")
    form.get_by_label("Current password").focus()
    page.keyboard.type(person.password)
    # Past the button that shows the password.
    page.keyboard.press("Tab")
    expect(form.get_by_role("button", name="Show or hide").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(form.get_by_label("New password")).to_be_focused()
    page.keyboard.type(NEW)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(form.get_by_role("button", name="Change the password")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is changed")).to_be_visible()
