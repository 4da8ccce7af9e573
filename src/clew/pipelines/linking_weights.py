"""What the linker has learnt, as the store keeps it: a row for each context, and one small value for the rest."""

import json
from collections.abc import Mapping, Sequence

from clew.records.linking import LearntWeight
from clew.records.mention import IdentifierKind
from clew.triage.link_weights import Weights

WEIGHTS = "linking.weights"  # the installation's value
_WITH_SENDER = 5  # fields of a context that names its sender


def weights_text(weights: Weights) -> str:
    """All but the contexts, as compact JSON; numbers come back the same."""
    bits = [weights.birth_bits, weights.name_bits]
    return json.dumps([weights.taken, weights.births, weights.names, bits], separators=(",", ":"))


def weights_of(text: str | None, learnt: Sequence[LearntWeight]) -> Weights:
    """What was stored; what learning starts with when nothing was."""
    if text is None:
        return Weights()
    taken, births, names, (birth_bits, name_bits) = json.loads(text)
    weights = Weights(taken=taken, births=births, names=names)
    weights.birth_bits, weights.name_bits = birth_bits, name_bits
    for each in learnt:
        kind, *classes = each.context.split("/")
        context = (IdentifierKind(kind), *map(int, classes), *([each.sender] if each.sender else []))
        weights.apart[context] = [each.apart, each.pairs]
    return weights


def changed_weights(weights: Weights, stored: Mapping[tuple[object, ...], tuple[float, float]]) -> list[LearntWeight]:
    """The contexts of which more is known than was stored."""
    changed = []
    for context, (apart, pairs) in weights.apart.items():
        if stored.get(context) != (apart, pairs):
            sender = str(context[-1]) if len(context) == _WITH_SENDER else ""
            classes = context[: _WITH_SENDER - 1]
            text = "/".join(str(each) for each in classes)
            changed.append(LearntWeight(context=text, sender=sender, apart=apart, pairs=pairs))
    return changed
