"""What an answer may mean: a worker that a file has taken over can say anything, in good form.

A value that is too long, a size of another file, a name that clears a screen: whoever sends it is not our worker any
more, and what else it says of the file is not believed either.
"""

import math
from collections.abc import Mapping, Sequence

from clew.errors import InputError
from clew.intake.wire import MOST_DETAIL_CHARACTERS, Answer, Picture, Request
from clew.records.identifiers import SignalType
from clew.records.signal import Hashed, Signal

_MOST_CHARACTERS = 100
_MOST_QUALITY = 100
_MOST_FIELDS = 500


def demand_plausible(
    answer: Answer, request: Request, widths: Mapping[SignalType, int], sizes: tuple[int, int] | None
) -> None:
    """Nothing, when a worker of ours can have answered so.

    Args:
        request: what it was asked.
        widths: bytes of each type's values.
        sizes: the least and the most bytes that the file can have had; None when its size is not asked.
    Raises:
        InputError: it cannot.
    """
    hashed, spent = answer.hashed, answer.spent
    said = {each.type for each in hashed.signals}
    if hashed.unhashable:
        said.update(each.type for each in hashed.unhashable)
    # Of signals each has a value or a reason; a look that went well has neither, but its picture or its fields.
    whole = said == set(request.types) if request.wanted is None else said.issubset(request.types)
    if answer.number != request.number or not whole:
        raise InputError("a decode worker answered what it was not asked")
    if not _may_be_signals(hashed.signals, widths):
        raise InputError("a decode worker answered with a signal that cannot be")
    # What is not there is not looked at: nearly every answer is eleven signals and nothing else.
    details = not hashed.unhashable or all(
        _may_be_shown(each.detail, MOST_DETAIL_CHARACTERS) for each in hashed.unhashable
    )
    if not details or not _may_be_shown(hashed.media_type or "", _MOST_CHARACTERS):
        raise InputError("a decode worker answered with a text that cannot be shown")
    if answer.picture is not None and not _may_be_picture(answer.picture, request):
        raise InputError("a decode worker answered with a picture that cannot be")
    if answer.fields and not _may_be_fields(answer.fields, request):
        raise InputError("a decode worker answered with fields that cannot be")
    # Of numbers that are not finite the sum is none that is.
    if not math.isfinite(spent.digests_s + spent.decode_s + spent.hash_s) or not _may_be_size(hashed, sizes):
        raise InputError("a decode worker answered with a number that cannot be")


def _may_be_signals(signals: Sequence[Signal], widths: Mapping[SignalType, int]) -> bool:
    """One loop without a call for each: a picture has eleven signals, and a service thousands of pictures."""
    for signal in signals:
        quality, form = signal.quality, signal.form
        if len(signal.value) != widths.get(signal.type):
            return False
        if quality is not None and not 0 <= quality <= _MOST_QUALITY:
            return False
        if form is not None and not (len(form) <= _MOST_CHARACTERS and form.isprintable()):
            return False
    return True


def _may_be_shown(text: str, most_characters: int) -> bool:
    return len(text) <= most_characters and text.isprintable()


def _may_be_size(hashed: Hashed, sizes: tuple[int, int] | None) -> bool:
    """A file that could not be read has none; any other has one that it had between its opening and now."""
    if sizes is None or (hashed.size_bytes == 0 and not hashed.signals):
        return True
    return sizes[0] <= hashed.size_bytes <= sizes[1]


def _may_be_picture(picture: Picture, request: Request) -> bool:
    """One that was wanted, of at most the size that was wanted, with all of its bytes."""
    wanted = request.wanted
    if wanted is None or wanted.metadata:
        return False
    sides = 0 < picture.height <= wanted.side_pixels and 0 < picture.width <= wanted.side_pixels
    return sides and len(picture.pixels) == 3 * picture.height * picture.width


def _may_be_fields(fields: Sequence[tuple[str, str]], request: Request) -> bool:
    wanted = request.wanted is not None and request.wanted.metadata
    texts = (text for field in fields for text in field)
    return wanted and len(fields) <= _MOST_FIELDS and all(_may_be_shown(t, MOST_DETAIL_CHARACTERS) for t in texts)
