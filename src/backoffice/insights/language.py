"""Which language a text is written in.

Naive Bayes over byte n-grams (`py3langid`, whose model comes with the package) knows long text
well and short text badly, while most first messages are short: there the words decide that are
said in one of the languages the lexicons cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from backoffice.insights.lexicon import LANGUAGES, greetings
from backoffice.insights.stems import stop_words
from backoffice.insights.text import ADDRESS, clip, words

UNDETERMINED = "und"
LONGEST_TEXT = 1_000
SURE = 0.8
CERTAIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639-1 code, `und` when a text has no words; `confidence` is 0 to 1."""

    code: str
    confidence: float


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str) -> Language:
    """The language of a text, or of several messages joined."""
    shown = ADDRESS.sub(" ", clip(text, LONGEST_TEXT))
    said = [word for word in words(shown) if not word.isdigit()]
    if not said:
        return Language(UNDETERMINED, 0.0)
    code, confidence = _identifier().classify(" ".join(shown.split()))
    code, confidence = str(code), float(confidence)
    if confidence >= SURE and len(said) > CERTAIN_WORDS:
        return Language(code, round(confidence, 3))
    by_words = _by_words(said)
    if by_words and (by_words.code == code or by_words.confidence > confidence):
        return Language(by_words.code, round(max(by_words.confidence, confidence), 3))
    if len("".join(said)) < CERTAIN_WORDS:
        return Language(UNDETERMINED, 0.0)
    return Language(code if code != "zxx" else UNDETERMINED, round(confidence, 3))


def _by_words(said: list[str]) -> Language | None:
    """The language most of the words are common in, when one leads; a greeting counts double."""
    counts = {
        code: sum((word in stop_words(code)) + 2 * (word in greetings(code)) for word in said)
        for code in LANGUAGES
    }
    best = max(counts, key=lambda code: counts[code])
    second = max(count for code, count in counts.items() if code != best)
    if counts[best] == 0 or counts[best] == second:
        return None
    lead = (counts[best] - second) / counts[best]
    return Language(best, round(min(0.9, 0.4 + 0.5 * lead), 3))
