"""Groups of vectors, without being told how many: communities of the graph of nearest neighbours.

Neighbours are joined the more strongly, the closer they are and the more neighbours they share;
the Leiden algorithm finds the communities. Its one knob, the resolution, is chosen without labels:
the groups that come back from parts of the data (stability) and stand apart (silhouette) win.

Sources: Traag et al., "From Louvain to Leiden", 2019; Jarvis and Patrick, "Clustering using a
similarity measure based on shared near neighbors", 1973; von Luxburg, "Clustering stability", 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.neighbors import kneighbors_graph
from sknetwork.clustering import Leiden

from backoffice.insights.topics.space import Vectors

Groups = NDArray[np.int64]

NONE = -1
RESOLUTIONS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8)
FEWEST_NEIGHBOURS, MOST_NEIGHBOURS = 5, 25
SMALLEST_GROUP = 4
PARTS, PART = 4, 0.8
SILHOUETTE_SAMPLE = 2_000
SEED = 0


@dataclass(frozen=True, slots=True)
class Clustering:
    """`groups` has a number for each vector, `NONE` for what belongs nowhere."""

    groups: Groups
    resolution: float
    stability: float
    silhouette: float

    @property
    def count(self) -> int:
        """How many groups were found."""
        return int(self.groups.max(initial=NONE)) + 1


def cluster(vectors: Vectors) -> Clustering:
    """The groups of some vectors; none when there are too few. The same input, the same groups."""
    placed = np.flatnonzero(np.abs(vectors).sum(axis=1) > 0)
    groups = np.full(len(vectors), NONE, dtype=np.int64)
    if len(placed) < 2 * SMALLEST_GROUP:
        return Clustering(groups, 0.0, 0.0, 0.0)
    # A suggested question is clicked by many in the same words: one point, or its copies would be
    # each other's only neighbours and a topic of their own.
    points, place_of = _distinct(vectors[placed])
    graph = neighbour_graph(points)
    tried = [_try(points, graph, resolution) for resolution in RESOLUTIONS]
    best = max(tried, key=lambda clustering: clustering.stability + clustering.silhouette)
    groups[placed] = _without_small(best.groups[place_of])
    return Clustering(groups, best.resolution, best.stability, best.silhouette)


def _distinct(points: Vectors) -> tuple[Vectors, Groups]:
    """The points without repetition, in the order of their first, and the place of each."""
    _, first, place_of = np.unique(
        np.round(points, 5), axis=0, return_index=True, return_inverse=True
    )
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return points[first[order]], rank[place_of.ravel()]


def neighbour_graph(points: Vectors) -> csr_matrix:
    """Each point with its nearest ones by cosine: similarity × number of shared neighbours."""
    wanted = round(0.5 * len(points) ** 0.5)
    count = min(len(points) - 1, max(FEWEST_NEIGHBOURS, min(MOST_NEIGHBOURS, wanted)))
    distances = kneighbors_graph(points, count, mode="distance", metric="cosine")
    similar = distances.copy()
    similar.data = np.clip(1 - distances.data, 1e-3, None)
    adjacent = (similar > 0).astype(np.float64)
    shared = adjacent @ adjacent.T
    return csr_matrix(similar.maximum(similar.T).multiply(shared))


def _try(points: Vectors, graph: csr_matrix, resolution: float) -> Clustering:
    groups = _communities(graph, resolution, SEED)
    found = len(np.unique(groups))
    if not 1 < found < len(points):
        return Clustering(groups, resolution, 0.0, 0.0)
    random = np.random.default_rng(SEED)
    agreements = []
    for part in range(PARTS):
        size = int(PART * len(points))
        chosen = np.sort(random.choice(len(points), size, replace=False))
        again = _communities(graph[chosen][:, chosen], resolution, part + 1)
        agreements.append(adjusted_rand_score(groups[chosen], again))
    sample = min(SILHOUETTE_SAMPLE, len(points))
    chosen = np.sort(random.choice(len(points), sample, replace=False))
    apart = 0.0
    if 1 < len(np.unique(groups[chosen])) < sample:
        apart = float(silhouette_score(points[chosen], groups[chosen], metric="cosine"))
    return Clustering(groups, resolution, float(np.mean(agreements)), apart)


def _communities(graph: csr_matrix, resolution: float, seed: int) -> Groups:
    if graph.nnz == 0:
        return np.arange(graph.shape[0], dtype=np.int64)
    leiden = Leiden(resolution=resolution, shuffle_nodes=True, random_state=seed)
    return np.asarray(leiden.fit_predict(graph), dtype=np.int64)


def _without_small(groups: Groups) -> Groups:
    """Numbers by size, the largest 0; what is too small to be a topic gets none."""
    numbers, sizes = np.unique(groups, return_counts=True)
    by_size = [int(numbers[place]) for place in np.argsort(-sizes, kind="stable")]
    kept = [number for number in by_size if np.sum(groups == number) >= SMALLEST_GROUP]
    renumbered = np.full(len(groups), NONE, dtype=np.int64)
    for place, number in enumerate(kept):
        renumbered[groups == number] = place
    return renumbered
