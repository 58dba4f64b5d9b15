"""Finding the topics of a website anew, and keeping those that were known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

import numpy as np

from backoffice.insights.keywords import MOST_KEYWORDS, keywords
from backoffice.insights.topics.clustering import NONE, Clustering, cluster
from backoffice.insights.topics.document import CONCEPT, Document
from backoffice.insights.topics.identity import match
from backoffice.insights.topics.model import TopicModel
from backoffice.insights.topics.space import Space

FEWEST_DOCUMENTS = 12
LABEL_WORDS = 3
# From this share of one language on a website is taken to speak it alone.
ONE_LANGUAGE = 0.85
COMMON_CONCEPT = 0.6
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
    if not is_multilingual(told):
        told = [document.without_concepts() for document in told]
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
    telling = [
        _with_concept(group, words) for group, words in zip(members, keywords(members), strict=True)
    ]
    topics = tuple(
        FoundTopic(topic_id, _label(words), tuple(words), len(members[place]), place in known)
        for place, (topic_id, words) in enumerate(zip(topic_ids, telling, strict=True))
    )
    assigned = {
        name: topic_ids[group] for name, group in zip(names, groups, strict=True) if group != NONE
    }
    model = TopicModel.of_groups(space, vectors, groups, topic_ids)
    return Fit(model, topics, assigned, clustering)


def is_multilingual(documents: Sequence[Document]) -> bool:
    """Whether a good part is in other languages than the commonest.

    Then concepts bring the same subject in several languages together; in one language words
    alone tell more.
    """
    spoken = Counter(document.language for document in documents if document.language != "und")
    return bool(spoken) and max(spoken.values()) < ONE_LANGUAGE * spoken.total()


def _with_concept(group: Sequence[Document], words: list[str]) -> list[str]:
    """The keywords, led by what most of a group in several languages has in common."""
    shared = Counter(concept for document in group for concept in set(document.concepts))
    if not shared:
        return words
    concept, count = shared.most_common(1)[0]
    name = concept.removeprefix(CONCEPT)
    if count < COMMON_CONCEPT * len(group):
        return words
    return [name, *(word for word in words if word != name)][:MOST_KEYWORDS]


def _label(words: Sequence[str]) -> str:
    return ", ".join(words[:LABEL_WORDS])[:LONGEST_LABEL] or "…"
