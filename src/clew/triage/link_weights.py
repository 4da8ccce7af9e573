"""What a shared value is worth, in bits, learnt from the reports themselves: by kind, context and sender.

Two reports share a value. Either they tell of one subject, or the value is shared, handed on, misplaced or mistyped.
Where both state a birth date or a name, their agreement tells which; how often it does not is learnt for each kind of
value, the time since it was last seen, whether an address agrees, whether it was verified, and the sender.

Source: Fellegi, Sunter, "A Theory for Record Linkage", JASA 64, 1969; estimated as in Winkler, "Using the EM Algorithm
for Weight Computation in the Fellegi-Sunter Model", 1988, one pair at a time.
"""

import bisect
from dataclasses import dataclass, field
from math import log2

from clew.records.mention import IdentifierKind
from clew.triage.link_facts import Likeness

GAPS_S = (86_400, 7 * 86_400, 30 * 86_400, 90 * 86_400)  # since the value was last seen: the cuts between classes

# Where learning starts, and how many pairs it takes to move away: assumed, and outweighed within an hour's reports.
_APART = {
    IdentifierKind.ACCOUNT: 0.002,
    IdentifierKind.EMAIL: 0.01,
    IdentifierKind.PHONE: 0.03,
    IdentifierKind.DEVICE: 0.03,
    IdentifierKind.WALLET: 0.02,
    IdentifierKind.BANK: 0.01,
    IdentifierKind.PAYMENT: 0.01,
}
_AFTER_GAP = (1.0, 1.0, 1.5, 3.0, 6.0)  # the longer unseen, the likelier handed on
_BY_ADDRESS = (1.5, 0.3, 1.0)  # elsewhere, the same address, none to compare
_PAIRS = 30.0
_MOST = 0.9

# Chances that two people chosen at random state the same: a birth date is one of about 15,000, with heaps at New Year;
# full names likewise. Assumed.
_BIRTH_BY_CHANCE = (1 - 3e-4, 3e-4)
_NAME_BY_CHANCE = (0.985, 0.015, 1e-4)
_PART_AT_MOST = 1.0  # bits; families and common first names share a part
# Counts of pairs of one subject that differ, share a part, are the same; by how much is stated. Learning starts there.
_BIRTH_START = ((1.0, 9.0), (0.5, 9.5), (0.3, 9.7))
_NAME_START = ((1.0, 1.5, 7.5), (0.7, 1.0, 8.3), (0.5, 0.5, 9.0))

Context = tuple[IdentifierKind, int, int, int, str]  # kind, gap, address, how many of the two are verified, sender


def gap_class(seconds: int) -> int:
    """Which class of GAPS_S a time since a value was last seen falls in."""
    return bisect.bisect_right(GAPS_S, seconds)


@dataclass(slots=True)
class Weights:
    """What was learnt so far. The counts are the state; the bits follow from them and are refreshed now and then.

    Attributes:
        apart: by context, from the widest to the narrowest, the expected pairs of two subjects and all pairs.
        births, names: by thickness, pairs of one subject at each level.
        taken: how many reports the linker has taken.
    """

    taken: int = 0
    apart: dict[tuple[object, ...], list[float]] = field(default_factory=dict)
    births: list[list[float]] = field(default_factory=lambda: [list(each) for each in _BIRTH_START])
    names: list[list[float]] = field(default_factory=lambda: [list(each) for each in _NAME_START])
    birth_bits: list[list[float]] = field(default_factory=list)
    name_bits: list[list[float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """The bits of births and names follow the counts again."""
        self.birth_bits = [_bits(counts, _BIRTH_BY_CHANCE) for counts in self.births]
        self.name_bits = [_bits(counts, _NAME_BY_CHANCE) for counts in self.names]
        for bits in self.name_bits:
            bits[1] = min(bits[1], _PART_AT_MOST)

    def value_bits(self, context: Context) -> float:
        """log2 of the odds that two reports sharing a value in that context tell of one subject."""
        kind, gap, address, verified, sender = context
        apart = _APART[kind] * _AFTER_GAP[gap] * _BY_ADDRESS[address]
        tables = self.apart
        for key in ((kind, gap, address), (kind, gap, address, verified), (kind, gap, address, verified, sender)):
            counts = tables.get(key)
            if counts is not None:
                apart = (_PAIRS * apart + counts[0]) / (_PAIRS + counts[1])
        apart = min(apart, _MOST)
        return log2((1 - apart) / apart)

    def facts_bits(self, birth: Likeness | None, name: Likeness | None) -> float:
        """log2 of how much likelier that agreement is of one subject than of two."""
        bits = 0.0
        if birth is not None:
            bits += self.birth_bits[birth.thickness][1 if birth.level else 0] * birth.times + birth.lost_bits
        if name is not None:
            bits += self.name_bits[name.thickness][name.level] * name.times + name.lost_bits
        return bits

    def learn(self, context: Context | None, apart: float, birth: Likeness | None, name: Likeness | None) -> None:
        """A pair was compared that is of two subjects with that chance; without a context only births and names."""
        if birth is not None:
            self.births[birth.thickness][1 if birth.level else 0] += 1 - apart
        if name is not None:
            self.names[name.thickness][name.level] += 1 - apart
        if context is None:
            return
        for width in (3, 4, 5):
            counts = self.apart.setdefault(context[:width], [0.0, 0.0])
            counts[0] += apart
            counts[1] += 1


def chance_apart(bits: float) -> float:
    """The chance of two subjects that odds of one subject leave."""
    odds: float = 2.0 ** max(-60.0, min(60.0, bits))
    return 1 / (1 + odds)


def _bits(counts: list[float], by_chance: tuple[float, ...]) -> list[float]:
    total = sum(counts)
    return [log2(count / total / chance) for count, chance in zip(counts, by_chance, strict=True)]
