"""What the frames of one file gave for one signal type: each value once, and a word for every frame that gave none.

A file is not compared in full because one of its frames was: whoever hides a picture puts it behind another one.
"""

from collections.abc import Sequence

from clew.parts.decoders.base import TRUNCATED, Frame
from clew.parts.signals.base import PixelPart
from clew.records.identifiers import SignalType
from clew.records.signal import Reason, Signal, Unhashable

_FRAME = "frame-"


class FrameSignals:
    """Gathers frame by frame.

    Attributes:
        signals: by value, in the order in which they came.
    """

    def __init__(self, part: PixelPart) -> None:
        self.signals: dict[bytes, Signal] = {}
        self._type: SignalType = part.name
        self._min_quality = part.min_quality
        self._why_not: dict[int, Unhashable | None] = {}  # by frame; None once one of its forms can be compared
        self._blank: set[int] = set()
        self._truncated = False

    def take(self, frame: Frame, given: Sequence[Signal | Unhashable]) -> None:
        """One form of one frame; of the same value the best quality is kept, for by it the value is compared or not."""
        words = (frame.form or "").split("+")
        numbers = (each.removeprefix(_FRAME) for each in words if each.startswith(_FRAME))
        number = next((int(each) for each in numbers if each.isdecimal()), 1)
        self._truncated |= TRUNCATED in words
        for each in given:
            if isinstance(each, Unhashable):
                self._why_not.setdefault(number, each)
                if each.reason is Reason.FLAT and bool((frame.pixels == frame.pixels[0, 0]).all()):
                    self._blank.add(number)
                continue
            known = self.signals.get(each.value)
            if known is None or (each.quality or 0) > (known.quality or 0):
                self.signals[each.value] = each
            if each.quality is None or each.quality >= self._min_quality:
                self._why_not[number] = None
            else:
                detail = f"quality {each.quality} of 100, comparable from {self._min_quality}"
                self._why_not.setdefault(number, Unhashable(type=self._type, reason=Reason.LOW_QUALITY, detail=detail))

    def lacking(self) -> list[Unhashable]:
        """What there is no signal of; of a file without any that could be compared only what gave none at all.

        (That all of its signals are too poor is said where they are compared.)
        """
        said = []
        why_not = [why for number, why in self._why_not.items() if why is not None and number not in self._blank]
        if not self.signals:
            said += [why for why in self._why_not.values() if why is not None][:1]
        elif why_not and len(why_not) < len(self._why_not) - len(self._blank):
            detail = f"{len(why_not)} of {len(self._why_not)} frames; the first: {why_not[0].detail}"
            said.append(Unhashable(type=self._type, reason=why_not[0].reason, detail=detail))
        if self._truncated and self.signals:
            detail = "it breaks off or is damaged inside; only what can be seen of it was hashed"
            said.append(Unhashable(type=self._type, reason=Reason.TRUNCATED, detail=detail))
        return said
