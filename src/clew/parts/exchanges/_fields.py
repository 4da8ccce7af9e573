"""The fields of an entry as text: one reading and one writing of each, which CSV and JSON lines share.

type, value              the signal type and the hash; the only ones that must be there
quality                  0 to 100
category                 SCHEME:CODE, or the two in category_scheme and category_code
vetted                   true or false; nothing takes the list's word
opinions                 a JSON array of {"member", "standing", "at"}
made_at, expires_at      ISO 8601; without an offset it is UTC
note                     free text
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from clew.errors import InputError
from clew.ground.clock import iso
from clew.ground.text import bears_controls
from clew.parts.exchanges.base import FaultKind, Reading, shown
from clew.records.hashlist import Category, Entry, NewEntry, Opinion, RowFault, Standing

REQUIRED = ("type", "value")
FIELDS = (
    *REQUIRED,
    "quality",
    "category",
    "category_scheme",
    "category_code",
    "vetted",
    "opinions",
    "made_at",
    "expires_at",
    "note",
)
# What export writes; the category stands in one field.
WRITTEN = ("type", "value", "quality", "category", "vetted", "opinions", "made_at", "expires_at", "note")

_MAX_NOTE, _MAX_NAME, _MAX_OPINIONS, _MAX_QUALITY = 2_000, 100, 1_000, 100
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")
# A date alone or with a time; `fromisoformat` alone would also take "20240101" and week dates, which are mostly slips.
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?")


class FieldError(Exception):
    """One field cannot be used; becomes the fault of its row."""

    def __init__(self, kind: FaultKind, fault: str) -> None:
        super().__init__(fault)
        self.kind = kind


def read_entry(cells: Mapping[str, object], row: int, reading: Reading) -> NewEntry | RowFault:
    """The entry that a row's fields make, or the first fault among them. Absent, None and "" are the same."""
    try:
        return _entry(cells, reading)
    except FieldError as error:
        return reading.fault(row, error.kind, str(error))


def write_entry(entry: Entry) -> dict[str, object]:
    """The fields of an entry that are not empty, as JSON has them, in the order of `WRITTEN`."""
    fields: dict[str, object] = {"type": entry.type, "value": entry.value.hex()}
    if entry.quality is not None:
        fields["quality"] = entry.quality
    if entry.category is not None:
        fields["category"] = f"{entry.category.scheme}:{entry.category.code}"
    fields["vetted"] = entry.vetted
    if entry.opinions:
        fields["opinions"] = [
            {"member": each.member, "standing": each.standing.value, "at": iso(each.at)} for each in entry.opinions
        ]
    for name, at in (("made_at", entry.made_at), ("expires_at", entry.expires_at)):
        if at is not None:
            fields[name] = iso(at)
    if entry.note is not None:
        fields["note"] = entry.note
    return fields


def read_moment(name: str, given: object) -> datetime:
    """A moment in ISO 8601; FieldError else."""
    text = given.strip() if isinstance(given, str) else ""
    try:
        at = datetime.fromisoformat(text if _DATE.fullmatch(text) else "")
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise FieldError(
            FaultKind.PARTICULAR,
            f"{name} must be a date such as 2026-03-08 or 2026-03-08T01:58:00Z, got {_described(given)}",
        ) from None


def read_text(name: str, given: object, longest: int) -> str:
    """A text that every store and screen can bear; FieldError else."""
    if not isinstance(given, str):
        raise FieldError(FaultKind.PARTICULAR, f"{name} must be text, got {_described(given)}")
    if len(given) > longest:
        raise FieldError(FaultKind.PARTICULAR, f"{name} must have at most {longest:,} characters, got {len(given):,}")
    # NUL is refused by PostgreSQL; half a surrogate pair, which JSON can write, by every encoder; a screen obeys the
    # others. Only a note has lines.
    if bears_controls(given.strip(" \t\r\n"), lines=name == "note"):
        raise FieldError(FaultKind.PARTICULAR, f"{name} must be printable text, got a control character")
    return given


def read_hash(type_name: object, given: object, quality: int | None, reading: Reading) -> NewEntry:
    """An entry of a type and a hash alone; FieldError when the type is unknown or the hash is none of it."""
    if not isinstance(type_name, str) or not type_name:
        raise FieldError(FaultKind.UNKNOWN_TYPE, f"type must name a signal type, got {_described(type_name)}")
    known = reading.find_type(type_name)
    if known is None:
        raise FieldError(
            FaultKind.UNKNOWN_TYPE,
            f"type '{shown(type_name)}' is not known; known are {', '.join(sorted(reading.types))}",
        )
    if not isinstance(given, str) or not given:
        raise FieldError(FaultKind.HASH, f"value must be the {known.name} hash as text, got {_described(given)}")
    try:
        value = known.parse(given.strip())
        known.check(value, quality)
    except InputError as error:
        raise FieldError(FaultKind.HASH, str(error)) from None
    return NewEntry(type=known.name, value=value, quality=quality)


