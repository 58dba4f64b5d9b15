"""What is said in a conversation: turns about a topic, the offer of a demo, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random

from backoffice.demo.catalogue import Client, Exchange, draw, talk
from backoffice.demo.people import Person
from backoffice.demo.phrases import Voice

TOPICS = {
    "pricing": 16,
    "integrations": 12,
    "security": 9,
    "onboarding": 9,
    "comparison": 9,
    "roi": 7,
    "technical": 11,
    "support": 9,
    "product": 13,
    "demo": 7,
    "careers": 2,
    "offtopic": 3,
}
TURNS = {1: 33, 2: 25, 3: 16, 4: 10, 5: 7, 6: 4, 7: 3, 8: 1, 9: 1}
OFFERS = {
    "demo": 0.97,
    "pricing": 0.5,
    "comparison": 0.46,
    "roi": 0.46,
    "product": 0.34,
    "onboarding": 0.32,
    "integrations": 0.28,
    "security": 0.2,
    "technical": 0.14,
    "support": 0.03,
    "offtopic": 0.02,
    "careers": 0.0,
}
SECTION_TOPICS = {"buy": ("pricing", "demo", "comparison"), "docs": ("technical", "integrations")}
SUGGESTED_TOPICS = frozenset(OFFERS) - {"support", "careers", "offtopic"}
UNKNOWN_SHARE = 0.055
SILENT_SHARE = 0.02


class Step(Enum):
    """What a turn brings about."""

    DEMO_PROPOSED = auto()
    CTA_CLICKED = auto()
    EMAIL_CAPTURED = auto()
    DEMO_BOOKED = auto()


@dataclass(slots=True)
class Line:
    """One message, and the steps taken just after it."""

    role: str
    text: str
    steps: list[Step] = field(default_factory=list)
    suggested: bool = False


@dataclass(slots=True)
class Script:
    """A conversation without its times."""

    topic: str
    language: str
    lines: list[Line]

    @property
    def steps(self) -> set[Step]:
        """Everything that was reached."""
        return {step for line in self.lines for step in line.steps}


def write_script(
    client: Client, person: Person, section: str, rng: Random, *, suggested: bool
) -> Script:
    """What `person` and the agent say to each other on a page of `section`."""
    words = talk(person.language)
    voice = Voice.of(client, words, person, rng)
    known = [name for name in words.topics if not suggested or name in SUGGESTED_TOPICS]
    topic = _topic(rng, section, known)
    return _Writer(voice, topic, rng).write(draw(rng, TURNS), suggested=suggested)


def _topic(rng: Random, section: str, known: list[str]) -> str:
    preferred = SECTION_TOPICS.get(section, ())
    weights = {
        topic: weight * (2.5 if topic in preferred else 1.0)
        for topic, weight in TOPICS.items()
        if topic in known
    }
    return draw(rng, weights)


class _Writer:
    """Writes one script, line by line."""

    def __init__(self, voice: Voice, topic: str, rng: Random) -> None:
        self.voice = voice
        self.talk = voice.talk
        self.topic = topic
        self.rng = rng
        self.lines: list[Line] = []
        self.open: list[Exchange] = []

    def write(self, turns: int, *, suggested: bool) -> Script:
        self._begin(suggested=suggested)
        for _ in range(turns - 1):
            self._go_on()
        rng = self.rng
        if rng.random() < OFFERS[self.topic] * min(1.6, self.voice.person.interest):
            self._offer()
        elif rng.random() < SILENT_SHARE:
            self.lines.pop()
        elif turns > 1 and rng.random() < 0.4:
            self._say(self.voice.short(self.talk.thanks), self.talk.thanks_answer)
        return Script(self.topic, self.voice.person.language, self.lines)

    def _say(self, text: str, answers: list[str]) -> None:
        self.lines += [Line("visitor", text), Line("agent", self.voice.agent(answers))]

    def _begin(self, *, suggested: bool) -> None:
        thread = self.rng.choice(self.talk.topics[self.topic])
        if suggested:
            # A suggested question reads the same for everybody who sees it on that page.
            text = self.voice.fill(thread.q[0])
            self._say(text[:1].upper() + text[1:], thread.a)
            self.lines[0].suggested = True
        else:
            self._say(self.voice.question(thread.q, first=True), thread.a)
        self.open = list(thread.then)

    def _go_on(self) -> None:
        rng = self.rng
        if rng.random() < UNKNOWN_SHARE:
            self._say(self.voice.also(self.talk.unknown), self.talk.unanswered)
        elif self.open and rng.random() < 0.8:
            exchange = self.open.pop(rng.randrange(len(self.open)))
            self._say(self.voice.question(exchange.q, first=False), exchange.a)
        else:
            others = [name for name in self.talk.topics if name not in ("offtopic", "careers")]
            thread = rng.choice(self.talk.topics[rng.choice(others)])
            self._say(self.voice.also(thread.q), thread.a)
            self.open += thread.then

    def _offer(self) -> None:
        rng, talk, voice = self.rng, self.talk, self.voice
        answer = self.lines[-1]
        answer.text += "\n\n" + voice.agent(talk.offer)
        answer.steps.append(Step.DEMO_PROPOSED)
        if rng.random() > min(0.75, 0.36 * voice.person.interest):
            if rng.random() < 0.45:
                self._say(voice.short(talk.no), talk.no_answer)
            return
        if rng.random() < 0.5:
            self._say(voice.short(talk.yes), talk.ask_email)
            self.lines[-1].steps.append(Step.CTA_CLICKED)
        else:
            answer.steps.append(Step.CTA_CLICKED)
            self.lines.append(Line("agent", voice.agent(talk.ask_email)))
        if rng.random() < 0.66:
            booked = rng.random() < 0.7
            self._say(voice.short(talk.email), talk.booked if booked else talk.noted)
            self.lines[-2].steps.append(Step.EMAIL_CAPTURED)
            if booked:
                self.lines[-1].steps.append(Step.DEMO_BOOKED)
