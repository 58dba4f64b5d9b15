"""What the demonstration's agent knows and makes of visitors, without a server."""

from __future__ import annotations

import pytest

from backoffice.demo.site import pages
from backoffice.demo.site.answering import follow_ups, interest, wish
from backoffice.demo.site.passages import read_passages
from backoffice.demo.site.throttle import Throttle
from backoffice.errors import Problem
from backoffice.settings import Settings


def test_passages_are_headings_with_the_text_below_them() -> None:
    html = """
      <header><h1>Menu</h1><p>not this</p></header>
      <h1>Nothing below</h1>
      <article id="trial"><h2>Free  trial</h2><p>30 <b>days</b>.</p><p class="price">€9</p>
      <ol><li>No card.</li></ol></article>
      <template><h2 data-rose-title></h2><p>nor this</p></template>
    """
    (only,) = read_passages("/pricing", "Pricing", html)
    assert (only.heading, only.text, only.address) == (
        "Free trial",
        "30 days. No card.",
        "/pricing#trial",
    )


def test_the_pages_say_a_good_deal_about_the_company() -> None:
    headings = [passage.heading for passage in pages.passages("Acme")]
    assert {"Integrations", "Growth", "How long is the contract?"} <= set(headings)


def test_a_page_takes_names_for_text() -> None:
    html = pages.page(
        "", domain="a.example", name="<b>Acme</b>", key='k"><script>', sections=['x"><script>']
    )
    assert "<b>Acme" not in html
    assert "k&quot;&gt;&lt;script&gt;" in html
    assert '<div data-rose-section="x&quot;&gt;&lt;script&gt;"></div>' in html


def test_a_page_without_a_key_has_no_snippet() -> None:
    html = pages.page("", domain="a.example", name="Acme", key=None, sections=[])
    assert "rose.js" not in html
    assert "backoffice keys mint" in html


@pytest.mark.parametrize(
    ("text", "wanted", "score"),
    [
        ("Can I see a demo?", "demo", 5),
        ("I want to talk to sales", "contact", 1),
        ("What does it cost?", None, 3),
        ("What about democracy?", None, 1),
        ("How does it work?", None, 1),
    ],
)
def test_a_few_words_tell_what_to_offer(text: str, wanted: str | None, score: int) -> None:
    assert (wish(text), interest(text)) == (wanted, score)


def test_follow_ups_are_questions_nobody_asked_yet_of_the_same_section_first() -> None:
    sections = [
        {"slug": "a", "questions": [{"text": "One?"}, {"text": "Two?"}]},
        {"slug": "b", "questions": [{"text": "Three?"}, {"text": "two?"}, {"text": "Four?"}]},
    ]
    assert follow_ups(sections, "b", ["three? "]) == ["two?", "Four?", "One?"]
    assert follow_ups([], None, []) == []


def test_a_caller_waits_when_the_bucket_is_empty() -> None:
    now = 0.0
    throttle = Throttle(burst=2, per_minute=30, clock=lambda: now)
    throttle.take("a")
    throttle.take("a")
    with pytest.raises(Problem) as refused:
        throttle.take("a")
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "2")
    throttle.take("b")
    now = 2.0
    throttle.take("a")


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "0.0.0.0"},  # noqa: S104
        {"public_url": "https://backoffice.example"},
        {"database_url": "postgresql://db.example/app"},
        {"demo_site": False},
    ],
)
def test_a_deployment_has_no_demonstration_site(changed: dict[str, object]) -> None:
    assert Settings(_env_file=None).has_demo_site
    assert not Settings(_env_file=None, **changed).has_demo_site  # type: ignore[arg-type]
