"""The waiting line of production: the store's places, as the rule of the queue asks for them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clew.parts.stores.base import UnitOfWork
from clew.records.identifiers import PlaceId, UserId
from clew.records.triage import Why

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class QueueLine:
    """The line for one person, within one transaction.

    Attributes:
        holder: who claims; second looks at that person's own word are not for them.
        until: when the lease of what is claimed runs out.
        why: noted with what is claimed; whoever takes by the rule sets it once the rule has chosen.
    """

    unit: UnitOfWork
    holder: UserId
    until: datetime
    own_too: bool = False
    why: Why | None = None

    @property
    def _not_for(self) -> UserId | None:
        return None if self.own_too else self.holder

    def override_waits(self) -> bool:
        """Whether the most urgent place bears a hard override."""
        first = self.unit.most_urgent_place(self._not_for)
        return first is not None and bool(first.overrides)

    def most_urgent(self) -> PlaceId | None:
        """The first in the order."""
        first = self.unit.most_urgent_place(self._not_for)
        return None if first is None else first.id

    def oldest(self) -> PlaceId | None:
        """The one that came into the line first."""
        return self.unit.oldest_place(self._not_for)

    def drawn(self, before_us: int) -> PlaceId | None:
        """The first of those that their lot drew, if it waits since before a moment."""
        return self.unit.drawn_place(_EPOCH + timedelta(microseconds=before_us), self._not_for)

    def claim(self, place: PlaceId) -> None:
        """The place waits no more."""
        self.unit.claim_place(place, self.holder, self.why, self.until)

    def put_back(self, place: PlaceId) -> None:
        """A claimed place waits again where it stood."""
        self.unit.put_back_place(place)


def now_us(at: datetime) -> int:
    """The moment, as the rule of the queue counts it."""
    return (at - _EPOCH) // timedelta(microseconds=1)
