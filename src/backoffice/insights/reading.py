"""A message read once: its words and the lexicon's phrases in it, shared by every figure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from backoffice.insights.conversation import Message
from backoffice.insights.lexicon import Found, categories, find
from backoffice.insights.text import asks, words

# What says nothing of its own: "hello", "ok", "thanks", "bye".
SMALL_TALK = ("greetings", "acknowledgements", "thanks", "farewell", "satisfied")


@dataclass(frozen=True)
class Reading:
    """A message in the language its conversation is held in."""

    message: Message
    language: str

    @cached_property
    def words(self) -> list[str]:
        """The folded words."""
        return words(self.message.text)

    @cached_property
    def found(self) -> list[Found]:
        """The phrases of the lexicons."""
        return find(self.words, self.language)

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories of those phrases."""
        return categories(self.found)

    def length_of(self, category: str) -> int:
        """How many words the longest phrases of a category cover together."""
        covered = set[int]()
        for phrase in self.found:
            if phrase.category == category:
                covered.update(range(phrase.start, phrase.end))
        return len(covered)

    @cached_property
    def is_small_talk(self) -> bool:
        """Whether greeting, agreeing and thanking are all there is; true without any word."""
        covered = set[int]()
        for phrase in self.found:
            if phrase.category in SMALL_TALK:
                covered.update(range(phrase.start, phrase.end))
        return len(covered) >= len(self.words) - (1 if covered and len(self.words) > 2 else 0)

    @cached_property
    def is_question(self) -> bool:
        """Whether it asks: a question mark, or the words questions and requests begin with."""
        if self.is_small_talk:
            return False
        return asks(self.message.text) or "questions" in self.categories
