"""The VICS document as a stream of its media records: what JSON is read, and how far memory may go."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, BinaryIO

from clew.errors import InputError
from clew.ground.json_events import BROKEN, OPENING, CountedStream, Events, array, members, parse, skip
from clew.parts.exchanges._fields import FieldError, read_moment
from clew.parts.exchanges.base import FaultKind

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document whose heading is read and whose records come next."""

    heading: Heading
    events: Events
    source: CountedStream


def open_document(stream: BinaryIO) -> Document:
    """The document, up to the array of its records; InputError when it is no VICS document."""
    source = CountedStream(stream)
    events: Events = parse(source)
    context = ""
    try:
        if next(events)[0] != "start_map":
            raise InputError("expected a VICS document, a JSON object with 'value'; came JSON of another shape")
        for key, event, value in members(events):
            if key == "value" and event == "start_array":
                return Document(heading=_heading(context), events=events, source=source)
            if key in {"@odata.context", "odata.metadata"} and event == "string":
                context = value
            skip(event, events)
    except BROKEN:
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
    except (*BROKEN, InputError) as error:
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
    for event in array(events):
        record, is_case = MediaRecord(is_object=event == "start_map"), document.heading.cases is True
        if event != "start_map":
            skip(event, events)
        else:
            for key, inner, value in members(events):
                if key == "Media" and inner == "start_array":
                    is_case = True
                    yield from _media(events)
                else:
                    _take(record, key, inner, value, events)
        if not is_case:
            yield record


def _media(events: Events) -> Iterator[MediaRecord]:
    for event in array(events):
        record = MediaRecord(is_object=event == "start_map")
        if event == "start_map":
            for key, inner, value in members(events):
                _take(record, key, inner, value, events)
        else:
            skip(event, events)
        yield record


def _take(record: MediaRecord, key: str, event: str, value: Any, events: Events) -> None:
    """One property goes into the record, or is read past."""
    name = key.lower()
    if name in _READ:
        if event in OPENING:
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
    skip(event, events)


def _take_alternative(record: MediaRecord, events: Events) -> bool:
    """The array's {HashName, HashValue} objects go into the record; false when it holds something else."""
    empty, found = True, False
    for event in array(events):
        empty = False
        pair: dict[str, object] = {}
        if event == "start_map":
            for key, inner, value in members(events):
                if key in {"HashName", "HashValue"}:
                    pair[key] = value
                skip(inner, events)
        else:
            skip(event, events)
        name = pair.get("HashName")
        if isinstance(name, str) and len(record.alternative) < _MAX_ALTERNATIVE:
            found = True
            record.alternative.append((name, pair.get("HashValue")))
    return empty or found
