"""The Dashboard says what was sent, no more and no less."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from playwright.sync_api import expect

from .conftest import ADMIN, USER, OpenPage
from .pages import choose_dates, choose_domain, expect_figure, rows, tile
from .traffic import EMPTY, FIGURES, OTHERS, OTHERS_TIMEZONE, path


def test_every_figure_is_what_was_sent(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES))
    expect_figure(page, "Widget displays", "7", "up 40.0%, from 5")
    expect_figure(page, "Visitors", "6", "up 100.0%, from 3")
    expect_figure(page, "Engaged visitors", "2", "of 4 shown the widget", "up 100.0%, from 1")
    expect_figure(page, "Engagement rate", "50.0%", "up 16.7 percentage points, from 33.3%")
    expect_figure(page, "Conversations", "4", "75.0% with messages", "up 300.0%, from 1")
    expect_figure(page, "Turns per conversation", "2.0", "6 turns in all", "up 100.0%, from 1.0")
    expect_figure(page, "E-mails captured", "1", "33.3% of messaged", "no comparison")
    expect_figure(page, "Demos proposed", "2", "66.7% of messaged", "no comparison")
    expect_figure(page, "CTA clicks", "1", "33.3% of messaged")
    expect_figure(page, "Demos booked", "1", "33.3% of messaged")
    expect(page.get_by_role("main")).to_contain_text("compared with Jun 2")
    expect(page.get_by_role("main")).to_contain_text("days in Europe/Paris")


def test_the_funnel_counts_visitors_who_made_every_step_before(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES))
    funnel = page.get_by_role("region", name="Funnel")
    steps = {
        "Widget displayed": ("4", "100.0%"),
        "Widget opened": ("3", "75.0%"),
        "Message sent": ("2", "50.0%"),
        "Demo proposed": ("2", "50.0%"),
        "CTA clicked": ("1", "25.0%"),
        "Demo booked": ("1", "25.0%"),
    }
    for label, (visitors, share) in steps.items():
        cells = funnel.get_by_role("row", name=re.compile(f"^{label}")).get_by_role("cell")
        expect(cells.nth(0)).to_have_text(visitors)
        expect(cells.nth(1)).to_have_text(share)


def test_conversations_over_time_and_the_best_pages(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES))
    over_time = page.get_by_role("region", name="Conversations over time")
    chart = over_time.get_by_role("img", name="Conversations per day: 4, 1 in the previous period")
    expect(chart).to_be_visible()
    over_time.get_by_text("Table", exact=True).click()
    # The night's conversation is on the domain's day, not on that of UTC or of the browser.
    expect(over_time.get_by_role("row", name=re.compile("^Jun 9"))).to_contain_text("1")
    expect(over_time.get_by_role("row", name=re.compile(r"^Jun \d+"))).to_have_count(7)

    best = page.get_by_role("region", name="Best of")
    row = best.get_by_role("row", name="/pricing")
    expect(row.get_by_role("cell").nth(2)).to_have_text("3")
    best.get_by_role("tab", name="Devices").click()
    expect(best.get_by_role("row", name=re.compile("^Desktop"))).to_be_visible()
    expect(page).to_have_url(re.compile("top=device"))


def test_a_number_opens_the_conversations_behind_it(open_page: OpenPage) -> None:
    page = open_page(USER)
    for label, count in (
        ("Conversations", 4),
        ("Demos proposed", 2),
        ("Turns per conversation", 3),
    ):
        page.goto(path("dashboard", FIGURES))
        tile(page, label).get_by_role("link").first.click()
        words = f"{count} conversations"
        expect(page.get_by_text(words, exact=True)).to_be_visible()
        expect(rows(page)).to_have_count(count)
        expect(page).to_have_url(re.compile(f"/conversations.*from={FIGURES.start}"))


def test_what_counts_visitors_opens_as_many(open_page: OpenPage) -> None:
    page = open_page(USER)
    for label, link, count in (
        ("Widget displays", "to 4 visitors", 4),
        ("Visitors", "6", 6),
        ("Engaged visitors", "2", 2),
    ):
        page.goto(path("dashboard", FIGURES))
        tile(page, label).get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_text(f"{count} visitors", exact=True)).to_be_visible()
    page.goto(path("dashboard", FIGURES))
    funnel = page.get_by_role("region", name="Funnel")
    funnel.get_by_role("row", name=re.compile("^Widget opened")).get_by_role("link").click()
    expect(page.get_by_text("3 visitors", exact=True)).to_be_visible()


def test_rows_and_cells_open_as_many_conversations(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES))
    page.get_by_role("region", name="Best of").get_by_role("row", name="/pricing").get_by_role(
        "link"
    ).click()
    expect(rows(page)).to_have_count(3)
    # The night's conversation began on Monday the 9th, half past midnight in Paris.
    page.goto(path("dashboard", FIGURES))
    heat = page.get_by_role("region", name="Hour by weekday")
    heat.scroll_into_view_if_needed()
    heat.get_by_role("link", name="1 on Monday at 00").click()
    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(re.compile("hour=0&weekday=1"))


def test_numbers_over_time_open_the_rows_of_their_days(open_page: OpenPage) -> None:
    page = open_page(USER)
    for metric, day, words in (
        ("Conversations", "Jun 9", "1 conversation"),
        ("Visitors", "Jun 9", "1 visitor"),
    ):
        page.goto(path("dashboard", FIGURES))
        page.get_by_label("Metric", exact=True).select_option(metric)
        over_time = page.get_by_role("region", name=f"{metric} over time")
        over_time.get_by_text("Table", exact=True).click()
        row = over_time.get_by_role("row", name=re.compile(f"^{day}"))
        row.get_by_role("link", name="1", exact=True).first.click()
        expect(page.get_by_text(words, exact=True)).to_be_visible()
        expect(page).to_have_url(re.compile(r"from=(\d{4}-06-09)&to=\1"))


def test_what_is_not_known_opens_its_conversations_too(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES) + "&top=referrer")
    best = page.get_by_role("region", name="Best of")
    link = best.get_by_role("row", name=re.compile("^Direct")).get_by_role("link")
    count = int(link.inner_text())
    link.click()
    expect(rows(page)).to_have_count(count)
    expect(page.get_by_role("button", name="Came from: Direct")).to_be_visible()


def test_a_choice_below_leaves_the_page_where_it_is(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES))
    expect(page.get_by_role("columnheader", name="Page", exact=True)).to_be_visible()
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 400)
    page.wait_for_function("window.scrollY === 400")
    page.get_by_role("tab", name="Countries").click()
    expect(page).to_have_url(re.compile("top=country"))
    expect(page.get_by_role("columnheader", name="Country")).to_be_visible()
    assert page.evaluate("window.scrollY") == 400


def test_any_tile_is_shown_over_time(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", FIGURES))
    page.get_by_label("Metric", exact=True).select_option("Widget displays")
    over_time = page.get_by_role("region", name="Widget displays over time")
    expect(
        over_time.get_by_role("img", name="Widget displays per day: 7, 5 in the previous period")
    ).to_be_visible()
    expect(page).to_have_url(re.compile("metric=widget_displays"))


def test_presets_are_days_of_the_domain_and_stay_after_a_reload(open_page: OpenPage) -> None:
    page = open_page(ADMIN)
    page.goto("/dashboard")
    choose_domain(page, OTHERS)
    for preset, days, displays in (
        ("Last 7 days", 7, "1"),
        ("Last 28 days", 28, "3"),
        ("Last 90 days", 90, "7"),
    ):
        choose_dates(page, preset)
        expect_figure(page, "Widget displays", displays)
        today = datetime.now(OTHERS_TIMEZONE).date()
        first = today - timedelta(days - 1)
        address = re.compile(f"domain={re.escape(OTHERS)}&from={first}&to={today}")
        expect(page).to_have_url(address)
        page.reload()
        expect_figure(page, "Widget displays", displays)
        expect(page).to_have_url(address)
    choose_dates(page, "Last 7 days")
    expect_figure(page, "Widget displays", "1", "down 50.0%, from 2")
    page.go_back()
    expect_figure(page, "Widget displays", "7")


def test_all_domains_are_the_sum_of_each(open_page: OpenPage) -> None:
    page = open_page(ADMIN)
    page.goto(path("dashboard", FIGURES, "all"))
    expect_figure(page, "Widget displays", "12")
    expect_figure(page, "Conversations", "5")
    expect(page.get_by_role("main")).to_contain_text("sum of 2 domains, each with its own days")


def test_an_empty_range_says_what_to_do_next(open_page: OpenPage) -> None:
    page = open_page(USER)
    page.goto(path("dashboard", EMPTY))
    expect(page.get_by_role("heading", name="No traffic in this range")).to_be_visible()
    expect_figure(page, "Conversations", "0")
    expect_figure(page, "Engagement rate", "–")
    page.get_by_role("button", name="Show the last 90 days").click()
    expect(page).not_to_have_url(re.compile(EMPTY.start))
