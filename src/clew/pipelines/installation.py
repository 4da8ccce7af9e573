"""An installation, opened: the parts that the settings name, put together once for every door."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from clew.errors import MissingPartError, UnavailableError
from clew.ground.clock import Clock, system_clock
from clew.ground.text import count
from clew.matching.live import IndexedType, LiveIndex
from clew.matching.thresholds import Measure, Measures
from clew.parts import shelf
from clew.parts.indexes.base import IndexPart
from clew.parts.signals.base import Metric, SignalPart
from clew.parts.stores.base import Store, StorePart
from clew.pipelines.authenticators import Authenticators, seal_clear_secrets
from clew.pipelines.case_joining import Opening
from clew.pipelines.filing_desk import FilingDesk
from clew.pipelines.hotline_desk import HotlineDesk
from clew.pipelines.intake_desk import IntakeDesk, open_intake_desk
from clew.pipelines.queue_desk import QueueDesk, open_queue_desk
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.strongroom import Strongroom, open_strongroom
from clew.pipelines.uploads import Screener
from clew.records.identifiers import SignalType
from clew.settings import Settings

# Which index serves which comparison; `linear` is their plain reference.
_INDEX = {Metric.EXACT: "exact", Metric.HAMMING: "hamming"}
# The tables of `hamming` are made for values of this width; others, from parts outside, are compared one by one.
_TABLES_WIDTH_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What a door needs to serve: the store, the index that follows it, and the screener over both.

    Attributes:
        signals: every signal type that is installed.
        measures: how each of them is compared.
        unsearched: what stands on lists of types that are not installed (see `unsearched_entries`).
    """

    settings: Settings
    store: Store
    signals: Mapping[SignalType, SignalPart]
    measures: Measures
    unsearched: Mapping[SignalType, int]
    index: LiveIndex
    screener: Screener
    strongroom: Strongroom
    clock: Clock

    @property
    def authenticators(self) -> Authenticators:
        """What people's authenticator apps are checked with."""
        return Authenticators(self.settings.people_key_path)

    @property
    def review_desk(self) -> ReviewDesk:
        """What people review with."""
        return ReviewDesk(
            store=self.store,
            policy=self.settings.review,
            clock=self.clock,
            environment=self.settings.environment,
            step_up_minutes=self.settings.people.step_up_minutes,
            strongroom=self.strongroom,
        )

    @property
    def queue_desk(self) -> QueueDesk:
        """Where reports are ordered and worked."""
        return open_queue_desk(self.settings, self.store, self.clock)

    @property
    def intake_desk(self) -> IntakeDesk:
        """Where reports are taken in."""
        return open_intake_desk(self.settings, self.store, self.clock)

    @property
    def ordering_desk(self) -> QueueDesk | None:
        """The same for whoever orders; None where the settings leave it to other workers."""
        return self.queue_desk if self.settings.triage.order else None

    @property
    def filing_desk(self) -> FilingDesk:
        """What reports are filed from."""
        return FilingDesk(settings=self.settings, store=self.store, strongroom=self.strongroom, clock=self.clock)

    @property
    def hotline_desk(self) -> HotlineDesk:
        """What a hotline works its addresses with."""
        jurisdiction = self.strongroom.jurisdiction
        return HotlineDesk(settings=self.settings, store=self.store, jurisdiction=jurisdiction, clock=self.clock)


def open_store(settings: Settings) -> Store:
    """The store at its newest schema; the data folder is made, readable by its owner alone, when it is missing."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UnavailableError(f"the data folder {settings.data_dir} cannot be made: {error.strerror}") from error
    store = shelf.load("stores", "sql", StorePart).open(settings.database_url)
    try:
        store.migrate()
        seal_clear_secrets(store, Authenticators(settings.people_key_path))
    except BaseException:
        store.close()
        raise
    return store


def signal_parts() -> dict[SignalType, SignalPart]:
    """Every signal type that is installed, ours and others'."""
    return {SignalType(name): part for name, part in shelf.load_all("signals", SignalPart).items()}


def measures_of(signals: Mapping[SignalType, SignalPart]) -> dict[SignalType, Measure]:
    """How each type is compared; MissingPartError for a part that contradicts itself."""
    return {name: _measure(part) for name, part in signals.items()}


def open_index(store: Store, settings: Settings, signals: Mapping[SignalType, SignalPart], clock: Clock) -> LiveIndex:
    """The index of a store, not yet ready."""
    types = [
        IndexedType(name=name, width_bytes=part.width_bytes, part=shelf.load("indexes", _index_of(part), IndexPart))
        for name, part in signals.items()
    ]
    return LiveIndex(store, settings.index_dir, types, settings.matching, clock)


def unsearched_entries(store: Store, signals: Mapping[SignalType, SignalPart], now: datetime) -> dict[SignalType, int]:
    """How many entries of each type stand on lists whose part is not installed: nothing is compared with them."""
    found: Counter[SignalType] = Counter()
    with store.read() as reader:
        for state in reader.list_states(now):
            found.update({kind: number for kind, number in state.entries.items() if number and kind not in signals})
    return dict(found)


def tell_unsearched(kind: SignalType, entries: int) -> str:
    """The same in words."""
    what = count(entries, "entry", "entries")
    return f"{what} of type {kind} cannot be searched: install the package of its part again, or remove them"


@contextmanager
def open_installation(
    settings: Settings, *, clock: Clock = system_clock, follow: bool = True
) -> Iterator[Installation]:
    """The installation, its index ready to answer; closed at the end.

    Args:
        follow: also follow list changes in the background, for doors that stay open.
    """
    signals = signal_parts()
    measures = measures_of(signals)
    store = open_store(settings)
    try:
        index = open_index(store, settings, signals, clock)
        index.ready()
        strongroom = open_strongroom(settings, store, clock)
        opening = Opening(policy=settings.review, environment=settings.environment, seals=True, strongroom=strongroom)
        screener = Screener(
            store=store,
            index=index,
            measures=measures,
            limit=settings.matching.limit,
            clock=clock,
            opening=opening if settings.review.open_jobs else None,
        )
        if follow:
            index.start()
        try:
            yield Installation(
                settings=settings,
                store=store,
                signals=signals,
                measures=measures,
                unsearched=unsearched_entries(store, signals, clock()),
                index=index,
                screener=screener,
                strongroom=strongroom,
                clock=clock,
            )
        finally:
            index.stop()
    finally:
        store.close()


def _index_of(part: SignalPart) -> str:
    if part.metric is Metric.HAMMING and part.width_bytes != _TABLES_WIDTH_BYTES:
        return "linear"
    return _INDEX[part.metric]


def _measure(part: SignalPart) -> Measure:
    # A radius of 0 stands for "equal bytes", which may block: no hash of pixels may come to that by its author's slip.
    if (part.metric is Metric.EXACT) != (part.default_within_bits == 0):
        raise MissingPartError(
            f"signals/{part.name} is compared by '{part.metric}' with a default radius of {part.default_within_bits} "
            "bits; a digest's must be 0 and a pixel hash's at least 1"
        )
    return Measure(width_bytes=part.width_bytes, within_bits=part.default_within_bits, min_quality=part.min_quality)
