"""The JSON form of the facts: the schema table once more, with our field names and words."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from datetime import datetime

from clew.errors import InputError
from clew.parts.formats.cybertipline._check import shown
from clew.parts.formats.cybertipline._grammar import Attribute, Choice, Empty, Group, Kind, Marks, Row, Simple
from clew.parts.formats.cybertipline._values import read_value, write_value
from clew.parts.formats.cybertipline._write import row_of
from clew.records.report_file import Labelled, ReportFile

# What the viewing ledger alone may say of a file.
_OF_THE_LEDGER = {
    "viewed",
    "exif_viewed",
    "file_viewed_by_esp",
    "exif_viewed_by_esp",
    "fileViewedByEsp",
    "exifViewedByEsp",
}
_TEXTS = {Kind.TEXT, Kind.PHONE}
_FIELDS: dict[int, tuple[Group, tuple[tuple[str, Row | Attribute], ...]]] = {}
_OUR_LEDGER_FIELDS = {"viewed", "exif_viewed"}


def read_form(form: object, group: Group, path: str = "", *, ledger: bool = False) -> object:
    """The record that a JSON object holds.

    Args:
        form: as a JSON reader gives it.
        group: the record's part of the schema.
        path: of the object, for messages.
        ledger: take what the viewing ledger says; only for forms that we wrote ourselves.
    Raises:
        InputError: a field that does not exist, a value that is none, or one that only the ledger may say.
    """
    if group.text is not None and not isinstance(form, Mapping):
        form = {group.text_field: form}  # "phones": ["..."] is short for "phones": [{"number": "..."}]
    if not isinstance(form, Mapping):
        raise InputError(f"{path or 'the facts'}: expected an object, came {kind_of(form)}")
    known = dict(_fields_of(group))
    values: dict[str, object] = {}
    for name, value in form.items():
        at = f"{path}.{name}" if path else str(name)
        if group.record is ReportFile and name in _OF_THE_LEDGER and not ledger:
            raise InputError(
                f"{at}: whether a file was viewed comes from the viewing ledger and cannot be set; leave it out, "
                "the file is then reported as not viewed"
            )
        if name not in known:
            raise InputError(_unknown(name, path, known))
        if value is None or value in ("", []):
            continue
        values[name] = _read_field(value, known[name], at, ledger=ledger)
    missing = [
        each.name
        for each in fields(group.record)
        if each.default is MISSING and each.default_factory is MISSING and each.name not in values
    ]
    if missing:
        raise InputError(f"{path or 'the facts'}: expected {' and '.join(missing)}, which must be given")
    return group.record(**values)


def write_form(record: object, group: Group, *, ledger: bool = False) -> dict[str, object]:
    """The record as a JSON object, without the fields that are absent."""
    form: dict[str, object] = {}
    for name, row in _fields_of(group):
        value = getattr(record, name)
        if value is None or value in ((), frozenset()) or (name in _OUR_LEDGER_FIELDS and not ledger):
            continue
        form[name] = _write_field(value, row, ledger=ledger)
    return form


def fields_with_rows(group: Group) -> tuple[tuple[str, Row | Attribute], ...]:
    """Each field of a record with what describes it, in the order of the schema; text first."""
    return _fields_of(group)


def _fields_of(group: Group) -> tuple[tuple[str, Row | Attribute], ...]:
    """The same, found once: a group of the table lives as long as the process, and is kept beside its fields."""
    known = _FIELDS.get(id(group))
    if known is None:
        known = _FIELDS[id(group)] = (group, tuple(_each_field(group)))
    return known[1]


def _each_field(group: Group) -> Iterator[tuple[str, Row | Attribute]]:
    if group.text is not None:
        yield group.text_field, Row(name="", field=group.text_field, of=group.text, knows=group.text_knows, least=1)
    for row in group.rows:
        if row.field and not isinstance(row.of, Empty):
            yield row.field, row
        yield from ((each.field, each) for each in row.attributes)
    yield from ((each.field, each) for each in group.attributes)
    yield from ((row.field, row) for row in group.extras)


# ---------------------------------------------------------------- reading


def _read_field(value: object, row: Row | Attribute, path: str, *, ledger: bool) -> object:
    if isinstance(row, Attribute):
        return read_simple(value, row.of, path)
    if isinstance(row.of, Group) and row.of.record is Labelled:
        return tuple(read_further(value, path))
    if isinstance(row.of, Marks):
        return frozenset(read_mark(each, row.of, path) for each in _list(value, path))
    if row.most is None:
        each = enumerate(_list(value, path))
        return tuple(_read_one(one, row, f"{path}[{number}]", ledger=ledger) for number, one in each)
    return _read_one(value, row, path, ledger=ledger)


def _read_one(value: object, row: Row, path: str, *, ledger: bool) -> object:
    if isinstance(row.of, Group):
        return read_form(value, row.of, path, ledger=ledger)
    if isinstance(row.of, Choice):
        rows = {each.field: each for each in row.of.rows}
        if not isinstance(value, Mapping) or len(value) != 1 or next(iter(value)) not in rows:
            raise InputError(f"{path}: expected an object with one of: {', '.join(rows)}")
        name = next(iter(value))
        return _read_one(value[name], rows[name], f"{path}.{name}", ledger=ledger)
    return read_simple(value, row.of, path) if isinstance(row.of, Simple) else None


def read_simple(value: object, simple: Simple, path: str) -> object:
    wanted = f"{path}: expected {expected(simple)}, came "
    if simple.kind is Kind.TRUTH:
        if not isinstance(value, bool):
            raise InputError(wanted + kind_of(value))
        return value
    if simple.kind in {Kind.INT, Kind.LONG, Kind.DEGREES}:
        return _read_number(value, simple, wanted)
    if not isinstance(value, str):
        if isinstance(value, int) and not isinstance(value, bool) and simple.kind in _TEXTS and not simple.words:
            return str(value)  # an account's number is its name
        raise InputError(wanted + kind_of(value))
    if simple.words:
        ours = {str(word): word for word in simple.words.values()}
        if value not in ours and value not in simple.words:
            raise InputError(f"{wanted}{len(value)} characters that are none of them")
        return ours.get(value, simple.words.get(value))
    if simple.kind in {Kind.MOMENT, Kind.DAY}:
        return _read_time(value, simple, wanted)
    return value


def _read_number(value: object, simple: Simple, wanted: str) -> object:
    if isinstance(value, str) and simple.kind is Kind.LONG and value.isascii() and value.isdigit():
        value = int(value)  # numbers of reports are kept as text by many
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(wanted + kind_of(value))
    if simple.kind is Kind.DEGREES:
        return float(value)
    if not isinstance(value, int):
        raise InputError(wanted + "a number with a fraction")
    return value


def _read_time(text: str, simple: Simple, wanted: str) -> object:
    try:
        read = read_value(simple, text)
    except InputError:
        raise InputError(f"{wanted}{len(text)} characters that are none") from None
    if isinstance(read, datetime) and not text.strip().endswith("Z") and text.strip()[-6:-5] not in {"+", "-"}:
        raise InputError(f"{wanted}one without its offset; write Z for UTC, or +01:00")
    return read


def read_mark(value: object, marks: Marks, path: str) -> object:
    ours = {str(word): word for word in marks.words.values()}
    if not isinstance(value, str) or (value not in ours and value not in marks.words):
        raise InputError(f"{path}: expected each to be one of: {', '.join(ours)}")
    return ours.get(value, marks.words.get(value))


def read_further(value: object, path: str) -> Iterator[Labelled]:
    """Facts without a field: an object of labels, as deep as it may be, or a list of labels with texts."""
    if isinstance(value, list) and all(
        isinstance(each, Mapping) and each.keys() == {"label", "text"} for each in value
    ):
        yield from (Labelled(label=str(each["label"]), text=str(each["text"])) for each in value)
    elif isinstance(value, Mapping):
        for label, text in value.items():
            yield from _labelled(str(label), text, path)
    else:
        raise InputError(f"{path}: expected an object of labels and texts, came {kind_of(value)}")


def _labelled(label: str, value: object, path: str) -> Iterator[Labelled]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _labelled(f"{label}, {name}", inner, path)
    elif isinstance(value, list):
        for inner in value:
            yield from _labelled(label, inner, path)
    elif isinstance(value, bool):
        yield Labelled(label=label, text="yes" if value else "no")
    elif value is not None:
        yield Labelled(label=label, text=str(value))


def _list(value: object, path: str) -> list[object]:
    if not isinstance(value, list):
        raise InputError(f"{path}: expected a list, came {kind_of(value)}")
    return value


def expected(simple: Simple) -> str:
    """What a value must be, in words."""
    if simple.words:
        return "one of: " + ", ".join(str(word) for word in simple.words.values())
    if simple.kind is Kind.MOMENT:
        return "a time with its offset, as 2026-03-08T01:58:21Z"
    if simple.kind is Kind.DAY:
        return "a date, as 2009-03-08"
    return str(simple.kind.value)


def _unknown(name: object, path: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"; is it '{near[0]}'?" if near else ""
    place = f" of {path}" if path else ""
    way = "; what has no field belongs into 'further'" if "further" in known else ""
    return f"'{shown(str(name))}' is no field{place}{hint}{way}"


def kind_of(value: object) -> str:
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return kinds.get(type(value), "nothing")


# ---------------------------------------------------------------- writing


def _write_field(value: object, row: Row | Attribute, *, ledger: bool) -> object:
    if isinstance(row, Row) and isinstance(row.of, Group) and row.of.record is Labelled and isinstance(value, tuple):
        return _write_further(value)
    if isinstance(value, frozenset):
        return sorted(str(each) for each in value)
    if isinstance(value, tuple):
        return [_write_one(each, row, ledger=ledger) for each in value]
    return _write_one(value, row, ledger=ledger)


def _write_one(value: object, row: Row | Attribute, *, ledger: bool) -> object:
    if isinstance(row, Row) and isinstance(row.of, Group):
        return write_form(value, row.of, ledger=ledger)
    if isinstance(row, Row) and isinstance(row.of, Choice):
        chosen = row_of(row.of, value)
        return {chosen.field: _write_one(value, chosen, ledger=ledger)}
    simple = row.of
    if isinstance(value, bool | int | float):
        return value
    if isinstance(simple, Simple) and not simple.words:
        return write_value(simple, value)
    return str(value)


def _write_further(facts: tuple[Labelled, ...]) -> object:
    if len({each.label for each in facts}) == len(facts):
        return {each.label: each.text for each in facts}
    return [{"label": each.label, "text": each.text} for each in facts]
