"""What is written to a host or a registrar: the operator's own words in a language, the address defanged."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template

from clew.errors import InputError, NotFoundError
from clew.ground.defang import defanged
from clew.ground.text import bears_controls
from clew.records.url_report import Hosting, HostRole, UrlReport

_LANGUAGE = re.compile(r"^[a-z]{2,3}(?:-[a-z0-9]{2,8})?$")
_SUBJECT = "Subject:"
_MOST_BYTES = 50_000
_SUBJECT_CHARACTERS = 200

# What may stand in a template behind a dollar sign.
PLACES = ("address", "category", "assessed_on", "reference", "name", "hotline")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """A notice, ready to be sent."""

    recipient: str
    subject: str
    text: str


def notice_languages(folder: str, role: HostRole) -> list[str]:
    """In which languages the operator has words for a role: files named ROLE.LANGUAGE.txt."""
    if not folder:
        return []
    names = (path.name.removesuffix(".txt").split(".") for path in Path(folder).glob(f"{role}.*.txt"))
    return sorted(name[1] for name in names if len(name) == 2 and _LANGUAGE.match(name[1]))  # noqa: PLR2004


def write_notice(
    folder: str, report: UrlReport, hosting: Hosting, language: str, *, hotline: str, category: str, at: datetime
) -> NoticeText:
    """The notice in the operator's words.

    Raises:
        NotFoundError: there are no words for that role and language.
        InputError: the template cannot be read or names what it may not.
    """
    template = _read(folder, hosting.role, language)
    first, _, rest = template.partition("\n")
    if not first.startswith(_SUBJECT):
        raise InputError(f"the notice {hosting.role}.{language}.txt must begin with a line '{_SUBJECT} ...'")
    filled = {
        "address": defanged(report.given),
        "category": category,
        "assessed_on": f"{report.assessed_at:%Y-%m-%d}" if report.assessed_at else f"{at:%Y-%m-%d}",
        "reference": report.id,
        "name": hosting.name,
        "hotline": hotline,
    }
    subject = _filled(first.removeprefix(_SUBJECT).strip(), filled)
    if bears_controls(subject) or len(subject) > _SUBJECT_CHARACTERS:
        raise InputError(f"the subject of a notice is one line of at most {_SUBJECT_CHARACTERS} characters")
    return NoticeText(recipient=hosting.contact, subject=subject, text=_filled(rest.lstrip("\n"), filled))


def _read(folder: str, role: HostRole, language: str) -> str:
    if not folder:
        raise NotFoundError("there are no words for notices; name their folder in the settings: hotline.notices")
    if not _LANGUAGE.match(language):
        raise InputError("a language is written as in 'en' or 'pt-br'")
    try:
        body = (Path(folder) / f"{role}.{language}.txt").read_bytes()
    except OSError:
        known = ", ".join(notice_languages(folder, role)) or "none"
        raise NotFoundError(f"there are no words for a {role} in '{language}'; there are: {known}") from None
    try:
        if len(body) > _MOST_BYTES:
            raise InputError(f"the notice {role}.{language}.txt has more than {_MOST_BYTES:,} bytes")
        return body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError(f"the notice {role}.{language}.txt must be UTF-8") from None


def _filled(text: str, filled: Mapping[str, str]) -> str:
    try:
        return Template(text).substitute(filled)
    except (KeyError, ValueError):
        raise InputError(f"a notice may name only: {', '.join('$' + place for place in PLACES)}") from None
