"""Rounds: what comes in together is answered together, and each gets its own."""

import asyncio
import gc
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from clew.errors import UnavailableError
from clew.pipelines.uploads import Answer, Content
from clew.records.hashlist import Action
from clew.records.identifiers import ListName, SignalType
from clew.records.match import Channel, IndexState, Screening
from clew.records.signal import Signal
from clew.web.rounds import IN_THE_LOOP, Asked, Rounds

UPLOADS: Asked = (Channel.UPLOAD, (), 10)


def content(number: int) -> Content:
    signal = Signal(type=SignalType("md5"), value=number.to_bytes(16))
    return Content(signals=(signal,), reference=str(number))


class Work:
    """Answers each content with its own reference, and keeps what each round bore; durable when it is told."""

    def __init__(self) -> None:
        self.rounds: list[list[str | None]] = []
        self.limits: list[int] = []
        self.durable: list[Future[None]] = []
        self.failure: Exception | None = None

    def __call__(
        self, contents: Sequence[Content], _channel: Channel, _lists: Sequence[ListName], limit: int
    ) -> tuple[list[Answer], Future[None]]:
        self.limits.append(limit)
        self.rounds.append([each.reference for each in contents])
        if self.failure:
            raise self.failure
        passed = Screening(
            action=Action.PASS, matches=(), total_matches=0, flooded=False, index=IndexState(generation=0, sequence=0)
        )
        self.durable.append(Future())
        return [Answer(content=each, screening=passed, unhashable=()) for each in contents], self.durable[-1]


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def references(answers: Sequence[Answer]) -> list[str | None]:
    return [each.content.reference for each in answers]


def test_what_comes_in_one_turn_is_one_round_and_each_gets_its_own() -> None:
    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 64, threads)
            asked = [asyncio.ensure_future(rounds.ask([content(n)], 1, UPLOADS)) for n in range(3)]
            asked.append(asyncio.ensure_future(rounds.ask([content(3), content(4)], 2, UPLOADS)))
            await turns()
            assert work.rounds == [["0", "1", "2", "3", "4"]]
            work.durable[0].set_result(None)
            assert [references(await each) for each in asked] == [["0"], ["1"], ["2"], ["3", "4"]]

    asyncio.run(run())


def test_an_answered_round_is_gone_without_a_look_for_garbage() -> None:
    """Else rounds gather until the next look, which holds up all requests while it goes through them."""

    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 64, threads)
            asked = asyncio.ensure_future(rounds.ask([content(0)], 1, UPLOADS))
            await turns()
            work.durable.pop().set_result(None)
            await asked

    gc.collect()
    gc.disable()
    try:
        asyncio.run(run())
        left = [each for each in gc.get_objects() if isinstance(each, Content)]
    finally:
        gc.enable()
    assert left == []


def test_who_may_have_fewer_matches_is_in_a_round_of_its_own() -> None:
    """Else one caller's large batch would cut the matches of another's single upload."""

    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 64, threads)
            few: Asked = (Channel.UPLOAD, (), 2)
            asked = [asyncio.ensure_future(rounds.ask([content(n)], 1, kind)) for n, kind in enumerate([UPLOADS, few])]
            for place in range(2):
                await turns()
                work.durable[place].set_result(None)
            await asyncio.gather(*asked)
        assert work.rounds == [["0"], ["1"]]
        assert work.limits == [10, 2]

    asyncio.run(run())


def test_no_answer_is_given_before_it_is_durable_and_the_next_round_waits_for_that() -> None:
    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 64, threads)
            first = asyncio.ensure_future(rounds.ask([content(1)], 1, UPLOADS))
            await turns()
            later = [asyncio.ensure_future(rounds.ask([content(n)], 1, UPLOADS)) for n in (2, 3)]
            await turns()
            assert work.rounds == [["1"]]
            assert not first.done()
            work.durable[0].set_result(None)
            await turns()
            assert references(await first) == ["1"]
            assert work.rounds == [["1"], ["2", "3"]]
            work.durable[1].set_result(None)
            assert [references(await each) for each in later] == [["2"], ["3"]]

    asyncio.run(run())


