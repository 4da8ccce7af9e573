"""JSON lines: one object a line, with the same fields as CSV.

    {"type": "md5", "value": "0cc175b9c0f1b6a831c399e269772661", "category": "vics-us:1", "vetted": true}

Source: jsonlines.org; RFC 8259 (2017) for each line.
"""

import json
from collections.abc import Callable, Iterator
from typing import BinaryIO

from clew.errors import InputError
from clew.parts.exchanges._fields import FIELDS, read_entry, write_entry
from clew.parts.exchanges._lines import MAX_LINE_BYTES, stream_lines, without_mark
from clew.parts.exchanges.base import ExchangePart, FaultKind, Reading, Writing, count_name
from clew.records.hashlist import Entry, NewEntry, RowFault


class JsonLines(ExchangePart):
    """Lists as one JSON object a line."""

    name = "jsonlines"
    title = "JSON lines"
    suffixes = (".jsonl", ".ndjson")

    def sniff(self, head: bytes) -> bool:
        """A first line that is an object with a type of its own."""
        line = without_mark(head).split(b"\n", 1)[0]
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            return False
        return isinstance(found, dict) and isinstance(found.get("type"), str) and isinstance(found.get("value"), str)

    def read(self, stream: BinaryIO, reading: Reading) -> Iterator[NewEntry | RowFault]:
        """Every entry of the file."""
        lines = stream_lines(stream)
        first = next(lines, None)
        if first is None:
            raise InputError("expected a JSON object on each line, the file is empty")
        return _rows(first, lines, reading)

    def write(self, entries: Callable[[], Iterator[Entry]], stream: BinaryIO, writing: Writing) -> None:
        """A line for each entry, without the fields that are empty."""
        for entry in entries():
            stream.write(json.dumps(write_entry(entry), ensure_ascii=False).encode() + b"\n")
            writing.entries += 1


def _rows(
    first: tuple[int, bytes | None], lines: Iterator[tuple[int, bytes | None]], reading: Reading
) -> Iterator[NewEntry | RowFault]:
    line: tuple[int, bytes | None] | None = first
    while line is not None:
        number, content = line
        if content is None or content.strip():
            reading.rows += 1
            yield _row(number, content, reading)
        line = next(lines, None)


def _row(number: int, content: bytes | None, reading: Reading) -> NewEntry | RowFault:
    if content is None:
        return reading.fault(number, FaultKind.TOO_LONG, f"expected a line of at most {MAX_LINE_BYTES:,} bytes")
    try:
        cells = json.loads(content.decode())
    except UnicodeDecodeError as error:
        return reading.fault(number, FaultKind.FORM, f"expected UTF-8, byte {error.start + 1} of the line is none")
    except json.JSONDecodeError as error:
        return reading.fault(
            number, FaultKind.FORM, f"expected a JSON object, column {error.colno} is no JSON: {error.msg}"
        )
    except (ValueError, RecursionError):
        return reading.fault(
            number, FaultKind.FORM, "expected a JSON object, came numbers too long or nesting too deep"
        )
    if not isinstance(cells, dict):
        return reading.fault(number, FaultKind.FORM, f"expected a JSON object, came {_kind(cells)}")
    for name in cells.keys() - FIELDS:
        count_name(reading.unknown_columns, name)
    return read_entry(cells, number, reading)


def _kind(value: object) -> str:
    return "an array" if isinstance(value, list) else "a single value"


PART = JsonLines()
