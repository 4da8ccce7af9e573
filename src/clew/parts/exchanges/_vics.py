"""The VICS document as a stream of its media records: what JSON is read, and how far memory may go."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import ijson

from clew.errors import InputError
from clew.parts.exchanges._fields import FieldError, read_moment
from clew.parts.exchanges._lines import refuse_utf16
from clew.parts.exchanges.base import FaultKind

_BUFFER_BYTES = 65_536
# From one record to the next. Records bear exif tables and file lists, so they can be large; an endless one is stopped.
_MAX_RECORD_BYTES = 64 * 1024 * 1024
# What Python makes an int of unless it is told otherwise. Source: sys.int_info.default_max_str_digits.
_MAX_DIGITS = min(4_300, sys.get_int_max_str_digits() or 4_300)
_DIGITS = b"0123456789"
# Only a run's first digit begins a search: else a long run would be read again from each of its digits.
_LONG_RUN = re.compile(rb"(?<![0-9])[0-9]{%d}" % (_MAX_DIGITS + 1))
_MAX_ALTERNATIVE, _MAX_UNKNOWN, _MAX_CATEGORY = 32, 100, 999

# Properties of a media record whose meaning is known and that stay where they are: they say nothing that matching
# needs, or they name people and files.
_NOT_READ = frozenset(
    {
        "mediaid", "mediasize", "mimetype", "relativefilepath", "victimidentified", "offenderidentified",
        "isdistributed", "isprecategorized", "precategorizationsource", "issuspected", "selfgenerated", "series",
        "tags", "comments", "mediafiles", "exifs", "mediametadata", "segments",
    }
)  # fmt: skip
_READ = {"md5": "md5", "sha1": "sha1", "category": "category", "dateupdated": "date_updated", "photodna": "photodna"}

_CONTEXT = re.compile(
    r"DataModels/[0-9.]+\.xml(?:/(?P<region>[A-Za-z]{1,32}))?/?(?:\$metadata)?#(?P<set>Cases|Media)", re.IGNORECASE
)
# JavaScript's and .NET's date: milliseconds since 1970, with an offset that does not move the moment.
_NET_DATE = re.compile(r"/Date\((-?\d{1,15})([+-]\d{4})?\)/")
_US_DATE_FORMATS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y")

_OPENING, _CLOSING = ("start_map", "start_array"), ("end_map", "end_array")
_Events = Iterator[tuple[str, Any]]
# What ijson raises on a document that is none: its own errors, and those of the numbers in it.
_BROKEN = (ijson.JSONError, ValueError, ArithmeticError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the document says of itself before its records.

    Attributes:
        region: whose categories are used, as it is written; None when it is not said.
        cases: true for the files of cases, false for a set of known hashes; None when it is not said.
    """

    region: str | None
    cases: bool | None


@dataclass(slots=True, kw_only=True)
class MediaRecord:
    """One media record, as far as it is read; values as JSON has them.

    Attributes:
        is_object: false when something else stood in its place.
        photodna: whether it bears one.
        alternative: names and values of further hashes.
        unknown: properties that no reader of ours knows.
    """

    is_object: bool = True
    md5: object = None
    sha1: object = None
    category: object = None
    date_updated: object = None
    photodna: object = None
    alternative: list[tuple[str, object]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class _Counted:
    """A stream without byte order mark, that counts, and refuses to go on when no record or no number ends."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.read_bytes = 0
        self._record_from = 0
        self._digits = 0  # at the end of what was read
        self._too_long = False

    def read(self, size: int) -> bytes:
        """At most `size` bytes; InputError beyond the bound of one record."""
        if self.read_bytes - self._record_from > _MAX_RECORD_BYTES:
            raise InputError(f"a record is larger than {_MAX_RECORD_BYTES:,} bytes")
        if self._too_long:
            raise InputError(f"a number has more than {_MAX_DIGITS:,} digits")
        piece = self._stream.read(size)
        if self.read_bytes == 0:
            refuse_utf16(piece)
        piece = self._before_long_number(piece)
        first = self.read_bytes == 0
        self.read_bytes += len(piece)
        return piece.removeprefix(b"\xef\xbb\xbf") if first else piece

    def _before_long_number(self, piece: bytes) -> bytes:
        """The piece up to a run of digits that Python makes no number of: the parser in C would fall over it."""
        leading = len(piece) - len(piece.lstrip(_DIGITS))
        if self._digits + leading > _MAX_DIGITS:
            self._too_long = True
            return piece[:1]  # one more digit harms nothing, and an empty piece would be the end of the file
        found = _LONG_RUN.search(piece)
        if found:
            self._too_long = True
            return piece[: found.start() + 1]
        trailing = len(piece) - len(piece.rstrip(_DIGITS))
        self._digits = trailing if trailing < len(piece) else self._digits + len(piece)
        return piece

    def record_ended(self) -> None:
        """The bound counts from here."""
        self._record_from = self.read_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document whose heading is read and whose records come next."""

    heading: Heading
    events: _Events
    source: _Counted


def open_document(stream: BinaryIO) -> Document:
    """The document, up to the array of its records; InputError when it is no VICS document."""
    source = _Counted(stream)
    events: _Events = ijson.basic_parse(source, buf_size=_BUFFER_BYTES)
    context = ""
    try:
        if next(events)[0] != "start_map":
            raise InputError("expected a VICS document, a JSON object with 'value'; came JSON of another shape")
        for key, event, value in _members(events):
            if key == "value" and event == "start_array":
                return Document(heading=_heading(context), events=events, source=source)
            if key in {"@odata.context", "odata.metadata"} and event == "string":
                context = value
            _skip(event, events)
    except _BROKEN:
        raise InputError(
            f"expected a VICS document, a JSON object with 'value'; "
            f"it ends or is no JSON before byte {source.read_bytes:,}"
        ) from None
    raise InputError("expected a VICS document; this JSON object has no array 'value'")


def stream_media(document: Document) -> Iterator[MediaRecord | str]:
    """Every media record; when the document breaks off, at last a sentence that says where."""
    count = 0
    try:
        for record in _elements(document):
            count += 1
            document.source.record_ended()
            yield record
    except (*_BROKEN, InputError) as error:
        why = str(error) if isinstance(error, InputError) else "the file ends early or is no JSON from there on"
        yield (
            f"broken off after {count:,} whole records, before byte {document.source.read_bytes:,}: {why}; "
            f"the records before were taken"
        )


def category_code(given: object) -> str | None:
    """The category's number as text; None for none; FieldError for anything else."""
    if given is None or given == "":
        return None
    text = str(given) if isinstance(given, str) or type(given) is int else ""
    if isinstance(given, Decimal) and abs(given) <= _MAX_CATEGORY and given == given.to_integral_value():
        text = str(int(given))
    if text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_CATEGORY)):
        return str(int(text))
    raise FieldError(FaultKind.PARTICULAR, f"Category must be a whole number from 0 to {_MAX_CATEGORY} or null")


