"""What new conversations are compared with, and how it is kept: words and numbers, never code."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

import numpy as np

from backoffice.insights.topics.clustering import NONE, Groups
from backoffice.insights.topics.document import Document
from backoffice.insights.topics.space import Space, Vectors

# Raised when documents, space or shape change: an older model is not read but fitted anew.
MODEL_VERSION = 1
LARGEST_ARRAYS = 64 * 2**20
# Members further from the centre than this share of them do not say how far a topic reaches.
FAR = 0.05
LEAST_SIMILARITY = 0.2


class UnreadableModelError(ValueError):
    """What is stored is not a topic model of this version."""


@dataclass(frozen=True, slots=True)
class TopicModel:
    """The space, and for each topic its id, its centre and the least similarity to belong to it."""

    space: Space
    topic_ids: tuple[str, ...]
    centres: Vectors
    least: Vectors

    @classmethod
    def of_groups(
        cls, space: Space, vectors: Vectors, groups: Groups, topic_ids: Sequence[str]
    ) -> TopicModel:
        """The model whose topics are the `groups` of `vectors`, in the order of `topic_ids`."""
        centres = np.zeros((len(topic_ids), vectors.shape[1]), dtype=np.float32)
        least = np.full(len(topic_ids), LEAST_SIMILARITY, dtype=np.float32)
        for place in range(len(topic_ids)):
            members = vectors[groups == place]
            centre = members.mean(axis=0)
            centres[place] = centre / (np.linalg.norm(centre) or 1)
            least[place] = max(LEAST_SIMILARITY, np.quantile(members @ centres[place], FAR))
        return cls(space, tuple(topic_ids), centres, least)

    def join(self, documents: Sequence[Document]) -> list[str | None]:
        """The topic each document belongs to; None when none is near enough."""
        if not documents or not self.topic_ids:
            return [None] * len(documents)
        vectors = self.space.project([document.stems for document in documents])
        return [self.topic_ids[place] if place != NONE else None for place in self.nearest(vectors)]

    def nearest(self, vectors: Vectors) -> Groups:
        """The place of the nearest topic, `NONE` when it is too far."""
        similar = vectors @ self.centres.T
        best = similar.argmax(axis=1)
        near = similar[np.arange(len(vectors)), best] >= self.least[best]
        return np.where(near, best, NONE)

    def dump(self) -> tuple[dict[str, Any], bytes]:
        """A JSON value and an `npz` archive without pickles."""
        arrays = io.BytesIO()
        np.savez_compressed(
            arrays,
            allow_pickle=False,
            idf=self.space.idf,
            # Half precision changes no nearest topic and halves what is stored.
            components=self.space.components.astype(np.float16),
            centres=self.centres,
            least=self.least,
        )
        words = {"vocabulary": list(self.space.vocabulary), "topic_ids": list(self.topic_ids)}
        return words, arrays.getvalue()

    @classmethod
    def load(cls, words: Mapping[str, Any], arrays: bytes) -> TopicModel:
        """The model that was dumped. Raises `UnreadableModelError`; never runs what it reads."""
        if len(arrays) > LARGEST_ARRAYS:
            raise UnreadableModelError("too large")
        try:
            vocabulary = tuple(str(word) for word in words["vocabulary"])
            topic_ids = tuple(str(topic) for topic in words["topic_ids"])
            with np.load(io.BytesIO(arrays), allow_pickle=False) as archive:
                idf, components, centres, least = (
                    np.asarray(archive[name], dtype=np.float32)
                    for name in ("idf", "components", "centres", "least")
                )
        except (KeyError, TypeError, ValueError, OSError, EOFError, BadZipFile) as error:
            raise UnreadableModelError("not a topic model") from error
        model = cls(Space(vocabulary, idf, components), topic_ids, centres, least)
        model.check()
        return model

    def check(self) -> None:
        """Raises `UnreadableModelError` when the parts do not fit together."""
        words, topics = len(self.space.vocabulary), len(self.topic_ids)
        arrays = (self.space.idf, self.space.components, self.centres, self.least)
        dimensions = self.space.components.shape[0] if self.space.components.ndim else 0
        shapes = ((words,), (dimensions, words), (topics, dimensions), (topics,))
        if tuple(array.shape for array in arrays) != shapes or not all(
            bool(np.isfinite(array).all()) for array in arrays
        ):
            raise UnreadableModelError("its parts do not fit together")
