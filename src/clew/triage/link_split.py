"""What a person does to clusters: splits, merges, clears; each is remembered so that it can be undone exactly.

Clusters follow from evidence and from people's words on pairs of reports. So a person changes those, never a cluster,
and what was changed is remembered as it was before (`Reversal`). Undoing puts it back and derives the clusters anew:
when nothing has come since, the state is the former one; what has come since goes where its evidence leads.

A split also says that the two sides are apart, so that no report joins them again by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from clew.errors import ConflictError, InputError, NotFoundError
from clew.records.identifiers import IntakeNumber
from clew.records.linking import EdgeState
from clew.triage.link_clusters import derive
from clew.triage.link_state import NOWHERE, Cluster, Evidence, Holder, Key, LinkState

Pair = tuple[IntakeNumber, IntakeNumber]


@dataclass(slots=True)
class Reversal:
    """What one act of a person has changed, as it was before.

    Attributes:
        reports: those of the clusters that it touched.
        evidence: state and home by report and value. holders: reports and shares by value.
        said: pairs of reports of which something was said, with whether it was "same", and whether it stood before.
    """

    reports: frozenset[IntakeNumber] = frozenset()
    evidence: dict[tuple[IntakeNumber, Key], tuple[EdgeState, IntakeNumber]] = field(default_factory=dict)
    holders: dict[Key, tuple[tuple[IntakeNumber, float], ...]] = field(default_factory=dict)
    said: dict[tuple[Pair, bool], bool] = field(default_factory=dict)


def split_evidence(state: LinkState, report: IntakeNumber, key: Key) -> Reversal:
    """A value no longer joins that report to anybody, and never will again by itself.

    Returns:
        What to undo; empty when it was blocked before. The report may stay in its cluster by other evidence.

    Raises:
        NotFoundError: the report does not state that value, or nobody else does.
    """
    evidence = next((each for each in state.of_report(report) if each.key == key), None)
    if evidence is None:
        raise NotFoundError(f"report {report} shares no such identifier with another; see why it is in its cluster")
    if evidence.state is EdgeState.BLOCKED:
        return Reversal()
    cluster = state.cluster(report)
    done = Reversal(frozenset(cluster.members))
    _take_from_home(state, done, evidence)
    _set(done, evidence, EdgeState.BLOCKED, NOWHERE)
    _keep_apart(state, done, derive(state, [cluster]), report)
    return done


def split_reports(state: LinkState, reports: Iterable[IntakeNumber]) -> Reversal:
    """Those reports are no longer with the others of their cluster; a value that both sides state is at home with both.

    Returns:
        What to undo.

    Raises:
        InputError: they are not of one cluster, or all of it.
    """
    leaving = set(reports)
    clusters = {state.cluster(report).id: state.cluster(report) for report in leaving}
    if len(clusters) != 1:
        raise InputError(f"expected reports of one cluster, got reports of {len(clusters)}; split each by itself")
    (cluster,) = clusters.values()
    staying = set(cluster.members) - leaving
    if not staying:
        raise InputError("these are all reports of the cluster; leave out those that stay")
    done = Reversal(frozenset(cluster.members))
    for report in sorted(leaving):
        for other in sorted(staying & set(state.judged(report, same=True))):
            _say(state, done, (report, other), same=True, stands=False)
    by_home: dict[tuple[Key, IntakeNumber], list[Evidence]] = {}
    for report in sorted(cluster.members):
        for each in state.of_report(report):
            if each.state is EdgeState.JOINED:
                by_home.setdefault((each.key, each.home), []).append(each)
    for (_, home), evidence in by_home.items():
        away = [each for each in evidence if (each.report in leaving) != (home in leaving)]
        if away and len(away) < len(evidence):
            _move_home(state, done, away, share=1.0)
    _say(state, done, (min(leaving), min(staying)), same=False, stands=True)
    derive(state, [cluster])
    return done


def merge(state: LinkState, left: IntakeNumber, right: IntakeNumber) -> Reversal:
    """The clusters of two reports are one, by a person's word.

    Returns:
        What to undo; empty when they were one before.

    Raises:
        ConflictError: a person has said that they are apart; undo that first.
    """
    clusters = [state.cluster(left), state.cluster(right)]
    if clusters[0] is clusters[1]:
        return Reversal()
    for one, other in (clusters, clusters[::-1]):
        for report in one.apart:
            if state.cluster(report) is other:
                raise ConflictError(f"these clusters were split at report {report} by a person; undo that split first")
    done = Reversal(frozenset(clusters[0].members + clusters[1].members))
    _say(state, done, (left, right), same=True, stands=True)
    derive(state, clusters)
    return done


def clear(state: LinkState, cluster: Cluster) -> Reversal:
    """Every report of a cluster stands alone, and none of what it states joins it to anybody again."""
    done = Reversal(frozenset(cluster.members))
    for report in sorted(cluster.members):
        for each in state.of_report(report):
            if each.state is not EdgeState.BLOCKED:
                _take_from_home(state, done, each)
                _set(done, each, EdgeState.BLOCKED, NOWHERE)
        for other in sorted(state.judged(report, same=True)):
            _say(state, done, (report, other), same=True, stands=False)
    derive(state, [cluster])
    return done


def undo(state: LinkState, done: Reversal) -> None:
    """What the act changed is as it was before it."""
    clusters = {state.cluster(report).id: state.cluster(report) for report in done.reports}
    for (report, key), (edge_state, home) in done.evidence.items():
        for each in state.of_report(report):
            if each.key == key:
                each.state, each.home = edge_state, home
    for key, holders in done.holders.items():
        value = state.find_value(key)
        if value is not None:
            value.holders[:] = [Holder(report, share) for report, share in holders]
    for (pair, same), stood in done.said.items():
        state.judge(*pair, same=same, stands=stood)
    derive(state, clusters.values())


def _keep_apart(state: LinkState, done: Reversal, parts: list[Cluster], report: IntakeNumber) -> None:
    """The part that the report is in and every other part are somebody else's."""
    own = state.cluster(report)
    others = [each for each in parts if each is not own]
    for other in others:
        _say(state, done, (own.id, other.id), same=False, stands=True)
    if others:
        derive(state, parts)


