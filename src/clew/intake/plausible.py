"""What an answer may mean: a worker that a file has taken over can say anything, in good form.

A value that is too long, a size of another file, a name that clears a screen: whoever sends it is not our worker any
more, and what else it says of the file is not believed either.
"""

import math
import os
from collections.abc import Mapping

from clew.errors import InputError
from clew.intake.wire import MOST_DETAIL_CHARACTERS, Answer, Request
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Signal

_MOST_CHARACTERS = 100
_MOST_QUALITY = 100


def demand_plausible(
    answer: Answer, request: Request, widths: Mapping[SignalType, int], descriptor: int | None, opened_bytes: int
) -> None:
    """Nothing, when a worker of ours can have answered so.

    Args:
        request: what it was asked.
        widths: bytes of each type's values.
        descriptor: the file; None when it may be closed, and its size is not asked.
        opened_bytes: the file's size when it was opened; it may have grown or shrunk since.
    Raises:
        InputError: it cannot.
    """
    hashed, spent = answer.hashed, answer.spent
    said = {each.type for each in hashed.signals} | {each.type for each in hashed.unhashable}
    if answer.number != request.number or said != set(request.types):
        raise InputError("a decode worker answered what it was not asked")
    if not all(_may_be_signal(each, widths) for each in hashed.signals):
        raise InputError("a decode worker answered with a signal that cannot be")
    details = all(_may_be_shown(each.detail, MOST_DETAIL_CHARACTERS) for each in hashed.unhashable)
    if not details or not _may_be_shown(hashed.media_type or "", _MOST_CHARACTERS):
        raise InputError("a decode worker answered with a text that cannot be shown")
    times = (spent.digests_s, spent.decode_s, spent.hash_s)
    if not all(math.isfinite(each) for each in times) or not _may_be_size(hashed, descriptor, opened_bytes):
        raise InputError("a decode worker answered with a number that cannot be")


def _may_be_signal(signal: Signal, widths: Mapping[SignalType, int]) -> bool:
    return (
        len(signal.value) == widths.get(signal.type)
        and (signal.quality is None or 0 <= signal.quality <= _MOST_QUALITY)
        and (signal.form is None or _may_be_shown(signal.form, _MOST_CHARACTERS))
    )


def _may_be_shown(text: str, most_characters: int) -> bool:
    return len(text) <= most_characters and text.isprintable()


def _may_be_size(hashed: Hashed, descriptor: int | None, opened_bytes: int) -> bool:
    """A file that could not be read has none; any other has one that it had between its opening and now."""
    if descriptor is None or (hashed.size_bytes == 0 and not hashed.signals):
        return True
    now_bytes = os.fstat(descriptor).st_size
    return min(opened_bytes, now_bytes) <= hashed.size_bytes <= max(opened_bytes, now_bytes)
