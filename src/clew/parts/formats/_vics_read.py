"""A VICS case file as a stream: each media record's digests as they come, and at its end what the case is.

Of the media, names and paths of files are not taken over: they name people. Categories and marks are counted.

Source: Project VIC, VICS data models 1.1 to 2.0, as read by five independent readers and writers.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from clew.errors import InputError
from clew.ground.json_events import BROKEN, CountedStream, Events, array, members, parse, skip, whole
from clew.records.intake import Case, CaseDigest, Gap, Unread
from clew.records.report import Contact, Incident, LawEnforcement, Person, Phone, Report, Reporter
from clew.records.report_file import FileHash, Labelled, ReportFile
from clew.records.subject import Email

# By the first files a case is told from copies and compared with lists; all of them stay with it as mentions.
_MOST_FILES = 50
_MOST_TEXT = 1_000
_MOST_CATEGORIES = 100
_MARKS = {
    "VictimIdentified": "victim identified",
    "OffenderIdentified": "offender identified",
    "IsDistributed": "distributed",
    "IsSuspected": "suspected",
    "SelfGenerated": "self-generated",
}
_TRUE = {True, "true", "True", "TRUE", "1"}
_NO_DIGEST = "media without any digest"


@dataclass(slots=True)
class _Read:
    """What was read so far."""

    about: dict[str, str] = field(default_factory=dict)
    files: list[ReportFile] = field(default_factory=list)
    categories: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    media: int = 0
    without: int = 0


def read_case(stream: BinaryIO, at: datetime) -> Iterator[CaseDigest | Unread | Case]:
    """Every digest in its order; what breaks off in its place; the case at last.

    Raises:
        InputError: it is no such file.
    """
    source, read = CountedStream(stream), _Read()
    events = parse(source)
    broken: Unread | None = None
    try:
        yield from _document(events, source, read)
    except (*BROKEN, InputError) as error:
        why = str(error) if isinstance(error, InputError) else "it ends early or is no JSON from there on"
        if not read.media and not read.about:
            raise InputError(f"expected a VICS case file, a JSON object with 'value': {why}") from None
        broken = Unread(
            place=read.media + 1,
            because=f"broken off after {read.media:,} media records, before byte {source.read_bytes:,}: {why}; "
            "those before were taken in",
        )
    if broken is not None:
        yield broken
    yield _case(read, at, broken)


def _document(events: Events, source: CountedStream, read: _Read) -> Iterator[CaseDigest]:
    if next(events)[0] != "start_map":
        raise InputError("JSON of another shape came")
    found = False
    for key, event, value in members(events):
        if key == "value" and event == "start_array":
            found = True
            for opened in array(events):
                yield from _element(opened, events, source, read)
        else:
            skip(event, events)
            if isinstance(value, str) and key.lstrip("@") in {"odata.context", "odata.metadata"}:
                read.about.setdefault("context", value[:_MOST_TEXT])
    if not found:
        raise InputError("there is no array 'value'")


def _element(opened: str, events: Events, source: CountedStream, read: _Read) -> Iterator[CaseDigest]:
    """A case with its media, or one of the media where they stand by themselves."""
    if opened != "start_map":
        skip(opened, events)
        return
    own: dict[str, Any] = {}
    is_case = False
    for key, event, value in members(events):
        if key == "Media" and event == "start_array":
            is_case = True
            for inner in array(events):
                media = whole(inner, None, events)
                source.record_ended()
                yield from _media(media, read)
        else:
            own[key] = whole(event, value, events)
    source.record_ended()
    if is_case or "CaseID" in own or "CaseNumber" in own:
        for name, each in own.items():
            if isinstance(each, str | int) and not isinstance(each, bool) and str(each).strip():
                read.about.setdefault(name, str(each).strip()[:_MOST_TEXT])
    else:
        yield from _media(own, read)


def _media(media: Any, read: _Read) -> Iterator[CaseDigest]:
    read.media += 1
    if not isinstance(media, dict):
        read.without += 1
        return
    digests = [
        CaseDigest(path=f"Media[{read.media - 1}].{name}", type=kind, value=value.strip())
        for name, kind, value in _digests(media)
    ]
    read.without += not digests
    category = media.get("Category")
    if isinstance(category, str | int) and (
        str(category) in read.categories or len(read.categories) < _MOST_CATEGORIES
    ):
        read.categories[str(category)[:_MOST_TEXT]] += 1
    for name, said in _MARKS.items():
        value = media.get(name)
        read.marks[said] += isinstance(value, str | int) and value in _TRUE
    if len(read.files) < _MOST_FILES:
        hashes = tuple(FileHash(type=each.type, value=each.value) for each in digests)
        read.files.append(ReportFile(key=f"media {read.media}", hashes=hashes))
    yield from digests


def _digests(media: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The path, the type and the value of each digest of a media record."""
    for name, value in media.items():
        if name.upper() in {"MD5", "SHA1"} and isinstance(value, str) and value.strip():
            yield name, name.upper(), value
        elif isinstance(value, list):
            for number, each in enumerate(value):
                if isinstance(each, dict) and isinstance(each.get("HashName"), str):
                    held = each.get("HashValue")
                    if isinstance(held, str) and held.strip():
                        yield f"{name}[{number}].HashValue", each["HashName"], held


def _case(read: _Read, at: datetime, broken: Unread | None) -> Case:
    about = read.about
    name = about.get("ContactName")
    officer = Contact(
        last_name=name,
        phones=tuple(Phone(number=each) for each in _some(about, "ContactPhone")),
        emails=tuple(Email(address=each) for each in _some(about, "ContactEmail")),
    )
    law = LawEnforcement(
        agency=about.get("ContactOrganization", "not named"), case_number=about.get("CaseNumber"), officer=officer
    )
    further = [Labelled(label=f"files of category {key}", text=f"{n:,}") for key, n in sorted(read.categories.items())]
    further += [Labelled(label=f"files marked {key}", text=f"{n:,}") for key, n in sorted(read.marks.items()) if n]
    source = " ".join(_some(about, "SourceApplicationName", "SourceApplicationVersion"))
    if source:
        further.append(Labelled(label="made with", text=source))
    report = Report(
        incident=Incident(at=at),
        reporter=Reporter(person=Person()),
        law_enforcement=law,
        files=tuple(read.files),
        further=tuple(further),
    )
    gaps = [] if broken is None else [Gap(path=f"Media[{read.media}]", because=broken.because)]
    if read.without:
        gaps.append(Gap(path="Media", because=f"{read.without:,} {_NO_DIGEST}", cost="they cannot be told from copies"))
    reference = about.get("CaseNumber") or about.get("CaseID", "")
    return Case(report=report, reference=reference, file_count=read.media, gaps=tuple(gaps))


def _some(about: dict[str, str], *names: str) -> list[str]:
    return [about[name] for name in names if name in about]
