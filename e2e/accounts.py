"""People of a test's own, and how a test reads their e-mail: on the mailbox page, as they would."""

from __future__ import annotations

import base64
import hmac
import time
from dataclasses import dataclass
from uuid import uuid4

import httpx
from playwright.sync_api import Locator, Page, expect

from backoffice.stack.processes import wait_until

from .browser import Watch
from .pages import sign_in
from .product import Product

PASSWORD = "correct horse battery"  # noqa: S105 - of made-up people
LONG_NAME = "maximiliana.konstantinopoulou-featherstonehaugh.of.the.experimentation.team"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    id: str
    email: str
    password: str = PASSWORD


def service(product: Product) -> httpx.Client:
    """Speaks to the auth protocol with the service role's key."""
    key = product.service_role_key()
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=f"{product.url}/auth/v1", headers=headers, timeout=30)


def make_person(product: Product, name: str = "person") -> Person:
    """A confirmed client user of abtasty.com."""
    email = f"{name}.{uuid4().hex[:8]}@client.example"
    with service(product) as admin:
        made = admin.post(
            "/admin/users", json={"email": email, "password": PASSWORD, "email_confirm": True}
        )
    assert made.status_code == 200, made.text
    person = Person(made.json()["id"], email)
    with product.connect() as connection:
        connection.execute(
            "insert into public.user_domains values (%s, 'abtasty.com')", [person.id]
        )
    return person


def open_mail(reader: Page, to: str, subject: str) -> Locator:
    """The newest e-mail of that kind in the open mailbox; gives what its frame shows."""
    origin = "/".join(reader.url.split("/")[:3])

    def has_come() -> bool:
        kept = httpx.get(f"{origin}/mailbox", headers={"Accept": "application/json"}).json()
        return any((mail["to"], mail["subject"]) == (to, subject) for mail in kept)

    # It is sent after the answer.
    assert wait_until(has_come, 15), f"no {subject!r} to {to} came"
    reader.goto("/mailbox")
    entry = reader.get_by_role("listitem").filter(has_text=to).filter(has_text=subject).first
    entry.get_by_role("link").click()
    expect(reader.get_by_role("heading", name=subject)).to_be_visible()
    expect(reader.get_by_role("main")).to_contain_text(to)
    return reader.frame_locator("iframe").locator("body")


def open_mailbox(page: Page, watch: Watch) -> Page:
    """A second tab with the mailbox, in the browser of `page`."""
    reader = page.context.new_page()
    watch.over(reader)
    reader.goto("/mailbox")
    return reader


def follow(mail: Locator, button: str, watch: Watch) -> Page:
    """Click the button of an e-mail, which opens a tab of its own."""
    with mail.page.context.expect_page() as opening:
        mail.get_by_role("link", name=button).click()
    watch.over(opening.value)
    return opening.value


def code_of(secret: str, step: int) -> str:
    """What an authenticator app shows in that half minute since 1970 (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def step_now() -> int:
    """The half minute it is."""
    return int(time.time()) // 30


def sign_in_person(page: Page, person: Person, password: str = "") -> None:
    """Sign in with the form, and see the Dashboard."""
    page.goto("/sign-in")
    sign_in(page, person.email, password or person.password)
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


def open_account(page: Page) -> None:
    """Go to the account page by the menu, and wait until it knows whose it is."""
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Account and security").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    expect(part(page, "E-mail address")).to_be_visible()


def part(page: Page, name: str) -> Locator:
    """One part of the account page."""
    return page.get_by_role("region", name=name)
