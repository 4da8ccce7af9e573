"""Linking: what reports state of their subjects, the evidence that joins them, and the clusters that follow from it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import ClusterId, IntakeNumber, LinkValueId, SuggestionId
from clew.records.mention import IdentifierKind

Name = tuple[str, ...]  # the parts of a person's name, folded and sorted, each once


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedValue:
    """An identifier that names somebody, as one report states it of its subject.

    Attributes:
        verified: the sender has checked that it is the account's.
    """

    kind: IdentifierKind
    value: str
    verified: bool = False

    @property
    def key(self) -> tuple[IdentifierKind, str]:
        """By which it is compared."""
        return (self.kind, self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedAddress:
    """An IP address that the subject used; context that never joins by itself.

    Attributes:
        at_s: seconds since 1970, UTC, when it was used. A port belongs to one connection and is not compared.
    """

    ip: str
    at_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one report states of its subject, as linking takes it: no placeholders, nothing of victims or reporters.

    Attributes:
        at_s: seconds since 1970, UTC, when the report was received.
        births: days, as ordinals of the calendar.
        several: the report tells of several subjects; it joins nothing by itself.
    """

    number: IntakeNumber
    sender: str
    at_s: int
    values: tuple[StatedValue, ...] = ()
    births: tuple[int, ...] = ()
    names: tuple[Name, ...] = ()
    addresses: tuple[StatedAddress, ...] = ()
    several: bool = False


class EdgeState(enum.StrEnum):
    """Whether an edge joins its report to the others with that value. The values are stored."""

    JOINED = "joined"
    HELD = "held"  # too little to join by; shown as a possible link
    REVOKED = "revoked"  # joined once, until its value proved to be shared by several people
    BLOCKED = "blocked"  # a person has said that it must not join


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedValue:
    """An identifier as linking knows it.

    Attributes:
        trust_bits: what births and names of its reports have added to its worth, or taken from it.
        compared: how many reports were compared with its holders.
        seen_s: when a report last stated it, seconds since 1970.
        holders: the reports that brought it to a cluster, with how much of its recent use is there.
    """

    id: LinkValueId
    kind: IdentifierKind
    value: str
    trust_bits: float
    compared: int
    verified: bool
    seen_s: int
    holders: tuple[tuple[IntakeNumber, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceEdge:
    """One report states one value: what clusters are derived from.

    Attributes:
        prior_bits: the worth of such a value from such a sender. facts_bits: what births and names said when it joined.
        home: joined evidence of one value and one home connects its reports; 0 when it joins nobody.
        rule_version: of the rule that judged it.
        at: when it came to its state. by: who brought it there, a user's id or "linker". reason: in words.
    """

    report: IntakeNumber
    value_id: LinkValueId
    kind: IdentifierKind
    value: str
    state: EdgeState
    prior_bits: float
    facts_bits: float
    home: IntakeNumber
    rule_version: int
    at: datetime
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCluster:
    """A cluster of several reports, as it follows from the evidence.

    Attributes:
        births, names: how often each was stated. addresses: when each was last used, seconds since 1970.
        newest_s: the latest use of an address that any of its reports states.
        apart: reports of which a person has said that they are not of the subject of some member.
    """

    id: ClusterId
    members: tuple[IntakeNumber, ...]
    births: Mapping[int, int]
    names: Mapping[Name, int]
    addresses: Mapping[str, int]
    newest_s: int
    apart: tuple[IntakeNumber, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearntWeight:
    """What was learnt of values in one context.

    Attributes:
        context: kind, gap, address and, in the narrower ones, how many of a pair were verified; parted by "/".
        sender: "" in those that hold for all.
        apart: how many of the pairs were expected to be of two subjects.
    """

    context: str
    sender: str
    apart: float
    pairs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person has said of two reports: that they are, or are not, of one subject. `left` is the older."""

    left: IntakeNumber
    right: IntakeNumber
    same: bool


class ChangeKind(enum.StrEnum):
    """What became of clusters. The values are stored."""

    JOINED = "joined"  # a report's values showed that two clusters are one
    FELL_APART = "fell-apart"  # a value proved to be shared, and what it alone held together came apart
    MERGED = "merged"  # by a person
    SPLIT = "split"  # by a person
    CLEARED = "cleared"  # a person was cleared, and the links of the reports withdrawn
    UNDONE = "undone"  # a person took an earlier change back


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterChange:
    """One line of the history of clusters.

    Attributes:
        number: rises with time.
        kept: the cluster that has the id afterwards. other: the one merged into it, or split from it.
        moved: the reports that changed their cluster.
        undoes: the change that this one took back. undone_by: the change that took this one back.
        reversal: JSON of what a person's act changed, as it was before; "" for what a machine did.
    """

    number: int
    kind: ChangeKind
    kept: ClusterId
    other: ClusterId
    moved: tuple[IntakeNumber, ...]
    at: datetime
    by: str
    reason: str = ""
    undoes: int | None = None
    undone_by: int | None = None
    reversal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """Two reports that one value joins; `bits` is the weaker of their two edges."""

    left: IntakeNumber
    right: IntakeNumber
    kind: IdentifierKind | None  # None: a person said that they belong together
    value: str
    bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPath:
    """Why two reports are in one cluster: the way between them whose weakest step is strongest.

    Attributes:
        weakest: the place in `steps` of the step with the fewest bits; None when there is no step.
    """

    steps: tuple[PathStep, ...]

    @property
    def weakest(self) -> int | None:
        """Where the way is weakest."""
        return min(range(len(self.steps)), key=lambda place: self.steps[place].bits, default=None)


class SuggestionKind(enum.StrEnum):
    """Why a person is asked. The values are stored."""

    GIANTS = "giants"  # both clusters are large; a wrong join would cost much
    ALIKE = "alike"  # names, dates and the like resemble each other, no identifier is the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two reports that may tell of one subject; a person says whether their clusters are joined.

    Attributes:
        bits: log2 of the odds, as the one who suggests weighs it.
        accepted: None until a person has said.
    """

    id: SuggestionId
    kind: SuggestionKind
    left: IntakeNumber
    right: IntakeNumber
    bits: float
    because: str
    at: datetime
    accepted: bool | None = None
    decided_by: str | None = None