def test_other_channels_other_lists_and_too_many_signals_make_other_rounds() -> None:
    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 2, threads)
            kinds: list[Asked] = [
                UPLOADS,
                (Channel.HASHES, (), 10),
                (Channel.UPLOAD, (ListName("one"),), 10),
                UPLOADS,
                UPLOADS,
            ]
            asked = [asyncio.ensure_future(rounds.ask([content(n)], 1, kind)) for n, kind in enumerate(kinds)]
            for place in range(4):
                await turns()
                work.durable[place].set_result(None)
            assert [references(await each) for each in asked] == [["0"], ["1"], ["2"], ["3"], ["4"]]
            assert work.rounds == [["0", "3"], ["1"], ["2"], ["4"]]

    asyncio.run(run())


def test_a_failed_round_fails_all_who_wait_for_it_and_no_other() -> None:
    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 64, threads)
            work.failure = UnavailableError("the index is being built")
            asked = [asyncio.ensure_future(rounds.ask([content(n)], 1, UPLOADS)) for n in range(2)]
            for each in asked:
                with pytest.raises(UnavailableError):
                    await each
            work.failure = None
            unwritten = asyncio.ensure_future(rounds.ask([content(7)], 1, UPLOADS))
            await turns()
            work.durable[0].set_exception(UnavailableError("the disk is full"))
            with pytest.raises(UnavailableError, match="disk"):
                await unwritten
            good = asyncio.ensure_future(rounds.ask([content(8)], 1, UPLOADS))
            await turns()
            work.durable[1].set_result(None)
            assert references(await good) == ["8"]

    asyncio.run(run())


def test_one_who_gives_up_takes_nobody_along() -> None:
    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 64, threads)
            asked = [asyncio.ensure_future(rounds.ask([content(n)], 1, UPLOADS)) for n in range(2)]
            await turns()
            asked[0].cancel()
            await turns()
            work.durable[0].set_result(None)
            assert references(await asked[1]) == ["1"]

    asyncio.run(run())


def test_a_large_round_is_worked_on_in_a_thread() -> None:
    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 10 * IN_THE_LOOP, threads)
            many = [content(n) for n in range(IN_THE_LOOP + 1)]
            asked = asyncio.ensure_future(rounds.ask(many, len(many), UPLOADS))
            while not work.durable:  # noqa: ASYNC110  (the thread has its own time)
                await asyncio.sleep(0.001)
            work.durable[0].set_result(None)
            assert len(await asked) == len(many)

    asyncio.run(run())


def test_what_would_have_to_wait_on_the_loop_is_worked_on_in_a_thread() -> None:
    async def run() -> None:
        work = Work()
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, lambda *_: None, 64, threads)
            asked = asyncio.ensure_future(rounds.ask([content(1)], 1, UPLOADS))
            while not work.durable:  # noqa: ASYNC110  (the thread has its own time)
                await asyncio.sleep(0.001)
            work.durable[0].set_result(None)
            assert references(await asked) == ["1"]

    asyncio.run(run())


def test_a_round_waits_for_what_is_on_its_way_and_no_longer_than_is_worth() -> None:
    async def run() -> None:
        work = Work()
        under_way = 2
        with ThreadPoolExecutor(1) as threads:
            rounds = Rounds(work, work, 64, threads, gather_s=3600, expecting=lambda: under_way)
            asked = [asyncio.ensure_future(rounds.ask([content(0)], 1, UPLOADS))]
            await turns()
            assert work.rounds == []
            asked.append(asyncio.ensure_future(rounds.ask([content(1)], 1, UPLOADS)))
            await turns()
            assert work.rounds == [["0", "1"]]
            work.durable[0].set_result(None)
            assert [references(await each) for each in asked] == [["0"], ["1"]]

    asyncio.run(run())
