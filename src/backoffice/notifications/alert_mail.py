"""Alerts as e-mails: what is not as usual, and exactly which figures say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from backoffice.mail import Mail
from backoffice.notifications.page import button, link, page


@dataclass(frozen=True, slots=True)
class Alert:
    """A row of `public.alerts`, with its website."""

    site_domain: str
    name: str
    timezone: str
    kind: str
    started_at: datetime
    figures: Mapping[str, Any]
    ended_at: datetime | None
    end_reason: str | None
    end_figures: Mapping[str, Any] | None


def alert_mail(alert: Alert, to: str, *, ended: bool, url: str, unsubscribe: str) -> Mail:
    """The one e-mail when an alert starts, or the one when it ends."""
    subject, sentences = _ended(alert) if ended else _started(alert)
    where = f"{alert.name} ({alert.site_domain})"
    target = "agents" if alert.kind == "agent" else "dashboard"
    address = f"{url}/{target}?domain={quote(alert.site_domain)}"
    asked = "Open the agents" if alert.kind == "agent" else "Open the Dashboard"
    once = "There is no other e-mail until it ends." if not ended else "That ends the alert."
    lead = f"{where} · times in {alert.timezone}"
    text = "\n\n".join(
        [
            subject,
            lead,
            *sentences,
            f"{asked}:\n{address}",
            once,
            "-- \nYou get this because you chose alerts of this website.\n"
            f"What you get: {url}/notifications\nUnsubscribe: {unsubscribe}",
        ]
    )
    body = "".join(f'<p style="margin:0 0 14px">{escape(each)}</p>' for each in sentences)
    foot = (
        f"{escape(once)} You get this because you chose alerts of this website.<br>"
        f"{link(f'{url}/notifications', 'What you get')} · {link(unsubscribe, 'Unsubscribe')}"
    )
    html = page(subject, lead, body + button(address, asked), foot)
    # A line break in a name would begin another header.
    return Mail(to=to, subject=" ".join(subject.split()), text=text + "\n", html=html)


def _started(alert: Alert) -> tuple[str, list[str]]:
    figures = alert.figures
    if alert.kind == "agent":
        return f"{alert.name}: the agent leaves visitors without an answer", [
            f"Between {_clock(alert, 'from')} and {_clock(alert, 'to')}, {figures['unanswered']} of"
            f" {figures['asked']} messages of visitors got no answer.",
            f"Usually it is {_share(figures['usual_share'])} (of {figures['history_asked']:,}"
            " messages in the 28 days before).",
            "Look whether the agent's backend runs and reaches us. Messages are counted as"
            " unanswered when no answer has arrived here after three minutes.",
        ]
    return f"{alert.name}: far fewer visits than usual", [
        f"Between {_clock(alert, 'from')} and {_clock(alert, 'to')} there were"
        f" {_sessions(figures['sessions'])}.",
        f"At this time of this weekday there usually are {_number(figures['usual'])} (the median"
        f" of the {figures['weeks']} weeks before: {_list(figures['samples'])}); an alert starts at"
        f" {_number(figures['low'])} or fewer.",
        "Look whether the website is up and the widget's script still on it. A holiday or the end"
        " of a campaign can be the reason as well.",
    ]


def _ended(alert: Alert) -> tuple[str, list[str]]:
    figures = alert.end_figures or {}
    began = f"It began {_moment(alert, alert.started_at)}."
    if alert.end_reason == "no_data":
        return f"{alert.name}: an alert ended without an answer", [
            "For a week too little has come in to tell whether it is as usual again.",
            began,
        ]
    if alert.kind == "agent":
        return f"{alert.name}: the agent answers again", [
            f"Between {_clock(alert, 'from', ended=True)} and {_clock(alert, 'to', ended=True)},"
            f" {figures['asked'] - figures['unanswered']} of {figures['asked']} messages of"
            " visitors got an answer.",
            began,
        ]
    return f"{alert.name}: visits are as usual again", [
        f"Between {_clock(alert, 'from', ended=True)} and {_clock(alert, 'to', ended=True)} there"
        f" were {_sessions(figures['sessions'])}; usually there are"
        f" {_number(figures['usual'])}.",
        began,
    ]


def _clock(alert: Alert, end: str, *, ended: bool = False) -> str:
    figures = (alert.end_figures or {}) if ended else alert.figures
    local = datetime.fromisoformat(figures[end]).astimezone(ZoneInfo(alert.timezone))
    return f"{local:%H:%M}"


def _moment(alert: Alert, at: datetime) -> str:
    local = at.astimezone(ZoneInfo(alert.timezone))
    return f"on {local.day} {local:%B %Y} at {local:%H:%M}"


def _share(share: float) -> str:
    percent = share * 100
    return "less than 1%" if percent < 1 else f"{percent:.0f}%"


def _sessions(count: int) -> str:
    return "1 visit" if count == 1 else f"{count:,} visits"


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _list(samples: list[int]) -> str:
    return ", ".join(f"{each:,}" for each in samples)
