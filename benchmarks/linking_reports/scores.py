"""How good clusters are: pairwise precision and recall without forming a pair, and the ceiling of exact linking."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.linking_reports.codes import Numbers
from benchmarks.linking_reports.columns import OWN, Reports, Truth
from clew.errors import InputError

Labels = NDArray[np.integer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Counts of pairs of reports, and the largest groups.

    Attributes:
        true_pairs: of one person. found_pairs: in one cluster. both_pairs: of one person in one cluster.
        largest_true, largest_found: reports of the person, of the cluster, that has most.
    """

    true_pairs: int
    found_pairs: int
    both_pairs: int
    largest_true: int
    largest_found: int

    @property
    def precision(self) -> float:
        """Share of found pairs that are true; 1 when none is found, for then nothing false was said."""
        return self.both_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that are found; 1 when there is none to find."""
        return self.both_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        together = self.true_pairs + self.found_pairs
        return 2 * self.both_pairs / together if together else 1.0

    def of_ceiling(self, ceiling: "Score") -> float:
        """Recall as a share of another score's of the same truth.

        Raises:
            InputError: it is of another truth.
        """
        if ceiling.true_pairs != self.true_pairs:
            raise InputError(f"expected a score over {self.true_pairs} true pairs, got one over {ceiling.true_pairs}")
        return self.both_pairs / ceiling.both_pairs if ceiling.both_pairs else 1.0


def score(labels: Labels, person: Labels) -> Score:
    """Clusters beside the truth, by the counts of their contingency table, in n log n steps.

    Args:
        labels: of each report, its cluster: any whole numbers.
        person: of each report, its person: any whole numbers.
    Raises:
        InputError: they are not of the same number of reports.
    """
    if labels.shape != person.shape or labels.ndim != 1:
        raise InputError(f"expected one label for each of {person.shape} reports, got {labels.shape}")
    found, clusters = np.unique(labels, return_inverse=True)
    true, persons = np.unique(person, return_inverse=True)
    both = np.unique(clusters.astype(np.int64) * max(1, len(true)) + persons, return_counts=True)[1]
    in_found, in_true = np.bincount(clusters, minlength=len(found)), np.bincount(persons, minlength=len(true))
    return Score(
        true_pairs=_pairs(in_true),
        found_pairs=_pairs(in_found),
        both_pairs=_pairs(both),
        largest_true=int(in_true.max(initial=0)),
        largest_found=int(in_found.max(initial=0)),
    )


def ceiling_labels(reports: Reports, truth: Truth) -> Numbers:
    """The clusters of a linker that joins by exact values and knows which are whose: the most that exact values allow.

    Two reports of one person are joined when they give the same value, and it is the person's own. Household and café
    devices, joined groups, other people's and mistyped values join nothing here. Its precision is 1 by construction.
    """
    edges = []
    for kind, codes in reports.codes.items():
        rows = np.flatnonzero(truth.standing[kind] == OWN)
        key = codes[rows].astype(np.int64) << 32 | truth.person[rows]
        order = np.argsort(key, kind="stable")
        same = np.flatnonzero(key[order][1:] == key[order][:-1])
        edges.append((rows[order[same]], rows[order[same + 1]]))
    return components(len(reports), edges)


def exact_labels(reports: Reports, kinds: Iterable[str]) -> Numbers:
    """The clusters of a linker that joins by every equal value of these kinds, whatever it is."""
    edges = []
    for kind in kinds:
        rows = np.flatnonzero(reports.codes[kind])
        order = np.argsort(reports.codes[kind][rows], kind="stable")
        key = reports.codes[kind][rows[order]]
        same = np.flatnonzero(key[1:] == key[:-1])
        edges.append((rows[order[same]], rows[order[same + 1]]))
    return components(len(reports), edges)


def components(count: int, edges: Iterable[tuple[Numbers, Numbers]]) -> Numbers:
    """Of each of `count` nodes, the lowest node that the edges join it to.

    Every root with a lower neighbour is hung below its lowest, then all paths are made short, until no edge joins two
    roots. Source: Shiloach, Vishkin, "An O(log n) Parallel Connectivity Algorithm", Journal of Algorithms 3 (1982).
    """
    root = np.arange(count)
    for left, right in edges:
        a, b = root[left], root[right]
        while len(a):
            apart = a != b
            a, b = a[apart], b[apart]
            np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
            while np.any((above := root[root]) != root):
                root = above
            a, b = root[a], root[b]
    return root


def _pairs(counts: NDArray[np.integer]) -> int:
    wide = counts.astype(np.int64)
    return int((wide * (wide - 1) // 2).sum())
