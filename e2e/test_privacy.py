"""A visitor is given out and erased, texts go after some days, and the audit log is verified."""

from __future__ import annotations

import json
import re
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from .conftest import ADMIN, USER, OpenPage
from .product import Product
from .traffic import MINE, OTHERS

DAY = "2024-02-05"
RANGE = f"domain={MINE}&from={DAY}&to={DAY}"


def make_visitor(product: Product, email: str) -> tuple[str, str]:
    """A visitor who said something; gives its id and the conversation's."""
    conversation, device = str(uuid4()), f"device-{uuid4()}"
    event = {
        "uuid": str(uuid4()),
        "name": "email_captured",
        "distinct_id": device,
        "occurred_at": f"{DAY}T10:00:00Z",
        "email": email,
        "page": "/pricing",
    }
    opened = {"distinct_id": device, "started_at": f"{DAY}T10:00:00Z"}
    said = {
        "id": str(uuid4()),
        "role": "visitor",
        "text": f"Write to {email}",
        "sent_at": f"{DAY}T10:01:00Z",
    }
    with product.connect() as connection:
        connection.execute("select private.capture_events(%s, %s)", [MINE, json.dumps([event])])
        connection.execute(
            "select private.put_conversation(%s, %s, %s)", [MINE, conversation, json.dumps(opened)]
        )
        connection.execute(
            "select private.add_messages(%s, %s, %s)", [MINE, conversation, json.dumps([said])]
        )
        row = connection.execute(
            "select id::text from public.visitors where site_domain = %s and email = %s",
            [MINE, email],
        ).fetchone()
    assert row is not None
    return str(row[0]), conversation


def tab(page: Page, visitor: str) -> Locator:
    """The tab *Privacy* of a visitor's panel."""
    page.goto(f"/visitors/{MINE}/{visitor}?{RANGE}&tab=privacy")
    return page.get_by_role("tabpanel", name="Privacy")


def test_a_visitor_is_given_out_and_erased_with_a_receipt(
    open_page: OpenPage, product: Product
) -> None:
    email = f"jane-{uuid4()}@gone.example"
    visitor, conversation = make_visitor(product, email)
    page = open_page(ADMIN)
    page.goto(f"/conversations/{MINE}/{conversation}?{RANGE}")
    expect(page.get_by_role("list", name="Transcript")).to_contain_text(f"Write to {email}")

    privacy = tab(page, visitor)
    with page.expect_download() as download:
        privacy.get_by_role("button", name="Download JSON").click()
    told = json.loads(download.value.path().read_text())
    assert told["visitor"]["email"] == email
    assert told["conversations"][0]["messages"][0]["text"] == f"Write to {email}"

    privacy.get_by_role("button", name="Erase this visitor").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Messages")
    erase = dialog.get_by_role("button", name="Erase for good")
    expect(erase).to_be_disabled()
    dialog.get_by_label("Type").fill("erase")
    erase.click()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/visitors\?"))

    page.goto(f"/conversations/{MINE}/{conversation}?{RANGE}")
    transcript = page.get_by_role("list", name="Transcript")
    expect(transcript).to_contain_text("Text deleted when the visitor was erased on")
    expect(page.get_by_text(email)).to_have_count(0)

    page.get_by_role("link", name="Privacy", exact=True).click()
    receipts = page.get_by_role("region", name="Receipts")
    with page.expect_download() as download:
        receipts.get_by_role("button", name="Download the receipt").first.click()
    text = download.value.path().read_text()
    assert json.loads(text)["counts"]["messages"] == 1
    assert email not in text
    assert visitor not in text

    page.goto(f"/audit?domain={MINE}")
    entries = page.get_by_role("list", name="Entries")
    for words in ("view", "export", "erase"):
        expect(entries).to_contain_text(re.compile(words, re.IGNORECASE))
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("region", name="Verification")).to_contain_text(
        "every one as it was written"
    )


def test_clients_take_a_visitor_along_and_ask_for_the_rest(
    open_page: OpenPage, product: Product
) -> None:
    visitor, _ = make_visitor(product, f"john-{uuid4()}@stays.example")
    page = open_page(USER)
    privacy = tab(page, visitor)
    expect(privacy.get_by_role("button", name="Download JSON")).to_be_visible()
    expect(privacy).to_contain_text("ask in Support")
    expect(privacy.get_by_role("button", name=re.compile("Erase"))).to_have_count(0)
    expect(page.get_by_role("link", name="Privacy", exact=True)).to_have_count(0)
    page.goto("/privacy")
    expect(page.get_by_text("This page is for Rose staff")).to_be_visible()


def test_a_limit_for_texts_is_looked_at_before_it_is_set(open_page: OpenPage) -> None:
    page = open_page(ADMIN)
    page.goto("/privacy?domain=all")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=OTHERS, exact=True))
    expect(row).to_contain_text("Without a limit")
    row.get_by_role("button", name="Change").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Deleted after some days").check()
    dialog.get_by_role("textbox", name="Days").fill("3650")
    dialog.get_by_role("button", name="See what would be deleted").click()
    expect(dialog.get_by_role("status")).to_contain_text("Nothing is that old now")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(row).to_contain_text("3,650 days")
    row.get_by_role("button", name="Change").click()
    dialog.get_by_label("Without a limit").check()
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Without a limit")
