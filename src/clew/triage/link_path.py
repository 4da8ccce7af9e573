"""Why two reports are together: the strongest way between them through identifiers, and where it is weakest."""

import heapq

from clew.errors import NotFoundError
from clew.records.identifiers import IntakeNumber
from clew.records.linking import EdgeState, LinkPath, PathStep
from clew.triage.link_state import Evidence, Key, LinkState

SAID_BITS = 60.0  # a person's word outweighs whatever a machine adds up

_Reached = tuple[float, int, IntakeNumber]


def why(state: LinkState, left: IntakeNumber, right: IntakeNumber) -> LinkPath:
    """The way from one report to another of its cluster whose weakest step is strongest, of those the shortest.

    Evidence that founds a home is worth what the strongest evidence there is worth: alone it joins nobody.
    Source: the widest path, by Dijkstra's algorithm with the lesser of two in place of the sum (Pollack, 1960).

    Raises:
        NotFoundError: they are not in one cluster.
    """
    cluster = state.cluster(left)
    if state.cluster(right) is not cluster:
        raise NotFoundError(f"reports {left} and {right} are not in one cluster; see what each is linked to")
    if left == right:
        return LinkPath(steps=())
    homes = _homes(state, cluster.members)
    widest: dict[IntakeNumber, tuple[float, int]] = {left: (float("inf"), 0)}
    came: dict[IntakeNumber, PathStep] = {}
    waiting: list[_Reached] = [(-float("inf"), 0, left)]
    while waiting:
        width, length, report = heapq.heappop(waiting)
        if report == right:
            break
        if (-width, length) != widest[report]:
            continue
        for step in _steps(state, homes, report):
            reached = (min(-width, step.bits), length + 1)
            known = widest.get(step.right)
            if known is None or (reached[0], -reached[1]) > (known[0], -known[1]):
                widest[step.right], came[step.right] = reached, step
                heapq.heappush(waiting, (-reached[0], reached[1], step.right))
    steps = []
    report = right
    while report != left:
        steps.append(came[report])
        report = came[report].left
    return LinkPath(steps=tuple(reversed(steps)))


def bits(state: LinkState, evidence: Evidence) -> float:
    """What evidence is worth now: in its context, with the value's trust, and births and names when it joined."""
    value = state.find_value(evidence.key)
    return evidence.prior_bits + evidence.facts_bits + (0.0 if value is None else value.trust_bits)


def _homes(state: LinkState, members: list[IntakeNumber]) -> dict[tuple[Key, IntakeNumber], list[Evidence]]:
    homes: dict[tuple[Key, IntakeNumber], list[Evidence]] = {}
    for report in sorted(members):
        for each in state.of_report(report):
            if each.state is EdgeState.JOINED:
                homes.setdefault((each.key, each.home), []).append(each)
    return homes


def _steps(
    state: LinkState, homes: dict[tuple[Key, IntakeNumber], list[Evidence]], report: IntakeNumber
) -> list[PathStep]:
    """From a report to each that shares a home with it, or that a person joined to it."""
    steps = [
        PathStep(left=report, right=other, kind=None, value="", bits=SAID_BITS)
        for other in sorted(state.judged(report, same=True))
    ]
    for own in state.of_report(report):
        if own.state is not EdgeState.JOINED:
            continue
        for other in homes[own.key, own.home]:
            if other.report != report:
                ends = [bits(state, each) for each in (own, other) if not each.founding]
                kind, value = own.key
                steps.append(PathStep(left=report, right=other.report, kind=kind, value=value, bits=min(ends)))
    return steps
