"""A conversation as the topics see it: the visitor's content words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice

from backoffice.insights.reading import SMALL_TALK, Reading
from backoffice.insights.stems import is_telling, stem, stop_words
from backoffice.insights.text import fold

# A pasted novel says no more about a topic than its beginning.
MOST_WORDS = 600
# Subjects the lexicons know in every language: they bring together what is asked in several.
CONCEPTS = (
    "pricing",
    "competitor",
    "roi",
    "demo",
    "support",
    "security",
    "integration",
    "onboarding",
    "developer",
    "careers",
    "offtopic",
)
CONCEPT = "§"


@dataclass(frozen=True, slots=True)
class Document:
    """`messages` are the content words of each of the visitor's messages, in order, as written.

    `concepts` are what the lexicons know of its subject in any of their languages.
    """

    conversation_id: str
    language: str
    messages: tuple[tuple[str, ...], ...]
    concepts: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        """The content words in order."""
        return list(islice((word for message in self.messages for word in message), MOST_WORDS))

    @property
    def stems(self) -> list[str]:
        """The stems of the words, and the concepts: what is compared."""
        return [*(stem(fold(word), self.language) for word in self.words), *self.concepts]

    def without_concepts(self) -> Document:
        """The same by its words alone."""
        return replace(self, concepts=())


def document(conversation_id: str, language: str, readings: Iterable[Reading]) -> Document:
    """The document of a conversation; small talk says nothing about a topic and is left out."""
    told: list[tuple[str, ...]] = []
    concepts: list[str] = []
    for reading in readings:
        if reading.is_small_talk:
            continue
        said = _content(reading)
        if said:
            told.append(said)
        concepts.extend(
            f"{CONCEPT}{category}" for category in CONCEPTS if category in reading.categories
        )
    return Document(conversation_id, language, tuple(told), tuple(concepts))


def _content(reading: Reading) -> tuple[str, ...]:
    """What a message says beyond courtesies and how a question is put."""
    idle = reading.covered_by(*SMALL_TALK, "questions")
    common = stop_words(reading.language)
    return tuple(
        written
        for place, (folded, written) in enumerate(reading.tokens)
        if place not in idle and is_telling(folded, common)
    )
