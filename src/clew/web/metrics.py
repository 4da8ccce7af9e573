"""What Prometheus reads: counts since the process began, and how index, workers and legal grounds stand now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from clew.pipelines.uploads import Answer
from clew.records.hashlist import Action
from clew.records.match import Channel

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

# From one hash in memory to a large picture in a queue.
_BOUNDS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is true at the moment of asking.

    Attributes:
        entries: searched entries by signal type.
        lag_s: since the index last saw the database.
        files: at the decode workers and waiting for them; workers: those that take files.
        basis_left_s: seconds until each purpose's legal ground ends; purposes without an end are left out.
    """

    entries: Mapping[str, int]
    generation: int
    sequence: int
    lag_s: float
    files: int
    workers: int
    basis_left_s: Mapping[str, float]


class Metrics:
    """The counters of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._screenings = Counter(
            "clew_screenings", "Screened contents", ["action", "channel"], registry=self._registry
        )
        self._unhashable = Counter(
            "clew_unhashable", "Contents without a signal of a type", ["type", "reason"], registry=self._registry
        )
        self._seconds = Histogram(
            "clew_request_seconds",
            "Time to answer",
            ["method", "route", "status"],
            buckets=_BOUNDS_S,
            registry=self._registry,
        )
        self._entries = self._gauge("clew_index_entries", "Entries that are searched", "type")
        self._generation = self._gauge("clew_index_generation", "Generation of the index segments")
        self._sequence = self._gauge("clew_index_sequence", "Last change sequence that the index follows")
        self._lag = self._gauge("clew_index_lag_seconds", "Since the index last saw the database")
        self._files = self._gauge("clew_decode_files", "Files at the decode workers and waiting for them")
        self._workers = self._gauge("clew_decode_workers", "Decode workers that take files")
        self._basis = self._gauge("clew_legal_basis_seconds_left", "Until the legal ground ends", "purpose")
        # To look a counter up by its labels' texts costs more than to count.
        self._clocks: dict[tuple[str, str, int], Histogram] = {}
        self._by_action: dict[tuple[Action, Channel], Counter] = {}

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(name, meaning, labels, registry=self._registry)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request is counted."""
        clock = self._clocks.get((method, route, status))
        if clock is None:
            clock = self._seconds.labels(method, route, str(status))
            self._clocks[method, route, status] = clock
        clock.observe(seconds)

    def screened(self, answers: Sequence[Answer], channel: Channel) -> None:
        """The answers are counted, as the store counts them."""
        for answer in answers:
            self._screened_as(answer.screening.action, channel).inc()
            for missing in answer.unhashable:
                self._unhashable.labels(missing.type, missing.reason.value).inc()

    def _screened_as(self, action: Action, channel: Channel) -> Counter:
        counter = self._by_action.get((action, channel))
        if counter is None:
            counter = self._screenings.labels(action.value, channel.value)
            self._by_action[action, channel] = counter
        return counter

    def text(self, standing: Standing) -> bytes:
        """Everything, as Prometheus reads it."""
        for kind, number in standing.entries.items():
            self._entries.labels(kind).set(number)
        self._generation.set(standing.generation)
        self._sequence.set(standing.sequence)
        self._lag.set(standing.lag_s)
        self._files.set(standing.files)
        self._workers.set(standing.workers)
        self._basis.clear()
        for purpose, left_s in standing.basis_left_s.items():
            self._basis.labels(purpose).set(left_s)
        return generate_latest(self._registry)
