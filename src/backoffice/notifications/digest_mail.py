"""The weekly digest as an e-mail. What visitors and clients wrote is escaped, and cut short."""

from __future__ import annotations

from datetime import date
from html import escape

from backoffice.mail import Mail
from backoffice.notifications.digest import SCORE_NAMES, Digest, HotAccount
from backoffice.notifications.figures import NONE, Figure
from backoffice.notifications.page import SOFT, button, heading, link, page, soft

LONGEST = 160
ALERT_NAMES = {
    "agent": "The agent leaves visitors without an answer",
    "traffic": "Visits stay away",
}
QUIET = "Nobody came in these two weeks. Is the widget still on the website?"


def digest_mail(digest: Digest, to: str, *, url: str, unsubscribe: str) -> Mail:
    """The e-mail; `url` is the backoffice's address, `unsubscribe` the link that ends it."""
    return Mail(
        to=to,
        # A line break in it would begin another header.
        subject=f"{' '.join(digest.name.split())}: the week of {span(digest.first, digest.last)}",
        text=_text(digest, url, unsubscribe),
        html=_html(digest, url, unsubscribe),
    )


def span(first: date, last: date) -> str:
    """`2–8 March 2026`, with what differs said twice."""
    end = f"{last.day} {last:%B %Y}"
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} – {end}"
    if first.month != last.month:
        return f"{first.day} {first:%B} – {end}"
    return f"{first.day}–{end}"


def _lead(digest: Digest) -> str:
    return (
        f"{digest.site_domain} · {span(digest.first, digest.last)}, Monday to Sunday in"
        f" {digest.timezone} · change to the week before"
    )


def _text(digest: Digest, url: str, unsubscribe: str) -> str:
    lines = [digest.name, _lead(digest), ""]
    for alert in digest.alerts:
        lines += [f"! {ALERT_NAMES[alert.kind]}, since {alert.started_at:%d %B %H:%M} UTC.", ""]
    width = max(len(figure.label) for figure in digest.figures) + 2
    lines += [
        f"{figure.label:<{width}}{figure.shown:>9}  {_change(figure)}" for figure in digest.figures
    ]
    if digest.is_quiet:
        lines += ["", QUIET]
    lines += ["", f"Dashboard of this week:\n{digest.link(url, 'dashboard')}", "", "HOT ACCOUNTS"]
    lines += [
        f"- {_short(account.name)}: {_score(account)}, {_people(account)}\n"
        f"  {_account_link(digest, url, account)}"
        for account in digest.hot_accounts
    ] or ["No company was engaged or hot this week."]
    if digest.hot_account_count > len(digest.hot_accounts):
        lines.append(f"All {digest.hot_account_count}: {_accounts_link(digest, url)}")
    lines += ["", "UNANSWERED QUESTIONS"]
    lines += [
        f"- {_short(question.text)} ({_times(question.asked)})" for question in digest.questions
    ] or ["None that the agent could not answer."]
    if digest.questions:
        lines.append(f"All of them: {_questions_link(digest, url)}")
    lines += [
        "",
        "-- ",
        "You get this because you chose the weekly digest of this website.",
        f"What you get: {url}/notifications",
        f"Unsubscribe: {unsubscribe}",
    ]
    return "\n".join(lines) + "\n"


def _html(digest: Digest, url: str, unsubscribe: str) -> str:
    parts = [_alert_html(ALERT_NAMES[alert.kind], url, digest) for alert in digest.alerts]
    parts.append(_figures_html(digest.figures))
    if digest.is_quiet:
        parts.append(f"<p>{escape(QUIET)}</p>")
    parts.append(button(digest.link(url, "dashboard"), "Open the Dashboard of this week"))
    parts.append(heading("Hot accounts"))
    parts.append(_accounts_html(digest, url))
    parts.append(heading("Unanswered questions"))
    parts.append(_questions_html(digest, url))
    foot = (
        "You get this because you chose the weekly digest of this website.<br>"
        f"{link(f'{url}/notifications', 'What you get')} · {link(unsubscribe, 'Unsubscribe')}"
    )
    return page(digest.name, _lead(digest), "".join(parts), foot)


