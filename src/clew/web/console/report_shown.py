"""The facts of one report as groups of rows; names and free text stay covered until a person asks for them."""

import dataclasses
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clew.ground.defang import defanged, defanged_words
from clew.records.report import Report
from clew.records.report_file import ReportFile

# Fields that name nobody and quote nobody, whoever they are of.
_PLAIN = frozenset(
    {
        "city",
        "client",
        "console",
        "country",
        "currency",
        "kind",
        "label",
        "method",
        "platform",
        "reason",
        "region",
        "service",
        "tie",
        "type",
        "use",
    }
)
_LONG = 120
# From so many spaces on it is a sentence, of which first and last letter tell nothing.
_WORDS_OF_TEXT = 4
_DIGITS = tuple("0123456789")
_WORDS = {
    "ip_events": "address",
    "at": "time",
    "urgent_because": "why it is urgent",
    "born_on": "birth date",
    "emails": "e-mail",
    "phones": "telephone",
    "all_emails_reported": "every e-mail is reported",
    "amount_minor": "amount, in the smallest unit",
    "devices": "device",
}
_SECTIONS = {
    "incident": "Incident",
    "batch": "Incident",
    "details": "Where it happened",
    "subjects": "Subject",
    "victims": "Child",
    "recipients": "Recipient",
    "payments": "Payments",
    "law_enforcement": "Police",
    "additional_info": "Further",
    "further": "Further",
    "absent": "Left out on purpose",
    "reporter": "Reporter",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One fact: its name, its value as it may be shown, and the field it stands in.

    Attributes:
        covered: the value is held and not shown here.
        long: the value is folded.
    """

    name: str
    value: str
    path: str
    covered: bool = False
    long: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Facts that belong together."""

    name: str
    rows: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """One file as its sender tells of it; nothing of it is shown.

    Attributes:
        hashes: type and value, short unless it is shown whole.
    """

    key: str
    name: str
    viewed: str
    told: tuple[str, ...]
    hashes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """One message: who and when; its text only when it was asked for."""

    sender: str
    at: datetime | None
    text: str
    reported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReport:
    """A report as groups, files and messages."""

    groups: tuple[Group, ...]
    files: tuple[ShownFile, ...]
    messages: tuple[ShownMessage, ...]


def show_report(report: Report, *, whole: bool) -> ShownReport:
    """The report for a page.

    Args:
        whole: names, words and identifiers are shown too.
    """
    return ShownReport(
        groups=tuple(_groups(report, whole=whole)),
        files=tuple(_file(each, whole=whole) for each in report.files),
        messages=tuple(
            ShownMessage(
                sender=each.sender if whole else _cover(each.sender),
                at=each.at,
                text=defanged_words(each.text) if whole else "",
                reported=each.reported,
            )
            for each in report.messages
        ),
    )


def _groups(report: Report, *, whole: bool) -> Iterator[Group]:
    for field, name in _SECTIONS.items():
        value = getattr(report, field)
        if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            for number, each in enumerate(value):
                rows = tuple(_rows(each, f"{field}[{number}]", field, whole=whole))
                title = f"{name} {number + 1}" if len(value) > 1 else name
                if rows:
                    yield Group(name=title, rows=rows)
        elif value is not None and value != ():
            rows = tuple(_rows(value, field, field, whole=whole))
            if rows:
                yield Group(name=name, rows=rows)


def _rows(value: Any, path: str, name: str, *, whole: bool, within: str = "") -> Iterator[Shown]:
    """Every fact under a value, in the order of its fields."""
    if value is None or value in ((), frozenset()):
        return
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            inner = within if within.endswith(_DIGITS) else f"{within} {_said(name)}".strip() if "." in path else ""
            yield from _rows(getattr(value, field.name), f"{path}.{field.name}", field.name, whole=whole, within=inner)
    elif isinstance(value, tuple):
        for number, each in enumerate(value):
            inner = f"{within} {_said(name)} {number + 1}".strip() if len(value) > 1 else within
            counted = inner if dataclasses.is_dataclass(each) else within
            yield from _rows(each, f"{path}[{number}]", name, whole=whole, within=counted)
    elif isinstance(value, frozenset):
        yield Shown(name=_label(name, within), value=", ".join(sorted(map(_word, value))), path=path)
    else:
        yield _leaf(value, path, name, whole=whole, within=within)


def _leaf(value: Any, path: str, name: str, *, whole: bool, within: str) -> Shown:
    label = _label(name, within)
    if isinstance(value, datetime):
        return Shown(name=label, value="", path=path, at=value)
    said = _of_no_secret(value, name)
    if said is not None:
        return Shown(name=label, value=said, path=path)
    text = value.isoformat() if isinstance(value, date) else str(value)
    if not whole:
        covered = f"{len(text):,} characters" if _is_long(text) or text.count(" ") >= _WORDS_OF_TEXT else _cover(text)
        return Shown(name=label, value=covered, path=path, covered=True)
    return Shown(name=label, value=_harmless(text, name), path=path, long=_is_long(text))


def _harmless(text: str, name: str) -> str:
    """No address that a browser could open; numbers of networks and e-mails stay as an investigator needs them."""
    if "url" in name:
        return defanged(text)
    return defanged_words(text) if _is_long(text) or "://" in text or "www." in text.lower() else text


def _of_no_secret(value: Any, name: str) -> str | None:
    """What may be read by anybody who opens the report; None for what names or quotes somebody."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, enum.Enum):
        return _word(value)
    if isinstance(value, str | date):
        return defanged_words(value) if isinstance(value, str) and name in _PLAIN else None
    return str(value)


def _file(file: ReportFile, *, whole: bool) -> ShownFile:
    told = [f"class {_word(file.industry_class)}"] if file.industry_class is not None else []
    told += sorted(_word(each) for each in file.annotations)
    told += ["publicly available"] if file.publicly_available else []
    told += ["possibly a meme"] if file.potential_meme else []
    name = file.original_file_name or file.file_name or ""
    return ShownFile(
        key=file.key,
        name=name if whole else _cover(name) if name else "",
        viewed={True: "viewed by its sender", False: "not viewed", None: "not said"}[file.viewed],
        told=tuple(told),
        hashes=tuple((each.type, each.value if whole else f"{each.value[:8]}…") for each in file.hashes),
    )


def _label(name: str, within: str) -> str:
    said = _said(name)
    return f"{within}, {said}" if within and within != said else said


def _said(name: str) -> str:
    return _WORDS.get(name, name.replace("_", " "))


def _word(value: enum.Enum) -> str:
    return str(value.value).replace("-", " ")


def _is_long(text: str) -> bool:
    return len(text) > _LONG or "\n" in text


def _cover(text: str) -> str:
    return f"{text[:1]}…{text[-1:]}" if len(text) > 3 else "…"  # noqa: PLR2004
