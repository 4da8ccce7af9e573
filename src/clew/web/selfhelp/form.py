"""What a public form holds, read with its limits: what does not fit is said beside its field, and nothing is lost."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from clew.errors import InputError
from clew.records.public_report import PublicReport, PublicWho, PublicYears, SafeContact
from clew.web.body import media_type, read_body
from clew.web.console.forms import Fields
from clew.web.door import door_of

# Longest texts, in characters: a long letter, and what one line of an address or a number needs.
LONGEST = {"words": 10_000, "places": 5_000, "way": 200, "times": 200, "code": 100}
# What is longer than a field may be is still read and shown again, as far as this goes.
_MOST_BYTES = 1_000_000
_MOST_FIELDS = 50
_FORM = "application/x-www-form-urlencoded"
# The field that nobody sees and nobody fills in but a program.
TRAP = "topic"
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class FilesError(InputError):
    """It came in a form that can bear files."""

    http_status = 415


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is to be changed in a field.

    Attributes:
        field: "" for the form as a whole.
        words: the name of the sentence in the catalogue.
        number: what the sentence names: characters too many, or minutes.
    """

    field: str
    words: str
    number: int = 0


async def read_fields(request: Request) -> Fields:
    """The fields as they were typed.

    Raises:
        FilesError: it is no plain form; a form with files is one of these.
        TooLargeError: it is longer than any form can be.
        InputError: it has more fields than any form.
    """
    if media_type(request.scope)[0] != _FORM:
        raise FilesError("this form takes words only")
    with door_of(request).held.room() as room:
        body = await read_body(request.receive, room, _MOST_BYTES)
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, errors="replace", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise InputError("the form must be sent as the page has it") from None
    return Fields([(name, _clean(value)) for name, value in pairs])


def read_form(fields: Fields, language: str, countries: Collection[str]) -> tuple[PublicReport, list[Fault]]:
    """The form, and what is to be changed before it can be taken."""
    may, way = fields.get("may", ""), fields.get("way", "").strip()
    contact = SafeContact(
        allowed=may == "way" and bool(way),
        # Whoever says no is not kept reachable by what they had typed before.
        way=way if may == "way" else "",
        times=fields.get("times", "").strip() if may == "way" else "",
        leave_message=may == "way" and "message" in fields,
        nobody_else="nobody" in fields,
    )
    told = _told(fields, language, countries, contact)
    faults = _too_long(fields, "words", "places", "way", "times")
    if told.is_empty:
        faults.append(Fault(field="words", words="fault_empty"))
    if may == "way" and not way:
        faults.append(Fault(field="way", words="fault_way"))
    if may not in {"way", "no"} and way:
        faults.append(Fault(field="may", words="fault_choose"))
    return told, faults


def read_more(fields: Fields, language: str) -> tuple[PublicReport, list[Fault]]:
    """What is added to a report, and what is to be changed before it can be taken."""
    told = _told(fields, language, (), None)
    faults = _too_long(fields, "code", "words", "places")
    if not fields.get("code", "").strip():
        faults.insert(0, Fault(field="code", words="fault_code"))
    if told.is_empty:
        faults.append(Fault(field="words", words="fault_empty"))
    return told, faults


def _told(fields: Fields, language: str, countries: Collection[str], contact: SafeContact | None) -> PublicReport:
    who, years, land = fields.get("who", ""), fields.get("years", ""), fields.get("land", "")
    return PublicReport(
        who=PublicWho(who) if who in set(PublicWho) else None,
        danger="danger" in fields,
        words=fields.get("words", "").strip(),
        places=fields.get("places", "").strip(),
        years=PublicYears(years) if years in set(PublicYears) else None,
        country=land if land in countries else None,
        contact=contact,
        language=language,
    )


def _too_long(fields: Fields, *names: str) -> list[Fault]:
    over = {name: len(fields.get(name, "").strip()) - LONGEST[name] for name in names}
    return [Fault(field=name, words="fault_long", number=more) for name, more in over.items() if more > 0]


def _clean(text: str) -> str:
    """The text with one kind of line end and without characters that nobody types."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
