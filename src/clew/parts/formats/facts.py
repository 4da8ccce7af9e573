"""Our own JSON of a report, one a line: the facts as they are stored, or as a person or a programme writes them.

A line may also be `{"reference": ..., "language": ..., "report": {...}}`, where the sender's own name for it and the
language of the incident stand beside the facts.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import BinaryIO

from clew.errors import InputError
from clew.ground.text import is_language
from clew.parts.formats._json_lines import JsonRecord, json_records
from clew.parts.formats.base import IntakeFormat
from clew.parts.formats.cybertipline.forgiving import read_forgivingly
from clew.records.intake import Arrival, Gap, Unread


class Facts(IntakeFormat):
    """Reports as JSON lines of facts."""

    name = "facts"
    title = "JSON lines of facts"
    suffix = ".jsonl"
    media_type = "application/x-ndjson"

    def is_like(self, head: bytes) -> bool:
        """An incident or a report stands near the beginning of JSON."""
        text = head.lstrip(b"\xef\xbb\xbf \r\n\t[")
        return text.startswith(b"{") and (b'"incident"' in head or b'"report"' in head)

    def read_reports(self, stream: BinaryIO, at: datetime) -> Iterator[Arrival | Unread]:
        """Every line that holds an object."""
        for record in json_records(stream):
            yield record if isinstance(record, Unread) else _arrival(record, at)


def _arrival(record: JsonRecord, at: datetime) -> Arrival | Unread:
    form, reference, language = record.value, "", None
    if isinstance(form, Mapping) and isinstance(form.get("report"), Mapping):
        reference = _text(form.get("reference"))
        language = _text(form.get("language")).lower() or None
        form = form["report"]
    gaps: list[Gap] = []
    if language is not None and not is_language(language):
        gaps.append(Gap(path="language", because="no language has such a tag; write one as in `fi` or `pt-br`"))
        language = None
    try:
        read = read_forgivingly(form, at)
    except InputError as error:
        return Unread(place=record.place, because=f"report {record.place}: {error}")
    except RecursionError:
        return Unread(place=record.place, because=f"report {record.place}: nested too deep; give plain objects")
    return Arrival(
        report=read.report,
        digest=record.digest,
        reference=reference,
        gaps=(*record.gaps, *gaps, *read.gaps),
        untimed=read.untimed,
        language=language,
    )


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


PART = Facts()
