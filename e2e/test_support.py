"""Support: an answer is reported, becomes an issue in Linear, and its status comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from .browser import REPORT_VIOLATIONS, Watch
from .conftest import ADMIN, PATIENCE_MS, USER, OpenPage
from .pages import no_sideways_scroll, sign_in
from .product import PASSWORDS, Product
from .support_world import WRONG, SupportWorld, support_world
from .traffic import MINE, OTHERS

# Sending happens in a job; the page looks again by itself.
SENT_MS = 45_000


@pytest.fixture(scope="module")
def world() -> Iterator[SupportWorld]:
    with support_world() as running:
        yield running


@pytest.fixture
def as_user(world: SupportWorld, browser: Browser) -> Iterator[Page]:
    """A page of the user, over which nothing wrong may happen."""
    context = browser.new_context(
        base_url=world.product.url,
        locale="en-US",
        reduced_motion="reduce",
        viewport={"width": 1440, "height": 900},
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(REPORT_VIOLATIONS)
    page = context.new_page()
    watch = Watch(world.product.url)
    watch.over(page)
    page.goto("/sign-in")
    sign_in(page, USER, PASSWORDS[USER])
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    yield page
    context.close()
    assert watch.unexpected() == []


def test_an_answer_is_reported_and_its_status_follows_linear(
    world: SupportWorld, as_user: Page
) -> None:
    page = as_user
    page.goto(f"/conversations/{MINE}/{world.conversation}")
    answer = page.get_by_role("list", name="Transcript").get_by_role("listitem")
    answer.filter(has_text=WRONG).get_by_role("button", name="Report").click()
    dialog = page.get_by_role("dialog", name="Report an issue with this conversation")
    expect(dialog.get_by_role("radio", name=WRONG)).to_be_checked()
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("This is needed.")).to_have_count(2)
    dialog.get_by_role("radio", name="Not accurate").check()
    dialog.get_by_label(re.compile("What should it have answered")).fill(
        "Yes: a test can be for one country."
    )
    dialog.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Open the ticket").click()
    ticket = page.get_by_role("complementary", name="Ticket")
    expect(ticket.get_by_role("link", name="ROSE-1")).to_be_visible(timeout=SENT_MS)
    expect(ticket).to_contain_text("Yes: a test can be for one country.")
    expect(ticket.get_by_label("Facts")).to_contain_text("Open")

    issue = world.issue("ROSE-1")
    world.tell(world.linear.move(issue, "In Progress"))
    world.tell(world.linear.comment(issue, "not for the client"))
    world.tell(world.linear.comment(issue, "#public We teach it **today**."))
    page.reload()
    expect(ticket.get_by_label("Facts")).to_contain_text("In progress")
    expect(ticket).to_contain_text("We teach it today.")
    expect(ticket).not_to_contain_text("not for the client")
    expect(ticket.get_by_label("History")).to_contain_text("Triage → In Progress")

    # A title longer than its cell is cut at its end, also once it was clicked.
    cell = page.get_by_role("rowheader").filter(has_text=WRONG)
    cell.get_by_role("link").click()
    cell.get_by_role("link").evaluate("(link) => link.scrollIntoView({ inline: 'center' })")
    assert cell.evaluate("(cell) => cell.scrollLeft") == 0

    ticket.get_by_role("link", name="Open the conversation").click()
    reported = page.get_by_role("region", name="Tickets of this conversation")
    expect(reported).to_contain_text("Reported once")
    expect(reported).to_contain_text("In progress")
    assert len(world.linear.issues) == 1


def test_with_linear_down_a_ticket_is_kept_and_goes_out_once(
    world: SupportWorld, as_user: Page
) -> None:
    page = as_user
    before = len(world.linear.issues)
    world.linear.before["CreateIssue"] = [httpx.Response(500, text="down")]
    page.goto("/support")
    expect(page.get_by_text(re.compile(r"^\d+ tickets?$"))).to_be_visible()
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="New ticket")
    dialog.get_by_label(re.compile("^Title")).fill("The export is empty")
    dialog.get_by_label(re.compile("^What happened")).fill("Since this morning.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Open the ticket").click()
    ticket = page.get_by_role("complementary", name="Ticket")
    expect(ticket).to_contain_text("Linear had an error of its own.", timeout=SENT_MS)
    expect(ticket).to_contain_text("tried again")
    expect(page.get_by_text("Tickets cannot go out at the moment")).to_be_visible()
    ticket.get_by_role("button", name="Send now").click()
    expect(ticket.get_by_text("Sent to Rose’s team.")).to_be_visible(timeout=SENT_MS)
    expect(ticket.get_by_label("History")).to_contain_text("had it sent again")
    assert len(world.linear.issues) == before + 1


def test_the_list_filters_by_its_address_and_fits_a_phone(
    world: SupportWorld, as_user: Page
) -> None:
    page = as_user
    page.goto("/support?kind=other")
    expect(page.get_by_text(re.compile(r"^\d+ tickets?$"))).to_be_visible()
    page.get_by_label("Search tickets").fill("no such words")
    expect(page.get_by_text("No tickets match these filters")).to_be_visible()
    assert "q=no" in page.url
    page.set_viewport_size({"width": 390, "height": 844})
    no_sideways_scroll(page)
    page.goto("/support?new=chatbot")
    expect(page.get_by_role("dialog", name="New ticket")).to_be_visible()
    no_sideways_scroll(page)


def test_not_set_up_is_said_plainly_and_tickets_are_kept(
    product: Product, open_page: OpenPage
) -> None:
    page = open_page(USER)
    try:
        page.goto("/support?new=other")
        dialog = page.get_by_role("dialog", name="New ticket")
        dialog.get_by_label(re.compile("^Title")).fill("Kept without Linear")
        dialog.get_by_label(re.compile("^What happened")).fill("It is kept.")
        dialog.get_by_role("button", name="Send").click()
        expect(page.get_by_role("table", name="Tickets")).to_contain_text("Kept without Linear")
        expect(page.get_by_text("Tickets are kept here for now")).to_be_visible()
        expect(page.get_by_text("BACKOFFICE_LINEAR_API_KEY")).to_have_count(0)
        staff = open_page(ADMIN)
        staff.goto(f"/support?domain={MINE}")
        staff.get_by_text("What to set on the server").click()
        expect(staff.get_by_text("BACKOFFICE_LINEAR_API_KEY")).to_be_visible()
        expect(staff.get_by_role("table", name="Tickets")).to_contain_text("Kept without Linear")
        staff.goto(f"/support?domain={OTHERS}")
        expect(staff.get_by_text("No tickets in this range")).to_be_visible()
    finally:
        with product.connect() as connection:
            connection.execute("delete from public.ticket_events")
            connection.execute("delete from public.tickets")
