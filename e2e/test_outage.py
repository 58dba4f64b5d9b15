"""The server goes away under an open page, and comes back."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from .browser import Watch
from .conftest import USER, OpenPage
from .pages import expect_figure, rows, sign_in
from .product import PASSWORDS, Product
from .traffic import FIGURES, path

AWAY = "The server could not be reached"


def test_pages_say_that_the_server_is_away_and_recover(
    open_page: OpenPage, product: Product, watch: Watch
) -> None:
    watch.expect("ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|Failed to fetch")
    watch.expect("A part of the application could not be loaded")
    page = open_page(USER)
    signed_out = open_page()
    page.goto(path("dashboard", FIGURES))
    expect_figure(page, "Conversations", "4")
    signed_out.goto("/sign-in")
    expect(signed_out.get_by_role("button", name="Sign in")).to_be_visible()

    product.stop()
    try:
        best = page.get_by_role("region", name="Best of")
        best.get_by_role("tab", name="Countries").click()
        expect(best.get_by_role("alert")).to_contain_text(AWAY)
        # What was there stays readable.
        expect_figure(page, "Conversations", "4")

        page.get_by_role("link", name="Conversations").first.click()
        main = page.get_by_role("main")
        alert = main.get_by_role("alert").first
        expect(alert).to_contain_text(AWAY)
        with page.expect_event("requestfailed"):
            alert.get_by_role("button", name="Try again").click()
        expect(alert).to_contain_text(AWAY)

        sign_in(signed_out, USER, PASSWORDS[USER])
        expect(signed_out.get_by_role("alert")).to_contain_text("could not be reached")
    finally:
        product.start()

    page.get_by_role("button", name="Try again").first.click()
    expect(rows(page)).to_have_count(4)
    page.go_back()
    expect_figure(page, "Conversations", "4")

    signed_out.get_by_role("button", name="Sign in").click()
    expect(signed_out.get_by_role("heading", name="Dashboard")).to_be_visible()


def test_a_browser_that_is_offline_says_so_instead_of_waiting(
    open_page: OpenPage, watch: Watch
) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    page = open_page(USER, viewport={"width": 1440, "height": 900})
    page.goto(path("conversations", FIGURES))
    expect(rows(page)).to_have_count(4)
    page.context.set_offline(True)
    page.get_by_label("Search what was said").fill("price")
    alert = page.get_by_role("main").get_by_role("alert")
    expect(alert).to_contain_text(AWAY)
    page.context.set_offline(False)
    # Back online it asks again by itself.
    expect(alert).to_have_count(0)


def test_a_page_opened_while_the_server_fails_can_be_tried_again(
    open_page: OpenPage, watch: Watch
) -> None:
    watch.expect("status of 50[03]|^50[03]:")
    page = open_page(USER)

    def fail(route: Route) -> None:
        problem = {"code": "unexpected", "message": "It failed.", "details": None, "hint": None}
        route.fulfill(status=503, json=problem, headers={"X-Request-Id": "quote-me"})

    page.route("**/rest/v1/rpc/get_dashboard_summary", fail)
    page.goto(path("dashboard", FIGURES))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Something went wrong")
    expect(alert).to_contain_text("Request id quote-me")
    # One part's failure is not the others'.
    expect(page.get_by_role("region", name="Funnel").get_by_role("cell").first).to_have_text("4")
    page.unroute("**/rest/v1/rpc/get_dashboard_summary")
    alert.get_by_role("button", name="Try again").click()
    expect_figure(page, "Conversations", "4")
