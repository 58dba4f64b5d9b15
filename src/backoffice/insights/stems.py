"""Words reduced to their stems, so that `pricing`, `prices` and `priced` count as one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import snowballstemmer
from stopwordsiso import has_lang, stopwords

from backoffice.insights.text import fold, words

ALGORITHMS = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
}


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(ALGORITHMS[language])


@lru_cache(maxsize=200_000)
def stem(word: str, language: str) -> str:
    """The stem of a folded word; the word itself in a language without a stemmer."""
    if language not in ALGORITHMS:
        return word
    stemmed: str = _stemmer(language).stemWord(word)
    return stemmed


def stems(text: str, language: str) -> list[str]:
    """The stems of a text's words, in order."""
    return [stem(word, language) for word in words(text)]


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words too common to say what a text is about, folded, with those of chat itself."""
    known: Iterable[str] = stopwords(language) if has_lang(language) else ()
    return frozenset(part for word in known for part in words(fold(word)))


def is_telling(word: str, common: frozenset[str]) -> bool:
    """Whether a folded word says what a text is about: no stop word, number or single letter."""
    return len(word) > 1 and not word.isdigit() and word not in common


def content_stems(text: str, language: str) -> list[str]:
    """The stems of the words that say what a text is about."""
    common = stop_words(language)
    return [stem(word, language) for word in words(text) if is_telling(word, common)]
