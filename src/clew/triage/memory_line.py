"""A waiting line in memory, for places that are numbers: the simulator's, and the measure of any other line."""

import heapq
from dataclasses import dataclass, field

from clew.errors import ConflictError, InputError
from clew.triage.queue import urgency


@dataclass(slots=True)
class _Standing:
    urgency: tuple[bool, float, int, int]
    arrived_us: int
    drawn: bool


@dataclass(slots=True)
class MemoryLine:
    """The line as three heaps; who is claimed is left in them and passed over when it comes to the top.

    Cost: `enter`, `claim` and the answers are O(log n), spread over the calls.
    """

    _standing: dict[int, _Standing] = field(default_factory=dict)
    _waiting: set[int] = field(default_factory=set)
    _by_urgency: list[tuple[bool, float, int, int]] = field(default_factory=list)
    _by_arrival: list[tuple[int, int]] = field(default_factory=list)
    _by_lot: list[tuple[int, int]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._waiting)

    def enter(self, number: int, *, override: bool, score: float, arrived_us: int, drawn: bool) -> None:
        """A new place waits. InputError when the number is known already."""
        if number in self._standing:
            raise InputError(f"place {number} is in the line already; claim it and put it back instead")
        key = urgency(override=override, score=score, arrived_us=arrived_us, last=number)
        self._standing[number] = _Standing(key, arrived_us, drawn)
        self.put_back(number)

    def override_waits(self) -> bool:
        """Whether the most urgent place bears a hard override."""
        first = self.most_urgent()
        return first is not None and not self._by_urgency[0][0]

    def most_urgent(self) -> int | None:
        """The first by `urgency`."""
        heap = self._by_urgency
        while heap and heap[0][3] not in self._waiting:
            heapq.heappop(heap)
        return heap[0][3] if heap else None

    def oldest(self) -> int | None:
        """The one that arrived first."""
        return self._first(self._by_arrival)

    def drawn(self, before_us: int) -> int | None:
        """The drawn one that arrived first, if before that moment."""
        first = self._first(self._by_lot)
        return first if first is not None and self._standing[first].arrived_us < before_us else None

    def claim(self, place: int) -> None:
        """The place waits no more."""
        if place not in self._waiting:
            raise ConflictError(f"place {place} does not wait: it was claimed before, or never entered; take again")
        self._waiting.remove(place)

    def put_back(self, place: int) -> None:
        """A claimed place waits again where it stood."""
        standing = self._standing.get(place)
        if standing is None or place in self._waiting:
            raise ConflictError(f"place {place} cannot be put back: it waits already, or never entered the line")
        self._waiting.add(place)
        heapq.heappush(self._by_urgency, standing.urgency)
        heapq.heappush(self._by_arrival, (standing.arrived_us, place))
        if standing.drawn:
            heapq.heappush(self._by_lot, (standing.arrived_us, place))

    def _first(self, heap: list[tuple[int, int]]) -> int | None:
        while heap and heap[0][1] not in self._waiting:
            heapq.heappop(heap)
        return heap[0][1] if heap else None
