"""The words that tell one group of texts from the others.

Class-based TF-IDF: each group is one document, so that a word weighs by how often it is said in
the group and how rarely in others. Source: Grootendorst, "BERTopic", 2022, section 3.3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer

from backoffice.insights.stems import stem
from backoffice.insights.text import fold
from backoffice.insights.topics.document import Document

MOST_KEYWORDS = 8
# A keyword is said in at least this share of a group's conversations.
COMMON = 0.1


def keywords(groups: Sequence[Sequence[Document]], count: int = MOST_KEYWORDS) -> list[list[str]]:
    """Up to `count` words or pairs of words for each group, the most telling first.

    They are written as visitors write them most often.
    """
    if not groups:
        return []
    said = [_said(group) for group in groups]
    if not any(said):
        return [[] for _ in groups]
    vectorizer = DictVectorizer()
    weights = TfidfTransformer().fit_transform(vectorizer.fit_transform(said))
    terms = vectorizer.get_feature_names_out()
    chosen = []
    for place, group in enumerate(groups):
        row = weights[place].toarray().ravel()
        best = [str(terms[term]) for term in np.argsort(-row, kind="stable") if row[term] > 0]
        chosen.append([_written(term, group) for term in _without_repeats(best, count)])
    return chosen


def _terms(document: Document) -> set[str]:
    found = set[str]()
    for message in document.messages:
        stems = [stem(fold(word), document.language) for word in message]
        found.update(stems)
        found.update(f"{one} {other}" for one, other in pairwise(stems) if one != other)
    return found


def _said(group: Sequence[Document]) -> dict[str, int]:
    """In how many of the group's conversations each term is said, without the rare ones."""
    counts = Counter(term for document in group for term in _terms(document))
    least = max(2, round(COMMON * len(group)))
    return {term: count for term, count in counts.items() if count >= least}


def _without_repeats(terms: Sequence[str], count: int) -> list[str]:
    """The first terms that bring a word of their own: `combat deck`, then not `deck` again."""
    kept: list[str] = []
    covered = set[str]()
    for term in terms:
        parts = set(term.split())
        if parts & covered:
            continue
        kept.append(term)
        covered |= parts
        if len(kept) == count:
            break
    return kept


def _written(term: str, group: Sequence[Document]) -> str:
    """The commonest way a term is written in the group."""
    size = len(term.split())
    forms = Counter[str]()
    for document in group[:500]:
        for message in document.messages:
            stems = [stem(fold(word), document.language) for word in message]
            for start in range(len(message) - size + 1):
                if " ".join(stems[start : start + size]) == term:
                    forms[" ".join(message[start : start + size])] += 1
    return forms.most_common(1)[0][0] if forms else term
