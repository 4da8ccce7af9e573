"""How far a value is trusted to be one person's: births and names that agree give, those that contradict take away.

Were a value several people's, two reports that state it would be of one subject half the time (assumed). So agreement
gains a value at most one bit, and a contradiction costs it nearly all the bits of the contradiction. A value that has
lost the odds is revoked: what it alone held together comes apart.
"""

from math import log2

from clew.records.linking import ChangeKind, EdgeState
from clew.triage.link_candidates import Candidate, Found
from clew.triage.link_clusters import come_apart
from clew.triage.link_state import LinkState, Value
from clew.triage.link_weights import Weights, chance_apart

STAYS_JOINED_BITS = 0.0  # evidence stays until the odds turn against it; joining asks for more, so that none flickers
LOST_AT_ONCE_BITS = -4.0  # one contradiction may be a slip or a false name

_TRUST_MOST = 6.0  # a long good past earns no more, so that a change of hands is noticed
_LEARN_FROM = 4  # a value teaches by its first comparisons only, or one hub would speak for all values of its kind
_BLAME_BITS = (-8.0, 20.0)  # between which two candidates share the blame for contradicting each other


def judge(value: Value, facts_bits: float, blame: float) -> bool:
    """A value's trust follows one comparison of births and names; `blame` is its part of it, 0 to 1.

    Returns:
        Whether it has lost trust and has less than a value that nothing is known of.
    """
    before = value.trust_bits
    change = 1 - log2(1 + 2.0 ** -max(-30.0, min(30.0, facts_bits)))
    value.trust_bits = min(_TRUST_MOST, before + max(LOST_AT_ONCE_BITS, change) * blame)
    return value.trust_bits < min(0.0, before)


def learn(weights: Weights, best: Candidate, sender: str) -> list[Value]:
    """Births and names say whether the best candidate is the same subject: the weights and the values' trust follow.

    Returns:
        The values that are doubted now.
    """
    if best.birth is None and best.name is None:
        return []
    single = len(best.found) == 1
    for each in best.found:
        each.value.compared += 1
    if any(each.value.compared <= _LEARN_FROM for each in best.found):
        context = best.context(best.found[0], sender) if single else None
        prior_bits = sum(each.evidence.prior_bits for each in best.found)
        weights.learn(context, chance_apart(prior_bits + best.facts_bits), best.birth, best.name)
    return [each.value for each in best.found if judge(each.value, best.facts_bits, 1.0 if single else 0.5)]


def share_blame(best: Candidate, other: Candidate, bridging: list[Found], facts_bits: float) -> list[Value]:
    """Two clusters contradict each other, and one report states values of both: the doubtful one loses more trust.

    Returns:
        The values that are doubted now.
    """
    low, high = _BLAME_BITS
    doubts = [2.0 ** -max(low, min(high, each.bits)) for each in (best, other)]
    shares = [doubt / sum(doubts) for doubt in doubts]
    doubted = [each.value for each in best.found if judge(each.value, facts_bits, shares[0])]
    return doubted + [each.value for each in bridging if judge(each.value, facts_bits, shares[1])]


def revoke(state: LinkState, value: Value) -> None:
    """Evidence that a value's trust no longer bears is revoked, and clusters come apart where it held them."""
    touched = {}
    for each in state.of_value(value.key):
        if each.state is not EdgeState.JOINED:
            continue
        bears = each.founding or each.prior_bits + value.trust_bits + each.facts_bits >= STAYS_JOINED_BITS
        if value.set_aside or not bears:
            each.state = EdgeState.REVOKED
            cluster = state.cluster(each.report)
            touched[cluster.id] = cluster
    for cluster in touched.values():
        come_apart(state, cluster, ChangeKind.FELL_APART, "an identifier proved to be shared")
