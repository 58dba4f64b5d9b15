"""A conversation as the topics see it: the visitor's content words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from backoffice.insights.reading import Reading
from backoffice.insights.stems import content_words, stem

# A pasted novel says no more about a topic than its beginning.
MOST_WORDS = 600


@dataclass(frozen=True, slots=True)
class Document:
    """`messages` are the content words of each of the visitor's messages, in order."""

    conversation_id: str
    language: str
    messages: tuple[tuple[str, ...], ...]

    @property
    def words(self) -> list[str]:
        """The content words in order."""
        return list(islice((word for message in self.messages for word in message), MOST_WORDS))

    @property
    def stems(self) -> list[str]:
        """Their stems: what is compared."""
        return [stem(word, self.language) for word in self.words]


def document(conversation_id: str, language: str, readings: Iterable[Reading]) -> Document:
    """The document of a conversation; small talk says nothing about a topic and is left out."""
    said = (
        tuple(content_words(reading.message.text, language))
        for reading in readings
        if not reading.is_small_talk
    )
    return Document(conversation_id, language, tuple(message for message in said if message))
