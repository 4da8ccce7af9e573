"""Take a stream of reports in, a batch a transaction; what cannot be read is named in its place, and the rest goes on.

Whoever runs it again after it was stopped loses nothing and doubles nothing: what is in is answered as repeated.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

from clew.errors import InputError
from clew.parts.formats.base import CaseFileFormat, FormatPart, IntakeFormat
from clew.parts.shelf import load, names
from clew.pipelines.case_files import take_case
from clew.pipelines.intake_desk import Delivery, IntakeDesk, Taken
from clew.pipelines.taking_in import take_in_all
from clew.records.intake import Arrival, IntakeForm, Unread

# A commit costs some milliseconds whatever it holds; larger batches keep others waiting for the writer.
_BATCH = 200
_BATCH_FILES = 2_000
_HEAD_BYTES = 65_536


def take_stream(
    desk: IntakeDesk, delivery: Delivery, stream: BinaryIO, *, form: IntakeForm | None = None
) -> Iterator[Taken | Unread]:
    """Every report of the stream, durable when it is yielded, and what could not be read in its place.

    Args:
        delivery: by whom; its form is replaced by that of the stream.
        form: None looks at how the stream begins.
    Raises:
        InputError: it is of no form that is known, or nothing of it can be read.
        RefusedError: the sender is blocked.
    """
    seen = stream if isinstance(stream, io.BufferedReader) else _buffered(stream)
    part, chosen = _chosen(seen, form)
    delivery = replace(delivery, form=chosen)
    if isinstance(part, CaseFileFormat):
        yield from take_case(desk, delivery, part, seen)
    elif isinstance(part, IntakeFormat):
        yield from _in_batches(desk, delivery, part.read_reports(seen, desk.clock()))


def forms() -> list[IntakeForm]:
    """The forms that come as files: those that stand on the shelf."""
    there = set(names("formats"))
    return [each for each in IntakeForm if _part_name(each) in there]


def _in_batches(desk: IntakeDesk, delivery: Delivery, arrivals: Iterator[Arrival | Unread]) -> Iterator[Taken | Unread]:
    waiting: list[Arrival | Unread] = []
    files = 0
    for each in arrivals:
        waiting.append(each)
        files += 0 if isinstance(each, Unread) else len(each.report.files)
        if len(waiting) >= _BATCH or files >= _BATCH_FILES:
            yield from _in_order(desk, delivery, waiting)
            waiting, files = [], 0
    yield from _in_order(desk, delivery, waiting)


def _in_order(desk: IntakeDesk, delivery: Delivery, batch: Sequence[Arrival | Unread]) -> Iterator[Taken | Unread]:
    taken = iter(take_in_all(desk, delivery, [each for each in batch if isinstance(each, Arrival)]))
    yield from (each if isinstance(each, Unread) else next(taken) for each in batch)


def _chosen(stream: io.BufferedReader, form: IntakeForm | None) -> tuple[FormatPart, IntakeForm]:
    if form is not None and form not in forms():
        known = ", ".join(each.value for each in forms())
        raise InputError(f"reports in the form '{form.value}' come in no file; those that do: {known}")
    if form is not None:
        return load("formats", _part_name(form), FormatPart), form
    head = stream.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    for each in forms():
        part = load("formats", _part_name(each), FormatPart)
        if isinstance(part, IntakeFormat | CaseFileFormat) and part.is_like(head):
            return part, each
    known = ", ".join(each.value for each in forms())
    raise InputError(
        f"expected reports in one of the forms {known}; it begins like none of them; say which with --form"
    )


def _part_name(form: IntakeForm) -> str:
    """A form's part has its name, as a file is named."""
    return form.value.replace("-", "_")


def _buffered(stream: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(stream, buffer_size=_HEAD_BYTES)  # type: ignore[arg-type]
