"""VICS: the JSON of Project VIC for case files and hash sets, versions 1.x and 2.0, read and written as a stream.

Only hashes, category and date are read: never file names, paths, people, tags or comments. Hash sets are written as
VICS 2.0 with hashes and categories alone.

Source: no schema is published with a licence that lets it be shipped; the properties are those that GLEAPP, IPED,
Autopsy and a Griffeye export script read and write.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from clew.errors import InputError
from clew.parts.exchanges._fields import FieldError, read_hash
from clew.parts.exchanges._vics import (
    Heading,
    MediaRecord,
    category_code,
    date_updated,
    open_document,
    stream_media,
)
from clew.parts.exchanges.base import ExchangePart, FaultKind, Reading, Writing, count_name
from clew.records.hashlist import Category, Entry, NewEntry, RowFault
from clew.records.identifiers import SignalType

# Regions whose categories have one meaning. "CUSTOM" and "Default" mean what the writer's own settings said.
_REGIONS = ("US", "UK")
_SCHEME = "vics-"
_CONTEXT = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/{region}/$metadata#Media"
_LONGEST_REGION = 16

_MD5, _SHA1 = SignalType("md5"), SignalType("sha1")

# 0 is "non-pertinent" in Autopsy and "not yet categorised" in others; null and 5 are "uncategorised" in some.
_AMBIGUOUS, _UNCATEGORISED = "0", (None, "5")
# Category 4 of the US set is a picture for comparison, not abuse material: it may lead to review, never to blocking.
_COMPARISON = Category(scheme="vics-us", code="4")

_LEFT_ZERO = "category 0: 'non-pertinent' in some tools, 'not yet categorised' in others"
_LEFT_UNJUDGED = "no category in a case file: a file that was found, not one that somebody judged"
_TAKEN_UNJUDGED = "no category: taken as unvetted"
_TAKEN_COMPARISON = "category 4, comparison pictures: taken as unvetted"
_DATE_UNREAD = "DateUpdated is in no form known here: left empty"


class Vics(ExchangePart):
    """Lists as Project VIC JSON."""

    name = "vics"
    title = "Project VIC (VICS 1.x, 2.0) JSON"
    suffixes = (".json", ".vics")
    row_word = "record"

    def sniff(self, head: bytes) -> bool:
        """An object that begins as OData does, or with the array that holds its records."""
        squeezed = b"".join(head.split())
        return b'"@odata.context":' in squeezed or b'"odata.metadata":' in squeezed or b'"value":[' in squeezed

    def read(self, stream: BinaryIO, reading: Reading) -> Iterator[NewEntry | RowFault]:
        """Every hash of every record; a record with several hashes is several entries."""
        document = open_document(stream)
        scheme = _scheme(document.heading, reading.region)
        return _entries(stream_media(document), document.heading, scheme, reading)

    def write(self, entries: Callable[[], Iterator[Entry]], stream: BinaryIO, writing: Writing) -> None:
        """A hash set of the list's MD5 hashes; VICS demands an MD5 of each record."""
        region = _region(writing.region) if writing.region else _only_region(entries())
        stream.write(b'{"@odata.context":' + json.dumps(_CONTEXT.format(region=region)).encode() + b',"value":[')
        for entry in entries():
            if entry.type != _MD5:
                writing.left_out[f"{entry.type}: VICS demands an MD5 of each record"] += 1
                continue
            record = {
                "MediaID": writing.entries + 1,
                "Category": _written_category(entry, region, writing),
                "MD5": entry.value.hex().upper(),
            }
            stream.write((b",\n" if writing.entries else b"\n") + json.dumps(record, separators=(",", ":")).encode())
            writing.entries += 1
        stream.write(b"\n]}\n")


def _scheme(heading: Heading, asked: str | None) -> str:
    """The category scheme; InputError when neither the file nor the person says whose categories these are."""
    found = heading.region.upper() if heading.region else None
    if asked is not None:
        region = _region(asked)
        if found in _REGIONS and found != region:
            raise InputError(f"the file says that its categories are of {found}, --region says {region}")
        return _SCHEME + region.lower()
    if found in _REGIONS:
        return _SCHEME + found.lower()
    said = f"it says '{heading.region}'" if heading.region else "it does not say"
    raise InputError(
        f"expected a VICS file whose region is {' or '.join(_REGIONS)}, {said}; category numbers mean different things "
        f"in different regions: ask the sender, then give --region"
    )


