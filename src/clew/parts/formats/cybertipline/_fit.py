"""A report is brought within what the grammar can bear, and nothing of it is lost on the way.

A text that is too long is cut where it stands, a value that is none (a URL with spaces, a time to come) is taken out;
either stands whole, with its label, in the nearest additional information. What the grammar demands stays as it is.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from clew.ground.safe_xml import unwritable, writable
from clew.parts.formats.base import Fitted, Rule
from clew.parts.formats.cybertipline._grammar import (
    Attribute,
    Choice,
    Empty,
    Group,
    Kind,
    Marks,
    Row,
    Simple,
    known,
)
from clew.parts.formats.cybertipline._mend import MENDS
from clew.parts.formats.cybertipline._table import FILE, REPORT
from clew.parts.formats.cybertipline._values import write_value, wrong_with
from clew.parts.formats.cybertipline._write import row_of, values_of
from clew.records import report as r
from clew.records.composing import Change
from clew.records.report_file import Labelled, hanging
from clew.records.subject import Email


def fitted(report: r.Report, profile: str, at: datetime) -> Fitted:
    """The report as the grammar bears it, with a note for everything that was changed."""
    work = _Fitting(profile=profile, at=at, batch=report.batch is not None)
    if not work.batch:
        report = _with_owned_addresses(report, work)
    made = work.group(report, REPORT, "", required=True)
    files = tuple(
        work.group(file, FILE, f"files[{number}]", required=True).record for number, file in enumerate(report.files)
    )
    report = replace(made.record, files=files)
    return Fitted(report=report, notes=tuple(work.notes), emptied=frozenset(work.emptied))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """A record in form; None when it is told in words instead. `moved` is for the record around it."""

    record: Any
    moved: tuple[Labelled, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Fitting:
    profile: str
    at: datetime
    batch: bool
    notes: list[Change] = field(default_factory=list)
    emptied: set[str] = field(default_factory=set)

    def group(self, record: Any, group: Group, path: str, *, required: bool = False) -> _Fit:
        """A record of the schema, its values brought into form."""
        told: list[Labelled] = []
        mend = MENDS.get(type(record))
        if mend is not None and not self.batch:
            mended, told = mend(record)
            if mended is None:
                self._alone(record, group, path)
                return _Fit(record=None, moved=tuple(told))
            record = mended
            self._contradicted(path, told)
        moved = list(told)
        changes: dict[str, object] = {}
        for row in group.rows:
            if (
                row.field
                and not isinstance(row.of, Empty)
                and not self._row(record, row, path, changes, moved, required)
            ):
                return _Fit(record=None, moved=(*told, *_told(record, group)))
        for each in group.attributes:
            self._attribute(record, each, path, changes, moved)
            if each.required and changes.get(each.field) is None:
                return _Fit(record=None, moved=(*told, *_told(record, group)))
        if group.text is not None:
            kept = self._simple(getattr(record, group.text_field), group.text, path, group.text_field, moved, cut=False)
            if kept is None and not required:
                return _Fit(record=None, moved=(*told, *_told(record, group)))
            changes[group.text_field] = getattr(record, group.text_field) if kept is None else kept
        record = replace(record, **changes) if changes else record
        if moved and hasattr(record, "additional_info"):
            return _Fit(record=_with_lines(record, moved))
        return _Fit(record=record, moved=tuple(moved))

    def _row(
        self, record: Any, row: Row, path: str, changes: dict[str, object], moved: list[Labelled], required: bool
    ) -> bool:
        """One row is in form; false when the record cannot be without what had to be taken out."""
        values = values_of(row, record)
        if not values:
            self._lonely_attributes(record, row, path, changes, moved)
            return True
        if isinstance(row.of, Marks):
            changes[row.field] = self._marks(values[0], row, path, moved)
            return True
        several = row.most is None
        kept: list[object] = []
        for number, value in enumerate(values):
            here = f"{row.field}[{number}]" if several else row.field
            one = self._value(value, row, path, here, moved)
            if one is None and row.least and required:
                one = value  # the document is nothing without it; validating names it to a person
            if one is not None:
                kept.append(one)
            else:
                self.emptied.add(f"{path}.{here}" if path else here)
        if row.least and not kept:
            return False
        changes[row.field] = tuple(kept) if several else (kept[0] if kept else None)
        for each in row.attributes:
            self._attribute(record, each, path, changes, moved)
        if not kept:
            self._lonely_attributes(record, row, path, changes, moved)
        return True

    def _value(self, value: Any, row: Row, path: str, here: str, moved: list[Labelled]) -> object | None:
        of = row.of
        where = f"{path}.{here}" if path else here
        if isinstance(of, Choice):
            chosen = row_of(of, value)
            return self._value(value, chosen, where, chosen.field, moved)
        if not known(row.since, self.profile):
            self._gone(where, f"the schema {self.profile} does not know it")
            moved += _told_value(value, row, here)
            return None
        if isinstance(of, Group):
            # Only what every document must have is kept although it is wrong.
            fit = self.group(value, of, where, required=row.least > 0 and of.record in _ROOTED)
            moved += (Labelled(label=f"{_words(here)}, {each.label}", text=each.text) for each in fit.moved)
            return fit.record  # type: ignore[no-any-return]
        return self._simple(value, of, path, here, moved) if isinstance(of, Simple) else value

    def _simple(
        self, value: object, simple: Simple, path: str, here: str, moved: list[Labelled], *, cut: bool = True
    ) -> object | None:
        """The value in form; None when it was taken out."""
        where = f"{path}.{here}" if path else here
        if isinstance(value, str) and unwritable(value):
            self._note(where, "characters that XML cannot bear are replaced by U+FFFD")
            value = writable(value)
        text = write_value(simple, value)
        wrong = list(wrong_with(simple, text, self.at))
        if not wrong or self.batch:
            return value
        moved.append(Labelled(label=_words(here), text=text))
        if cut and simple.kind in _CUT and simple.max_chars and {rule for rule, _, _ in wrong} == {Rule.LENGTH}:
            self._note(where, f"longer than {simple.max_chars:,} characters; cut there, whole in words")
            return text[: simple.max_chars]
        rule, expected, came = wrong[0]
        self._gone(where, f"expected {expected}, came {came} ({rule.value})", expected)
        return None

    def _alone(self, record: Any, group: Group, path: str) -> None:
        """The record as a whole is told in words: for a value in it that is none, or for one that it lacks."""
        values = [(row, getattr(record, row.field)) for row in group.rows if isinstance(row.of, Simple)]
        wrong = [
            (row.field, found)
            for row, value in values
            if isinstance(row.of, Simple) and value is not None
            for found in list(wrong_with(row.of, write_value(row.of, value), self.at))[:1]
        ]
        for name, (rule, expected, came) in wrong:
            self._gone(f"{path}.{name}", f"expected {expected}, came {came} ({rule.value})", expected)
        if not wrong:
            self._gone(path, "it lacks what the service demands of it")

    def _contradicted(self, path: str, told: list[Labelled]) -> None:
        for each in told:
            self._gone(f"{path}.{each.label.replace(' ', '_')}", "it contradicts what stands beside it")

    def _gone(self, path: str, why: str, expected: str = "") -> None:
        """The field has no value any more."""
        self.emptied.add(path)
        self._note(path, f"{why}; told in words", expected)

    def _note(self, path: str, told: str, expected: str = "") -> None:
        self.notes.append(Change(path=path, told=told, expected=expected))

    def _attribute(
        self, record: Any, each: Attribute, path: str, changes: dict[str, object], moved: list[Labelled]
    ) -> None:
        value = changes.get(each.field, getattr(record, each.field))
        if value is not None:
            changes[each.field] = self._simple(value, each.of, path, each.field, moved)

    def _lonely_attributes(
        self, record: Any, row: Row, path: str, changes: dict[str, object], moved: list[Labelled]
    ) -> None:
        """An attribute whose element is absent has no place."""
        for each in row.attributes:
            value = changes.get(each.field, getattr(record, each.field))
            if value is not None and not isinstance(row.of, Empty):
                here = f"{path}.{each.field}" if path else each.field
                self._gone(here, f"it has no place without {row.field}")
                moved.append(Labelled(label=_words(each.field), text=write_value(each.of, value)))
                changes[each.field] = None

    def _marks(self, chosen: Any, row: Row, path: str, moved: list[Labelled]) -> frozenset[object]:
        marks = row.of
        if not isinstance(marks, Marks):
            return frozenset(chosen)
        new = {marks.words[name] for name, since in marks.since.items() if not known(since, self.profile)}
        for word in sorted(str(each) for each in chosen & new):
            self._note(f"{path}.{row.field}", f"the schema {self.profile} does not know '{word}'; told in words")
            moved.append(Labelled(label=_words(row.field), text=word))
        return frozenset(chosen - new) if not self.batch else frozenset(chosen)


_CUT = {Kind.TEXT, Kind.PHONE}
# The records that a document cannot be without; a wrong value in them is a person's to mend.
_ROOTED = {r.Incident, r.Reporter, r.Person}


# ---------------------------------------------------------------- addresses of a mail or newsgroup


def _with_owned_addresses(report: r.Report, work: _Fitting) -> r.Report:
    """Addresses of a mail or newsgroup that stand under nobody are told in words, since the service refuses them."""
    theirs = {email.address.strip().lower() for email in _emails_of(report)}
    return replace(report, details=tuple(_owned(each, theirs, work) for each in report.details))


def _owned(detail: r.IncidentDetail, theirs: set[str], work: _Fitting) -> r.IncidentDetail:
    if not isinstance(detail, r.Mail | r.Newsgroup):
        return detail
    kept = tuple(each for each in detail.addresses if each.address.strip().lower() in theirs)
    strangers = (each for each in detail.addresses if each not in kept)
    told = [Labelled(label="mail address of nobody in this report", text=each.address) for each in strangers]
    if not told:
        return detail
    told_as = "some stand under no account of the report; told in words"
    work.notes.append(Change(path="details.addresses", told=told_as))
    owned: r.IncidentDetail = _with_lines(replace(detail, addresses=kept), told)
    return owned


def _emails_of(report: r.Report) -> list[Email]:
    people = [*(each.person for each in report.subjects), *(each.person for each in report.recipients)]
    people += [each.person for each in report.victims]
    others = [*(other for each in report.subjects for other in each.associated)]
    others += [other for each in report.victims for other in each.associated]
    return [email for each in (*people, *others) if each is not None for email in each.emails]


# ---------------------------------------------------------------- in words


def _with_lines(record: Any, facts: list[Labelled]) -> Any:
    lines = "\n".join(hanging(f"{each.label[:1].upper()}{each.label[1:]}: {writable(each.text)}") for each in facts)
    info = record.additional_info
    if isinstance(info, tuple):
        return replace(record, additional_info=(*info, lines))
    return replace(record, additional_info=f"{info}\n{lines}" if info else lines)


def _words(here: str) -> str:
    """A field as a person reads it: "ip_events[1]" becomes "ip events 2"."""
    name, _, number = here.partition("[")
    words = name.replace("_", " ")
    return f"{words} {int(number.rstrip(']')) + 1}" if number else words


def _told_value(value: Any, row: Row, here: str) -> list[Labelled]:
    if isinstance(row.of, Group):
        return [Labelled(label=f"{_words(here)}, {each.label}", text=each.text) for each in _told(value, row.of)]
    return [Labelled(label=_words(here), text=write_value(row.of, value) if isinstance(row.of, Simple) else str(value))]


def _told(record: Any, group: Group) -> list[Labelled]:
    """Every value of a record, in words."""
    found: list[Labelled] = []
    if group.text is not None:
        found.append(
            Labelled(label=_words(group.text_field), text=write_value(group.text, getattr(record, group.text_field)))
        )
    for row in group.rows:
        for number, value in enumerate(values_of(row, record) if row.field else ()):
            found += _told_value(value, row, f"{row.field}[{number}]" if row.most is None else row.field)
    for each in group.attributes:
        value = getattr(record, each.field)
        if value is not None:
            found.append(Labelled(label=_words(each.field), text=write_value(each.of, value)))
    return found
