"""Links reports as they come: each joins at most one cluster by what it states, and a join of two must earn its size.

For each report, the clusters in which its values are at home are its candidates. A candidate is weighed in bits, log2
of the odds of one subject: the worth of each shared value in its context (`link_weights`), what earlier reports have
said for or against the value (`link_trust`), and the agreement of births and names. The report joins the best candidate
when the odds are good enough. The others are bridges: they join the two clusters only by more bits, the larger the
smaller of them is, and otherwise are held until later reports corroborate them by other values.

What was joined wrongly comes out again: evidence of a value that lost its trust is revoked, one that is several
people's beyond doubt is set aside as a hub, and a cluster that holds two people is cut (`link_cores`).
"""

from math import fsum, log2

from clew.records.linking import ChangeKind, EdgeState, Statement
from clew.triage.link_candidates import Candidate, Found, candidates
from clew.triage.link_clusters import unite
from clew.triage.link_cores import part_cores
from clew.triage.link_facts import compare_births, compare_names
from clew.triage.link_state import Cluster, Holder, Key, LinkState, Value
from clew.triage.link_trust import LOST_AT_ONCE_BITS, judge, learn, revoke, share_blame

RULE_VERSION = 1
REPORT_JOINS_BITS = 2.5  # odds of 6 to 1 for the worst that joins; most have far more
BITS_A_DOUBLING = 2.0  # of the smaller cluster's size: what a wrong join costs grows with both sizes
GIANT = 100  # reports; two clusters of that size are joined by a person only
CONTRADICTS_BITS = -1.0  # births and names that weigh less than this speak against one subject

_HOLDERS = 5  # clusters that a value may be at home in; one with more is not a person's
_FADES = 0.7  # of the holders' shares, with each use of a value that has several
_REFRESH = 1_000  # reports between two refreshes of the weights


class Linker:
    """Takes reports one at a time; all it knows is in the state, so that it may be laid down after any of them."""

    def __init__(self, state: LinkState) -> None:
        self._state = state

    def take(self, statement: Statement) -> None:
        """The report is in the cluster that its values show, and what it showed of others is acted upon.

        Cost: some tens of microseconds in memory; more where a cluster comes apart, by its size.
        """
        state = self._state
        if state.weights.taken % _REFRESH == 0:
            state.weights.refresh()
        state.weights.taken += 1
        state.add_report(statement)
        found = candidates(state, statement)
        if not found or statement.several:
            return
        best, others = found[0], found[1:]
        doubted = learn(state.weights, best, statement.sender)
        if best.bits <= REPORT_JOINS_BITS:
            if best.facts_bits < CONTRADICTS_BITS:
                self._settle(statement, best.found)
        elif self._join(statement, best):
            for other in others:
                doubted += self._bridge(statement, best, other)
            doubted += self._part(statement)
        for value in doubted:
            revoke(state, value)

    def _join(self, statement: Statement, best: Candidate) -> bool:
        """The report joins its best candidate, unless a person has said that it must not."""
        own = self._state.cluster(statement.number)
        if self._judged_apart(own, best.cluster):
            return False
        for each in best.found:
            _join_by(each, best.facts_bits)
        unite(self._state, best.cluster, own, ChangeKind.JOINED)
        return True

    @staticmethod
    def _settle(statement: Statement, found: list[Found]) -> None:
        """Values whose holders contradict the report are at home with it, too."""
        for each in found:
            if len(each.value.holders) < _HOLDERS:
                each.value.holders.append(Holder(statement.number))
                each.evidence.found()

    def _bridge(self, statement: Statement, best: Candidate, other: Candidate) -> list[Value]:
        """A report of one cluster states values of another: they are one, or a value misleads.

        Returns:
            The values that are doubted now.
        """
        state = self._state
        left, right = state.cluster(statement.number), state.cluster(other.cluster.members[0])
        bridging = [each for each in other.found if each.evidence.state is EdgeState.HELD]
        if left is right or not bridging:
            return []
        facts_bits = state.weights.facts_bits(
            compare_births(left.facts.births, right.facts.births), compare_names(left.facts.names, right.facts.names)
        )
        doubted: list[Value] = []
        if facts_bits < CONTRADICTS_BITS:
            doubted = share_blame(best, other, bridging, facts_bits)
            if best.bits > other.bits:
                self._settle(statement, bridging)
                return doubted
        smaller = min(len(left.members), len(right.members))
        bits = facts_bits + self._bridge_bits(left, right, best, bridging)
        if bits <= REPORT_JOINS_BITS + BITS_A_DOUBLING * log2(smaller) or self._judged_apart(left, right):
            return doubted
        if smaller >= GIANT:
            state.suggest(left, right, bits)
            return doubted
        for each in bridging:
            _join_by(each, max(0.0, facts_bits))
        unite(state, left, right, ChangeKind.JOINED)
        return doubted

    def _bridge_bits(self, left: Cluster, right: Cluster, best: Candidate, bridging: list[Found]) -> float:
        """What bridges say: one is as good as the weaker of its two ends; several by different values add up."""
        worth = {each.value.key: each.evidence.prior_bits + each.value.trust_bits for each in bridging}
        if len(worth) == 1:
            worth |= self._corroborating(left, right, set(worth))
        bits = fsum(max(0.0, each) for each in worth.values())  # whatever their order
        if len(worth) > 1:
            return bits
        return -log2(2.0 ** -min(bits, 30.0) + 2.0 ** -min(best.bits, 30.0))

    def _corroborating(self, left: Cluster, right: Cluster, known: set[Key]) -> dict[Key, float]:
        """Other values that bridge the two clusters and are held."""
        state = self._state
        smaller, larger = sorted((left, right), key=lambda each: len(each.members))
        worth: dict[Key, float] = {}
        for report in smaller.members if len(smaller.members) < GIANT else ():
            for own in state.of_report(report):
                value = state.find_value(own.key)
                if value is None or value.set_aside or own.key in known or own.key in worth:
                    continue
                for theirs in state.of_value(own.key):
                    if EdgeState.HELD in {own.state, theirs.state} and state.cluster(theirs.report) is larger:
                        held = own if own.state is EdgeState.HELD else theirs
                        worth[own.key] = held.prior_bits + value.trust_bits
                        break
        return worth

    def _part(self, statement: Statement) -> list[Value]:
        """A cluster that has come to hold two people is cut, and the values there lose trust."""
        cut = part_cores(self._state, self._state.cluster(statement.number), statement)
        return [value for value in cut if judge(value, LOST_AT_ONCE_BITS, 1.0)]

    def _judged_apart(self, left: Cluster, right: Cluster) -> bool:
        cluster = self._state.cluster
        return any(cluster(each) is right for each in left.apart) or any(cluster(each) is left for each in right.apart)


def _join_by(found: Found, facts_bits: float) -> None:
    """The value joins its report to where it is at home, which gains share when there are several such places."""
    evidence, value = found.evidence, found.value
    evidence.state, evidence.facts_bits, evidence.home = EdgeState.JOINED, facts_bits, found.home
    if len(value.holders) > 1:
        for holder in value.holders:
            holder.share = holder.share * _FADES + (holder.report == found.home)
