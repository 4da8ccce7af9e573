"""Parts clusters that hold two people, known by births or names that stand side by side, at the weakest value.

A wrong join may grow unseen: each new report agrees with half of the cluster. So whenever a birth or name that is not
the commonest has been stated often enough to be no slip, the reports that state the one and those that state the other
are the cores of two people. Values are added from the strongest to the weakest until one connects the cores: there the
cluster is cut. Source: what is cut is the weakest link of the maximum spanning tree's path (Kruskal, 1956).
"""

from collections.abc import Iterable
from typing import TypeVar

from clew.records.identifiers import IntakeNumber
from clew.records.linking import ChangeKind, EdgeState, Name, Statement
from clew.triage.link_clusters import Forest, come_apart
from clew.triage.link_state import Cluster, Evidence, Holder, Key, LinkState, Value

Stated = TypeVar("Stated", int, Name)
Core = frozenset[IntakeNumber]

_STATED = 3  # times; slips and false dates do not repeat themselves
_BIRTH_SHARE = 0.1
_NAME_SHARE = 0.2  # more than of births: one person's name is spelt in several ways
_FEWEST = 2  # reports of each core that a value must bring together; one may be in its core by a slip
_CUTS = 4  # at once; what is still mixed then waits for the next report


def part_cores(state: LinkState, cluster: Cluster, statement: Statement) -> list[Value]:
    """A cluster to which that statement was added holds one person's core only.

    Returns:
        The values at which it was cut; each is at home on both sides from now on.
    """
    cut: list[Value] = []
    while len(cut) < _CUTS:
        found = _cores(state, cluster, statement)
        value = None if found is None else _cut(state, cluster, *found)
        if value is None:
            break
        cut.append(value)
        come_apart(state, cluster, ChangeKind.FELL_APART, "births or names of two people stand side by side")
        cluster = state.cluster(statement.number)
    return cut


def _cores(state: LinkState, cluster: Cluster, statement: Statement) -> tuple[Core, Core] | None:
    facts = cluster.facts
    if any(_stands_beside(facts.births, birth, _BIRTH_SHARE) for birth in statement.births):
        return _who(state, cluster, "births", *_two_commonest(facts.births))
    if any(len(name) > 1 and _stands_beside(facts.names, name, _NAME_SHARE) for name in statement.names):
        one, other = _two_commonest(facts.names)
        if min(len(one), len(other)) > 1 and not set(one) & set(other):
            return _who(state, cluster, "names", one, other)
    return None


def _stands_beside(counts: dict[Stated, int], stated: Stated, share: float) -> bool:
    """Whether it is said often enough, and something else is, too."""
    if counts.get(stated, 0) < _STATED or counts[stated] == sum(counts.values()):
        return False
    second = sorted(counts.values(), reverse=True)[1]
    return second >= max(_STATED, share * sum(counts.values()))


def _two_commonest(counts: dict[Stated, int]) -> tuple[Stated, Stated]:
    one, other = sorted(counts, key=lambda stated: (-counts[stated], stated))[:2]
    return one, other


def _who(state: LinkState, cluster: Cluster, field: str, one: object, other: object) -> tuple[Core, Core]:
    """The reports that state the one, and those that state the other."""
    stated = {report: getattr(state.statement(report), field) for report in cluster.members}
    larger = frozenset(report for report, values in stated.items() if one in values and other not in values)
    smaller = frozenset(report for report, values in stated.items() if other in values and one not in values)
    return larger, smaller


def _cut(state: LinkState, cluster: Cluster, larger: Core, smaller: Core) -> Value | None:
    """The weakest value that connects the cores has a home on each side from now on."""
    forest = Forest(cluster.members)
    for report in cluster.members:
        for other in state.judged(report, same=True):
            forest.connect(report, other)
    large, small = _counted(forest, larger), _counted(forest, smaller)
    for value, evidence in _strongest_first(state, cluster):
        ends = {forest.find(each.report) for each in evidence}
        theirs = {end for end in ends if small.get(end, 0) > large.get(end, 0)}
        on_each = sum(large.get(end, 0) for end in ends - theirs), sum(small.get(end, 0) for end in theirs)
        mixed = any(min(large.get(end, 0), small.get(end, 0)) >= _FEWEST for end in ends)
        if min(on_each) >= _FEWEST and not mixed:
            _give_two_homes(value, evidence, {each.report for each in evidence if forest.find(each.report) in theirs})
            return value
        root = min(ends)
        counts = sum(large.get(end, 0) for end in ends), sum(small.get(end, 0) for end in ends)
        for end in ends:
            forest.connect(root, end)
        large[root], small[root] = counts
    return None


def _give_two_homes(value: Value, evidence: list[Evidence], theirs: set[IntakeNumber]) -> None:
    """Evidence of one home has two: where its founder is, the old one, and on the other side that side's oldest's."""
    leaving = [each for each in evidence if (each.report in theirs) != (evidence[0].home in theirs)]
    founder = min(leaving, key=lambda each: each.report)
    founder.found()
    for each in leaving:
        each.home = founder.report
    value.holders.append(Holder(founder.report))


def _counted(forest: Forest, core: Core) -> dict[IntakeNumber, int]:
    counts: dict[IntakeNumber, int] = {}
    for report in core:
        root = forest.find(report)
        counts[root] = counts.get(root, 0) + 1
    return counts


def _strongest_first(state: LinkState, cluster: Cluster) -> Iterable[tuple[Value, list[Evidence]]]:
    """The cluster's values with the evidence that joins by them."""
    joined: dict[tuple[Key, IntakeNumber], list[Evidence]] = {}
    for report in sorted(cluster.members):
        for each in state.of_report(report):
            if each.state is EdgeState.JOINED:
                joined.setdefault((each.key, each.home), []).append(each)
    ranked = []
    for evidence in joined.values():
        value = state.find_value(evidence[0].key)
        if value is not None and len(evidence) > 1:
            worth = value.trust_bits + max(each.prior_bits for each in evidence)
            ranked.append((-worth, evidence[0].report, value, evidence))
    ranked.sort(key=lambda each: (each[0], each[1], each[2].key))
    return [(value, evidence) for _, _, value, evidence in ranked]
