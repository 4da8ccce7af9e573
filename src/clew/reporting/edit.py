"""One fact of a report's JSON form at a time: set, taken away, or stated to be absent, by its path and as text.

A path names a place in the form, as "subjects[0].person.phones[1].number"; the schema says what may stand there.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from clew.errors import InputError
from clew.parts.formats.base import FieldSpec
from clew.records.report import AbsenceReason

_STEP = re.compile(r"([a-z_]+)(?:\[(\d{1,3})\])?")
# A list of a form grows by one at a time; somebody who means to write the 500th person has mistyped.
_MOST_INDEX = 199
_STRUCTURES = ("object", "one of its fields", "marks")
# What the viewing ledger alone may say.
_LEDGER = ("viewed", "exif_viewed", "key")

Form = dict[str, Any]
# What a text means in the field of a path; it raises InputError when it is nothing that stands there.
ReadText = Callable[[str, str], object]


def scalar_paths(specs: Sequence[FieldSpec]) -> list[FieldSpec]:
    """The fields that take one value, in the schema's order: what a person may fill."""
    return [
        each
        for each in specs
        if each.type not in _STRUCTURES and each.path and each.path.rpartition(".")[2] not in _LEDGER
    ]


def leaves_of(path: str, specs: Sequence[FieldSpec]) -> list[str]:
    """The paths of the values that close a gap: the best one first, then those that must not be without each other."""
    plain = _plain(path)
    fields = scalar_paths(specs)
    if any(each.path == plain for each in fields):
        return [path]
    # A label of one's own closes no gap.
    below = [
        each for each in fields if each.path.startswith((f"{plain}.", f"{plain}[]")) and ".further[]" not in each.path
    ]
    if not below:
        return [path]
    # By the platform's own id an account is found; by another of its values, perhaps.
    by_id = next((each for each in below if each.path in {f"{plain}.identifier", f"{plain}[].identifier"}), None)
    chosen = by_id or next(
        (each for each in below if each.least or each.path.endswith((".country", ".email", ".urls[]"))), below[0]
    )
    owner = chosen.path.rpartition(".")[0]
    with_it = [each for each in below if each.least and each is not chosen and each.path.rpartition(".")[0] == owner]
    return [path + each.path[len(plain) :].replace("[]", "[0]") for each in (chosen, *with_it)]


def set_fact(form: Form, path: str, text: str, specs: Sequence[FieldSpec], read: ReadText) -> None:
    """The value stands at the path; what leads there is made. An empty text takes it away.

    Raises:
        InputError: no such field, or no value that it takes; the form is then as it was.
    """
    _spec_of(path, specs)
    if not text.strip():
        _take_away(form, path)
        return
    value = read(path, text.strip())
    _unstate(form, path)
    place: Any = form
    steps = list(_steps(path))
    for (name, index), following in zip(steps, [*steps[1:], None], strict=True):
        last = following is None
        if index is None:
            if last:
                place[name] = value
            else:
                place = place.setdefault(name, {})
            continue
        entries = place.setdefault(name, [])
        if not isinstance(entries, list) or index > len(entries):
            raise InputError(f"the next of {name} has the number {len(entries)}, got {index}")
        if index == len(entries):
            entries.append(value if last else {})
        elif last:
            entries[index] = value
        place = entries[index]
        if not last and not isinstance(place, dict):
            raise InputError(f"{name}[{index}] is a value and has no fields of its own")


def find_fact(form: Mapping[str, object], path: str) -> str:
    """What stands at the path, as the text that a person would type; empty when nothing does."""
    place: object = form
    for name, index in _steps(path):
        place = place.get(name) if isinstance(place, Mapping) else None
        if index is not None:
            place = place[index] if isinstance(place, list) and index < len(place) else None
    if isinstance(place, bool):
        return "true" if place else "false"
    return str(place) if isinstance(place, str | int | float) else ""


def state_absent(form: Form, path: str, reason: str, because: str) -> None:
    """The report says on purpose that this is not held, not known or not shared, and why.

    Raises:
        InputError: the reason is none of those.
    """
    if reason not in set(AbsenceReason):
        raise InputError(f"say why: one of {', '.join(AbsenceReason)}")
    stated: list[Mapping[str, str]] = [each for each in form.get("absent", []) if each.get("field") != path]
    entry = {"field": path, "reason": reason}
    if because.strip():
        entry["because"] = because.strip()
    form["absent"] = [*stated, entry]


def _unstate(form: Form, path: str) -> None:
    """What has a value is absent no more."""
    left = [
        each
        for each in form.get("absent", [])
        if not (path == each.get("field") or path.startswith((f"{each.get('field')}.", f"{each.get('field')}[")))
    ]
    if left:
        form["absent"] = left
    else:
        form.pop("absent", None)


def _spec_of(path: str, specs: Sequence[FieldSpec]) -> FieldSpec:
    plain = _plain(path)
    for each in scalar_paths(specs):
        if each.path in {plain, f"{plain}[]"} and (each.path == plain or path.endswith("]")):
            return each
    raise InputError("choose a field of the list, with a number for each list in it, as subjects[0].screen_name")


def _plain(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


def _steps(path: str) -> Iterator[tuple[str, int | None]]:
    for part in path.split("."):
        found = _STEP.fullmatch(part)
        if found is None or (found[2] is not None and int(found[2]) > _MOST_INDEX):
            raise InputError("a path is names with points between them and numbers in brackets")
        yield found[1], None if found[2] is None else int(found[2])


def _take_away(form: Form, path: str) -> None:
    """The value is gone, and with it each part of the form that held nothing else."""
    way: list[tuple[Any, str | int]] = []
    place: Any = form
    for name, index in _steps(path):
        for key in (name,) if index is None else (name, index):
            there = isinstance(place, dict) and key in place
            if not there and not (isinstance(place, list) and isinstance(key, int) and key < len(place)):
                return
            way.append((place, key))
            place = place[key]
    for holder, key in reversed(way):
        del holder[key]
        if holder:
            return