def _alert_html(name: str, url: str, digest: Digest) -> str:
    address = f"{url}/notifications?domain={digest.site_domain}"
    return (
        f'<p class="bad" style="margin:0 0 16px;color:#b3261e;font-weight:600">{escape(name)} · '
        f"{link(address, 'see the alert')}</p>"
    )


def _figures_html(figures: tuple[Figure, ...]) -> str:
    cell = 'style="padding:8px 0;border-top:1px solid #e9e4e5'
    rows = "".join(
        f'<tr><th scope="row" class="line" {cell};text-align:left;font-weight:400">'
        f"{escape(figure.label)}</th>"
        f'<td class="line" {cell};text-align:right;font-weight:600;white-space:nowrap">'
        f"{figure.shown}</td>"
        f'<td class="line {_class(figure)}" {cell};padding-left:12px;text-align:right;'
        f'white-space:nowrap;{_colour(figure)}">{figure.change}</td></tr>'
        for figure in figures
    )
    head = (
        f'<tr><th scope="col" class="soft" style="{SOFT};text-align:left;font-size:13px;'
        'font-weight:400;padding-bottom:6px">Figure</th>'
        f'<th scope="col" class="soft" style="{SOFT};text-align:right;font-size:13px;'
        'font-weight:400;padding-bottom:6px">This week</th>'
        f'<th scope="col" class="soft" style="{SOFT};text-align:right;font-size:13px;'
        'font-weight:400;padding:0 0 6px 12px">Change</th></tr>'
    )
    return (
        '<table style="width:100%;border-collapse:collapse">'
        f"<thead>{head}</thead><tbody>{rows}</tbody></table>"
    )


def _accounts_html(digest: Digest, url: str) -> str:
    if not digest.hot_accounts:
        return f"<p>{soft('No company was engaged or hot this week.')}</p>"
    items = "".join(
        f'<li style="margin:0 0 6px">'
        f"{link(_account_link(digest, url, account), _short(account.name))} "
        f"{soft(f'{_score(account)} · {_people(account)}')}</li>"
        for account in digest.hot_accounts
    )
    more = (
        f"<p>{link(_accounts_link(digest, url), f'All {digest.hot_account_count} hot accounts')}"
        "</p>"
        if digest.hot_account_count > len(digest.hot_accounts)
        else ""
    )
    return f'<ul style="margin:0;padding-left:18px">{items}</ul>{more}'


def _questions_html(digest: Digest, url: str) -> str:
    if not digest.questions:
        return f"<p>{soft('None that the agent could not answer.')}</p>"
    items = "".join(
        f'<li style="margin:0 0 6px;overflow-wrap:anywhere">{escape(_short(question.text))} '
        f"{soft(_times(question.asked))}</li>"
        for question in digest.questions
    )
    all_of_them = link(_questions_link(digest, url), "All unanswered questions of this week")
    return f'<ul style="margin:0;padding-left:18px">{items}</ul><p>{all_of_them}</p>'


def _account_link(digest: Digest, url: str, account: HotAccount) -> str:
    return digest.link(url, f"accounts/{digest.site_domain}/{account.id}")


def _accounts_link(digest: Digest, url: str) -> str:
    return digest.link(url, "accounts", score="4,5")


def _questions_link(digest: Digest, url: str) -> str:
    return digest.link(url, "topics", view="questions")


def _change(figure: Figure) -> str:
    if figure.change == NONE:
        unknown = figure.previous is None or figure.value is None
        return "nothing to compare with" if unknown else f"from {figure.shown_before}"
    return f"{figure.change} from {figure.shown_before}"


def _class(figure: Figure) -> str:
    return {"+": "good", "−": "bad"}.get(figure.change[0], "soft")


def _colour(figure: Figure) -> str:
    return {"+": "color:#1b7a46", "−": "color:#b3261e"}.get(figure.change[0], SOFT)


def _score(account: HotAccount) -> str:
    return f"{account.score} {SCORE_NAMES.get(account.score, '')}"


def _people(account: HotAccount) -> str:
    return ", ".join(
        _many(count, one)
        for count, one in (
            (account.visitors, "visitor"),
            (account.sessions, "session"),
            (account.conversations, "conversation"),
        )
    )


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def _times(count: int) -> str:
    return "asked once" if count == 1 else f"asked {count:,} times"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}…"
