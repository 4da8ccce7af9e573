"""The store's contract for one area.

Places in the queue, bundles of copies, decisions, outcomes, the weights of the score.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import (
    BundleId,
    ClusterId,
    IntakeNumber,
    OutcomeId,
    PlaceId,
    SenderId,
    SignalType,
    UserId,
)
from clew.records.triage import (
    Bundle,
    OfficerFact,
    OrderedReport,
    OverrideKind,
    Place,
    PlaceMark,
    PlaceState,
    Turns,
    Why,
)
from clew.records.worked import OutcomeKind, PlaceDecision, PlaceOutcome, ScoreModel, SenderOutcomes

IN_LINE = frozenset({PlaceState.WAITING, PlaceState.SECOND_LOOK})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFilter:
    """Which places to show, in the order of the line; None does not filter.

    Attributes:
        states: one or more.
        override: only places with, or without, any.
        kind: only places that this one stands ahead for.
        after: pages on from the last place seen.
    """

    states: frozenset[PlaceState] = IN_LINE
    override: bool | None = None
    kind: OverrideKind | None = None
    country: str | None = None
    language: str | None = None
    holder: UserId | None = None
    after: PlaceMark | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """How the queue stands.

    Attributes:
        waiting: in the line, second looks not counted; `urgent` of them bear an override.
        oldest_since: when the one that waits longest came into the line; None when nobody waits.
    """

    waiting: int
    urgent: int
    claimed: int
    second_looks: int
    oldest_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePicture:
    """A picture of a bundle, by which near copies find it.

    Attributes:
        id: rises in the order in which pictures were stored.
        pdq: 32 bytes.
    """

    id: int
    bundle_id: BundleId
    pdq: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTurn:
    """A place that nobody reached in time and that its lot drew.

    Attributes:
        unreached_at: when it became one of those that nobody reached.
        looked_at: when a person decided about it; None as long as it waits.
        urgent: what that person found; None as long as nobody did.
    """

    place_id: PlaceId
    unreached_at: datetime
    stratum: int
    chance: float
    looked_at: datetime | None = None
    urgent: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """How many places nobody reached in time, drawn or not, of one UTC day and stratum.

    Attributes:
        lowest_chance: the smallest chance that any of them had.
    """

    day: str
    stratum: int
    places: int
    lowest_chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A report of a cluster, with the little that the order asks of many."""

    number: IntakeNumber
    cluster_id: ClusterId
    bundle_id: BundleId
    place_id: PlaceId
    sender_id: SenderId


