"""A message read once: its words and the lexicon's phrases in it, shared by every figure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from backoffice.insights.conversation import Message
from backoffice.insights.lexicon import Found, categories, find
from backoffice.insights.text import asks, tokens

# What says nothing of its own: "hello", "ok", "thanks", "bye".
SMALL_TALK = ("greetings", "acknowledgements", "thanks", "farewell", "satisfied")


@dataclass(frozen=True)
class Reading:
    """A message in the language its conversation is held in."""

    message: Message
    language: str

    @cached_property
    def tokens(self) -> list[tuple[str, str]]:
        """The words, folded and as they are written."""
        return tokens(self.message.text)

    @cached_property
    def words(self) -> list[str]:
        """The folded words."""
        return [folded for folded, _ in self.tokens]

    @cached_property
    def found(self) -> list[Found]:
        """The phrases of the lexicons."""
        return find(self.words, self.language)

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories of those phrases."""
        return categories(self.found)

    def covered_by(self, *wanted: str) -> set[int]:
        """The places of the words that phrases of some categories cover."""
        covered = set[int]()
        for phrase in self.found:
            if phrase.category in wanted:
                covered.update(range(phrase.start, phrase.end))
        return covered

    def length_of(self, category: str) -> int:
        """How many words the phrases of a category cover together."""
        return len(self.covered_by(category))

    @cached_property
    def is_small_talk(self) -> bool:
        """Whether greeting, agreeing and thanking are all there is; true without any word."""
        covered = self.covered_by(*SMALL_TALK)
        return len(covered) >= len(self.words) - (1 if covered and len(self.words) > 2 else 0)

    @cached_property
    def is_question(self) -> bool:
        """Whether it asks: a question mark, or the words questions and requests begin with."""
        if self.is_small_talk:
            return False
        return asks(self.message.text) or "questions" in self.categories
