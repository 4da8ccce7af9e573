"""Which clusters a report may belong to, and how good the odds are, in bits."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log2

from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.linking import EdgeState, Statement
from clew.triage.link_facts import NO_ADDRESS, Facts, Likeness, compare_addresses, compare_births, compare_names
from clew.triage.link_state import Cluster, Evidence, Holder, LinkState, Value
from clew.triage.link_weights import Context, gap_class


@dataclass(slots=True)
class Found:
    """A stated value that is at home with a candidate.

    Attributes:
        home: the report that brought it there.
        share: how much of the value's recent use is there, 0 to 1.
        gap: the class of the time since it was last stated. verified: how many of the two sides verified it, 0 to 2.
    """

    value: Value
    evidence: Evidence
    home: IntakeNumber
    share: float
    gap: int
    verified: int


@dataclass(slots=True)
class Candidate:
    """A cluster in which values of the report are at home, weighed.

    Attributes:
        facts_bits: of births and names. value_bits: of the values in their contexts, with their trust.
    """

    cluster: Cluster
    found: list[Found]
    birth: Likeness | None = None
    name: Likeness | None = None
    address: int = NO_ADDRESS
    facts_bits: float = 0.0
    value_bits: float = 0.0

    @property
    def bits(self) -> float:
        """log2 of the odds that the report is of this cluster's subject."""
        return self.facts_bits + self.value_bits

    def context(self, found: Found, sender: str) -> Context:
        """By which the worth of a value is learnt."""
        return (found.value.key[0], found.gap, self.address, found.verified, sender)


def candidates(state: LinkState, statement: Statement) -> list[Candidate]:
    """The clusters in which the report's values are at home, best first; what is new of its values is noted.

    A value that is set aside names no candidate. One that nobody holds is at home with this report.
    """
    found: dict[ClusterId, Candidate] = {}
    for stated in statement.values:
        value = state.find_value(stated.key)
        if value is None:
            state.add_value(statement, stated)
            continue
        evidence = Evidence(statement.number, stated.key, EdgeState.HELD)
        state.add_evidence(evidence)
        gap = gap_class(statement.at_s - value.seen_s)
        verified = stated.verified + value.verified
        value.seen_s = max(value.seen_s, statement.at_s)
        value.verified = value.verified or stated.verified
        if value.set_aside:
            continue
        for cluster, home, share in _homes(state, value):
            candidate = found.get(cluster.id)
            if candidate is None:
                candidate = found[cluster.id] = Candidate(cluster, [])
            candidate.found.append(Found(value, evidence, home, share, gap, verified))
        if not value.holders and not statement.several:
            value.holders.append(Holder(statement.number))
            evidence.found()
    if not found:
        return []
    own = Facts.of(statement)
    for candidate in found.values():
        _weigh(state, candidate, own, statement.sender)
    return sorted(found.values(), key=lambda each: (-each.bits, each.cluster.id))


def _homes(state: LinkState, value: Value) -> Iterator[tuple[Cluster, IntakeNumber, float]]:
    """The clusters that a value is at home in, with who brought it there and its share."""
    if len(value.holders) == 1:
        report = value.holders[0].report
        yield state.cluster(report), report, 1.0
        return
    holders: dict[ClusterId, list[Holder]] = {}
    for holder in value.holders:
        holders.setdefault(state.cluster(holder.report).id, []).append(holder)
    total = sum(holder.share for holder in value.holders)
    for each in holders.values():
        main = max(each, key=lambda holder: holder.share)
        yield state.cluster(main.report), main.report, sum(holder.share for holder in each) / total


def _weigh(state: LinkState, candidate: Candidate, own: Facts, sender: str) -> None:
    facts = candidate.cluster.facts
    candidate.birth = compare_births(own.births, facts.births)
    candidate.name = compare_names(own.names, facts.names)
    candidate.address = compare_addresses(own.addresses, facts.addresses)
    candidate.facts_bits = state.weights.facts_bits(candidate.birth, candidate.name)
    several = len(candidate.found) > 1
    for each in candidate.found:
        each.evidence.prior_bits = state.weights.value_bits(candidate.context(each, sender))
        bits = each.evidence.prior_bits + each.value.trust_bits + log2(each.share)
        # Beside another value a doubtful one takes nothing away: it is as if it had not been stated.
        candidate.value_bits += max(0.0, bits) if several else bits
