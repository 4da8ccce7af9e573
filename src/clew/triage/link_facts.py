"""What is known of a subject beside identifiers, and how alike two subjects are by it: births, names, addresses."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from math import log2
from typing import NamedTuple, TypeVar

from clew.records.linking import Name, Statement

LEASE_S = 30 * 86_400  # assumed: so long a subscriber may keep an address; two uses further apart tell nothing

Stated = TypeVar("Stated", bound=Hashable)

DIFFER, PART, SAME = range(3)  # levels of likeness; births know no PART
ELSEWHERE, SAME_ADDRESS, NO_ADDRESS = range(3)

_THICK = 3  # so many statements on both sides make a comparison of majorities; fewer are single statements
_COMMON_BIRTH = 0.2  # share of two thick sides' statements that must agree, so that one slip does not make them one
_COMMON_NAME = 0.1  # less, for names are misspelt more often than birth dates
_PAIRS = 64  # so many pairs of spellings are compared for a part in common; more add nothing but time


@dataclass(slots=True)
class Facts:
    """What a cluster's reports state, counted.

    Attributes:
        births, names: how many statements of each.
        addresses: when each was last used; those a lease older than the newest are dropped.
    """

    births: dict[int, int] = field(default_factory=dict)
    names: dict[Name, int] = field(default_factory=dict)
    addresses: dict[str, int] = field(default_factory=dict)
    newest_s: int = 0

    @classmethod
    def of(cls, statement: Statement) -> "Facts":
        """Those of one report."""
        facts = cls()
        facts.take(statement)
        return facts

    def take(self, statement: Statement) -> None:
        """The statement's are added."""
        for birth in statement.births:
            self.births[birth] = self.births.get(birth, 0) + 1
        for name in statement.names:
            self.names[name] = self.names.get(name, 0) + 1
        for each in statement.addresses:
            self._use(each.ip, each.at_s)
        self._drop_old()

    def add(self, other: "Facts") -> None:
        """Another's are added."""
        for birth, count in other.births.items():
            self.births[birth] = self.births.get(birth, 0) + count
        for name, count in other.names.items():
            self.names[name] = self.names.get(name, 0) + count
        for ip, at_s in other.addresses.items():
            self._use(ip, at_s)
        self._drop_old()

    def _use(self, ip: str, at_s: int) -> None:
        if self.addresses.get(ip, at_s - 1) < at_s:
            self.addresses[ip] = at_s
        self.newest_s = max(self.newest_s, at_s)

    def _drop_old(self) -> None:
        oldest = self.newest_s - LEASE_S
        if len(self.addresses) > 1 and min(self.addresses.values()) < oldest:
            self.addresses = {ip: at_s for ip, at_s in self.addresses.items() if at_s >= oldest}


class Likeness(NamedTuple):
    """Births or names of two subjects, compared.

    Attributes:
        thickness: 0 when neither side has more than one statement, 1 for two, 2 for more.
        times: how often a difference counts: single slips on a side are soon outweighed by agreement, many are none.
        lost_bits: what an agreement loses because others of that side's statements disagree; 0 or less.
    """

    thickness: int
    level: int
    times: int
    lost_bits: float


def compare_births(left: dict[int, int], right: dict[int, int]) -> Likeness | None:
    """How alike they are; None when one side states none."""
    if not left or not right:
        return None
    lefts, rights = sum(left.values()), sum(right.values())
    fewer, thickness = min(lefts, rights), min(_THICK, max(lefts, rights)) - 1
    common = _common(left, right, lefts, rights)
    if common and (fewer < _THICK or common > _COMMON_BIRTH):
        return Likeness(thickness, SAME, 1, min(0.0, log2(common) + 1))
    return Likeness(thickness, DIFFER, min(fewer, _THICK), 0.0)


def compare_names(left: dict[Name, int], right: dict[Name, int]) -> Likeness | None:
    """How alike they are; None when one side states none, or only single parts that may be of different places."""
    if not left or not right:
        return None
    lefts, rights = sum(left.values()), sum(right.values())
    fewer, thickness = min(lefts, rights), min(_THICK, max(lefts, rights)) - 1
    common = _common(left, right, lefts, rights)
    if common and (fewer < _THICK or common > _COMMON_NAME):
        return Likeness(thickness, SAME, 1, min(0.0, log2(common) + 1.5))
    level = _closest(left, right)
    return None if level is None else Likeness(thickness, level, 1 if level else min(fewer, 2), 0.0)


def compare_addresses(left: dict[str, int], right: dict[str, int]) -> int:
    """Whether both used one address within a lease of each other."""
    if not left or not right:
        return NO_ADDRESS
    if len(left) > len(right):
        left, right = right, left
    near = False
    for ip, at_s in left.items():
        other_s = right.get(ip)
        if other_s is not None and abs(other_s - at_s) < LEASE_S:
            return SAME_ADDRESS
        near = near or any(abs(each_s - at_s) < LEASE_S for each_s in right.values())
    return ELSEWHERE if near else NO_ADDRESS


def _common(left: dict[Stated, int], right: dict[Stated, int], lefts: int, rights: int) -> float:
    """The share of both sides' statements that are the same, 0 to 1; half a name is not the same as half a name."""
    if len(left) > len(right):
        left, right, lefts, rights = right, left, rights, lefts
    common = 0.0
    for stated, count in left.items():
        other = right.get(stated)
        if other and not (isinstance(stated, tuple) and len(stated) == 1):
            common += min(count / lefts, other / rights)
    return common


def _closest(left: dict[Name, int], right: dict[Name, int]) -> int | None:
    if len(left) * len(right) > _PAIRS:
        return None
    closest: int | None = None
    for one in left:
        for other in right:
            if any(part in other for part in one):
                return PART
            if len(one) > 1 or len(other) > 1:
                closest = DIFFER
    return closest
