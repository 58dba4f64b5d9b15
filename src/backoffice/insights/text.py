"""Text as the algorithms see it: clipped, folded, cut into words.

Visitor text is hostile: every step is linear in a bounded length, and no pattern backtracks.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Enough to know what somebody wants; the rest of a pasted document changes no figure.
LONGEST_MESSAGE = 4_000
LONGEST_WORD = 40

ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,300}|\S{1,64}@\S{1,255}")
WORD = re.compile(r"[^\W_]+")
# Scripts written without spaces: their words are approximated by pairs of characters.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
QUESTION_MARKS = ("?", "？", "؟", "⁇", "՞", "\N{GREEK QUESTION MARK}")


def clip(text: str, length: int = LONGEST_MESSAGE) -> str:
    """The beginning of a text, at most `length` characters."""
    return text if len(text) <= length else text[:length]


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Lower case without accents, so that `ÇA COÛTE` is `ca coute`; letters of any script stay."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", plain.casefold())


def tokens(text: str) -> list[tuple[str, str]]:
    """The words of a message, folded and in lower case as they are written, without addresses.

    `l'offre` is two words; `価格は` is pairs of characters, since nothing parts its words.
    """
    found: list[tuple[str, str]] = []
    shown = clip(text)
    plain = shown.lower() if shown.isascii() else unicodedata.normalize("NFC", shown).lower()
    if "@" in plain or "//" in plain or "www." in plain:
        plain = ADDRESS.sub(" ", plain)
    for word in WORD.findall(plain):
        if word.isascii():
            if len(word) <= LONGEST_WORD:
                found.append((word, word))
        elif UNSPACED.search(word):
            pairs = (word[place : place + 2] for place in range(max(1, len(word) - 1)))
            found.extend((fold(pair), pair) for pair in pairs)
        elif len(word) <= LONGEST_WORD:
            found.append((fold(word), word))
    return found


def words(text: str) -> list[str]:
    """The folded words of a message."""
    return [folded for folded, _ in tokens(text)]


def asks(text: str) -> bool:
    """Whether a text carries a question mark of any script, outside an address."""
    shown = clip(text)
    # An address may hold a question mark of its own, and is rare.
    if "?" in shown and ("//" in shown or "www." in shown):
        shown = ADDRESS.sub(" ", shown)
    return any(mark in shown for mark in QUESTION_MARKS)


def quote(text: str, length: int = 160) -> str:
    """A short quotation on one line, without control characters."""
    shown = "".join(
        " " if letter.isspace() else letter
        for letter in clip(text, length * 4)
        if letter.isspace() or unicodedata.category(letter) not in ("Cc", "Cs", "Cf")
    )
    line = " ".join(shown.split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
