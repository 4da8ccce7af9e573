"""The ledger of screenings: hits, counts and kept signals of many callers, made durable together.

While one commit is under way, everything recorded in the meantime gathers for the next: under load a commit carries
many screenings, alone it carries one at once; no timer is involved.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from clew.ground.clock import Clock
from clew.parts.stores.base import Store, UnitOfWork
from clew.pipelines.case_joining import Opening
from clew.pipelines.cases import HitContent, open_from_hits
from clew.pipelines.legal import is_in_force
from clew.records.match import Hit
from clew.records.screening import CountKey, Purpose
from clew.records.signal import Signal

Kept = tuple[Signal, str | None]


def write_record(
    unit: UnitOfWork, counts: Mapping[CountKey, int], hits: Sequence[Hit], kept: Sequence[Kept], at: datetime
) -> None:
    """All of it is part of the transaction; signals are kept only if their ground holds now, not when they came."""
    unit.add_counts(counts)
    if hits:
        unit.add_hits(hits)
    if kept and is_in_force(unit, Purpose.KEPT_SIGNALS, at):
        unit.keep_signals(kept, at)


@dataclass(slots=True)
class _Page:
    """What gathers for one commit."""

    counts: Counter[CountKey] = field(default_factory=Counter)
    hits: list[Hit] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    found: list[HitContent] = field(default_factory=list)
    durable: Future[None] = field(default_factory=Future)


class Ledger:
    """Records screenings in the store; `record` gives a future that resolves once the record is durable.

    Args:
        opening: how a hit becomes a review job.
    """

    def __init__(self, store: Store, clock: Clock, opening: Opening | None = None) -> None:
        self._store = store
        self._clock = clock
        self._opening = opening
        self._lock = threading.Lock()
        self._open: _Page | None = None

    def record(
        self,
        counts: Mapping[CountKey, int],
        hits: Sequence[Hit] = (),
        kept: Sequence[Kept] = (),
        found: Sequence[HitContent] = (),
    ) -> Future[None]:
        """The screening is recorded; wait for the future before answering: acknowledged means durable."""
        with self._lock:
            page = self._open
            first = page is None
            if page is None:
                page = self._open = _Page()
            page.counts.update(counts)
            page.hits.extend(hits)
            page.kept.extend(kept)
            page.found.extend(found)
        if first:
            self._write(page)
        return page.durable

    def _write(self, page: _Page) -> None:
        def work(unit: UnitOfWork) -> None:
            # The page stays open to others until its transaction begins; a work that is run again finds it closed.
            with self._lock:
                if self._open is page:
                    self._open = None
            write_record(unit, page.counts, page.hits, page.kept, self._clock())
            if self._opening is not None and page.found:
                open_from_hits(unit, page.found, self._opening)

        def settle(done: Future[None]) -> None:
            with self._lock:
                if self._open is page:  # the work never began, so nobody may join this page any more
                    self._open = None
            error = done.exception()
            if error is None:
                page.durable.set_result(None)
            else:
                page.durable.set_exception(error)

        try:
            written = self._store.submit(work)
        except Exception as error:  # noqa: BLE001  (whoever waits for the page must learn of it, whatever it was)
            written = Future()
            written.set_exception(error)
        written.add_done_callback(settle)
