"""What all routes of one process share: the installation, and what the web keeps beside it."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from fastapi import Request

from clew.pipelines.installation import Installation
from clew.pipelines.uploads import Answer, Content
from clew.records.identifiers import ListName
from clew.records.match import Channel
from clew.web.auth import KeyRing
from clew.web.body import MEGABYTE, Held
from clew.web.console.links import Links
from clew.web.console.sessions import Sessions
from clew.web.metrics import Metrics
from clew.web.rate import Buckets
from clew.web.rounds import Rounds
from clew.web.uploads import Hashing

T = TypeVar("T")

# A search for one content takes some 30 us: less than handing it to a thread. From here on the loop would be held up.
_IN_THE_LOOP = 64
# Searching lets go of the interpreter; more threads than cores would only take memory.
_THREADS = 4
# A commit costs a sixth of what hashing a picture does; files that are at the workers are waited for so long.
_FILES_GATHER_S = 0.005
# Uploads in memory at one time, in whole files of the largest size.
_FILES_HELD = 8


class Door:
    """Shared by the routes of one process."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        settings = installation.settings
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="web")
        self.keys = KeyRing(installation.store, installation.clock, self.threads)
        self.buckets = Buckets()
        self.metrics = Metrics()
        self.held = Held(_FILES_HELD * settings.decode.file_mb * MEGABYTE)
        self.hashing = Hashing(settings, tuple(installation.signals))
        self.sessions = Sessions()
        self.links = Links(installation.store, installation.clock)
        self._of_hashes = Rounds(self._screen, _IN_THE_LOOP)
        self._of_files = Rounds(
            self._screen, _IN_THE_LOOP, gather_s=_FILES_GATHER_S, expecting=lambda: self.hashing.under_way > 0
        )

    async def in_thread(self, work: Callable[[], T]) -> T:
        """The result of work that may wait for the database."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    async def screen(self, contents: Sequence[Content], channel: Channel, lists: Sequence[ListName]) -> list[Answer]:
        """The answers, durable."""
        signals = sum(len(each.signals) for each in contents)
        if signals <= _IN_THE_LOOP:
            rounds = self._of_hashes if contents[0].size_bytes is None else self._of_files
            answers = await rounds.ask(contents, signals, (channel, tuple(lists)))
        else:
            answers, durable = await self.in_thread(lambda: self._screen(contents, channel, lists))
            await asyncio.wrap_future(durable)
        self.metrics.screened(answers, channel)
        return answers

    def _screen(
        self, contents: Sequence[Content], channel: Channel, lists: Sequence[ListName]
    ) -> tuple[list[Answer], Future[None]]:
        return self.installation.screener.screen(contents, channel=channel, lists=lists)

    def open(self) -> None:
        """The decode workers are being started; called on the event loop."""
        self.hashing.open()

    def close(self) -> None:
        """Workers and threads have ended."""
        self.hashing.close()
        self.threads.shutdown()


def door_of(request: Request) -> Door:
    """The door of a request's application."""
    door = request.app.state.door
    assert isinstance(door, Door)
    return door
