"""The worker: files what was ordered, orders reports, sends pages and notices, and looks for what stands still."""

import os
import socket
import threading
from collections.abc import Callable
from functools import partial

from clew.errors import ClewError
from clew.pipelines.filing_desk import KIND, FilingDesk
from clew.pipelines.filing_work import handler, reconcile
from clew.pipelines.hotline_desk import HotlineDesk
from clew.pipelines.intake_desk import open_intake_desk
from clew.pipelines.keeping import fail_interrupted
from clew.pipelines.open_reports import expire_open
from clew.pipelines.ordering import order_pending
from clew.pipelines.outbox import Handler, Outbox, fault
from clew.pipelines.paging import KIND as PAGE
from clew.pipelines.paging import due_pages, page_handler
from clew.pipelines.queue_desk import QueueDesk
from clew.pipelines.review_desk import ReviewDesk
from clew.pipelines.url_notices import KIND as URL_NOTICE
from clew.pipelines.url_notices import notice_handler
from clew.pipelines.work_queue import queue_round
from clew.pipelines.wrong_clock import mend_times

_IDLE_S, _FAILED_S, _ROUND_S = 2.0, 10.0, 60.0
# An attempt that is cut off is taken up again by whoever comes next: nobody has to wait for it long.
_STOP_S = 10.0


class Worker:
    """Threads that do what the outbox holds, until they are stopped. Any number of workers may run at once.

    Filing, paging, notices and ordering have a thread each: a page never waits for an upload, a report for a page, or
    anything for a slow mail server.

    Args:
        queue: where reports are ordered; None where the settings have other workers do it.
        tell: takes a line for the operator when something fails; it bears nothing of a person.
    """

    def __init__(
        self, filing: FilingDesk, review: ReviewDesk, tell: Callable[[str], None], queue: QueueDesk | None = None
    ) -> None:
        self._filing = filing
        self._review = review
        self._queue = queue
        self._tell = tell
        self._stop = threading.Event()
        self._holder = holder = f"{socket.gethostname()}:{os.getpid()}"
        hotline = HotlineDesk(
            settings=filing.settings,
            store=filing.store,
            jurisdiction=filing.strongroom.jurisdiction,
            clock=filing.clock,
        )
        self._intake = open_intake_desk(filing.settings, filing.store, filing.clock)
        pages: dict[str, Handler] = {PAGE: page_handler(review, filing.settings)}
        reports: dict[str, Handler] = {KIND: handler(filing)} if filing.settings.reporting.filing else {}
        notices: dict[str, Handler] = {URL_NOTICE: notice_handler(hotline)} if hotline.mails else {}
        self._pages = Outbox(filing.store, filing.clock, pages, holder)
        self._notices = Outbox(filing.store, filing.clock, notices, holder)
        self._reports = Outbox(filing.store, filing.clock, reports, holder)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """The threads run."""
        loops = [
            ("clew-filing", self._reports.work_once, _IDLE_S),
            ("clew-pages", self._pages.work_once, _IDLE_S),
            ("clew-notices", self._notices.work_once, _IDLE_S),
            ("clew-rounds", self._round, _ROUND_S),
        ]
        if self._queue is not None:
            loops.append(("clew-order", partial(self._order, self._queue), self._queue.policy.follow_ms / 1000))
        for name, work, idle_s in loops:
            thread = threading.Thread(target=self._loop, args=(work, idle_s), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether it was told to stop within so long."""
        return self._stop.wait(seconds)

    def stop(self) -> None:
        """Nothing more is begun; what is under way may end within seconds, else it is taken up again later."""
        self._stop.set()
        for thread in self._threads:
            thread.join(_STOP_S)

    def _loop(self, work: Callable[[], bool], idle_s: float) -> None:
        """Work as long as there is any; a failure is told, once, until it goes well again."""
        told = ""
        while not self._stop.is_set():
            try:
                pause_s = 0.0 if work() else idle_s
                told = ""
            except Exception as error:  # noqa: BLE001  (one failure must not end the worker)
                line = str(error) if isinstance(error, ClewError) else fault(error)
                if line != told:
                    self._tell(f"worker: {line}")
                told, pause_s = line, _FAILED_S
            self._stop.wait(pause_s)

    def _order(self, queue: QueueDesk) -> bool:
        return order_pending(queue, self._holder) > 0

    def _round(self) -> bool:
        # Pages first: whatever fails after them, people on call have been told.
        due_pages(self._review)
        mend_times(self._review)
        fail_interrupted(self._review)
        reconcile(self._filing)
        self._reports.sweep()
        expire_open(self._intake)
        if self._queue is not None:
            queue_round(self._queue)
        return False
