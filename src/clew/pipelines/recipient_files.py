"""Recipients from a file that the operator keeps: TOML, or CSV from a spreadsheet; and the forms that Clew brings.

Every column is a field of `ReferralRecipient`, days as 2026-05-01, `takes` as words apart by spaces. Only id, name,
kind and country must be there: a recipient that lacks more is taken, shown with what it lacks, and not used.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from importlib import resources
from pathlib import Path

from clew.errors import InputError
from clew.ground.text import bears_controls
from clew.records.identifiers import RecipientId
from clew.records.referral import INTERNATIONAL, RecipientKind, ReferralRecipient
from clew.records.report import IncidentType

# The forms that come with Clew, by name.
FORMS = {"us-task-forces": "us_task_forces.toml"}

_ID = re.compile("[a-z0-9][a-z0-9-]{0,62}")
_COUNTRY = re.compile("[A-Z]{2}")
_REGION = re.compile("[A-Z0-9]{0,3}")
_LANGUAGE = re.compile("([a-z]{2,3})?")
_MOST_CHARACTERS = 500
_MOST_PRIORITY = 10_000
_NEEDED = ("id", "name", "kind", "country")
_TEXTS = ("name", "region", "county", "legal_basis", "language", "channel", "contact", "note")
_DAYS = ("valid_from", "valid_until", "confirmed_at")
_FIELDS = frozenset({*_NEEDED, *_TEXTS, *_DAYS, "takes", "priority"})


def read_recipients(path: Path) -> list[ReferralRecipient]:
    """The recipients of a file, in its order.

    Raises:
        InputError: it cannot be read, or a row is none; all faults are named, by row, and nothing of the file is used.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} could not be read as text ({type(error).__name__})") from None
    rows = _toml_rows(text, path.name) if path.suffix.lower() == ".toml" else _csv_rows(text, path.name)
    found, faults = [], []
    for place, row in enumerate(rows, 1):
        try:
            found.append(_recipient(row))
        except InputError as error:
            faults.append(f"recipient {place}: {error}")
    ids = [each.id for each in found]
    faults += [f"the id '{each}' stands there twice" for each in sorted({each for each in ids if ids.count(each) > 1})]
    if faults:
        raise InputError(f"{path.name}: " + "; ".join(faults))
    if not found:
        raise InputError(
            f"{path.name} holds no recipient; expected [[recipient]] tables, or rows under a line of names"
        )
    return found


def form_text(name: str) -> str:
    """A form to be completed, as the file that it is; InputError when there is none of that name."""
    if name not in FORMS:
        raise InputError(f"there is no form '{name[:40]}'; there are: {', '.join(FORMS)}")
    return resources.files("clew").joinpath("data", FORMS[name]).read_text("utf-8")


def _toml_rows(text: str, name: str) -> list[Mapping[str, object]]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{name} is no TOML: {error}") from None
    rows = table.pop("recipient", [])
    if table or not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise InputError(f"{name} must hold [[recipient]] tables and nothing else")
    return rows


def _csv_rows(text: str, name: str) -> Iterable[Mapping[str, object]]:
    """Rows by the names in the first line; cells that are empty are not said. A spreadsheet may part them by `;`."""
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    try:
        for row in reader:
            if None in row:
                raise InputError(f"{name}, line {reader.line_num}: more cells than the first line has names")
            yield {key: cell.strip() for key, cell in row.items() if cell and cell.strip()}
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num}: {error}") from None


def _recipient(row: Mapping[str, object]) -> ReferralRecipient:
    if unknown := sorted(set(row) - _FIELDS):
        raise InputError(f"no such field: {', '.join(unknown)[:200]}; there are {', '.join(sorted(_FIELDS))}")
    if missing := [each for each in _NEEDED if not row.get(each)]:
        raise InputError(f"{', '.join(missing)} must be given")
    texts = {name: _text(name, row.get(name, "")) for name in _TEXTS}
    found = ReferralRecipient(
        id=RecipientId(_match("id", row["id"], _ID, "small letters, digits and hyphens")),
        kind=_word(RecipientKind, "kind", row["kind"]),
        country=_country(row["country"]),
        valid_from=_day("valid_from", row.get("valid_from")),
        valid_until=_day("valid_until", row.get("valid_until")),
        confirmed_at=_day("confirmed_at", row.get("confirmed_at")),
        takes=_takes(row.get("takes", "")),
        priority=_priority(row.get("priority", 100)),
        name=texts["name"],
        county=texts["county"],
        legal_basis=texts["legal_basis"],
        channel=texts["channel"],
        contact=texts["contact"],
        note=texts["note"],
        region=_match("region", texts["region"], _REGION, "what follows the country in ISO 3166-2, such as CA"),
        language=_match("language", texts["language"], _LANGUAGE, "ISO 639-1, such as en"),
    )
    if found.valid_from and found.valid_until and found.valid_until <= found.valid_from:
        raise InputError("valid_until must be after valid_from")
    if found.county and not found.region:
        raise InputError("a county needs its region")
    return found


def _text(name: str, given: object) -> str:
    text = str(given).strip() if isinstance(given, (str, int)) else None
    if text is None or len(text) > _MOST_CHARACTERS or bears_controls(text):
        raise InputError(f"{name} must be a line of at most {_MOST_CHARACTERS} characters")
    return text


def _match(name: str, given: object, form: re.Pattern[str], expected: str) -> str:
    text = str(given)
    if not form.fullmatch(text):
        raise InputError(f"{name} must be {expected}")
    return text


def _country(given: object) -> str:
    text = str(given)
    if text != INTERNATIONAL and not _COUNTRY.fullmatch(text):
        raise InputError(f"country must be ISO 3166-1 alpha-2, such as NL, or {INTERNATIONAL}")
    return text


def _word(kind: type[RecipientKind], name: str, given: object) -> RecipientKind:
    try:
        return kind(str(given))
    except ValueError:
        raise InputError(f"{name} must be one of {', '.join(kind)}") from None


def _takes(given: object) -> frozenset[IncidentType]:
    words = given if isinstance(given, list) else str(given).replace(",", " ").split()
    try:
        return frozenset(IncidentType(str(each)) for each in words)
    except ValueError:
        raise InputError(f"takes must be of {', '.join(IncidentType)}; leave it out for all") from None


def _priority(given: object) -> int:
    text = str(given)
    if isinstance(given, bool) or not text.isdecimal() or int(text) > _MOST_PRIORITY:
        raise InputError(f"priority must be a number from 0 to {_MOST_PRIORITY}")
    return int(text)


def _day(name: str, given: object) -> date | None:
    if given is None:
        return None
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise InputError(f"{name} must be a day such as 2026-05-01") from None