def _take_from_home(state: LinkState, done: Reversal, evidence: Evidence) -> None:
    """When the report brought the value to its home, the others there have a home of their own."""
    if not evidence.founding:
        return
    others = [
        each
        for each in state.of_value(evidence.key)
        if each is not evidence and each.state is EdgeState.JOINED and each.home == evidence.home
    ]
    value = state.find_value(evidence.key)
    share = 1.0 if value is None else next((each.share for each in value.holders if each.report == evidence.home), 1.0)
    if others:
        _move_home(state, done, others, share=share)
    _hold(state, done, evidence.key, without=evidence.report)


def _move_home(state: LinkState, done: Reversal, evidence: list[Evidence], *, share: float) -> None:
    """Evidence of one value has a home of its own, with its oldest report."""
    founder = min(each.report for each in evidence)
    for each in evidence:
        _set(done, each, EdgeState.JOINED, founder)
    _hold(state, done, evidence[0].key, holder=Holder(founder, share))


def _hold(
    state: LinkState, done: Reversal, key: Key, *, holder: Holder | None = None, without: IntakeNumber | None = None
) -> None:
    value = state.find_value(key)
    if value is None:
        return
    done.holders.setdefault(key, tuple((each.report, each.share) for each in value.holders))
    value.holders[:] = [each for each in value.holders if each.report != without]
    if holder is not None:
        value.holders.append(holder)


def _set(done: Reversal, evidence: Evidence, to: EdgeState, home: IntakeNumber) -> None:
    done.evidence.setdefault((evidence.report, evidence.key), (evidence.state, evidence.home))
    evidence.state, evidence.home = to, home


def _say(state: LinkState, done: Reversal, pair: Iterable[int], *, same: bool, stands: bool) -> None:
    left, right = (IntakeNumber(each) for each in sorted(pair))
    done.said.setdefault(((left, right), same), right in state.judged(left, same=same))
    state.judge(left, right, same=same, stands=stands)
