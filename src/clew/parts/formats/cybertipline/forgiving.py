"""The JSON form of the facts as strangers write it: what can be read is, what cannot is a gap and stays as words.

Nothing is lost: a value that is none, a field that does not exist, and a record that lacks what it cannot be without
stand among the report's further facts, under the path at which they stood.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime

from clew.errors import InputError
from clew.parts.formats.cybertipline._facts import (
    fields_with_rows,
    kind_of,
    read_further,
    read_mark,
    read_simple,
)
from clew.parts.formats.cybertipline._grammar import Attribute, Choice, Group, Kind, Marks, Row, Simple
from clew.parts.formats.cybertipline._table import REPORT
from clew.records.intake import Gap
from clew.records.report import AssociatedAccount, Incident, Report, Reporter, Victim
from clew.records.report_file import Labelled, ReportFile

# What a record cannot be without, and can be given without saying anything.
_STAND_INS: dict[type, dict[str, object]] = {
    Report: {"incident": {}, "reporter": {}},
    Reporter: {"person": {}},
    Victim: {"person": {}},
    AssociatedAccount: {"tie": "other"},
}
_TRUTHS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
_NO_OFFSET = Gap(
    path="", because="a time without its offset from UTC, which is kept as words", cost="it may be off by half a day"
)
# Source: PostgreSQL and our own rows hold 64 bits.
_LONGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgiven:
    """What a form holds.

    Attributes:
        untimed: it says no time of the incident; the report's is a stand-in.
    """

    report: Report
    gaps: tuple[Gap, ...]
    untimed: bool


@dataclass(slots=True)
class _Left:
    """What had no place, on its way to the report's further facts."""

    at: datetime
    gaps: list[Gap] = field(default_factory=list)
    words: list[Labelled] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    untimed: bool = False

    def keep(self, value: object, path: str, because: str, cost: str = "") -> None:
        """A gap, and the value as words."""
        self.gaps.append(Gap(path=path, because=because, cost=cost))
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        if text.strip():
            self.words.append(Labelled(label=path or "further", text=text))


def read_forgivingly(form: object, at: datetime) -> Forgiven:
    """The report that a JSON object holds, whatever is wrong with it.

    Args:
        form: as a JSON reader gives it.
        at: what stands for the time of an incident without one.
    Raises:
        InputError: it is no object at all.
    """
    if not isinstance(form, Mapping):
        raise InputError(f"expected an object with the facts of a report, came {kind_of(form)}")
    left = _Left(at=at)
    read = _group(form, REPORT, "", left)
    if not isinstance(read, Report):
        raise InputError("expected an object with the facts of a report")
    report = replace(read, further=(*read.further, *left.words))
    return Forgiven(report=report, gaps=tuple(left.gaps), untimed=left.untimed)


def _group(form: object, group: Group, path: str, left: _Left) -> object | None:
    """The record of an object; None when it is none, which is then kept as words."""
    if group.text is not None and not isinstance(form, Mapping):
        form = {group.text_field: form}
    if not isinstance(form, Mapping):
        left.keep(form, path, f"expected an object, came {kind_of(form)}")
        return None
    known = dict(fields_with_rows(group))
    values: dict[str, object] = {}
    for name, value in _said(form).items():
        here = f"{path}.{name}" if path else str(name)
        if name not in known:
            left.keep({str(name): value}, path, "a field that does not exist, which is kept as words")
            continue
        found = _field(value, known[name], here, left)
        if found is not None:
            values[str(name)] = found
    for name, value in _STAND_INS.get(group.record, {}).items():
        if name not in values:
            values[name] = _field(value, known[name], f"{path}.{name}", left)
    _stand_in(values, group.record, left)
    lacking = [
        each.name
        for each in fields(group.record)
        if each.default is MISSING and each.default_factory is MISSING and each.name not in values
    ]
    if lacking:
        left.keep(form, path, f"lacks {' and '.join(lacking)}, and is kept as words")
        return None
    made: object = group.record(**values)
    return made


