"""From a report to its mentions: every identifier that its fields and words state, each with where it stands.

Only what is a subject's can join reports, so the part follows the field: what stands in words is `OTHER`, whoever wrote
them. What was not looked at, or is no identifier where one should stand, is a gap with its field's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from clew.parts.identifiers.base import Context, IdentifierPart, Reading, Unusable
from clew.records.intake import Gap
from clew.records.mention import Mention, Origin, Part
from clew.records.report import Report
from clew.triage.extract_fields import BESIDE, READ, VALUES, Of, Within, Words
from clew.triage.extract_text import LONGEST_TEXT, identifiers_in

# Of one report: the largest known name some hundred accounts with their logins. More is a flood, and a gap.
MOST_MENTIONS = 5_000
# All the words of one report; at some 10 MB/s a flood of words holds intake up for no longer than this.
MOST_TEXT = 1_000_000
_MOST_GAPS = 100
_NO_LIST = (Part.SUBJECT, Part.VICTIM, Part.RECIPIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What a report states, in the order of its fields, and what of it was not read."""

    mentions: tuple[Mention, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands around a field: whose it is, and how its values are to be read."""

    part: Part
    person: int
    context: Context
    at: datetime | None


class _Full(Exception):  # noqa: N818 -- an end, no error
    """As many mentions as one report may have."""


def extract(report: Report, parts: Sequence[IdentifierPart], platform: str | None = None) -> Extracted:
    """Every mention of a report, equal ones once, and the gaps.

    Equal are those of the same value, part, person, time and port; the first stands, and is verified when any is.

    Args:
        parts: of the shelf of identifiers; what a missing one would read is not there.
        platform: whose accounts the report is about, where it does not say itself.
    """
    walk = _Walk(parts, report.incident.platform or platform)
    try:
        walk.record(report, "", _Beside(Part.OTHER, 0, Context(service=walk.platform), None))
    except _Full:
        walk.gap("", f"more than {MOST_MENTIONS} identifiers; those behind were not read")
    return Extracted(mentions=tuple(walk.found.values()), gaps=walk.all_gaps())


def mentions(report: Report, parts: Sequence[IdentifierPart], platform: str | None = None) -> list[Mention]:
    """The mentions of `extract`, for who has its gaps already."""
    return list(extract(report, parts, platform).mentions)


class _Walk:
    """One report's way through its fields; each is visited once."""

    def __init__(self, parts: Sequence[IdentifierPart], platform: str | None) -> None:
        self.parts = sorted(parts, key=lambda part: part.name)
        self.by_name = {part.name: part for part in parts}
        self.platform = platform
        self.found: dict[tuple[object, ...], Mention] = {}
        self.gaps: list[Gap] = []
        self.unnamed = 0
        self.text_left = MOST_TEXT

    def gap(self, path: str, because: str) -> None:
        """A named gap; of very many the first hundred, and those behind are counted."""
        if len(self.gaps) < _MOST_GAPS:
            self.gaps.append(Gap(path=path, because=because))
        else:
            self.unnamed += 1

    def all_gaps(self) -> tuple[Gap, ...]:
        """The gaps; a last one says how many more there are."""
        if not self.unnamed:
            return tuple(self.gaps)
        more = f"{self.unnamed:,} more fields could not be read, and are not named one by one"
        return (*self.gaps, Gap(path="", because=more))

    def record(self, record: Any, path: str, beside: _Beside) -> None:
        """All that a record and those within it state."""
        beside = _narrowed(record, beside)
        kind = type(record)
        for (name, holds), value in zip(READ[kind], VALUES[kind](record), strict=True):
            if not value:
                continue
            at = f"{path}.{name}" if path else name
            if isinstance(value, tuple):
                for number, each in enumerate(value):
                    self.value(holds, each, record, f"{at}[{number}]", beside, number)
            else:
                self.value(holds, value, record, at, beside, 0)

    def value(self, holds: Any, value: Any, record: Any, path: str, beside: _Beside, number: int) -> None:
        """What one value of a field states."""
        kind = type(holds)
        if kind is Within:
            if holds.part is not None:
                person = number if holds.part in _NO_LIST else 0
                context = Context(country=_country(value), service=beside.context.service)
                beside = _Beside(holds.part, person, context, beside.at)
            self.record(value, path, beside)
        elif kind is Words:
            self.words(value, path, beside)
        elif value.strip():
            self.identifier(holds, value, record, path, beside)

    def identifier(self, holds: Of, raw: str, record: Any, path: str, beside: _Beside) -> None:
        """A field that is an identifier, by the first part that can read it or by each."""
        label = getattr(record, holds.label_field) if holds.label_field else holds.label
        around = beside.context
        # Made anew by its fields: `replace` takes five times as long, and each field comes here.
        context = Context(country=around.country, service=around.service, label=label) if label else around
        text = (
            f"{record.calling_code}{raw.lstrip()}" if getattr(record, "calling_code", None) and raw[0] != "+" else raw
        )
        if getattr(record, "extension", None):
            text = f"{text};ext={record.extension}"
        reason = ""
        for name in holds.parts:
            part = self.by_name.get(name)
            reading = part.normalise(text, context) if part else Unusable("no part that reads it is installed")
            if isinstance(reading, Unusable):
                reason = reason or reading.reason
                continue
            self.add(reading, raw, Origin(path=path), record, beside)
            if not holds.every:
                return
            reason = ""
        if reason and not any(mention.origin.path == path for mention in reversed(self.found.values())):
            self.gap(path, reason)

    def words(self, text: str, path: str, beside: _Beside) -> None:
        """A field of words, as far as the report's allowance goes."""
        if len(text) > min(LONGEST_TEXT, self.text_left):
            self.gap(
                path, f"only the first {min(LONGEST_TEXT, self.text_left)} characters were searched for identifiers"
            )
            text = text[: min(LONGEST_TEXT, self.text_left)]
        self.text_left -= len(text)
        stated = _Beside(Part.OTHER, beside.person, beside.context, beside.at)
        for start, raw, reading in identifiers_in(text, self.parts, beside.context):
            self.add(reading, raw, Origin(path=path, start=start), None, stated)

    def add(self, reading: Reading, raw: str, origin: Origin, record: Any, beside: _Beside) -> None:
        """One mention, unless an equal one stands already."""
        port = getattr(record, "port", None) or reading.port
        verified = getattr(record, "verified", None)
        key = (reading.kind, reading.value, beside.part, beside.person, beside.at, port)
        before = self.found.get(key)
        if before is not None:
            if verified and not before.verified:
                self.found[key] = replace(before, verified=True)
            return
        if len(self.found) >= MOST_MENTIONS:
            raise _Full
        self.found[key] = Mention(
            kind=reading.kind, value=reading.value, raw=raw, origin=origin, part=beside.part, person=beside.person,
            at=beside.at, port=port, verified=verified,
        )  # fmt: skip


def _narrowed(record: Any, beside: _Beside) -> _Beside:
    """What stands beside a record's fields: its own platform and time, where it has them."""
    has = BESIDE[type(record)]
    if not has:
        return beside
    service = (
        ("platform" in has and record.platform)
        or ("client" in has and record.client)
        or beside.context.service
        or (record.service if "service" in has else None)
    )
    at = record.at if "at" in has else None
    if service == beside.context.service and (at is None or at == beside.at):
        return beside
    context = Context(country=beside.context.country, service=service, label=beside.context.label)
    return _Beside(beside.part, beside.person, context, at or beside.at)


def _country(person: Any) -> str | None:
    """The country in which a person's numbers are dialled, from where the platform believes them to be."""
    location = getattr(person, "location", None)
    if location is not None and location.country:
        return str(location.country)
    inner = getattr(person, "person", None)
    addresses = getattr(inner, "addresses", ())
    return next((str(each.country) for each in addresses if each.country), None)
