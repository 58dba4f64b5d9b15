"""The digest reads as the Dashboard does, and nothing in it can do harm."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from email.headerregistry import Address
from uuid import UUID

import pytest

from backoffice.notifications.alert_mail import Alert, alert_mail
from backoffice.notifications.digest import Digest, HotAccount, OpenAlert, Question, monday_before
from backoffice.notifications.digest_mail import digest_mail, span
from backoffice.notifications.figures import Figure, change, figures_of, shown
from backoffice.notifications.unsubscribing import Subscription, Unsubscribing

URL = "https://b.example"
HOSTILE = '<img src="https://evil.example/x.png"> <script>alert(1)</script> & more'


def digest(**changed: object) -> Digest:
    given: dict[str, object] = {
        "site_domain": "abtasty.com",
        "name": "AB Tasty",
        "timezone": "Europe/Paris",
        "first": date(2026, 3, 9),
        "figures": tuple(figures_of({})),
        "hot_accounts": (),
        "hot_account_count": 0,
        "questions": (),
        "alerts": (),
    }
    return Digest(**(given | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "before", "unit", "number", "moved"),
    [
        (Decimal(1234), Decimal(1000), "count", "1,234", "+23.4%"),
        (Decimal(0), Decimal(0), "count", "0", "±0%"),
        (Decimal(5), Decimal(0), "count", "5", "–"),
        (Decimal(120), Decimal(10), "count", "120", "12×"),
        (Decimal("0.1234"), Decimal("0.1"), "rate", "12.3%", "+2.3 pp"),
        (Decimal("0.1"), Decimal("0.1"), "rate", "10%", "±0 pp"),
        (None, Decimal("0.1"), "rate", "–", "–"),
        (Decimal("2.45"), Decimal("2.5"), "average", "2.5", "−2%"),
    ],
)
def test_numbers_read_as_on_the_dashboard(
    value: Decimal | None, before: Decimal | None, unit: str, number: str, moved: str
) -> None:
    assert shown(value, unit) == number  # type: ignore[arg-type]
    assert change(value, before, unit) == moved  # type: ignore[arg-type]


def test_the_last_whole_week_ends_on_the_sunday_before() -> None:
    assert monday_before(date(2026, 3, 16)) == date(2026, 3, 9)
    assert monday_before(date(2026, 3, 22)) == date(2026, 3, 9)
    assert span(date(2026, 3, 9), date(2026, 3, 15)) == "9–15 March 2026"
    assert span(date(2026, 3, 30), date(2026, 4, 5)) == "30 March – 5 April 2026"
    assert span(date(2026, 12, 28), date(2027, 1, 3)) == "28 December 2026 – 3 January 2027"


def test_what_others_wrote_is_shown_and_not_run() -> None:
    mail = digest_mail(
        digest(
            name=HOSTILE,
            hot_accounts=(HotAccount(UUID(int=1), HOSTILE, 5, 2, 3, 1),),
            hot_account_count=9,
            questions=(Question(HOSTILE * 20, 4),),
            alerts=(OpenAlert("agent", datetime(2026, 3, 16, tzinfo=UTC)),),
        ),
        "user@user.com",
        url=URL,
        unsubscribe=f"{URL}/u",
    )
    for harmful in ("<img", "<script", "src="):
        assert harmful not in mail.html.replace("src=&quot;", "")
    assert "&lt;script&gt;" in mail.html
    assert "asked 4 times" in mail.text
    assert "5 Hot, 2 visitors, 3 sessions, 1 conversation" in mail.text
    assert "All 9: https://b.example/accounts?domain=abtasty.com&from=2026-03-09" in mail.text
    assert "score=4,5" in mail.text
    assert "view=questions" in mail.text
    assert "The agent leaves visitors without an answer" in mail.text


def test_a_quiet_week_says_so() -> None:
    mail = digest_mail(digest(), "user@user.com", url=URL, unsubscribe=f"{URL}/u")
    assert "Nobody came in these two weeks" in mail.text
    assert "No company was engaged or hot this week." in mail.html
    busy = (Figure("visitors", "Visitors", "count", Decimal(3), Decimal(2)),)
    mail = digest_mail(digest(figures=busy), "user@user.com", url=URL, unsubscribe=f"{URL}/u")
    assert "Nobody came" not in mail.text
    assert "3  +50% from 2" in mail.text


def test_a_name_cannot_write_headers() -> None:
    mail = digest_mail(
        digest(name="Evil\r\nBcc: all@example.com"),
        "user@user.com",
        url=URL,
        unsubscribe=f"{URL}/u",
    )
    message = mail.message(Address(addr_spec="a@b.example"))
    assert message["Bcc"] is None
    assert str(message["Subject"]).startswith("Evil Bcc: all@example.com: the week of")


@pytest.mark.parametrize(("ended", "words"), [(False, "usually is 2%"), (True, "answers again")])
def test_an_agents_alert_says_what_it_rests_on(ended: bool, words: str) -> None:
    figures = {
        "asked": 8,
        "unanswered": 7,
        "usual_share": 0.021,
        "history_asked": 1840,
        "from": "2026-03-16T10:00:00+00:00",
        "to": "2026-03-16T12:00:00+00:00",
    }
    alert = Alert(
        site_domain="abtasty.com",
        name="AB Tasty",
        timezone="Europe/Paris",
        kind="agent",
        started_at=datetime(2026, 3, 16, 12, 3, tzinfo=UTC),
        figures=figures,
        ended_at=datetime(2026, 3, 16, 14, tzinfo=UTC) if ended else None,
        end_reason="recovered" if ended else None,
        end_figures=figures | {"unanswered": 1} if ended else None,
    )
    mail = alert_mail(alert, "user@user.com", ended=ended, url=URL, unsubscribe=f"{URL}/u")
    whole = mail.subject + mail.text
    assert words in whole.replace("Usually it is", "usually is")
    assert "Between 11:00 and 13:00" in mail.text
    assert ("7 of 8 messages of visitors got no answer" in mail.text) is not ended
    assert ("7 of 8 messages of visitors got an answer" in mail.text) is ended


def test_links_outlive_a_change_of_keys_and_no_other_key_makes_one() -> None:
    subscription = Subscription(UUID(int=5), "abtasty.com", "alerts")
    old = Unsubscribing(["old"]).token(subscription)
    assert Unsubscribing(["new", "old"]).read(old) == subscription
    assert Unsubscribing(["new"]).read(old) is None
    for broken in ("", ".", "a.b.c", old[:-1], f"{old}A", "é.é"):
        assert Unsubscribing(["old"]).read(broken) is None
