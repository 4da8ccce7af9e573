"""The report on paper, for people: accessible PDF (PDF/UA-1) set by Typst, the same bytes for the same report.

No evidence stands in it: a file is its names, its digests and what was seen of it.
"""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import typst

from clew.errors import InputError
from clew.parts.formats.base import PaperFormat
from clew.parts.formats.pdf.certificate import certificate
from clew.parts.formats.pdf.paper import Paper, paper_of
from clew.records.handover import FiledReport

# Beyond Latin, Greek and Cyrillic, every installed font ends somewhere.
_UNUSUAL = re.compile("[^\\u0000-\\u052f\\u2010-\\u2027]")
_NUMBERED = (
    "Characters that no installed font can show are written as their numbers, such as [U+8239]; the JSON beside this "
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
    """The paper, set; what no installed font can show is written as its number, so that nothing is lost or a blank."""
    text = json.dumps(paper.document(), ensure_ascii=False)
    try:
        return _compile(text, at)
    except typst.TypstError:
        numbered = replace(paper, lead=[*paper.lead, _NUMBERED])
        try:
            return _compile(_UNUSUAL.sub(_number, json.dumps(numbered.document(), ensure_ascii=False)), at)
        except typst.TypstError as error:
            # Its own message may quote what was to be set.
            raise InputError("the report cannot be set as a PDF; hand over the JSON and report a defect") from error


def _compile(text: str, at: datetime) -> bytes:
    made = typst.compile(
        _TEMPLATE.read_bytes(),
        sys_inputs={"paper": text},
        pdf_standards=["ua-1"],
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )
    assert isinstance(made, bytes)
    return made


def _number(found: re.Match[str]) -> str:
    return f"[U+{ord(found[0]):04X}]"


PART = Pdf()
