"""What the machine says of reports that wait: risk, completeness, overrides, why nobody has looked, and their place."""

import enum
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import BundleId, ClusterId, IntakeNumber, PlaceId, SenderId, UserId
from clew.records.intake import Gap

# ---------------------------------------------------------------- the two scores, which are never mixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One reason of a score.

    Attributes:
        name: stable, as in "chat-with-child"; pages say it in words.
        weight: signed, in the score's unit: natural log-odds in a risk score.
        source: the field it rests on, as in "subjects[0].person"; words that were found stand in "path: word".
        number: the report that says so; None where it follows from several, or from none.
    """

    name: str
    weight: float
    source: str = ""
    number: IntakeNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskScore:
    """How likely it is that a child is in danger: log-odds, as a sum of factors.

    It orders work and judges nobody.

    Attributes:
        factors: the base first; their weights sum to `figure`.
        low, high: the range that remains with what the reports do not say; `high` orders, so that a report is not sunk
            for being thin.
        model: the version of the weights.
        untold: names of signs that the reports do not tell of, either way: what makes the range wide.
    """

    factors: tuple[Factor, ...]
    figure: float
    low: float
    high: float
    model: str
    untold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How much of what an investigator needs is there, 0 to 100. It says nothing of danger.

    Attributes:
        gaps: what is missing, the costliest first; each with what is lost without it.
    """

    figure: int
    gaps: tuple[Gap, ...] = ()


class OverrideKind(enum.StrEnum):
    """What stands ahead of every score. The values are stored."""

    CHILD_IN_DANGER = "child-in-danger"  # a child, or somebody for one, reports danger
    LIVE_STREAM = "live-stream"
    ONGOING_EXTORTION = "ongoing-extortion"
    NEW_MATERIAL = "new-material"  # judged to be abuse by a person, and on no list
    HANDS_ON = "hands-on"  # signs that a child is touched
    POSITION_OF_TRUST = "position-of-trust"  # a caretaker, or somebody whom children are entrusted to
    VICTIM = "victim"  # a child is named or can be found, or is seen and not identified
    REPEAT_SUBJECT = "repeat-subject"  # the same subject, reported by several platforms
    OFFICER_FACT = "officer-fact"  # supervision or a registry, confirmed by an officer


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """That something stands ahead of every score, with what it rests on.

    Attributes:
        number: the report that says so; the newest where several together do.
        source: the field, or "path: word", as in a factor.
        officer, confirmed_at: who confirmed it and when; of an officer's fact alone.
    """

    kind: OverrideKind
    number: IntakeNumber
    source: str
    officer: str | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerFact:
    """What an officer confirmed of a report's subject: supervision, or an entry in a register.

    Attributes:
        about: "supervision" or "register".
        officer: name or badge, and agency, as they are recorded.
        confirmed_at: when the officer said so.
        withdrawn_at: from then on it counts no more.
    """

    number: IntakeNumber
    about: str
    officer: str
    confirmed_at: datetime
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None = None


# ---------------------------------------------------------------- what nobody has seen


class Reason(enum.StrEnum):
    """Why nobody has looked at it."""

    OUT_OF_REACH = "out-of-reach"  # more urgent ones took the time there was
    COPY = "copy"  # it stands in the row of an incident that somebody sees or saw
    ASKED = "asked"  # nothing to act on; the sender was asked for what it already holds


class WakeUp(enum.StrEnum):
    """What brings a report up again, to be scored anew and to wait like a new one."""

    DANGER = "danger"  # a hard override now holds
    NEW_LINK = "new-link"  # it was joined to another report
    NEW_UPLOADER = "new-uploader"  # its incident has a further uploader
    NEW_FILE = "new-file"  # its incident has a file that was not known
    VICTIM = "victim"  # a sign of a victim, known or not
    ANSWER = "answer"  # the sender answered
    SCORE = "score"  # its score rose past what was reached
    PERSON = "person"  # somebody asked for it
    OUTCOME = "outcome"  # a linked report led to a child, or to an arrest
    LISTED = "listed"  # a list now holds a hash of it
    MORE_COPIES = "more-copies"  # volume alone: never wakes anything


