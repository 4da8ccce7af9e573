"""Unites clusters, and takes apart what joined evidence no longer connects."""

from collections.abc import Iterable

from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.linking import ChangeKind, EdgeState
from clew.triage.link_facts import Facts
from clew.triage.link_state import Change, Cluster, Key, LinkState


def unite(state: LinkState, left: Cluster, right: Cluster, kind: ChangeKind, reason: str = "") -> Cluster:
    """Two clusters are one; the id is the older's, whichever is larger.

    Returns:
        The one that is left. A report that was alone leaves no line in the history when it joins.
    """
    if len(left.members) < len(right.members):
        left, right = right, left
    kept, other = min(left.id, right.id), max(left.id, right.id)
    if len(right.members) > 1 or kind is not ChangeKind.JOINED:
        moved = right.members if right.id == other else left.members
        state.note(Change(kind, kept, other, tuple(sorted(moved)), reason))
    left.id = kept
    left.members += right.members
    left.facts.add(right.facts)
    left.apart |= right.apart
    state.place(left, right.members)
    return left


class Forest:
    """Sets of reports that are connected, each known by its oldest; union-find with path halving."""

    def __init__(self, reports: Iterable[IntakeNumber]) -> None:
        self._root = {report: report for report in reports}

    def find(self, report: IntakeNumber) -> IntakeNumber:
        """The oldest report of its set."""
        root = self._root
        while root[report] != report:
            root[report] = root[root[report]]
            report = root[report]
        return report

    def connect(self, one: IntakeNumber, other: IntakeNumber) -> None:
        """Their sets are one; a report that is not of the forest connects nothing."""
        if one in self._root and other in self._root:
            first, second = sorted((self.find(one), self.find(other)))
            self._root[second] = first


def come_apart(state: LinkState, cluster: Cluster, kind: ChangeKind, reason: str = "") -> list[Cluster]:
    """A cluster becomes what evidence still connects: the oldest part keeps the id, each other has its oldest's.

    Returns:
        The parts; the cluster alone when nothing came apart.
    """
    found = _parts(state, sorted(cluster.members))
    if len(found) == 1:
        return [cluster]
    for part in found[1:]:
        state.note(Change(kind, cluster.id, ClusterId(part[0]), tuple(part), reason))
    return [_settled(state, members) for members in found]


def derive(state: LinkState, clusters: Iterable[Cluster]) -> list[Cluster]:
    """What evidence and people's words connect among those clusters' reports is together, and nothing else.

    Returns:
        The clusters that there are now; those whose reports stayed the same are made anew from their reports, too.
    """
    members = sorted({report for cluster in clusters for report in cluster.members})
    return [_settled(state, part) for part in _parts(state, members)]


def _settled(state: LinkState, members: list[IntakeNumber]) -> Cluster:
    """A cluster of those reports, with all that follows from them."""
    facts = Facts()
    apart: set[IntakeNumber] = set()
    for report in members:
        facts.take(state.statement(report))
        apart.update(state.judged(report, same=False))
    cluster = Cluster(ClusterId(members[0]), members, facts, apart)
    state.place(cluster, members)
    return cluster


def _parts(state: LinkState, members: list[IntakeNumber]) -> list[list[IntakeNumber]]:
    """The sets of reports that are connected, by their oldest; each ascending, as `members` is."""
    forest = Forest(members)
    first: dict[tuple[Key, IntakeNumber], IntakeNumber] = {}
    for report in members:
        for each in state.of_report(report):
            if each.state is EdgeState.JOINED:
                forest.connect(first.setdefault((each.key, each.home), report), report)
        for other in state.judged(report, same=True):
            forest.connect(report, other)
    found: dict[IntakeNumber, list[IntakeNumber]] = {}
    for report in members:
        found.setdefault(forest.find(report), []).append(report)
    return list(found.values())
