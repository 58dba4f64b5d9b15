"""The phrases that give away what a message is about, by language, from `lexicons/*.json`.

A phrase is matched by its stems, so `does not work` also finds `do not works`; `_` stands for any
one word. Matching walks the words once and is linear in their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson

from backoffice.insights.stems import stem
from backoffice.insights.text import words

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
ANY = "_"

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase of `category` at the words `start` to `end` (exclusive)."""

    category: str
    start: int
    end: int


@cache
def phrases(language: str) -> dict[str, list[str]]:
    """The lexicon of a language as it is written: category to phrases."""
    source = files("backoffice.insights").joinpath("lexicons", f"{language}.json")
    lexicon: dict[str, list[str]] = orjson.loads(source.read_bytes())
    return lexicon


@cache
def greetings(language: str) -> frozenset[str]:
    """Folded single words that greet or thank in a language, which tell it from others."""
    lexicon = phrases(language)
    return frozenset(
        split[0]
        for phrase in (*lexicon["greetings"], *lexicon["thanks"], *lexicon["farewell"])
        if len(split := words(phrase)) == 1
    )


@cache
def _index(language: str) -> dict[str, list[tuple[Phrase, str]]]:
    """The phrases as stems, by their first."""
    index: dict[str, list[tuple[Phrase, str]]] = {}
    for category, listed in phrases(language).items():
        for phrase in listed:
            stemmed = tuple(
                ANY if part == ANY else stem(word, language)
                for part in phrase.split()
                for word in (words(part) or [ANY])
            )
            index.setdefault(stemmed[0], []).append((stemmed, category))
    return index


def languages_for(language: str) -> tuple[str, ...]:
    """The lexicons to ask about a text: its own and English; all when its language is unknown.

    English phrases such as `demo` or `pricing` are said in every language.
    """
    if language == "en":
        return ("en",)
    return (language, "en") if language in LANGUAGES else LANGUAGES


def find(said: Sequence[str], language: str) -> list[Found]:
    """Every phrase of the lexicons for `language` among the folded words `said`."""
    found: list[Found] = []
    for code in languages_for(language):
        index = _index(code)
        stemmed = tuple(stem(word, code) for word in said)
        for start, first in enumerate(stemmed):
            for phrase, category in index.get(first, ()):
                end = start + len(phrase)
                if _same(phrase, stemmed[start:end]):
                    found.append(Found(category, start, end))
    return found


def _same(phrase: Phrase, said: Phrase) -> bool:
    if phrase == said:
        return True
    if ANY not in phrase or len(phrase) != len(said):
        return False
    return all(part in (ANY, word) for part, word in zip(phrase, said, strict=True))


def categories(found: Iterable[Found]) -> frozenset[str]:
    """Which categories were found at all."""
    return frozenset(phrase.category for phrase in found)
