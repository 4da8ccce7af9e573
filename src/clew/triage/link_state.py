"""What the linker knows: values, evidence and clusters, in memory or as a batch read ahead from the store."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from clew.records.identifiers import ClusterId, IntakeNumber
from clew.records.linking import ChangeKind, EdgeState, StatedValue, Statement
from clew.records.mention import IdentifierKind
from clew.triage.link_facts import Facts
from clew.triage.link_weights import Weights

Key = tuple[IdentifierKind, str]
NOWHERE = IntakeNumber(0)
SET_ASIDE_BITS = -8.0  # a value's trust at which it is a hub: several people's beyond doubt, and joins nothing


@dataclass(slots=True)
class Holder:
    """A report that brought a value to its cluster. `share` is how much of the value's recent use is there."""

    report: IntakeNumber
    share: float = 1.0


@dataclass(slots=True)
class Value:
    """One identifier as the linker knows it.

    Attributes:
        trust_bits: what its reports' births and names have added to or taken from the worth of a value of its kind.
        compared: how many reports were compared with its holders.
        holders: the clusters it is at home in, by a report of each; several when they contradict each other.
        verified: a sender has verified it.
        seen_s: when a report last stated it.
    """

    key: Key
    seen_s: int
    verified: bool
    trust_bits: float = 0.0
    compared: int = 0
    holders: list[Holder] = field(default_factory=list)

    @property
    def set_aside(self) -> bool:
        """Whether it is a hub."""
        return self.trust_bits <= SET_ASIDE_BITS


@dataclass(slots=True)
class Evidence:
    """One report states one value; the mutable counterpart of `EvidenceEdge`.

    Attributes:
        prior_bits: the worth of such a value in its context. facts_bits: what births and names said when it joined.
        home: joined evidence of one value and one home connects its reports; 0 while it never joined. A value that
            changed hands has a home with each holder, known by the report that brought it there.
    """

    report: IntakeNumber
    key: Key
    state: EdgeState
    prior_bits: float = 0.0
    facts_bits: float = 0.0
    home: IntakeNumber = NOWHERE

    @property
    def founding(self) -> bool:
        """Whether its report brought the value to its home; nothing had to be judged for that."""
        return self.home == self.report

    def found(self) -> None:
        """The value is at home with the report."""
        self.state, self.home = EdgeState.JOINED, self.report


@dataclass(slots=True)
class Cluster:
    """Reports that joined evidence connects.

    Attributes:
        id: the number of its oldest report.
        apart: reports of which a person has said that they are not of the subject of some report here.
    """

    id: ClusterId
    members: list[IntakeNumber]
    facts: Facts
    apart: set[IntakeNumber] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Change:
    """Two clusters became one, or one became two."""

    kind: ChangeKind
    kept: ClusterId
    other: ClusterId
    moved: tuple[IntakeNumber, ...]
    reason: str = ""


class LinkState(Protocol):
    """Where the linker finds and leaves what it knows; what is not at hand is fetched by key."""

    weights: Weights

    def statement(self, report: IntakeNumber) -> Statement:
        """What a report that was taken states."""

    def add_report(self, statement: Statement) -> None:
        """The report is known from now on, alone in a cluster."""

    def find_value(self, key: Key) -> Value | None:
        """A value that some report has stated."""

    def add_value(self, statement: Statement, stated: StatedValue) -> None:
        """A report is the first to state a value, which is at home there unless it tells of several subjects."""

    def add_evidence(self, evidence: Evidence) -> None:
        """A report states a value that was known."""

    def of_value(self, key: Key) -> Sequence[Evidence]:
        """Who states a value, in the order taken."""

    def of_report(self, report: IntakeNumber) -> Sequence[Evidence]:
        """What a report states."""

    def cluster(self, report: IntakeNumber) -> Cluster:
        """The cluster that a report is in."""

    def judged(self, report: IntakeNumber, *, same: bool) -> Collection[IntakeNumber]:
        """The reports of which a person has said that they are, or are not, of this one's subject."""

    def judge(self, left: IntakeNumber, right: IntakeNumber, *, same: bool, stands: bool) -> None:
        """A person's word on two reports stands from now on, or no longer does."""

    def place(self, cluster: Cluster, moved: Iterable[IntakeNumber]) -> None:
        """Those reports are in that cluster from now on."""

    def note(self, change: Change) -> None:
        """A change of clusters goes into their history."""

    def suggest(self, left: Cluster, right: Cluster, bits: float) -> None:
        """A person is asked whether two large clusters are one."""