def _region(asked: str) -> str:
    """A region as a person names it, in capitals."""
    if not (asked.isascii() and asked.isalpha()) or len(asked) > _LONGEST_REGION:
        raise InputError(f"expected a region such as US, of at most {_LONGEST_REGION} letters; see --region")
    return asked.upper()


def _entries(
    records: Iterator[MediaRecord | str], heading: Heading, scheme: str, reading: Reading
) -> Iterator[NewEntry | RowFault]:
    for record in records:
        reading.rows += 1
        row = reading.rows
        if isinstance(record, str):
            yield reading.fault(row, FaultKind.BROKEN_OFF, record)
            return
        if not record.is_object:
            yield reading.fault(row, FaultKind.PARTICULAR, "expected a media record, an object; came something else")
            continue
        for name in record.unknown:
            count_name(reading.unknown_columns, name)
        remarks: list[str] = []
        try:
            particulars = _particulars(record, heading, scheme, reading, remarks)
        except FieldError as error:
            yield reading.fault(row, error.kind, str(error))
            continue
        if particulars is not None:
            found = list(_hashes(record, row, particulars, reading))
            # A remark says how something was taken; of a record without a good hash nothing was.
            if any(isinstance(each, NewEntry) for each in found):
                reading.remarks.update(remarks)
            yield from found


def _particulars(
    record: MediaRecord, heading: Heading, scheme: str, reading: Reading, remarks: list[str]
) -> Mapping[str, Any] | None:
    """What the record says of all its hashes; None when it is left out. `remarks` takes what is to be said."""
    code = category_code(record.category)
    vetted: bool | None = None
    if code == _AMBIGUOUS or code in _UNCATEGORISED:
        of_a_set = heading.cases is False and code != _AMBIGUOUS
        if not (of_a_set or reading.uncategorised):
            reading.left_out[_LEFT_ZERO if code == _AMBIGUOUS else _LEFT_UNJUDGED] += 1
            return None
        remarks.append(_TAKEN_UNJUDGED)
        vetted = False
    category = Category(scheme=scheme, code=code) if vetted is None and code is not None else None
    if category == _COMPARISON:
        remarks.append(_TAKEN_COMPARISON)
        vetted = False
    made_at = date_updated(record.date_updated, month_first=scheme == _COMPARISON.scheme)
    if made_at is None and record.date_updated:
        remarks.append(_DATE_UNREAD)
    return {"category": category, "vetted": vetted, "made_at": made_at}


def _hashes(
    record: MediaRecord, row: int, particulars: Mapping[str, Any], reading: Reading
) -> Iterator[NewEntry | RowFault]:
    if record.photodna:
        reading.unsupported["photodna"] += 1
    given: list[tuple[str, object]] = [
        (name, value) for name, value in ((_MD5, record.md5), (_SHA1, record.sha1)) if value is not None and value != ""
    ]
    for name, value in record.alternative:
        if reading.find_type(name) is None:
            count_name(reading.unsupported, name)
        else:
            given.append((name, value))
    if not given:
        yield reading.fault(row, FaultKind.HASH, "expected an MD5 or another hash that is known here, came none")
    for name, value in given:
        try:
            bare = read_hash(name, value, None, reading)
        except FieldError as error:
            yield reading.fault(row, error.kind, str(error))
        else:
            yield replace(bare, **particulars)


def _only_region(entries: Iterator[Entry]) -> str:
    """The one region that the list's categories are of; without any it does not matter and is called CUSTOM."""
    regions = {
        entry.category.scheme.removeprefix(_SCHEME).upper()
        for entry in entries
        if entry.category is not None and entry.category.scheme.startswith(_SCHEME)
    }
    if len(regions) > 1:
        raise InputError(
            f"a VICS file has the categories of one region, this list has those of {', '.join(sorted(regions))}; "
            f"give --region: the others' hashes are then written without category"
        )
    return regions.pop() if regions else "CUSTOM"


def _written_category(entry: Entry, region: str, writing: Writing) -> int | None:
    """The category's number; None, and said, when VICS would read it as a person's verdict that it is not."""
    if entry.category is None:
        return None
    if entry.category.scheme != _SCHEME + region.lower() or not entry.category.code.isdigit():
        writing.remarks["category of another scheme: written without category"] += 1
        return None
    if entry.disputed:
        writing.remarks["disputed: written without category, since VICS reads a category as a verdict"] += 1
        return None
    if not entry.vetted:
        writing.remarks["unvetted: VICS cannot say so; the source's category stands"] += 1
    return int(entry.category.code)


PART = Vics()
