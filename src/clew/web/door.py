"""What all routes of one process share: the installation, and what the web keeps beside it."""

import asyncio
import functools
import resource
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fastapi import Request

from clew.errors import UnavailableError
from clew.intake.receive import Holding, hold, release
from clew.pipelines.installation import Installation
from clew.pipelines.keeping import keep
from clew.pipelines.signing_in import SigningIn
from clew.pipelines.uploads import Answer, Content
from clew.records.identifiers import ListName
from clew.records.match import Channel
from clew.web import log
from clew.web.auth import KeyRing
from clew.web.body import MEGABYTE, Held, most_files
from clew.web.console.links import Links
from clew.web.console.provider import Provider
from clew.web.console.servings import Pictures
from clew.web.console.sessions import Sessions
from clew.web.metrics import Metrics
from clew.web.rate import Buckets, Starts
from clew.web.rounds import IN_THE_LOOP, RECORD_S, TOO_LONG, Recorded, Rounds
from clew.web.server import address
from clew.web.simulating import Simulating
from clew.web.uploads import Hashing, Kept
from clew.web.verifying import Verifying

T = TypeVar("T")

# Searching lets go of the interpreter; more threads than cores would only take memory.
_THREADS = 4
# A commit costs a sixth of what hashing a picture does, and several files are searched for faster than one: files that
# are at the workers are waited for so long, and so many signals make a round (a picture has eleven).
_FILES_GATHER_S = 0.02
_SIGNALS_OF_FILES = 512
# A password takes a fifth of a second and 64 MiB: two at a time, and no longer a wait than a person has patience for.
_PASSWORD_THREADS, _PASSWORDS_WAITING = 2, 40
# Uploads in memory at one time, in whole files of the largest size.
_FILES_HELD = 8
# Matches that one call's answer bears: so many take some megabytes, here and on the way.
_MATCHES_OF_CALL = 20_000
# Bytes of hits are sealed beside everything else; sealing is the disk's work and lets go of the interpreter.
_KEEPING_THREADS = 2
_KEEP_S = 10.0


