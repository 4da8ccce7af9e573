"""The order of the triage queue: which place a person works next, decided alike in production and simulated.

Overrides stand ahead of every score. One turn in twenty (`Rule.reserve_permille`) is reserved: for the oldest report,
and for one that its lot chose for audit, in a fixed alternation. There is no aging: under lasting overload a score that
grows with waiting turns any order into first come, first served, and then nothing urgent is seen in time. The reserve
does what aging is for, that no report is hopeless, at a known price.

A `Line` holds who waits, over SQL or in memory. Nothing here reads a clock or draws a number: the same line, turns and
rule give the same choice.
"""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from clew.errors import InputError
from clew.records.triage import Turns, Why

_WHOLE_PERMILLE = 1000

# Where the order ends when everything else is equal: a number or an id that no other place has.
Last = TypeVar("Last", int, str)
P = TypeVar("P")


def urgency(*, override: bool, score: float, arrived_us: int, last: Last) -> tuple[bool, float, int, Last]:
    """The key that sorts the most urgent place first: override, then score, then who came first.

    A store that orders in SQL says the same: `ORDER BY override DESC, score DESC, arrived_us, id`.
    """
    return (not override, -score, arrived_us, last)


class Line(Protocol[P]):
    """Who waits. Each answer leaves the line as it was; only `claim` and `put_back` change it."""

    def override_waits(self) -> bool:
        """Whether the most urgent place bears a hard override."""

    def most_urgent(self) -> P | None:
        """The first by `urgency`; None when nobody waits."""

    def oldest(self) -> P | None:
        """The one that arrived first, ties by its last key; None when nobody waits."""

    def drawn(self, before_us: int) -> P | None:
        """The first to arrive of those whose lot is drawn (`Lot.drawn`), if it arrived before a moment."""

    def claim(self, place: P) -> None:
        """The place waits no more. ConflictError when it did not wait."""

    def put_back(self, place: P) -> None:
        """A claimed place waits again where it stood: its arrival, score and lot are as they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How turns are shared out.

    Attributes:
        reserve_permille: of a thousand turns, how many are reserved for the oldest and the audit. 1000 is first come,
            first served.
        audit_permille: of a thousand reserved turns, how many take what a lot drew.
        audit_after_us: how long a report must have waited before its lot may be taken. The audit then measures what the
            order would not have reached in that time, and not what it was about to take anyway.
        owed_at_most: how many reserved turns a waiting override may push back. When more are owed the reserve is served
            even so: a sender that marks everything as urgent must not end the audit which would show it.
    """

    # 5 % cost 1 point of the urgent seen within the hour at tenfold overload, 20 % cost 4: docs/methods/queue.md.
    reserve_permille: int = 50
    audit_permille: int = 500
    audit_after_us: int = 24 * 3600 * 1_000_000
    owed_at_most: int = 1

    def __post_init__(self) -> None:
        for name, value in (("reserve", self.reserve_permille), ("audit", self.audit_permille)):
            if not 0 <= value <= _WHOLE_PERMILLE:
                raise InputError(f"{name}_permille is a share of 1000 turns, 0 to 1000, got {value}")
        if self.audit_after_us < 0 or self.owed_at_most < 0:
            raise InputError("audit_after_us and owed_at_most are 0 or more; see the queue's settings")


@dataclass(frozen=True, slots=True)
class Choice(Generic[P]):
    """What is worked next, why, and the turns after it."""

    place: P
    why: Why
    turns: Turns


def choose(line: Line[P], turns: Turns, rule: Rule, now_us: int) -> Choice[P] | None:
    """The place of this turn, not yet claimed; None when nobody waits.

    An audit turn on which no drawn place is old enough goes to the oldest.
    """
    override = line.override_waits()
    if not _reserved(turns, rule, override=override):
        place = line.most_urgent()
        why = Why.OVERRIDE if override else Why.SCORE
        return None if place is None else Choice(place, why, Turns(taken=turns.taken + 1, reserved=turns.reserved))
    after = Turns(taken=turns.taken + 1, reserved=turns.reserved + 1)
    if _falls(turns.reserved, rule.audit_permille):
        place = line.drawn(now_us - rule.audit_after_us)
        if place is not None:
            return Choice(place, Why.AUDIT, after)
    place = line.oldest()
    return None if place is None else Choice(place, Why.OLDEST, after)


def take(line: Line[P], turns: Turns, rule: Rule, now_us: int) -> Choice[P] | None:
    """The place of this turn, claimed; None when nobody waits.

    Raises:
        ConflictError: another process claimed it in between; read the turns again and take again.
    """
    choice = choose(line, turns, rule, now_us)
    if choice is not None:
        line.claim(choice.place)
    return choice


def _reserved(turns: Turns, rule: Rule, *, override: bool) -> bool:
    """Whether this turn is a reserved one: due, and not pushed back by an override."""
    owed = (turns.taken + 1) * rule.reserve_permille // _WHOLE_PERMILLE - turns.reserved
    return owed > (rule.owed_at_most if override else 0)


def _falls(number: int, permille: int) -> bool:
    """Whether the turn of this number, from 0, is one of the so many of a thousand, evenly spread."""
    return (number + 1) * permille // _WHOLE_PERMILLE > number * permille // _WHOLE_PERMILLE