# Volume alone never raises severity: a thousand copies of what was judged are one judgement.
_ALWAYS = frozenset(WakeUp) - {WakeUp.MORE_COPIES, WakeUp.ANSWER}
_WAKES = {
    Reason.OUT_OF_REACH: _ALWAYS | {WakeUp.ANSWER},
    # A copy's place is its bundle's; a link of one copy alone is a link of that bundle.
    Reason.COPY: _ALWAYS - {WakeUp.SCORE},
    Reason.ASKED: _ALWAYS | {WakeUp.ANSWER},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """A report that nobody has seen, and why; written by a machine, and worth nothing once a person has looked.

    Attributes:
        score: what it stood with, for whoever asks later why it was not reached.
        reached: the lowest score that was reached while it waited; None where the score was not the reason.
    """

    reason: Reason
    at: datetime
    rule: str
    score: float
    reached: float | None = None

    @property
    def wakes(self) -> frozenset[WakeUp]:
        """What brings the report up again."""
        return _WAKES[self.reason]

    def woken_by(self, happened: WakeUp) -> bool:
        """Whether this brings the report up again."""
        return happened in self.wakes


# ---------------------------------------------------------------- the line


class Why(enum.StrEnum):
    """Why a place was taken at its turn. The values are stored."""

    OVERRIDE = "override"  # a hard override stood ahead of every score
    SCORE = "score"
    OLDEST = "oldest"  # a reserve turn, for what waited longest
    AUDIT = "audit"  # a reserve turn, for what its lot chose


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """How many places the whole desk has taken since its queue began, and how many of them on reserved turns.

    Stored with the line and moved on in the transaction of the claim: it is all that the rule remembers.
    """

    taken: int = 0
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A report's stratum, the chance it had there, and whether it is drawn; stored with its place in the queue."""

    stratum: int
    chance: float
    drawn: bool


class PlaceState(enum.StrEnum):
    """Where a place stands. The values are stored."""

    WAITING = "waiting"
    CLAIMED = "claimed"  # somebody works at it, as long as the lease lasts
    SECOND_LOOK = "second-look"  # waits for another person, who agrees to a downgrade or does not
    DECIDED = "decided"
    SET_ASIDE = "set-aside"  # by a person; it wakes as an unseen one does

    @property
    def waits(self) -> bool:
        """Whether it stands in the line."""
        return self in {PlaceState.WAITING, PlaceState.SECOND_LOOK}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMark:
    """Where a place stands in the order of the line, to page on from: override, score, since when, id."""

    override: bool
    score: float
    since: datetime
    id: PlaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a person works next: a cluster, with the copies of its incident.

    Attributes:
        id: the number of the oldest report of its cluster.
        bundle_id: the incident whose copies stand here; None where nothing was copied.
        arrived_at: when its oldest report came.
        since: when it came into the line last; its arrival, until something wakes it.
        reports: of which `copies` are copies of an incident that is counted already.
        uploaders: distinct accounts among them.
        platforms: distinct senders of incidents that are no copies.
        newest, newest_at: what was new last, such as a further uploader; None as long as nothing was.
        country, language: of its oldest report that says so, for finding it again and for whoever speaks the language;
            they never enter a score.
        holder, lease_until, token: of a claimed place; who bears an older token has lost it.
        why: why it was taken last; None before.
        asked_by: who asked for the downgrade that waits for a second look; that person does not take it.
        disposition: as long as nobody has looked at it, why.
    """

    id: PlaceId
    state: PlaceState
    arrived_at: datetime
    since: datetime
    risk: RiskScore
    completeness: Completeness
    lot: Lot
    overrides: tuple[Override, ...] = ()
    bundle_id: BundleId | None = None
    reports: int = 1
    copies: int = 0
    uploaders: int = 1
    platforms: int = 1
    newest: WakeUp | None = None
    newest_at: datetime | None = None
    country: str | None = None
    language: str | None = None
    holder: UserId | None = None
    lease_until: datetime | None = None
    token: int = 0
    why: Why | None = None
    asked_by: UserId | None = None
    disposition: Disposition | None = None

    @property
    def cluster_id(self) -> ClusterId:
        """The cluster that it stands for."""
        return ClusterId(self.id)

    @property
    def score(self) -> float:
        """What orders it among places without an override."""
        return self.risk.high

    @property
    def mark(self) -> PlaceMark:
        """To page on from."""
        return PlaceMark(override=bool(self.overrides), score=self.score, since=self.since, id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """That a report says something which a score counts, and where it says so."""

    name: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedReport:
    """One report as the order of work knows it.

    Attributes:
        place_id: where it is worked: its cluster's place, or that of its bundle's first cluster.
        bundle_id: the incident; its own number when it is the first to tell of it.
        uploader: 8 bytes, equal for the same account of the same sender.
        signs: what it says that a score counts; unweighted, so that a new model can weigh it anew.
        untold: names of signs that it could have said and did not say either way.
        lowered: overrides that people found not to hold; they stand ahead of nothing any more.
    """

    number: IntakeNumber
    cluster_id: ClusterId
    place_id: PlaceId
    bundle_id: BundleId
    sender_id: SenderId
    uploader: bytes
    received_at: datetime
    completeness: Completeness
    signs: tuple[Sign, ...] = ()
    untold: frozenset[str] = frozenset()
    overrides: tuple[Override, ...] = ()
    lowered: tuple[Override, ...] = ()
    country: str | None = None
    language: str | None = None

    @property
    def is_copy(self) -> bool:
        """Whether another report told of the incident before."""
        return self.bundle_id != BundleId(self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Copies of one incident.

    Attributes:
        id: the number of the first of them.
        reports, uploaders: how many there are.
        newest, newest_at: what was new last.
    """

    id: BundleId
    first_at: datetime
    last_at: datetime
    reports: int
    uploaders: int
    newest: WakeUp | None = None
    newest_at: datetime | None = None
