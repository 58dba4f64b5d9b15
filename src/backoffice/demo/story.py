"""One visit told in full: its events as capture would normalise them, and its conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from backoffice.demo.catalogue import Channel, dice, draw, random_id, timed_id, world, zipf
from backoffice.demo.conversations import Script, Step, write_script
from backoffice.demo.people import Sort
from backoffice.demo.plan import DEFAULT_SEED, Visit

OPEN_SHARE = 0.155
SECTION_INTEREST = {"buy": 1.7, "product": 1.2, "docs": 1.0, "": 1.0, "learn": 0.75, "company": 0.6}
SECTION_WEIGHT = {"": 30, "learn": 26, "product": 17, "buy": 13, "docs": 8, "company": 6}
EVENT_OF = {
    Step.DEMO_PROPOSED: "demo_proposed",
    Step.CTA_CLICKED: "cta_clicked",
    Step.EMAIL_CAPTURED: "email_captured",
    Step.DEMO_BOOKED: "demo_booked",
}
Json = dict[str, Any]


@dataclass(slots=True)
class Story:
    """What a visit sends; `conversation` and `messages` are the agent backend's part."""

    events: list[Json] = field(default_factory=list)
    conversation: Json | None = None
    messages: list[Json] = field(default_factory=list)
    end: datetime = datetime.min


def tell(visit: Visit, seed: int = DEFAULT_SEED) -> Story:
    """The visit's story; always the same for the same visit and seed."""
    return _Teller(visit, seed).tell()


