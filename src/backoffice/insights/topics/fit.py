"""Finding the topics of a website anew, and keeping those that were known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import numpy as np

from backoffice.insights.keywords import keywords
from backoffice.insights.topics.clustering import NONE, Clustering, cluster
from backoffice.insights.topics.document import Document
from backoffice.insights.topics.identity import match
from backoffice.insights.topics.model import TopicModel
from backoffice.insights.topics.space import Space

FEWEST_DOCUMENTS = 12
LABEL_WORDS = 3
LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic: its label is its first keywords, `size` how many conversations of the fit it has."""

    id: str
    label: str
    keywords: tuple[str, ...]
    size: int
    is_known: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """The topics of some conversations, and which conversation belongs to which."""

    model: TopicModel
    topics: tuple[FoundTopic, ...]
    assigned: Mapping[str, str]
    clustering: Clustering


def new_topic_id() -> str:
    """An id for a topic that was not known before."""
    return str(uuid4())


def fit_topics(
    documents: Sequence[Document],
    previous: Mapping[str, str] | None = None,
    new_id: Callable[[], str] = new_topic_id,
) -> Fit | None:
    """The topics of `documents`; None when they are too few, or have too little in common.

    `previous` is the topic each conversation belonged to: a topic found again keeps its id.
    """
    told = [document for document in documents if document.messages]
    if len(told) < FEWEST_DOCUMENTS:
        return None
    try:
        space, vectors = Space.fit([document.stems for document in told])
    except ValueError:
        return None
    clustering = cluster(vectors)
    groups = clustering.groups
    if not clustering.count:
        return None
    names = [document.conversation_id for document in told]
    known = match(names, vectors, groups, previous or {})
    topic_ids = [known.get(place) or new_id() for place in range(clustering.count)]
    members = [
        [told[place] for place in np.flatnonzero(groups == group)]
        for group in range(clustering.count)
    ]
    topics = tuple(
        FoundTopic(topic_id, _label(words), tuple(words), len(members[place]), place in known)
        for place, (topic_id, words) in enumerate(zip(topic_ids, keywords(members), strict=True))
    )
    assigned = {
        name: topic_ids[group] for name, group in zip(names, groups, strict=True) if group != NONE
    }
    model = TopicModel.of_groups(space, vectors, groups, topic_ids)
    return Fit(model, topics, assigned, clustering)


def _label(words: Sequence[str]) -> str:
    return ", ".join(words[:LABEL_WORDS])[:LONGEST_LABEL] or "…"
