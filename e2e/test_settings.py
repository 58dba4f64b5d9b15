"""Settings: from a change over what is refused and reviewed to what visitors get, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from backoffice.stack.processes import wait_until

from .conftest import ADMIN, USER, OpenPage
from .pages import no_sideways_scroll
from .product import Product
from .traffic import MINE

SECONDS_TO_DELIVER = 15


def open_settings(page: Page, slug: str, **more: str) -> Locator:
    """The form of one configuration of abtasty.com."""
    search = {"domain": MINE, **more}
    page.goto(f"/settings/{slug}?" + "&".join(f"{key}={value}" for key, value in search.items()))
    expect(page.get_by_role("button", name="History")).to_be_visible()
    return page.get_by_role("main")


def save(page: Page, *changes: tuple[str, str, str]) -> None:
    """Review the difference, which must be those fields with old and new, and save it."""
    page.get_by_role("button", name="Review the difference").click()
    table = page.get_by_role("table", name="What will change")
    expect(table.get_by_role("row")).to_have_count(len(changes) + 1)
    for field, before, after in changes:
        row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=field))
        expect(row.get_by_role("cell").nth(0)).to_have_text(before)
        expect(row.get_by_role("cell").nth(1)).to_have_text(after)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(table).to_have_count(0)
    expect(page.get_by_role("region", name="Unsaved changes")).to_have_count(0)


def delivered(product: Product, slug: str, field: str, value: object) -> None:
    """Wait until that is what the widget downloads."""
    with product.connect() as connection:
        row = connection.execute(
            "select key from private.mint_key(%s, 'public')", [MINE]
        ).fetchone()
    assert row is not None
    address = f"{product.url}/widget/v1/{row[0]}/config.json"

    def has_come() -> bool:
        return bool(httpx.get(address).json()["config"][slug][field] == value)

    assert wait_until(has_come, SECONDS_TO_DELIVER), httpx.get(address).text


@pytest.mark.parametrize(("who", "slug"), [(ADMIN, "appearance"), (USER, "engagement")])
def test_a_change_is_refused_reviewed_saved_delivered_and_taken_back(
    open_page: OpenPage, product: Product, who: str, slug: str
) -> None:
    name, key, most, unit = {
        "appearance": ("Rounded corners", "corner_radius", 32, "px"),
        "engagement": ("At most", "max_triggers_per_session", 10, "messages"),
    }[slug]
    page = open_page(who)
    open_settings(page, slug)
    field = page.get_by_role("textbox", name=name, exact=True)
    before = field.input_value()

    field.fill(str(most + 1))
    refused = page.get_by_text(f"Must be at most {most} {unit}")
    expect(refused).to_be_visible()
    page.get_by_role("button", name="Review the difference").click()
    expect(field).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)

    field.fill("7")
    expect(refused).to_have_count(0)
    save(page, (name, before, f"7 {unit}"))
    delivered(product, slug, key, 7)
    page.reload()
    expect(field).to_have_value(f"7 {unit}")
    field.fill("8")
    save(page, (name, f"7 {unit}", f"8 {unit}"))

    page.get_by_role("button", name="History").click()
    versions = page.get_by_role("list", name="Versions").get_by_role("listitem")
    expect(versions).to_have_count(2)
    versions.last.locator("summary").click()
    expect(versions.last.get_by_role("table")).to_contain_text(f"7 {unit}")
    versions.last.get_by_role("button", name="Compare with now").click()
    page.get_by_role("button", name="Go back to version 1").click()
    expect(versions).to_have_count(3)
    expect(versions.first).to_contain_text("went back to version 1")
    page.keyboard.press("Escape")
    expect(field).to_have_value(f"7 {unit}")
    delivered(product, slug, key, 7)

    page.get_by_role("button", name=f"Reset {name}").click()
    save(page, (name, f"7 {unit}", before))


def test_staff_see_what_is_for_staff_and_clients_do_not(open_page: OpenPage) -> None:
    staff = open_page(ADMIN)
    open_settings(staff, "identity")
    expect(staff.get_by_role("textbox", name="Notes for the team")).to_be_visible()
    expect(staff.get_by_role("link", name="System")).to_be_visible()
    expect(staff.get_by_text("Every website", exact=True)).to_be_visible()

    client = open_page(USER)
    open_settings(client, "identity")
    expect(client.get_by_role("textbox", name="Company name")).to_be_visible()
    expect(client.get_by_role("textbox", name="Notes for the team")).to_have_count(0)
    expect(client.get_by_role("link", name="System")).to_have_count(0)
    expect(client.get_by_text("Every website", exact=True)).to_have_count(0)
    expect(client.get_by_role("button", name="Export and import")).to_have_count(0)
    client.goto(f"/settings/system?domain={MINE}")
    expect(client.get_by_text("There is no such configuration")).to_be_visible()


def test_who_saves_second_sees_both_versions(open_page: OpenPage) -> None:
    first, second = open_page(ADMIN), open_page(USER)
    for page in (first, second):
        open_settings(page, "display")
    share = "Share of visitors"
    second.get_by_role("textbox", name=share, exact=True).fill("40")
    second.get_by_role("textbox", name="Appears after", exact=True).fill("3")
    first.get_by_role("textbox", name=share, exact=True).fill("60")
    save(first, (share, "100 %", "60 %"))

    second.get_by_role("button", name="Review the difference").click()
    both = second.get_by_role("table", name="Their version and yours")
    row = both.get_by_role("row").filter(has_text=share)
    expect(row).to_contain_text("Changed by both")
    expect(row.get_by_role("cell")).to_have_text(["100 %", "60 %", "40 %"])
    second.get_by_role("button", name="Put my changes on top of theirs").click()
    save(second, (share, "60 %", "40 %"), ("Appears after", "1 seconds", "3 seconds"))
    # Everybody sees the widget again.
    for name in (share, "Appears after"):
        second.get_by_role("button", name=f"Reset {name}").click()
    save(second, (share, "40 %", "100 %"), ("Appears after", "3 seconds", "1 seconds"))


def test_a_whole_configuration_goes_out_and_comes_in_after_a_dry_run(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(ADMIN)
    open_settings(page, "prompts")
    page.get_by_role("button", name="Export and import").click()
    with page.expect_download() as downloading:
        page.get_by_role("menuitem", name="Export everything as JSON").click()
    exported = json.loads(Path(downloading.value.path()).read_text(encoding="utf-8"))
    assert exported["site_domain"] == MINE

    def choose(tone: str) -> None:
        exported["configs"]["prompts"] = {"enabled": None, "config": {"tone": tone}}
        file = tmp_path / f"{tone}.json"
        file.write_text(json.dumps(exported), encoding="utf-8")
        page.locator("input[type=file]").set_input_files(file)

    page.get_by_role("button", name="Export and import").click()
    page.get_by_role("menuitem", name="Import a file").click()
    choose("rude")
    mistake = page.get_by_role("alert").filter(has_text="/configs/prompts/config/tone")
    expect(mistake).to_contain_text("must be one of")
    choose("playful")
    expect(page.get_by_role("table", name="Changes of Prompts")).to_contain_text("Playful")
    page.get_by_role("button", name="Make 1 change").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Tone")).to_have_value("Playful")


def test_what_is_set_for_every_website_is_inherited(open_page: OpenPage) -> None:
    page = open_page(ADMIN)
    open_settings(page, "skills", everywhere="true")
    length = page.get_by_role("textbox", name="Length", exact=True)
    length.fill("45")
    save(page, ("Book demos in the chat › Length", "30 minutes", "45 minutes"))
    whose = page.get_by_role("radiogroup", name="Whose settings")
    whose.get_by_text("One website").click()
    expect(length).to_have_value("45 minutes")
    expect(page.get_by_role("button", name="Length: Every website.")).to_be_visible()
    whose.get_by_text("Every website").click()
    page.get_by_role("button", name="Reset Length").click()
    save(page, ("Book demos in the chat › Length", "45 minutes", "30 minutes"))


def test_every_schema_is_there_at_once(
    open_page: OpenPage, record_property: Callable[[str, object], None]
) -> None:
    page = open_page(ADMIN)
    page.goto(f"/agents?domain={MINE}")
    expect(page.get_by_role("region", name="Website agent")).to_be_visible()
    page.evaluate("window.began = performance.now()")
    page.get_by_role("link", name="Settings", exact=True).click()
    page.get_by_role("navigation", name="Configurations").get_by_role("link").nth(2).click()
    expect(page.get_by_role("textbox", name="Rounded corners", exact=True)).to_be_editable()
    took = round(page.evaluate("performance.now() - window.began"))
    record_property("settings_usable_milliseconds", took)
    print(f"Settings with every schema: usable after {took} ms")
    links = page.get_by_role("navigation", name="Configurations").get_by_role("link")
    expect(links).to_have_count(13)


def test_on_a_phone_the_list_and_the_form_are_two_pages(open_page: OpenPage) -> None:
    page = open_page(USER, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"/settings?domain={MINE}")
    page.get_by_role("link", name="Calls to action").click()
    page.get_by_role("button", name="Add call to action").click()
    expect(page.get_by_text("1 change not saved")).to_be_visible()
    no_sideways_scroll(page)
    page.get_by_role("link", name="All settings").click()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_role("link", name="Calls to action")).to_be_visible()
    no_sideways_scroll(page)
    page.goto(f"/agents?domain={MINE}")
    expect(page.get_by_role("region", name="Website agent")).to_be_visible()
    no_sideways_scroll(page)
