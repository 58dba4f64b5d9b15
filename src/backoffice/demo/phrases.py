"""How a template becomes what one person would type: filled in, introduced, misspelt."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from backoffice.demo.catalogue import Client, Talk
from backoffice.demo.people import Person

TYPO_SHARE = 0.09
NUMBERS = (
    3,
    5,
    8,
    12,
    15,
    20,
    25,
    30,
    40,
    45,
    60,
    75,
    80,
    90,
    110,
    120,
    150,
    180,
    200,
    250,
    320,
    400,
)
DAYS = (10, 14, 20, 21, 30, 35, 45, 60, 90)


@dataclass(slots=True)
class Voice:
    """Fills templates for one conversation: what it is about stays the same throughout."""

    client: Client
    talk: Talk
    person: Person
    rng: Random
    values: dict[str, str]

    @classmethod
    def of(cls, client: Client, talk: Talk, person: Person, rng: Random) -> Voice:
        """The voice of a conversation between `person` and the agent of `client`."""
        module, module2 = rng.sample(client.modules, 2)
        tool, tool2 = rng.sample(client.tools, 2)
        traffic = rng.randrange(8, 900) * 1000
        return cls(
            client,
            talk,
            person,
            rng,
            {
                "product": client.product,
                "site": client.site,
                "slug": client.slug,
                "module": module,
                "module2": module2,
                "tool": tool,
                "tool2": tool2,
                "rival": rng.choice(client.rivals),
                "price": rng.choice(client.prices),
                "plan": rng.choice(client.plans),
                "sdk": rng.choice(client.sdks),
                "n": str(rng.choice(NUMBERS)),
                "days": str(rng.choice(DAYS)),
                "hours": str(rng.randrange(2, 9)),
                "percent": str(rng.randrange(4, 23)),
                "traffic": f"{traffic // 1000}k" if rng.random() < 0.5 else str(traffic),
                "industry": rng.choice(talk.industries),
                "role": rng.choice(talk.roles),
                "city": person.city,
                "email": person.email,
                "person": f"{person.first_name} {person.last_name}",
                "first": person.first_name,
            },
        )

    def fill(self, template: str) -> str:
        """The template with its blanks filled in."""
        return template.format_map(self.values)

    def agent(self, templates: list[str]) -> str:
        """Something the agent says."""
        return self.fill(self.rng.choice(templates))

    def short(self, templates: list[str]) -> str:
        """A short reply of the visitor, without introduction."""
        return self._typed(self.fill(self.rng.choice(templates)), typos=False)

    def question(self, templates: list[str], *, first: bool) -> str:
        """A question of the visitor; the first one may greet, thank, and say who is asking."""
        rng, talk = self.rng, self.talk
        text = self.fill(rng.choice(templates))
        if not first:
            link = rng.choice(talk.links) if rng.random() < 0.38 else ""
            return self._typed((link if link.endswith(". ") else link.lower()) + text)
        context = self.fill(rng.choice(talk.context)) if rng.random() < 0.42 else ""
        opener = rng.choice(talk.openers) if rng.random() < 0.45 else ""
        closer = rng.choice(talk.closers) if rng.random() < 0.25 else ""
        if context and rng.random() < 0.6:
            body = f"{context} {_capital(text)}"
        else:
            body = f"{text} {context}".strip()
        return self._typed(f"{opener}{body}{closer}")

    def also(self, templates: list[str]) -> str:
        """A question about something else."""
        return self._typed(self.rng.choice(self.talk.also) + self.fill(self.rng.choice(templates)))

    def _typed(self, text: str, *, typos: bool = True) -> str:
        rng = self.rng
        style = rng.random()
        if style < 0.2 and "{" not in text:
            text = text[:1].lower() + text[1:]
        elif style < 0.62:
            text = _capital(text)
        if rng.random() < 0.16:
            text = text.rstrip("?.! ")
        if typos and rng.random() < TYPO_SHARE:
            text = misspell(text, rng)
        return text


def misspell(text: str, rng: Random) -> str:
    """The text with two neighbouring letters swapped or one lost in one of its longer words."""
    words = text.split(" ")
    places = [place for place, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not places:
        return text
    place = rng.choice(places)
    word = words[place]
    cut = rng.randrange(1, len(word) - 2)
    swapped = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    words[place] = swapped if rng.random() < 0.6 else word[:cut] + word[cut + 1 :]
    return " ".join(words)


def _capital(text: str) -> str:
    for place, letter in enumerate(text[:2]):
        if letter.isalpha():
            return text[:place] + letter.upper() + text[place + 1 :]
    return text