def _entry(cells: Mapping[str, object], reading: Reading) -> NewEntry:
    given = {name: cell for name in FIELDS if (cell := cells.get(name)) is not None and cell != ""}
    quality = _quality(given.get("quality"))
    bare = read_hash(given.get("type"), given.get("value"), quality, reading)
    if len(given) == len(REQUIRED):
        return bare
    return NewEntry(
        type=bare.type,
        value=bare.value,
        quality=quality,
        category=_category(given),
        vetted=_vetted(given["vetted"]) if "vetted" in given else None,
        opinions=_opinions(given["opinions"]) if "opinions" in given else (),
        made_at=read_moment("made_at", given["made_at"]) if "made_at" in given else None,
        expires_at=read_moment("expires_at", given["expires_at"]) if "expires_at" in given else None,
        note=read_text("note", given["note"], _MAX_NOTE) if "note" in given else None,
    )


def _quality(given: object) -> int | None:
    if given is None:
        return None
    text = given.strip() if isinstance(given, str) else str(given) if type(given) is int else ""
    if text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_QUALITY)) and int(text) <= _MAX_QUALITY:
        return int(text)
    raise FieldError(FaultKind.PARTICULAR, f"quality must be a whole number from 0 to 100, got {_described(given)}")


def _category(given: Mapping[str, object]) -> Category | None:
    if "category" in given:
        if "category_scheme" in given or "category_code" in given:
            raise FieldError(
                FaultKind.PARTICULAR, "category must stand once: in category, or in category_scheme and category_code"
            )
        scheme, _, code = read_text("category", given["category"], 2 * _MAX_NAME).partition(":")
    else:
        # A spreadsheet writes a number for code 1; the scheme gives it its meaning, the text is the same.
        code_given = given.get("category_code", "")
        code = read_text("category_code", str(code_given) if type(code_given) is int else code_given, _MAX_NAME)
        scheme = read_text("category_scheme", given.get("category_scheme", ""), _MAX_NAME)
        if not scheme and not code:
            return None
    scheme, code = scheme.strip().lower(), code.strip()
    if not scheme or not code or ":" in scheme:
        raise FieldError(
            FaultKind.PARTICULAR, "category must be SCHEME:CODE, such as vics-us:1; its scheme or its code is missing"
        )
    return Category(scheme=scheme, code=code)


def _vetted(given: object) -> bool:
    text = str(given).strip().lower() if isinstance(given, bool | str | int) else ""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise FieldError(FaultKind.PARTICULAR, f"vetted must be true or false, got {_described(given)}")


def _opinions(given: object) -> tuple[Opinion, ...]:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            given = None
    if not isinstance(given, list) or len(given) > _MAX_OPINIONS:
        raise FieldError(FaultKind.PARTICULAR, 'opinions must be a JSON array of {"member", "standing", "at"}')
    opinions = tuple(_opinion(each) for each in given)
    if len({each.member for each in opinions}) < len(opinions):
        raise FieldError(FaultKind.PARTICULAR, "opinions must name each member once")
    return opinions


def _opinion(given: object) -> Opinion:
    if not isinstance(given, dict) or not given.get("member"):
        raise FieldError(FaultKind.PARTICULAR, 'an opinion must be {"member", "standing", "at"}; its member is missing')
    try:
        standing = Standing(str(given.get("standing")).lower())
    except ValueError:
        raise FieldError(FaultKind.PARTICULAR, f"an opinion's standing must be one of {', '.join(Standing)}") from None
    return Opinion(
        member=read_text("an opinion's member", given["member"], _MAX_NAME),
        standing=standing,
        at=read_moment("an opinion's at", given.get("at")),
    )


def _described(given: object) -> str:
    """What came, without a long text or a hash."""
    if given is None or given == "":
        return "nothing"
    if isinstance(given, str):
        return f"'{shown(given)}'"
    if isinstance(given, bool | int | float):
        return shown(repr(given)) if abs(given) < 1e9 else "a number"  # noqa: PLR2004  long numbers may be hashes
    return f"a JSON {'array' if isinstance(given, list) else 'object'}"
