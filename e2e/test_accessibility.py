"""axe-core finds nothing serious on any page, in light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from .axe import serious
from .browser import Watch
from .conftest import ADMIN, USER, OpenPage
from .pages import expect_figure, panel, rows, sign_in, transcript
from .traffic import FIGURES, path


def _sign_in(page: Page) -> None:
    # As an instance with demo traffic shows it: with the two logins to choose from.
    def with_demo(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        route.fulfill(response=answer, json={**answer.json(), "demo": True})  # type: ignore[attr-defined]

    page.route("**/config.json", with_demo)
    page.goto("/sign-in")
    expect(page.get_by_role("region", name="Demo logins")).to_be_visible()


def _dashboard(page: Page) -> None:
    page.goto(path("dashboard", FIGURES))
    expect_figure(page, "Conversations", "4")
    expect(page.get_by_role("region", name="Best of").get_by_role("row")).not_to_have_count(0)
    expect(page.get_by_role("img", name="Conversations per day")).to_be_visible()


def _conversations(page: Page) -> None:
    page.goto(path("conversations", FIGURES))
    expect(rows(page)).to_have_count(4)


def _conversation(page: Page) -> None:
    page.goto("/conversations?domain=abtasty.com&from=2025-06-10&to=2025-06-10")
    rows(page).get_by_role("link").click()
    expect(transcript(page)).to_contain_text("Demo booked")
    expect(panel(page).get_by_role("button", name="Good", exact=True)).to_be_enabled()


def _sign_in_refused(page: Page) -> None:
    page.goto("/sign-in")
    sign_in(page, "nobody@client.example", "wrong")
    expect(page.get_by_role("alert")).to_be_visible()


def _recover(page: Page) -> None:
    page.goto("/recover")
    expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()


def _account(page: Page) -> None:
    page.goto("/account")
    two = page.get_by_role("region", name="Two-factor authentication")
    two.get_by_role("button", name="Turn on").click()
    expect(two.get_by_role("img", name="QR code of the secret")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="This device")).to_be_visible()


def _mailbox(page: Page) -> None:
    page.goto("/mailbox")
    expect(page.get_by_role("heading", name="Mailbox")).to_be_visible()


def _clients(page: Page) -> None:
    page.goto("/clients/abtasty.com?tab=keys")
    expect(page.get_by_role("list", name="Websites of AB Tasty")).to_be_visible()
    expect(page.get_by_role("region", name="Hand over")).to_be_visible()


def _audit(page: Page) -> None:
    page.goto(path("audit", FIGURES))
    expect(page.get_by_text("No changes in this range")).to_be_visible()
    page.goto("/audit")
    newest = page.get_by_role("list", name="Entries").get_by_role("listitem").first
    newest.locator("summary").click()
    expect(newest.get_by_role("table")).to_be_visible()


def _visitor(page: Page) -> None:
    page.goto(path("visitors", FIGURES, q="ann@client.example"))
    page.get_by_role("rowheader").get_by_role("link").click()
    expect(page.get_by_role("list", name="Timeline")).to_contain_text("Demo booked")


def _accounts(page: Page) -> None:
    page.goto(path("accounts", FIGURES))
    expect(page.get_by_text(re.compile(r"^\d+ accounts?$"))).to_be_visible()


def _section(page: Page) -> None:
    page.goto("/sections/abtasty.com/new")
    page.get_by_label("Title").fill(f"Section {uuid4()}")
    page.get_by_role("button", name="Add a question").click()
    page.get_by_label("Question 1", exact=True).fill("What does it cost?")
    page.get_by_role("textbox", name="Custom CSS").fill("@import 'x';")
    expect(page.get_by_role("list", name="Left out of the CSS")).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("version 1", exact=True)).to_be_visible()
    # What was said in passing has gone.
    expect(page.get_by_text("Saved as version 1.")).to_have_count(0)


def _section_history(page: Page) -> None:
    _section(page)
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_text("Both are the same.")).to_be_visible()


def _sections(page: Page) -> None:
    _section(page)
    page.get_by_role("main").get_by_role("link", name="AI Sections").click()
    expect(page.get_by_role("list", name="Sections of").get_by_role("listitem")).not_to_have_count(
        0
    )


def _settings(page: Page) -> None:
    page.goto("/settings/ctas?domain=abtasty.com")
    page.get_by_role("button", name="Add call to action").click()
    page.get_by_role("button", name="Review the difference").click()
    expect(page.get_by_text("1 change not saved")).to_be_visible()


def _privacy(page: Page) -> None:
    page.goto("/privacy?domain=abtasty.com")
    expect(page.get_by_role("rowheader", name="abtasty.com", exact=True)).to_be_visible()
    page.get_by_role("button", name="Change").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _visitor_privacy(page: Page) -> None:
    page.goto(path("visitors", FIGURES, q="ann@client.example"))
    page.get_by_role("rowheader").get_by_role("link").click()
    page.get_by_role("tab", name="Privacy").click()
    page.get_by_role("button", name="Erase this visitor").click()
    expect(page.get_by_role("dialog").get_by_label("Type")).to_be_visible()


def _agents(page: Page) -> None:
    page.goto("/agents?domain=abtasty.com")
    expect(page.get_by_role("region", name="Website agent")).to_be_visible()


def _notifications(page: Page) -> None:
    page.goto("/notifications?domain=abtasty.com")
    page.get_by_role("button", name="Preview the digest of abtasty.com").click()
    expect(page.get_by_title("Preview of the digest")).to_be_visible()
    frame = page.frame_locator("iframe[title='Preview of the digest']")
    expect(frame.get_by_role("heading", name="Hot accounts")).to_be_visible()


def _dangerous_act(page: Page) -> None:
    page.goto("/users?q=user@user.com")
    page.get_by_role("rowheader").get_by_role("link").click()
    page.get_by_role("button", name="Disable").click()
    dialog = page.get_by_role("dialog", name="Disable this user?")
    expect(dialog.get_by_role("button", name="Disable")).to_be_enabled()
    # It fades in.
    expect(dialog).to_have_css("opacity", "1")


def _users(page: Page) -> None:
    page.goto("/users")
    expect(page.get_by_role("table", name="Users")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("^Choose ")).first.check()
    expect(page.get_by_role("region", name="Chosen users")).to_be_visible()


def _user(page: Page) -> None:
    page.goto("/users?q=user@user.com")
    found = page.get_by_role("rowheader").filter(has_text="user@user.com")
    found.get_by_role("link").click()
    expect(page.get_by_role("button", name="View as this user")).to_be_visible()


def _invitation(page: Page) -> None:
    page.goto("/users")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("dialog", name="Invite somebody")).to_be_visible()


def _support(page: Page) -> None:
    page.goto(path("support", FIGURES))
    expect(page.get_by_text("No tickets in this range")).to_be_visible()
    page.get_by_role("button", name="New ticket").first.click()
    expect(page.get_by_role("dialog", name="New ticket").get_by_label("Title")).to_be_visible()


def _report(page: Page) -> None:
    page.goto("/conversations?domain=abtasty.com&from=2025-06-10&to=2025-06-10")
    rows(page).get_by_role("link").click()
    page.get_by_role("button", name="Report issue").click()
    dialog = page.get_by_role("dialog", name="Report an issue with this conversation")
    dialog.get_by_role("button", name="Send").click()
    expect(dialog.get_by_text("This is needed.").first).to_be_visible()


def _integrations(page: Page) -> None:
    page.goto("/integrations?domain=abtasty.com&view=mapping")
    expect(page.get_by_role("table", name="Visitors known by e-mail")).to_be_visible()


@pytest.mark.parametrize(
    ("show", "who"),
    [
        (_sign_in, None),
        (_sign_in_refused, None),
        (_recover, None),
        (_mailbox, None),
        (_account, USER),
        (_dashboard, USER),
        (_conversations, USER),
        (_conversation, USER),
        (_visitor, USER),
        (_accounts, USER),
        (_audit, USER),
        (_clients, ADMIN),
        (_section, USER),
        (_section_history, USER),
        (_sections, USER),
        (_settings, ADMIN),
        (_agents, ADMIN),
        (_privacy, ADMIN),
        (_visitor_privacy, ADMIN),
        (_notifications, USER),
        (_users, ADMIN),
        (_dangerous_act, ADMIN),
        (_user, ADMIN),
        (_invitation, ADMIN),
        (_support, ADMIN),
        (_report, USER),
        (_integrations, ADMIN),
    ],
)
def test_axe_finds_nothing_serious(
    open_page: OpenPage,
    watch: Watch,
    show: Callable[[Page], None],
    who: str | None,
) -> None:
    if show is _sign_in_refused:
        watch.expect("status of 400")
    page = open_page(who)
    show(page)
    assert serious(page) == []