def date_updated(given: object, *, month_first: bool) -> datetime | None:
    """The moment that a text writes in one of the forms that are met; None when it is in none.

    Args:
        given: ISO 8601, `/Date(1700000000000)/`, or month/day/year as US tools write it.
        month_first: whether the file's region writes the month first; else 3/8/2026 could be two days.
    """
    if not isinstance(given, str):
        return None
    try:
        if found := _NET_DATE.fullmatch(given.strip()):
            return datetime.fromtimestamp(int(found[1]) / 1000, UTC)
        # .NET writes seven digits of a second.
        return read_moment("DateUpdated", re.sub(r"(\.\d{6})\d+", r"\1", given))
    except (FieldError, ValueError, OverflowError, OSError):
        pass
    for form in _US_DATE_FORMATS if month_first else ():
        try:
            return datetime.strptime(given.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _heading(context: str) -> Heading:
    found = _CONTEXT.search(context)
    if found is None:
        return Heading(region=None, cases=None)
    return Heading(region=found["region"], cases=found["set"].lower() == "cases")


def _elements(document: Document) -> Iterator[MediaRecord]:
    """The records of `value`: media themselves, or those within each case."""
    events = document.events
    for event in _array(events):
        record, is_case = MediaRecord(is_object=event == "start_map"), document.heading.cases is True
        if event != "start_map":
            _skip(event, events)
        else:
            for key, inner, value in _members(events):
                if key == "Media" and inner == "start_array":
                    is_case = True
                    yield from _media(events)
                else:
                    _take(record, key, inner, value, events)
        if not is_case:
            yield record


def _media(events: _Events) -> Iterator[MediaRecord]:
    for event in _array(events):
        record = MediaRecord(is_object=event == "start_map")
        if event == "start_map":
            for key, inner, value in _members(events):
                _take(record, key, inner, value, events)
        else:
            _skip(event, events)
        yield record


def _take(record: MediaRecord, key: str, event: str, value: Any, events: _Events) -> None:
    """One property goes into the record, or is read past."""
    name = key.lower()
    if name in _READ:
        if event in _OPENING:
            # A shape that cannot be a hash or a number; it is judged as such, not taken for absent.
            value = {}
        setattr(record, _READ[name], value)
    elif name not in _NOT_READ:
        if event == "start_array" and _take_alternative(record, events):
            return
        if len(record.unknown) < _MAX_UNKNOWN:
            record.unknown.append(key)
        if event == "start_array":
            return
    _skip(event, events)


def _take_alternative(record: MediaRecord, events: _Events) -> bool:
    """The array's {HashName, HashValue} objects go into the record; false when it holds something else."""
    empty, found = True, False
    for event in _array(events):
        empty = False
        pair: dict[str, object] = {}
        if event == "start_map":
            for key, inner, value in _members(events):
                if key in {"HashName", "HashValue"}:
                    pair[key] = value
                _skip(inner, events)
        else:
            _skip(event, events)
        name = pair.get("HashName")
        if isinstance(name, str) and len(record.alternative) < _MAX_ALTERNATIVE:
            found = True
            record.alternative.append((name, pair.get("HashValue")))
    return empty or found


def _members(events: _Events) -> Iterator[tuple[str, str, Any]]:
    """Key, first event and its value of each member of the object under way; the caller reads past what it opens."""
    while (head := next(events))[0] == "map_key":
        event, value = next(events)
        yield head[1], event, value


def _array(events: _Events) -> Iterator[str]:
    """The first event of each element of the array under way; the caller reads past what it opens."""
    while (event := next(events)[0]) != "end_array":
        yield event


def _skip(event: str, events: _Events) -> None:
    """Whatever the event began is read past."""
    depth = 1 if event in _OPENING else 0
    while depth:
        event = next(events)[0]
        if event in _OPENING:
            depth += 1
        elif event in _CLOSING:
            depth -= 1
