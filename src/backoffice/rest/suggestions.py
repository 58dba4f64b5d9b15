"""The nearest name to one that does not exist, for hints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import sqrt

_MINIMUM_SCORE = 0.33
MISSPELT_SCORE = 0.75
"""What a name must score to be a misspelling: less would tell strangers what else there is."""
_LONGEST = 128


def closest(name: str, candidates: Iterable[str], *, minimum: float = _MINIMUM_SCORE) -> str | None:
    """The candidate most like `name`, if one is alike.

    As PostgREST's FuzzySet: the fifty candidates nearest by trigrams (else bigrams), ranked by
    Levenshtein distance over the longer length.
    """
    best = ranked(name, candidates, minimum=minimum)
    return best[0][1] if best else None


def ranked(
    name: str, candidates: Iterable[str], *, minimum: float = _MINIMUM_SCORE
) -> list[tuple[float, str]]:
    """`(score, candidate)` of those alike, best first; 1.0 means equal but for case."""
    wanted = name.lower()[:_LONGEST]
    names = list(dict.fromkeys(candidates))
    for size in (3, 2):
        grams = _grams(wanted, size)
        shared = [(_cosine(grams, _grams(c.lower()[:_LONGEST], size)), c) for c in names]
        nearest = sorted((p for p in shared if p[0] > 0), key=lambda p: (-p[0], p[1]))[:50]
        scored = [(_score(wanted, c.lower()[:_LONGEST]), c) for _, c in nearest]
        if alike := [pair for pair in scored if pair[0] >= minimum]:
            # Of names that differ in case alone, the one written as asked comes first.
            return sorted(alike, key=lambda pair: (-pair[0], -_score(name, pair[1])))
    return []


def _grams(text: str, size: int) -> Counter[str]:
    kept = "".join(c for c in text if c.isalnum() or c in ", ")
    padded = f"-{kept}-"
    return Counter(padded[i : i + size] for i in range(len(padded) - size + 1))


def _cosine(first: Counter[str], second: Counter[str]) -> float:
    dot = sum(count * second[gram] for gram, count in first.items() if gram in second)
    return dot / (_norm(first) * _norm(second)) if dot else 0.0


def _norm(grams: Counter[str]) -> float:
    return sqrt(sum(count * count for count in grams.values()))


def _score(first: str, second: str) -> float:
    return 1 - _distance(first, second) / max(len(first), len(second), 1)


def _distance(first: str, second: str) -> int:
    previous = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        current = [i]
        for j, b in enumerate(second, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (a != b)))
        previous = current
    return previous[-1]
