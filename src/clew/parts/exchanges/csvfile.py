"""CSV: a header line with `type` and `value` and any of the other fields, then one entry a line.

    type,value,category,vetted
    md5,0cc175b9c0f1b6a831c399e269772661,vics-us:1,true

UTF-8, with or without byte order mark; LF or CRLF; comma, semicolon or tab between columns, as the header has it.
Source: RFC 4180 (2005) for quoting.
"""

import csv
import io
import json
from collections import deque
from collections.abc import Callable, Iterator
from typing import BinaryIO

from clew.errors import InputError
from clew.parts.exchanges._fields import FIELDS, REQUIRED, WRITTEN, FieldError, read_entry, write_entry
from clew.parts.exchanges._lines import MAX_LINE_BYTES, stream_lines, without_mark
from clew.parts.exchanges.base import ExchangePart, FaultKind, Reading, Writing, count_name
from clew.records.hashlist import Entry, NewEntry, RowFault

_DELIMITERS = ",;\t"
# A quoted note may run over several lines; one that never closes its quote costs its own line only.
_MAX_LINES_A_ROW = 50
_UNCLOSED = "unexpected end of data"
_EXAMPLE = "expected a header line such as `type,value`"

_Line = tuple[int, bytes | None]


class CsvFile(ExchangePart):
    """Lists as comma-separated values."""

    name = "csv"
    title = "CSV with a header line"
    suffixes = (".csv", ".tsv", ".txt")

    def sniff(self, head: bytes) -> bool:
        """A first line that holds both required columns."""
        line = without_mark(head).split(b"\n", 1)[0].decode("utf-8", "replace")
        return set(REQUIRED) <= set(_columns(line, _delimiter(line)))

    def read(self, stream: BinaryIO, reading: Reading) -> Iterator[NewEntry | RowFault]:
        """Every entry of the file."""
        lines = stream_lines(stream)
        delimiter, columns = _header(next(lines, None))
        for column in columns:
            if column not in FIELDS:
                count_name(reading.unknown_columns, column)
        return _rows(_Lines(lines), delimiter, columns, reading)

    def write(self, entries: Callable[[], Iterator[Entry]], stream: BinaryIO, writing: Writing) -> None:
        """The header with every column, then a line for each entry."""
        text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
        writer = csv.DictWriter(text, WRITTEN)
        writer.writeheader()
        for entry in entries():
            fields = write_entry(entry)
            fields["vetted"] = "true" if entry.vetted else "false"
            if "opinions" in fields:
                fields["opinions"] = json.dumps(fields["opinions"], ensure_ascii=False, separators=(",", ":"))
            writer.writerow(fields)
            writing.entries += 1
        text.detach()


def _header(first: _Line | None) -> tuple[str, list[str]]:
    """The delimiter and the columns that the first line names."""
    if first is None:
        raise InputError(f"{_EXAMPLE}, the file is empty")
    line = first[1]
    if line is None:
        raise InputError(f"{_EXAMPLE}, the first line is longer than {MAX_LINE_BYTES:,} bytes")
    try:
        text = line.decode().removesuffix("\r")
    except UnicodeDecodeError as error:
        raise InputError(f"{_EXAMPLE} in UTF-8, byte {error.start + 1} of the first line is none") from None
    if "\r" in text:
        raise InputError("expected lines that end in LF or CRLF, came CR alone; save the file with other line ends")
    delimiter = _delimiter(text)
    columns = _columns(text, delimiter)
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        # The columns themselves are not repeated: without a header this line is the first hash.
        raise InputError(
            f"{_EXAMPLE}, the first line has {len(columns):,} columns and none is {' or '.join(missing)}; "
            f"put `type,value` above the first row"
        )
    twice = sorted({column for column in columns if column in FIELDS and columns.count(column) > 1})
    if twice:
        raise InputError(f"expected each column once, {', '.join(twice)} stands several times in the header")
    return delimiter, columns


class _Lines:
    """The lines of a file, of which some may be given back to be read again."""

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._lines = lines
        self._again: deque[_Line] = deque()

    def find_next(self) -> _Line | None:
        """The next line, if there is one."""
        return self._again.popleft() if self._again else next(self._lines, None)

    def give_back(self, lines: list[_Line]) -> None:
        """Those lines come next, in their order."""
        self._again.extendleft(reversed(lines))


def _rows(lines: _Lines, delimiter: str, columns: list[str], reading: Reading) -> Iterator[NewEntry | RowFault]:
    while (line := lines.find_next()) is not None:
        number, content = line
        if content is not None and not content.strip():
            continue
        reading.rows += 1
        try:
            cells = _cells(content, lines, delimiter)
        except FieldError as error:
            yield reading.fault(number, error.kind, str(error))
            continue
        if len(cells) == len(columns):
            yield read_entry(dict(zip(columns, cells, strict=True)), number, reading)
        else:
            fault = f"expected {len(columns):,} columns as in the header, came {len(cells):,}"
            yield reading.fault(number, FaultKind.FORM, fault)


def _cells(content: bytes | None, lines: _Lines, delimiter: str) -> list[str]:
    """The cells of the row that begins with a line; FieldError when it is none."""
    text = _text(content)
    if '"' not in text:
        return text.removesuffix("\r").split(delimiter)
    taken: list[_Line] = []
    while True:
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error as error:
            if str(error) != _UNCLOSED:
                lines.give_back(taken)
                raise FieldError(FaultKind.FORM, f"expected quotes around whole cells: {error}") from None
        text = _through_next_quote(text, lines, taken)


def _through_next_quote(text: str, lines: _Lines, taken: list[_Line]) -> str:
    """The text and the lines up to the next with a quote; FieldError, and all lines given back, when none closes it."""
    more = ""
    while '"' not in more:
        line = lines.find_next()
        if line is not None:
            taken.append(line)
        if line is None or len(taken) > _MAX_LINES_A_ROW or len(text) > MAX_LINE_BYTES:
            lines.give_back(taken)
            raise FieldError(FaultKind.FORM, "expected the quote that is open in this row to be closed")
        try:
            more = _text(line[1])
        except FieldError:
            lines.give_back(taken)
            raise FieldError(FaultKind.FORM, "expected the quote that is open in this row to be closed") from None
        text = f"{text}\n{more}"
    return text


def _text(content: bytes | None) -> str:
    if content is None:
        raise FieldError(FaultKind.TOO_LONG, f"expected a line of at most {MAX_LINE_BYTES:,} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FieldError(FaultKind.FORM, f"expected UTF-8, byte {error.start + 1} of the line is none") from None
    if "\0" in text:
        raise FieldError(FaultKind.FORM, "expected text, came a NUL byte")
    return text


def _delimiter(header: str) -> str:
    """The delimiter that stands most often in the header."""
    return max(_DELIMITERS, key=header.count)


def _columns(header: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"').strip().lower() for cell in header.split(delimiter)]


PART = CsvFile()
