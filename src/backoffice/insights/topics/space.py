"""Documents as vectors: TF-IDF of stems, reduced to their main directions (LSA).

Source: Deerwester et al., "Indexing by Latent Semantic Analysis", 1990.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from backoffice.insights.topics.document import CONCEPT

Vectors = NDArray[np.float32]

DIMENSIONS = 100
LARGEST_VOCABULARY = 8_000
# A word of more than half of all conversations tells none of them apart.
COMMONEST = 0.5
# A concept of the lexicons weighs more than a word as rare: it is all that languages share.
BRIDGE = 2.0
SEED = 0


def _same(stems: Sequence[str]) -> Sequence[str]:
    return stems


@dataclass(frozen=True, slots=True)
class Space:
    """The stems that count, their weights and the directions: numbers and words only."""

    vocabulary: tuple[str, ...]
    idf: Vectors
    components: Vectors

    @classmethod
    def fit(cls, documents: Sequence[Sequence[str]]) -> tuple[Space, Vectors]:
        """The space that `documents` (lists of stems) span, and their places in it.

        Raises `ValueError` when they have no words in common.
        """
        vectorizer = _vectorizer(
            min_df=3 if len(documents) >= 300 else 2,
            max_df=COMMONEST,
            max_features=LARGEST_VOCABULARY,
        )
        vectorizer.fit(documents)
        vocabulary = tuple(str(word) for word in vectorizer.get_feature_names_out())
        bridges = [BRIDGE if word.startswith(CONCEPT) else 1.0 for word in vocabulary]
        idf = (vectorizer.idf_ * bridges).astype(np.float32)
        vectorizer.idf_ = idf
        weights = vectorizer.transform(documents)
        dimensions = max(2, min(DIMENSIONS, len(documents) // 4, weights.shape[1] - 1))
        if weights.shape[1] <= dimensions:
            raise ValueError("too few words in common")
        svd = TruncatedSVD(dimensions, random_state=SEED).fit(weights)
        space = cls(
            vocabulary,
            idf,
            np.asarray(svd.components_, dtype=np.float32),
        )
        return space, space.project(documents)

    def project(self, documents: Sequence[Sequence[str]]) -> Vectors:
        """Unit vectors, one row a document; zero where it has no known word."""
        if not documents:
            return np.zeros((0, self.components.shape[0]), dtype=np.float32)
        vectorizer = _vectorizer(vocabulary=self.vocabulary)
        vectorizer.idf_ = self.idf
        weights = vectorizer.transform(documents)
        vectors: Vectors = normalize(weights @ self.components.T).astype(np.float32)
        return vectors


def _vectorizer(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer=_same, sublinear_tf=True, **options)
