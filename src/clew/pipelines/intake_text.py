"""Characters that no store takes are replaced before a report is stored, and that is a gap of it."""

import dataclasses
from collections.abc import Callable
from typing import Any

from clew.records.intake import Gap
from clew.records.report import Report

_REPLACED = "\ufffd"
_MENDED = Gap(path="", because="characters that no text may hold were replaced by a mark")


def scrubbed(report: Report, write: Callable[[Report], str]) -> tuple[str, Report, tuple[Gap, ...]]:
    """The report's document, its facts as they stand there, and the gap when anything had to be replaced.

    NUL is what PostgreSQL stores in no text, and halves of surrogate pairs are what no encoder takes.
    """
    try:
        document = write(report)
    except UnicodeEncodeError:
        document = "\\u0000"
    if "\\u0000" not in document:
        return document, report, ()
    clean: Report = _clean(report)
    # A report may quote the escape itself; then nothing was replaced.
    return write(clean), clean, () if clean == report else (_MENDED,)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        # An enumeration's words are ours.
        return value if type(value) is not str else _text(value)
    if isinstance(value, tuple):
        return tuple(_clean(each) for each in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {field.name: _clean(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return type(value)(**named)
    return value


def _text(text: str) -> str:
    return text.replace("\0", _REPLACED).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