class TriageReader(ABC):
    """Reading them."""

    # ---- places

    @abstractmethod
    def find_place(self, place_id: PlaceId) -> Place | None:
        """The place of that id."""

    @abstractmethod
    def places_of(self, ids: Sequence[PlaceId]) -> dict[PlaceId, Place]:
        """Those of the places that are there. Any number of ids."""

    @abstractmethod
    def places(self, wanted: PlaceFilter) -> list[Place]:
        """Places that fit, most urgent first: by override, score, since when, id; at most `wanted.limit`."""

    @abstractmethod
    def queue_counts(self) -> QueueCounts:
        """How the queue stands, without counting row by row."""

    @abstractmethod
    def find_ordered(self, number: IntakeNumber) -> OrderedReport | None:
        """The report as the order of work knows it; None as long as it is pending."""

    @abstractmethod
    def ordered_of(self, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, OrderedReport]:
        """Those of the reports that are ordered. Any number of numbers."""

    @abstractmethod
    def reports_of_place(
        self, place_id: PlaceId, *, after: IntakeNumber | None = None, limit: int = 50
    ) -> list[OrderedReport]:
        """The reports that are worked there, oldest first."""

    @abstractmethod
    def reports_of_cluster(self, cluster_id: ClusterId, limit: int) -> list[OrderedReport]:
        """The reports of a cluster, oldest first."""

    @abstractmethod
    def members_of(self, ids: Collection[ClusterId]) -> list[Member]:
        """The reports of those clusters by number. Linking keeps clusters small; a giant waits for a person."""

    @abstractmethod
    def first_of_uploaders(self, place_id: PlaceId, uploaders: Collection[bytes]) -> dict[bytes, IntakeNumber]:
        """The first report in the place of each of the accounts that has one there."""

    @abstractmethod
    def places_by_id(self, after: PlaceId, limit: int) -> list[Place]:
        """Places with a higher id, by id: how one goes through all of them."""

    # ---- bundles

    @abstractmethod
    def find_bundle(self, bundle_id: BundleId) -> Bundle | None:
        """The bundle of that id."""

    @abstractmethod
    def reports_of_bundle(
        self, bundle_id: BundleId, *, after: IntakeNumber | None = None, limit: int = 50
    ) -> list[OrderedReport]:
        """The copies, oldest first."""

    @abstractmethod
    def bundles_by_key(self, keys: Collection[bytes]) -> dict[bytes, BundleId]:
        """The bundle of each key that has one. Any number of keys."""

    @abstractmethod
    def pictures_after(self, picture_id: int, limit: int) -> list[BundlePicture]:
        """Pictures that were stored after one, in their order."""

    @abstractmethod
    def known_uploaders(self, bundle_id: BundleId, uploaders: Sequence[bytes]) -> set[bytes]:
        """Those of the accounts that are known to have sent copies."""

    @abstractmethod
    def listed_values(self, signal_type: SignalType, values: Sequence[bytes]) -> set[bytes]:
        """Those of the values that stand on any list. Any number of values."""

    # ---- the line

    @abstractmethod
    def most_urgent_place(self, not_for: UserId | None = None) -> Place | None:
        """The first in the line; second looks at that person's own word are passed over."""

    @abstractmethod
    def oldest_place(self, not_for: UserId | None = None) -> PlaceId | None:
        """The one that came into the line first."""

    @abstractmethod
    def drawn_place(self, before: datetime, not_for: UserId | None = None) -> PlaceId | None:
        """The first to have come into the line, before a moment, of those whose lot is drawn."""

    @abstractmethod
    def queue_turns(self) -> Turns:
        """The turns that were taken."""

    @abstractmethod
    def lapsed_places(self, at: datetime, limit: int) -> list[PlaceId]:
        """Claimed places whose lease has run out, the longest first."""

    @abstractmethod
    def places_without_disposition(self, before: datetime, limit: int) -> list[PlaceId]:
        """Waiting places that came into the line before a moment and of which nothing is said yet, oldest first."""

    # ---- what people said

    @abstractmethod
    def find_decision(self, decision_id: str) -> PlaceDecision | None:
        """The decision of that id."""

    @abstractmethod
    def decisions_of(self, place_id: PlaceId) -> list[PlaceDecision]:
        """The place's decisions, newest first, undone ones too."""

    @abstractmethod
    def outcomes_of(self, place_id: PlaceId) -> list[PlaceOutcome]:
        """The place's outcomes, newest first, withdrawn ones too."""

    @abstractmethod
    def stream_outcomes(self, since: datetime | None = None) -> Iterator[PlaceOutcome]:
        """Every outcome that stands, recorded since a moment, by id, in constant memory."""

    @abstractmethod
    def sender_outcomes(self, ids: Sequence[SenderId]) -> dict[SenderId, SenderOutcomes]:
        """What became of each sender's reports; senders without outcomes are left out."""

    @abstractmethod
    def outcome_totals(self) -> dict[OutcomeKind, int]:
        """How many outcomes stand of each kind, each counted for every sender that it is of."""

    @abstractmethod
    def officer_facts_of(self, numbers: Sequence[IntakeNumber]) -> dict[IntakeNumber, list[OfficerFact]]:
        """Officers' facts of the reports, withdrawn ones too; reports without any are left out."""

    # ---- the score and the audit

    @abstractmethod
    def score_models(self) -> list[ScoreModel]:
        """Every model, newest first."""

    @abstractmethod
    def find_model(self, version: str | None = None) -> ScoreModel | None:
        """The model of that version, or the one in force; None where it is the one that Clew came with."""

    @abstractmethod
    def audit_turns(self, since: datetime, until: datetime) -> list[AuditTurn]:
        """Drawn places that became unreached in [since, until), in that order."""

    @abstractmethod
    def unreached(self, since: datetime, until: datetime) -> list[Unreached]:
        """How many places nobody reached in time, of the whole UTC days in [since, until)."""