def _said(form: Mapping[object, object]) -> dict[object, object]:
    return {name: value for name, value in form.items() if value is not None and value not in ("", [])}


def _stand_in(values: dict[str, object], record: type, left: _Left) -> None:
    if record is Incident and "at" not in values:
        left.untimed = True
        values["at"] = left.at
    if record is ReportFile:
        key = str(values.get("key") or f"file {len(left.keys) + 1}")
        while key in left.keys:
            key += "'"
        left.keys.add(key)
        values["key"] = key


def _field(value: object, row: Row | Attribute, path: str, left: _Left) -> object | None:
    if isinstance(row, Attribute):
        return _simple(value, row.of, path, left)
    if isinstance(row.of, Group) and row.of.record is Labelled:
        return _further(value, path, left)
    if isinstance(row.of, Marks):
        return frozenset(found for each in _list(value) if (found := _mark(each, row.of, path, left)) is not None)
    if row.most is None:
        several = [_one(each, row, f"{path}[{number}]", left) for number, each in enumerate(_list(value))]
        return tuple(each for each in several if each is not None)
    if isinstance(value, list):
        for number, each in enumerate(value[1:], start=1):
            left.keep(each, f"{path}[{number}]", "a second value where one can stand, which is kept as words")
        value = value[0]
    return _one(value, row, path, left)


def _one(value: object, row: Row, path: str, left: _Left) -> object | None:
    if value is None:
        return None
    if isinstance(row.of, Group):
        return _group(value, row.of, path, left)
    if isinstance(row.of, Choice):
        rows = {each.field: each for each in row.of.rows}
        name = next(iter(value)) if isinstance(value, Mapping) and len(value) == 1 else None
        if not isinstance(value, Mapping) or name not in rows:
            left.keep(value, path, f"expected an object with one of: {', '.join(rows)}")
            return None
        return _one(value[name], rows[name], f"{path}.{name}", left)
    return _simple(value, row.of, path, left) if isinstance(row.of, Simple) else None


def _simple(value: object, simple: Simple, path: str, left: _Left) -> object | None:
    try:
        read = read_simple(_mended(value, simple), simple, path)
    except InputError as error:
        if simple.kind is Kind.MOMENT and _is_moment_without_offset(value):
            left.keep(value, path, _NO_OFFSET.because, _NO_OFFSET.cost)
        else:
            left.keep(value, path, str(error).removeprefix(f"{path}: ") + "; it is kept as words")
        return None
    if isinstance(read, int) and abs(read) > _LONGEST_NUMBER:
        left.keep(value, path, "a number of more than 64 bits; it is kept as words")
        return None
    return read


def _mended(value: object, simple: Simple) -> object:
    """Numbers and yes or no as many write them: as text."""
    text = value.strip() if isinstance(value, str) else ""
    if simple.kind is Kind.TRUTH and text.lower() in _TRUTHS:
        return _TRUTHS[text.lower()]
    if simple.kind is Kind.INT and text.isascii() and text.isdigit() and len(text) < len(str(_LONGEST_NUMBER)):
        return int(text)
    if simple.kind in {Kind.INT, Kind.LONG} and isinstance(value, float) and value.is_integer():
        return int(value)
    if simple.words and text:
        by_case = {str(word).lower(): str(word) for word in simple.words.values()}
        return by_case.get(text.lower(), text)
    return value


def _is_moment_without_offset(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value.strip()).tzinfo is None
    except ValueError:
        return False


def _mark(value: object, marks: Marks, path: str, left: _Left) -> object | None:
    try:
        return read_mark(value, marks, path)
    except InputError as error:
        left.keep(value, path, str(error).removeprefix(f"{path}: ") + "; it is kept as words")
        return None


def _further(value: object, path: str, left: _Left) -> tuple[Labelled, ...]:
    try:
        return tuple(read_further(value, path))
    except InputError:
        left.keep(value, path, f"expected an object of labels and texts, came {kind_of(value)}; it is kept as words")
        return ()


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
