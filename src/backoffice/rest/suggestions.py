"""The nearest name to one that does not exist, for hints."""

from __future__ import annotations

from collections.abc import Iterable

_MINIMUM_SCORE = 0.33


def closest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, if one is alike.

    As PostgREST's FuzzySet: candidates that share a trigram (else a bigram) with `name`, ranked by
    Levenshtein distance over the longer length.
    """
    best = ranked(name, candidates)
    return best[0][1] if best else None


def ranked(name: str, candidates: Iterable[str]) -> list[tuple[float, str]]:
    """`(score, candidate)` of those alike, best first; 1.0 means equal but for case."""
    wanted = name.lower()[:200]
    names = list(dict.fromkeys(candidates))
    for size in (3, 2):
        grams = _grams(wanted, size)
        scored = [
            (_score(wanted, candidate.lower()), candidate)
            for candidate in names
            if grams & _grams(candidate.lower(), size)
        ]
        alike = [pair for pair in scored if pair[0] > _MINIMUM_SCORE]
        if alike:
            return sorted(alike, key=lambda pair: (-pair[0], pair[1]))
    return []


def _grams(text: str, size: int) -> set[str]:
    padded = f"-{text}-"
    return {padded[i : i + size] for i in range(len(padded) - size + 1)}


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
