"""The report on paper, for people: accessible PDF (PDF/UA-1) set by Typst, the same bytes for the same report.

No evidence stands in it: a file is its names, its digests and what was seen of it.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from clew.errors import InputError
from clew.parts.formats.base import PaperFormat
from clew.parts.formats.pdf.certificate import certificate
from clew.parts.formats.pdf.paper import Paper, paper_of
from clew.records.handover import FiledReport

# Beyond Latin, Greek and Cyrillic (without its newest letters), every installed font ends somewhere.
_UNUSUAL = re.compile("[^\\u0000-\\u0525\\u2010-\\u2027]")
# Every font has these.
_NOT_ASCII = re.compile("[^\\u0000-\\u007e]")
_NEVER = re.compile("(?!)")
# Nothing is drawn for them, though some are letters or marks. Source: Unicode 15, Default_Ignorable_Code_Point.
_IGNORABLE = re.compile(
    "[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u3164\\ufe00-\\ufe0f\\uffa0\\U000e0000-\\U000e0fff]"
)
_INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_NUMBERED = (
    "Characters that cannot be shown are written as their numbers, such as [U+8239]; the JSON beside this "
    "paper has them as they are."
)
_TEMPLATE = Path(__file__).parent / "report.typ"


class Pdf(PaperFormat):
    """Paper for people; `certificate` is the draft that a custodian of records signs."""

    name = "pdf"
    title = "PDF for people"
    suffix = ".pdf"
    media_type = "application/pdf"

    def write(self, filed: FiledReport) -> bytes:
        """The report, section by section."""
        return _set(paper_of(filed), filed.made_at)

    def certificate(self, filed: FiledReport) -> bytes:
        """A certificate of records of a regularly conducted activity, to be checked, completed and signed."""
        return _set(certificate(filed), filed.made_at)


def _set(paper: Paper, at: datetime) -> bytes:
    """The paper, set; what cannot be shown is written as its number, so that nothing is lost or a blank."""
    for beyond in (_NEVER, _UNUSUAL, _NOT_ASCII):
        try:
            return _compile(json.dumps(shown(paper, beyond), ensure_ascii=False), at)
        except typst.TypstError:
            continue
    # Its own message may quote what was to be set.
    raise InputError("the report cannot be set as a PDF; hand over the JSON and report a defect")


def shown(paper: Paper, beyond: re.Pattern[str] = _NEVER) -> dict[str, Any]:
    """The paper as the template takes it, each character that nothing would be drawn for written as its number.

    Args:
        beyond: characters that no font may have.
    """
    document = paper.document()
    numbered = _each_text(document, lambda text: "".join(_number(each, beyond) for each in text))
    if numbered != document:
        numbered["lead"].append(_NUMBERED)
    assert isinstance(numbered, dict)
    return numbered


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return value if value.isascii() and value.isprintable() else change(value)
        case dict():
            return {name: _each_text(each, change) for name, each in value.items()}
        case list() | tuple():
            return type(value)(_each_text(each, change) for each in value)
    return value


def _compile(text: str, at: datetime) -> bytes:
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        sys_inputs={"paper": text},
        pdf_standards=["ua-1"],
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )
    assert isinstance(made, bytes)
    return made


def _number(character: str, beyond: re.Pattern[str]) -> str:
    if character == "\n":  # between the lines of a text
        return character
    hidden = unicodedata.category(character) in _INVISIBLE or _IGNORABLE.match(character)
    return f"[U+{ord(character):04X}]" if hidden or beyond.match(character) else character


PART = Pdf()