class _Teller:
    """Tells one visit, moving its clock forward."""

    def __init__(self, visit: Visit, seed: int) -> None:
        self.visit = visit
        self.client = visit.client
        self.person = visit.person
        self.rng: Random = dice(seed, visit.client.site, visit.day, visit.number, "story")
        self.clock = visit.start
        self.story = Story()
        self.session = timed_id(self.rng, int(visit.start.timestamp() * 1000))
        self.distinct_id = self.person.distinct_id
        self.conversation_id: UUID | None = None
        self.section, self.page = "", "/"
        self.common = self._common(self._channel())

    def tell(self) -> Story:
        rng = self.rng
        if self.person.sort is Sort.BOT:
            for _ in range(rng.randint(1, 4)):
                self._move()
                self._event("$pageview")
                self._wait(1, 20)
            return self._finished()
        pages = 1 + min(7, int(rng.expovariate(0.9 if self.visit.returning else 1.15)))
        chat_on = self._chat_page(pages)
        shows_on = min(chat_on, 0 if rng.random() < 0.85 else 1)
        for number in range(pages):
            self._move()
            revealed = self._reveal() if number == 0 and self.person.revealed else {}
            self._event("$pageview", title=self._title(), **revealed)
            self._wait(2, 9)
            if number == shows_on and rng.random() < 0.93:
                self._event("widget_displayed", position="bottom-right")
            if number == chat_on:
                self._chat()
            seconds = self._wait(6, 110)
            if rng.random() < 0.6:
                self._event("$pageleave", **{"$prev_pageview_duration": seconds})
        return self._finished()

    def _finished(self) -> Story:
        self.story.end = self.clock
        return self.story

    def _chat_page(self, pages: int) -> int:
        """On which page the widget is opened; beyond the last when it is not."""
        chance = OPEN_SHARE * self.person.interest * (1.4 if self.visit.in_campaign else 1.0)
        if self.rng.random() >= min(0.8, chance * (1 + 0.12 * pages)):
            return pages
        return self.rng.randrange(pages)

    def _channel(self) -> Channel:
        if self.visit.in_campaign and self.rng.random() < 0.4:
            source, medium, referrer = self.rng.choice(
                [
                    ("linkedin", "paid-social", "www.linkedin.com"),
                    ("newsletter", "email", None),
                    ("google", "cpc", "www.google.com"),
                ]
            )
            return Channel(
                weight=1,
                referrer=referrer,
                source=source,
                medium=medium,
                campaign=f"{self.client.campaign}-{self.visit.day.year}",
            )
        channels = world().channels
        return channels[draw(self.rng, {n: channel.weight for n, channel in enumerate(channels)})]

    def _common(self, channel: Channel) -> Json:
        person = self.person
        bot = person.sort is Sort.BOT
        self.host = (
            self.client.staging
            if person.sort is Sort.STAGING
            else ("www." if self.rng.random() < 0.9 else "") + self.client.site
        )
        return {
            "session_id": None if bot else self.session,
            "host": self.host,
            "referrer_host": None if bot else channel.referrer,
            "utm_source": channel.source,
            "utm_medium": channel.medium,
            "utm_campaign": channel.campaign,
            "country": person.country,
            "device_type": "desktop" if bot else person.device.device,
            "browser": None if bot else person.device.browser,
            "os": None if bot else person.device.os,
            "language": person.language,
            "is_bot": bot,
            "ip_hash": person.ip_hash,
        }

    def _move(self) -> None:
        sections = self.client.sections
        if self.story.events and self.rng.random() < 0.45:
            self.page = zipf(self.rng, sections[self.section])
        else:
            self.section = draw(self.rng, SECTION_WEIGHT)
            self.page = zipf(self.rng, sections[self.section])

    def _reveal(self) -> Json:
        """What a reveal script on the page knows of the visitor's company."""
        company = self.person.company
        return {
            "$reveal": {
                "name": company.name,
                "domain": company.domain,
                "industry": company.industry,
                "size": company.size,
                "country": company.country,
            }
        }

    def _title(self) -> str:
        name = self.page.rpartition("/")[2].replace("-", " ").capitalize()
        return f"{name} | {self.client.name}" if name else self.client.name

    def _wait(self, least: float, most: float) -> float:
        seconds = round(min(most * 4, least + self.rng.expovariate(2.5 / (most - least))), 3)
        self.clock += timedelta(seconds=seconds)
        return seconds

    def _event(self, name: str, **properties: Any) -> None:
        if name != "$pageview":
            self.clock += timedelta(milliseconds=self.rng.randrange(40, 900))
        event = {
            "uuid": str(random_id(self.rng)),
            "name": name,
            "distinct_id": self.distinct_id,
            "conversation_id": str(self.conversation_id) if self.conversation_id else None,
            "occurred_at": self.clock.isoformat(timespec="milliseconds"),
            "url": f"https://{self.host}{self.page}",
            "page": self.page,
            "properties": properties,
            **self.common,
        }
        if name == "$identify":
            event |= {
                "anon_distinct_id": self.person.distinct_id,
                "email": self.person.email,
                "name_of_person": f"{self.person.first_name} {self.person.last_name}",
            }
        elif name in ("email_captured", "form_submitted", "demo_booked"):
            event["email"] = self.person.email
        self.story.events.append(event)

    def _chat(self) -> None:
        rng = self.rng
        self.conversation_id = random_id(rng)
        self._event("widget_opened")
        opened_at = self.clock
        script: Script | None = None
        if rng.random() < 0.8:
            suggested = rng.random() < 0.24
            script = write_script(self.client, self.person, self.section, rng, suggested=suggested)
            self._speak(script)
        elif rng.random() < 0.3:
            self._wait(2, 20)
            self._event("typed_into_input")
        self.story.conversation = {
            "id": str(self.conversation_id),
            "distinct_id": self.person.distinct_id,
            "session_id": self.session,
            "page": self.page,
            "url": f"https://{self.host}{self.page}",
            "referrer_host": self.common["referrer_host"],
            "environment": "staging" if self.person.sort is Sort.STAGING else "production",
            "language": self.person.language,
            "country": self.person.country,
            "started_at": opened_at.isoformat(timespec="milliseconds"),
            "metadata": {"source": "demo"},
        }
        if script:
            self.story.conversation |= {EVENT_OF[step]: True for step in script.steps}

    def _speak(self, script: Script) -> None:
        for place, line in enumerate(script.lines):
            latency = None
            if line.role == "visitor":
                self._compose(line.text, first=place == 0, suggested=line.suggested)
            else:
                latency = round(min(20_000, 700 + self.rng.lognormvariate(7.4, 0.55)))
                self.clock += timedelta(milliseconds=latency)
            self.story.messages.append(
                {
                    "conversation_id": str(self.conversation_id),
                    "id": str(random_id(self.rng)),
                    "seq": place,
                    "role": line.role,
                    "text": line.text,
                    "sent_at": self.clock.isoformat(timespec="milliseconds"),
                    "latency_ms": latency,
                    "metadata": {},
                }
            )
            if line.role == "visitor":
                self._event("message_sent", length=len(line.text))
            for step in line.steps:
                self._take(step)

    def _compose(self, text: str, *, first: bool, suggested: bool) -> None:
        if suggested:
            self._wait(2, 15)
            on_page = self.section in ("product", "learn") and self.rng.random() < 0.5
            name = "section_question_clicked" if on_page else "suggestion_clicked"
            self._event(name, question=text)
            return
        if first:
            self._wait(1, 8)
            self._event("typed_into_input")
        self.clock += timedelta(seconds=round(3 + len(text) * self.rng.uniform(0.12, 0.4), 3))

    def _take(self, step: Step) -> None:
        match step:
            case Step.DEMO_PROPOSED:
                self._event("demo_proposed")
                self._event("cta_displayed", cta="book-a-demo")
            case Step.CTA_CLICKED:
                self._wait(2, 25)
                self._event("cta_clicked", cta="book-a-demo")
            case Step.EMAIL_CAPTURED:
                self._event("email_captured")
                self.distinct_id = self.person.email
                self._event("$identify")
            case Step.DEMO_BOOKED:
                self._event("form_submitted", form="book-a-demo")
                self._event("demo_booked")
