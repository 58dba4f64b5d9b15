"""AI Sections in the file of a website's configuration: told first, then saved as by hand."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from support.configs import MINE, OTHERS, SITE, ok, refused

SECTIONS = f"/content/v1/sections/{MINE}"
IMPORT, DRY = f"{SITE}/import", f"{SITE}/import?dry_run=true"
Told = set[tuple[str, str]]


def exported(admin: httpx.Client, domain: str = MINE) -> dict[str, Any]:
    return ok(admin.get(f"/content/v1/domains/{domain}/export"))


def rows(admin: httpx.Client, domain: str = MINE) -> dict[str, dict[str, Any]]:
    query = f"/rest/v1/ai_sections?site_domain=eq.{domain}&archived_at=is.null&order=position"
    return {row["slug"]: row for row in admin.get(query).json()}


def versions(admin: httpx.Client, section: str) -> list[dict[str, Any]]:
    query = f"/rest/v1/ai_section_versions?section_id=eq.{section}&site_domain=eq.{MINE}"
    return list(admin.get(f"{query}&order=version").json())


def told(answer: dict[str, Any]) -> Told:
    assert {change["subject"] for change in answer["changes"]} <= {"sections"}
    return {(change["pointer"], change["kind"]) for change in answer["changes"]}


@pytest.fixture
def file(admin: httpx.Client) -> dict[str, Any]:
    """An export with three sections: published and edited since, off, and a draft."""
    have = rows(admin)
    for slug in ("prices", "off", "draft"):
        if slug not in have:
            made = admin.post(SECTIONS, json={"slug": slug, "content": {"title": f"Of {slug}"}})
            assert made.status_code == 201, made.text
    have = rows(admin)
    if have["prices"]["published_version"] is None:
        one = f"{SECTIONS}/{have['prices']['id']}"
        ok(admin.post(f"{one}/publish", json={"version": have["prices"]["version"]}))
        css = ".rose-title { color: red }"
        content = {"title": "Edited since", "custom_css": css}
        version = have["prices"]["version"]
        ok(admin.put(one, json={"version": version, "slug": "prices", "content": content}))
        ok(admin.put(f"{SECTIONS}/{have['off']['id']}/enabled", json={"enabled": False}))
    return exported(admin)


def section_of(file: dict[str, Any], slug: str) -> dict[str, Any]:
    (one,) = [section for section in file["sections"] if section["slug"] == slug]
    return dict(one)


def test_a_file_has_drafts_and_what_is_published(admin: httpx.Client, file: dict[str, Any]) -> None:
    prices = section_of(file, "prices")
    assert prices["draft"]["title"] == "Edited since"
    assert prices["published"]["title"] == "Of prices"
    assert "css" not in prices["draft"]
    off = section_of(file, "off")
    assert (off["enabled"], off["published"]) == (False, None)
    assert [section["slug"] for section in file["sections"]] == list(rows(admin))
    same = ok(admin.post(DRY, json=file))
    assert (same["changes"], same["errors"]) == ([], [])


def test_an_import_changes_what_the_file_changes(
    admin: httpx.Client, user: httpx.Client, file: dict[str, Any]
) -> None:
    before = rows(admin)
    prices, off, draft = (section_of(file, slug) for slug in ("prices", "off", "draft"))
    prices["draft"] = prices["draft"] | {"title": "Imported"}
    prices["published"] = prices["published"] | {"layout": "chips"}
    off |= {"enabled": True, "published": off["draft"]}
    new = {"slug": "new", "draft": {"title": "New"}, "published": {"title": "Visitors get this"}}
    file["sections"] = [draft, new, prices, off]
    refused(user.post(IMPORT, json=file), 403, "staff_only")
    dry = ok(admin.post(DRY, json=file))
    expected: Told = {
        ("/prices/draft/title", "changed"),
        ("/prices/published/layout", "changed"),
        ("/off/enabled", "changed"),
        ("/off/published", "changed"),
        ("/new", "added"),
        ("", "changed"),
    }
    assert (told(dry), dry["errors"], rows(admin)) == (expected, [], before)

    done = ok(admin.post(f"{IMPORT}?state={dry['state']}", json=file))
    assert done["saved"] and told(done) == expected
    after = rows(admin)
    in_file = [slug for slug in after if slug in {"draft", "new", "prices", "off"}]
    assert in_file == ["draft", "new", "prices", "off"]
    assert after["pricing"] == before["pricing"], "what is not in the file stays as it is"
    saved = versions(admin, before["prices"]["id"])
    assert [row["content"]["title"] for row in saved[-2:]] == ["Of prices", "Imported"]
    assert after["prices"]["published_version"] == saved[-2]["version"]
    assert "css" in saved[-1]["content"] and saved[-1]["author_id"]
    assert len(versions(admin, before["draft"]["id"])) == 1, "what is the same is not saved again"
    assert (after["off"]["enabled"], after["off"]["published_version"]) == (True, 1)
    assert (after["new"]["title"], after["new"]["published_version"]) == ("New", 1)
    again = ok(admin.post(DRY, json=file))
    # What the file leaves out of a section is what a new one has.
    assert again["changes"] == []
    # As they were, but the new one.
    undone = ok(admin.post(IMPORT, json=file | {"sections": [off | {"published": None}]}))
    assert told(undone) == {("/off/published", "changed")}
    assert rows(admin)["off"]["published_version"] is None


def test_another_website_becomes_the_same(admin: httpx.Client, file: dict[str, Any]) -> None:
    wanted = file["sections"]
    address = f"/content/v1/domains/{OTHERS}/import"
    ok(admin.post(address, json={**file, "configs": {}, "agents": {}}))
    theirs = {section["slug"]: section for section in exported(admin, OTHERS)["sections"]}
    assert [theirs[section["slug"]] for section in wanted] == wanted


def test_a_file_without_sections_leaves_them(admin: httpx.Client, file: dict[str, Any]) -> None:
    before = rows(admin)
    del file["sections"]
    assert ok(admin.post(IMPORT, json=file))["changes"] == []
    ok(admin.post(IMPORT, json=file | {"sections": []}))
    assert rows(admin) == before


def test_what_is_not_right_is_named_and_nothing_is_saved(
    admin: httpx.Client, file: dict[str, Any]
) -> None:
    before = rows(admin)
    draft = section_of(file, "draft")
    changed = draft | {"draft": draft["draft"] | {"title": "Half"}}
    long = draft["draft"] | {"custom_css": ".a,.b,.c,.d{color:red}" * 900}
    for sections, field in (
        ([changed, changed], "/sections/1/slug"),
        ([changed, {"slug": "css", "draft": long}], "/sections/1/draft/custom_css"),
        (
            [{"slug": f"many-{n}", "draft": {"title": "Many"}} for n in range(200)],
            "/sections",
        ),
    ):
        wrong = file | {"sections": sections}
        (error,) = ok(admin.post(DRY, json=wrong))["errors"]
        assert (error["field"], bool(error["message"])) == (field, True)
        answer = refused(admin.post(IMPORT, json=wrong), 422, "invalid_input")
        assert answer["errors"] == [error]
    for section, field in (
        ({"slug": "Big", "draft": {"title": "A"}}, "sections.0.slug"),
        ({"slug": "a", "draft": {"title": ""}}, "sections.0.draft.title"),
        ({"slug": "a", "draft": {"title": "A"}, "more": 1}, "sections.0.more"),
        ({"slug": "a"}, "sections.0.draft"),
    ):
        answer = refused(admin.post(DRY, json=file | {"sections": [section]}), 422, "invalid_input")
        assert [error["field"] for error in answer["errors"]] == [field]
    many = dict.fromkeys(map(str, range(5000)), 1)
    for section in (many, {"slug": "a", "draft": many}):
        answer = refused(admin.post(DRY, json=file | {"sections": [section]}), 422, "invalid_input")
        assert len(answer["errors"]) == 1
    assert rows(admin) == before


def test_a_section_saved_meanwhile_is_compared_again(
    admin: httpx.Client, file: dict[str, Any]
) -> None:
    draft = section_of(file, "draft")
    file["sections"] = [draft | {"draft": draft["draft"] | {"title": "Mine"}}]
    state = ok(admin.post(DRY, json=file))["state"]
    now = rows(admin)["draft"]
    body = {"version": now["version"], "slug": "draft", "content": {"title": "Theirs"}}
    ok(admin.put(f"{SECTIONS}/{now['id']}", json=body))
    refused(admin.post(f"{IMPORT}?state={state}", json=file), 409, "conflict")
    assert rows(admin)["draft"]["title"] == "Theirs"
