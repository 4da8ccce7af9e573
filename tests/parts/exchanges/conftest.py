import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import BinaryIO

import pytest

from clew.errors import InputError
from clew.parts.exchanges.base import ExchangePart, KnownType, Reading, Writing
from clew.records.hashlist import Category, Entry, NewEntry, Opinion, RowFault, Standing
from clew.records.identifiers import EntryId, ListId, SignalType

WIDTHS_BYTES = {"md5": 16, "sha1": 20, "pdq": 32}


def known_types() -> dict[SignalType, KnownType]:
    """Three types by their widths: the plain form of what the signal parts say."""

    def known(name: str, width_bytes: int) -> KnownType:
        def parse(text: str) -> bytes:
            if len(text) != 2 * width_bytes:
                raise InputError(f"{name} must be {2 * width_bytes} hex digits, got {len(text)}")
            try:
                return bytes.fromhex(text)
            except ValueError:
                raise InputError(f"{name} must be hex digits") from None

        def check(value: bytes, _quality: int | None) -> None:
            if not any(value):
                raise InputError(f"{name} is all zero")

        return KnownType(name=SignalType(name), parse=parse, check=check)

    return {SignalType(name): known(name, width) for name, width in WIDTHS_BYTES.items()}


class Read:
    """What a reading of some bytes gave."""

    types = known_types()

    def __init__(self, part: ExchangePart, content: bytes | BinaryIO, **asked: object) -> None:
        self.reading = Reading(types=self.types, **asked)  # type: ignore[arg-type]
        stream = io.BytesIO(content) if isinstance(content, bytes) else content
        taken = list(part.read(stream, self.reading))
        self.entries = [each for each in taken if isinstance(each, NewEntry)]
        self.faults = {each.row: each.fault for each in taken if isinstance(each, RowFault)}

    @property
    def values(self) -> list[str]:
        return [each.value.hex() for each in self.entries]


@pytest.fixture(scope="session")
def read() -> type[Read]:
    return Read


def stored(entry: NewEntry, number: int = 1) -> Entry:
    """The entry as a store would hold it."""
    return Entry(
        id=EntryId(number),
        list_id=ListId(1),
        type=entry.type,
        value=entry.value,
        quality=entry.quality,
        category=entry.category,
        vetted=bool(entry.vetted),
        opinions=entry.opinions,
        made_at=entry.made_at,
        added_at=datetime(2026, 3, 8, tzinfo=UTC),
        expires_at=entry.expires_at,
        note=entry.note,
    )


class Written:
    """What a writing of some entries gave."""

    def __init__(self, part: ExchangePart, entries: list[NewEntry], **asked: object) -> None:
        self.writing = Writing(**asked)  # type: ignore[arg-type]
        stream = io.BytesIO()
        rows = [stored(each, number) for number, each in enumerate(entries, 1)]
        part.write(lambda: iter(rows), stream, self.writing)
        self.content = stream.getvalue()


@pytest.fixture
def write() -> Callable[..., Written]:
    return Written


@pytest.fixture
def full_entry() -> NewEntry:
    """An entry that fills every field there is."""
    return NewEntry(
        type=SignalType("pdq"),
        value=bytes(range(1, 33)),
        quality=83,
        category=Category(scheme="vics-us", code="1"),
        vetted=True,
        opinions=(
            Opinion(member="hotline-a", standing=Standing.POSITIVE, at=datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)),
            Opinion(member="hotline, b", standing=Standing.DISPUTED, at=datetime(2026, 2, 2, tzinfo=UTC)),
        ),
        made_at=datetime(2025, 12, 31, 23, 59, 59, 123000, UTC),
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
        note='said "no", twice;\r\nthen\tü, and again\nend ',
    )