class TriageWriter(ABC):
    """Changing them."""

    @abstractmethod
    def put_places(self, places: Sequence[Place]) -> None:
        """The places are stored, or replaced as a whole."""

    @abstractmethod
    def delete_places(self, ids: Sequence[PlaceId]) -> int:
        """Those places are gone, for their reports are worked elsewhere; decisions and outcomes stay."""

    @abstractmethod
    def put_ordered(self, reports: Sequence[OrderedReport]) -> None:
        """The reports are stored as the order of work knows them, or replaced."""

    @abstractmethod
    def move_cluster(self, cluster_id: ClusterId, place_id: PlaceId) -> int:
        """The cluster's reports are worked there; how many were not before."""

    @abstractmethod
    def move_copies(self, bundle_id: BundleId, before: PlaceId, after: PlaceId) -> int:
        """Copies of the bundle that stood in one place without being of its cluster stand in another; how many."""

    @abstractmethod
    def add_bundles(self, bundles: Sequence[Bundle]) -> None:
        """The bundles are stored, or replaced."""

    @abstractmethod
    def add_bundle_keys(self, keys: Mapping[bytes, BundleId]) -> None:
        """By these the bundles are found from now on; a key that leads to a bundle already goes on doing so."""

    @abstractmethod
    def add_bundle_uploaders(self, pairs: Sequence[tuple[BundleId, bytes]]) -> None:
        """These accounts are known to have sent copies."""

    @abstractmethod
    def add_bundle_pictures(self, pictures: Sequence[tuple[BundleId, bytes]]) -> None:
        """By these pictures the bundles are found from now on."""

    @abstractmethod
    def claim_place(self, place_id: PlaceId, holder: UserId, why: Why | None, until: datetime) -> Place:
        """The place waits no more, and the person holds it until then, by a new token.

        Raises:
            ConflictError: it does not wait.
        """

    @abstractmethod
    def put_back_place(self, place_id: PlaceId) -> Place:
        """A claimed place waits again where it stood, for a second look if it did so before.

        Raises:
            ConflictError: it is not claimed.
        """

    @abstractmethod
    def put_turns(self, before: Turns, after: Turns) -> None:
        """The turns are these now.

        Raises:
            ConflictError: they were not `before` any more.
        """

    @abstractmethod
    def put_decision(self, decision: PlaceDecision) -> None:
        """The decision is stored, or replaced by its confirmed or undone self."""

    @abstractmethod
    def put_outcome(self, outcome: PlaceOutcome) -> None:
        """The outcome is stored with what it says of its senders, or replaced by its withdrawn self."""

    @abstractmethod
    def withdraw_outcome(self, outcome_id: OutcomeId, at: datetime) -> PlaceOutcome:
        """It counts no more.

        Raises:
            NotFoundError: there is none of that id.
            ConflictError: it was withdrawn already.
        """

    @abstractmethod
    def put_officer_fact(self, fact: OfficerFact) -> None:
        """The fact is stored; one of the same report and subject matter is replaced."""

    @abstractmethod
    def put_model(self, model: ScoreModel) -> None:
        """The model is stored, or replaced; putting one in force ends the one before."""

    @abstractmethod
    def add_unreached(self, turns: Sequence[AuditTurn], counts: Sequence[Unreached]) -> None:
        """These places nobody reached in time: drawn ones by name, and all of them as counts that grow."""

    @abstractmethod
    def put_audit_look(self, place_id: PlaceId, at: datetime, *, urgent: bool) -> bool:
        """What a person found in a drawn place; False where it was not drawn, or looked at before."""
