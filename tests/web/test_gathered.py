"""Answers leave whole."""

import asyncio

from clew.web.gathered import Gathered


class Line:
    """A transport that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def write(self, piece: bytes) -> None:
        self.told.append(piece)

    def close(self) -> None:
        self.told.append("closed")

    def abort(self) -> None:
        self.told.append("aborted")

    def is_closing(self) -> bool:
        return "closed" in self.told


def _after(*calls: str) -> list[object]:
    line = Line()

    async def turn() -> None:
        gathered = Gathered(line)
        for each in calls:
            if each == "turn":
                await asyncio.sleep(0)
            elif each in {"close", "abort"}:
                getattr(gathered, each)()
            else:
                gathered.write(each.encode())
        await asyncio.sleep(0)
        assert gathered.is_closing() is ("close" in calls)

    asyncio.run(turn())
    return line.told


def test_what_is_written_within_one_turn_is_one_write() -> None:
    assert _after("head", "body") == [b"headbody"]


def test_what_is_written_in_another_turn_is_another_write() -> None:
    assert _after("head", "turn", "body") == [b"head", b"body"]


def test_what_was_written_leaves_before_the_line_is_closed_and_once() -> None:
    assert _after("head", "body", "close") == [b"headbody", "closed"]


def test_an_aborted_line_sends_what_was_left_nowhere_before() -> None:
    assert _after("head", "abort")[0] == "aborted"
