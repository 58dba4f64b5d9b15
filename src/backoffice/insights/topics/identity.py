"""Which of the topics found now are topics that were known before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from backoffice.insights.topics.clustering import Groups
from backoffice.insights.topics.space import Vectors

LEAST_LIKENESS = 0.35


def match(
    documents: Sequence[str], vectors: Vectors, groups: Groups, previous: Mapping[str, str]
) -> dict[int, str]:
    """The known topic of each group that is one, by the assignment of the greatest total likeness.

    `documents` are the conversations' ids in the order of `vectors` and `groups`; `previous` is the
    topic each belonged to. Likeness is the mean of the share of conversations in common (Jaccard)
    and the cosine of the centres. Source: Kuhn, "The Hungarian method", 1955.
    """
    known = sorted({previous[name] for name in documents if name in previous})
    count = int(groups.max(initial=-1)) + 1
    if not known or not count:
        return {}
    place_of = {topic: place for place, topic in enumerate(known)}
    before = np.array([place_of.get(previous.get(name, ""), -1) for name in documents])
    likeness = np.zeros((count, len(known)))
    old_centres = [_centre(vectors[before == place]) for place in range(len(known))]
    for group in range(count):
        inside = groups == group
        centre = _centre(vectors[inside])
        for place in range(len(known)):
            was = before == place
            common = np.sum(inside & was)
            # Topics without a conversation in common are never the same, however alike they sound.
            if common:
                shared = common / np.sum(inside | was)
                alike = max(0.0, float(centre @ old_centres[place]))
                likeness[group, place] = (shared + alike) / 2
    rows, columns = linear_sum_assignment(-likeness)
    return {
        int(group): known[place]
        for group, place in zip(rows, columns, strict=True)
        if likeness[group, place] >= LEAST_LIKENESS
    }


def _centre(members: Vectors) -> Vectors:
    centre: Vectors = members.mean(axis=0)
    length = float(np.linalg.norm(centre))
    return centre / length if length else centre