class Door:
    """Shared by the routes of one process."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        settings = installation.settings
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="web")
        # Their own, so that who calls is known however much is asked of the others.
        self._key_threads = ThreadPoolExecutor(1, thread_name_prefix="web-keys")
        self.keys = KeyRing(installation.store, installation.clock, self._key_threads)
        self.buckets = Buckets()
        self.starts = Starts()
        self.metrics = Metrics()
        _, descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.held = Held(_FILES_HELD * settings.decode.file_mb * MEGABYTE, most_files(descriptors))
        self.hashing = Hashing(settings, tuple(installation.signals))
        self.sessions = Sessions(
            installation.store,
            installation.clock,
            settings.people,
            self._key_threads,
            secure=settings.web.public_url.startswith("https://"),
        )
        self.signing_in = SigningIn(
            installation.store, installation.clock, settings.people, installation.authenticators
        )
        redirect_to = f"{address(settings)}/signin/oidc/back"
        self.provider = Provider(settings.oidc, redirect_to, installation.clock) if settings.oidc.issuer else None
        self._passwords = ThreadPoolExecutor(_PASSWORD_THREADS, thread_name_prefix="web-passwords")
        self._passwords_waiting = 0
        self.verifying = Verifying()
        self.simulating = Simulating(installation.clock)
        self._keeping = ThreadPoolExecutor(_KEEPING_THREADS, thread_name_prefix="web-keeping")
        self.links = Links(installation.store, installation.clock)
        self.pictures = Pictures(installation.clock)
        # Why requests should not come here, as the readiness route last found it.
        self.not_ready: list[str] = []
        self._of_hashes = Rounds(self._screen, self._screen_here, IN_THE_LOOP, self.threads)
        self._of_files = Rounds(
            self._screen,
            self._screen_here,
            _SIGNALS_OF_FILES,
            self.threads,
            gather_s=_FILES_GATHER_S,
            expecting=lambda: self.hashing.under_way,
        )

    async def in_thread(self, work: Callable[[], T]) -> T:
        """The result of work that may wait for the database."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    async def in_password_thread(self, work: Callable[[], T]) -> T:
        """The result of work that hashes a password: so few at a time that they cannot take the machine.

        Raises:
            UnavailableError: many wait already.
        """
        if self._passwords_waiting >= _PASSWORDS_WAITING:
            raise UnavailableError("many people sign in at this moment; try again in a few seconds")
        self._passwords_waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._passwords, work)
        finally:
            self._passwords_waiting -= 1

    async def screen(self, contents: Sequence[Content], channel: Channel, lists: Sequence[ListName]) -> list[Answer]:
        """The answers, durable."""
        signals = sum(len(each.signals) for each in contents)
        # By the caller's own contents: who else is in its round must not change its answer.
        limit = min(self.installation.settings.matching.limit, max(1, _MATCHES_OF_CALL // len(contents)))
        rounds = self._of_hashes if contents[0].size_bytes is None else self._of_files
        if signals <= IN_THE_LOOP:
            answers = await rounds.ask(contents, signals, (channel, tuple(lists), limit))
        else:
            answers = await self._screen_apart(contents, channel, lists, limit)
        self.metrics.screened(answers, channel)
        return answers

    async def _screen_apart(
        self, contents: Sequence[Content], channel: Channel, lists: Sequence[ListName], limit: int
    ) -> list[Answer]:
        """A large question, for itself."""
        try:
            async with asyncio.timeout(RECORD_S):
                answers, durable = await self.in_thread(lambda: self._screen(contents, channel, lists, limit))
                # Shielded: others wait for the same commit.
                await asyncio.shield(asyncio.wrap_future(durable))
        except TimeoutError:
            raise UnavailableError(TOO_LONG) from None
        return answers

    async def keep(self, answers: Sequence[Answer], kept: Kept) -> None:
        """The bytes of those that are hits are sealed, or an alert says that they are not; the answer is the same.

        A vault that takes very long is not waited for: the seal goes on, and so does the answer. What waits for it is
        still in memory, and counts as held until it is sealed.
        """
        hits = [(answer, place) for place, answer in enumerate(answers) if answer.screening.hit_id is not None]
        if not hits or not self.installation.settings.review.open_jobs:
            return
        loop = asyncio.get_running_loop()
        sealing = {
            loop.run_in_executor(self._keeping, self._keep, answer, kept.take(place)): answer.content.size_bytes or 0
            for answer, place in hits
        }
        try:
            await asyncio.wait(sealing, timeout=_KEEP_S)
        finally:
            for seal, size_bytes in sealing.items():
                if not seal.done():
                    self.held.hold_on(size_bytes)
                    seal.add_done_callback(functools.partial(self._sealed, size_bytes))

    def _sealed(self, size_bytes: int, _: object) -> None:
        self.held.let_go(size_bytes)

    def _keep(self, answer: Answer, holding: Holding) -> None:
        try:
            holding = hold(holding) if isinstance(holding, bytes) else holding
            hit_id, content = answer.screening.hit_id, answer.content
            if hit_id is not None and content.size_bytes is not None:
                keep(
                    self.installation.review_desk,
                    hit_id,
                    holding,
                    size_bytes=content.size_bytes,
                    media_type=content.media_type,
                    tell=lambda why: log.say("error", "a hit's bytes were not sealed", message=why),
                )
        except Exception as error:  # noqa: BLE001  (the alert of what was never sealed follows from the sweep)
            log.say("error", "a hit's bytes were not sealed", error=type(error).__name__, frames=log.frames_of(error))
        finally:
            release(holding)

    def _screen(self, contents: Sequence[Content], channel: Channel, lists: Sequence[ListName], limit: int) -> Recorded:
        return self.installation.screener.screen(contents, channel=channel, lists=lists, limit=limit)

    def _screen_here(
        self, contents: Sequence[Content], channel: Channel, lists: Sequence[ListName], _limit: int
    ) -> Recorded | None:
        """The same where the database need not be read, which is where nothing is near; else None."""
        return self.installation.screener.screen_in_memory(contents, channel=channel, lists=lists)

    def open(self) -> None:
        """The decode workers are being started; called on the event loop."""
        self.hashing.open()

    def close(self) -> None:
        """Workers and threads have ended."""
        self.hashing.close()
        self.verifying.close()
        self.simulating.close()
        self._keeping.shutdown()
        self.threads.shutdown()
        self._key_threads.shutdown()
        self._passwords.shutdown()


def door_of(request: Request) -> Door:
    """The door of a request's application."""
    door = request.app.state.door
    assert isinstance(door, Door)
    return door
