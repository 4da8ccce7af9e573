"""What people say of a place in the triage queue: what was decided, what became of it, which weights are in force."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from clew.records.identifiers import IntakeNumber, OutcomeId, PlaceId, SenderId, UserId
from clew.records.triage import Why


class PlaceAct(enum.StrEnum):
    """What a person does with a place. The values are stored."""

    REFER = "refer"  # it goes to a recipient
    ESCALATE = "escalate"  # another person decides
    CLOSE = "close"
    ASK = "ask"  # the sender, for what it already holds; it sleeps until the answer
    SET_ASIDE = "set-aside"
    DOWNGRADE = "downgrade"  # what stands ahead of every score does not hold; it goes on waiting by its score

    @property
    def ends(self) -> bool:
        """Whether the place leaves the line."""
        return self not in {PlaceAct.ESCALATE, PlaceAct.DOWNGRADE}


class CloseReason(enum.StrEnum):
    """Why a place is closed without a referral. The values are stored."""

    NOT_ACTIONABLE = "not-actionable"
    NO_OFFENCE = "no-offence"
    DUPLICATE = "duplicate"
    VIRAL = "viral"  # a known copy, sent on in outrage or in jest
    GENERATED = "generated"  # no child, and no lead to one
    WRONG_PLACE = "wrong-place"
    SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDecision:
    """What a person decided about a place.

    Attributes:
        id: 26 characters, ordered by time.
        urgent: whether a child was in danger, in this person's judgement; what the audit and the calibration learn
            from before any outcome comes. None where the person cannot tell.
        why: by which turn the place was taken; None when it was picked by hand.
        chance: that the audit draws it, of an audit turn; 1 otherwise.
        pending: it waits for another person: a downgrade, or what was escalated.
        confirms: the pending decision of another person that this one is the second look at.
        undone_at, undone_by: it was taken back, and the place waits as before.
    """

    id: str
    place_id: PlaceId
    by: UserId
    at: datetime
    act: PlaceAct
    reason: CloseReason | None = None
    urgent: bool | None = None
    note: str = ""
    why: Why | None = None
    chance: float = 1.0
    pending: bool = False
    confirms: str | None = None
    undone_at: datetime | None = None
    undone_by: UserId | None = None


class OutcomeKind(enum.StrEnum):
    """What became of it. The values are stored."""

    CHILD_SAFEGUARDED = "child-safeguarded"
    ARREST = "arrest"
    NOT_ACTIONABLE = "not-actionable"
    DUPLICATE = "duplicate"
    WRONG_PLACE = "wrong-place"
    CLEARED = "cleared"  # of all suspicion

    @property
    def urgent(self) -> bool | None:
        """Whether it was one that had to be seen; None where the outcome says nothing of that."""
        return _URGENT.get(self)


_URGENT = {
    OutcomeKind.CHILD_SAFEGUARDED: True,
    OutcomeKind.ARREST: True,
    OutcomeKind.NOT_ACTIONABLE: False,
    OutcomeKind.CLEARED: False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOutcome:
    """What became of a place, or of one report in it, with what the machine had said of it: what scores learn from.

    Attributes:
        number: of the one report it is about; None when it is about all of the place.
        reason: of a not actionable one, why: "no-identifier", "no-time", "no-file", "not-an-offence", "too-old",
            "not-found" or "other".
        source: who told: an agency, a unit.
        signs, untold: of the place when it was decided, so that weights can be learnt.
        figure, model: the score it stood with, and whose.
        chance: that it was looked at, by the audit's lot; 1 when the order took it.
        country, language, platform, completeness: by which recall is told apart on the model card, and nothing else.
        withdrawn_at: it was recorded by mistake.
    """

    id: OutcomeId
    place_id: PlaceId
    kind: OutcomeKind
    at: datetime
    recorded_at: datetime
    recorded_by: str
    number: IntakeNumber | None = None
    reason: str | None = None
    source: str = ""
    senders: tuple[SenderId, ...] = ()
    signs: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    figure: float = 0.0
    override: bool = False
    model: str = ""
    chance: float = 1.0
    country: str | None = None
    language: str | None = None
    platform: str | None = None
    completeness: int = 0
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderOutcomes:
    """What became of one sender's reports, each outcome that stands counted once.

    Attributes:
        counts: by outcome.
        reasons: of the not actionable ones, by reason.
    """

    sender_id: SenderId
    counts: Mapping[OutcomeKind, int]
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreModel:
    """Weights of the risk score, with the card that says what they were learnt from and how well they do.

    Attributes:
        version: its name, as in "prior-2026-11".
        base: log-odds of a report of which nothing is known.
        weights: log-odds by the sign's name.
        shares: of reports, how often each sign holds; what an untold sign may bring.
        card: the model card as JSON text.
        in_force_since, put_by: from when a person has it used; None for one that waits or is over.
    """

    version: str
    made_at: datetime
    base: float
    weights: Mapping[str, float]
    shares: Mapping[str, float]
    card: str = "{}"
    in_force_since: datetime | None = None
    put_by: str | None = None
