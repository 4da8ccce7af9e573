"""The production queue, as the simulator's desk sees it: what the desk lets in is stored, what it claims is taken.

The desk asks `clew.triage.queue` for its choice over this line; the claim is then made by `work_queue.take_in`, in its
own transaction with its turn, its lease and its audit, which must come to the same place. So one simulated day runs
through everything that a person's day runs through, and its figures must be those of the line in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from clew.errors import ConflictError
from clew.parts.stores.base import UnitOfWork
from clew.pipelines.queue_desk import QueueDesk
from clew.pipelines.work_queue import take_in
from clew.records.identifiers import IntakeNumber, PlaceId, UserId
from clew.records.triage import (
    Completeness,
    Factor,
    Lot,
    Override,
    OverrideKind,
    Place,
    PlaceState,
    RiskScore,
)

SIMULATOR = UserId("simulator")
_SIMULATED = "simulated"


@dataclass
class SimulatedClock:
    """The desk's moment, as the production queue reads it.

    Attributes:
        begun: the moment at which the simulation begins.
        now_us: since then.
    """

    begun: datetime
    now_us: int = 0

    def __call__(self) -> datetime:
        """The simulated moment."""
        return self.at(self.now_us)

    def at(self, us: int) -> datetime:
        """A moment of the simulation."""
        return self.begun + timedelta(microseconds=us)

    def move_to(self, us: int) -> None:
        """The simulation is there now."""
        self.now_us = us


@dataclass
class SimulatedLine:
    """A `clew.triage.desk.Entrance` over the store of a queue desk, which must hold no places but these.

    Attributes:
        clock: the one of the desk.
    """

    desk: QueueDesk
    clock: SimulatedClock
    _entering: list[Place] = field(default_factory=list)

    def enter(self, number: int, *, override: bool, score: float, arrived_us: int, drawn: bool) -> None:
        """The report of this number waits, once the line is asked for anything."""
        at = self.clock.at(arrived_us)
        overrides = (Override(kind=OverrideKind.CHILD_IN_DANGER, number=IntakeNumber(number), source=_SIMULATED),)
        self._entering.append(
            Place(
                id=PlaceId(number),
                state=PlaceState.WAITING,
                arrived_at=at,
                since=at,
                risk=_risk(score),
                completeness=Completeness(figure=0),
                lot=Lot(stratum=0, chance=1.0, drawn=drawn),
                overrides=overrides if override else (),
            )
        )

    def override_waits(self) -> bool:
        """Whether the most urgent place bears a hard override."""
        first = self._first()
        return first is not None and bool(first.overrides)

    def most_urgent(self) -> int | None:
        """The first in the order."""
        first = self._first()
        return None if first is None else int(first.id)

    def oldest(self) -> int | None:
        """The one that came into the line first."""
        self._let_in()
        with self.desk.store.read() as reader:
            oldest = reader.oldest_place(SIMULATOR)
        return None if oldest is None else int(oldest)

    def drawn(self, before_us: int) -> int | None:
        """The first of those that their lot drew, if it waits since before a moment."""
        self._let_in()
        with self.desk.store.read() as reader:
            drawn = reader.drawn_place(self.clock.at(before_us), SIMULATOR)
        return None if drawn is None else int(drawn)

    def claim(self, place: int) -> None:
        """Production takes its turn, and it is this place; it leaves the queue as decided.

        Raises:
            ConflictError: production would take another.
        """

        def work(unit: UnitOfWork) -> int | None:
            taken = take_in(unit, self.desk, SIMULATOR, actor="system:simulator")
            if taken is not None:
                unit.put_places([replace(taken, state=PlaceState.DECIDED, holder=None, lease_until=None)])
            return None if taken is None else int(taken.id)

        if (taken := self.desk.store.transact(work)) != place:
            raise ConflictError(f"the rule chose place {place} over this line, production took {taken}")

    def put_back(self, place: int) -> None:
        """A place that was claimed waits again where it stood."""
        with self.desk.store.read() as reader:
            claimed = reader.find_place(PlaceId(place))
        if claimed is None or claimed.state is not PlaceState.DECIDED:
            raise ConflictError(f"place {place} cannot be put back: it waits already, or never entered the line")
        waiting = replace(claimed, state=PlaceState.WAITING)
        self.desk.store.transact(lambda unit: unit.put_places([waiting]))

    def _first(self) -> Place | None:
        self._let_in()
        with self.desk.store.read() as reader:
            return reader.most_urgent_place(SIMULATOR)

    def _let_in(self) -> None:
        entering: Sequence[Place] = self._entering
        if entering:
            self.desk.store.transact(lambda unit: unit.put_places(entering))
            self._entering = []


def _risk(score: float) -> RiskScore:
    factor = Factor(name="base", weight=score, source=_SIMULATED)
    return RiskScore(factors=(factor,), figure=score, low=score, high=score, model=_SIMULATED)
