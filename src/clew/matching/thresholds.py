"""How near is near enough: the radius of each list for each signal type, and the quality below which none compares."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.errors import InputError
from clew.records.hashlist import HashList
from clew.records.identifiers import SignalType
from clew.records.signal import Signal

_NOT_ASKED = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How one signal type is compared.

    Attributes:
        width_bytes: of a value.
        within_bits: the type's default radius; 0 for digests, which match only when equal.
        min_quality: a signal below it is not compared, and said to be unhashable; 0 compares all.
    """

    width_bytes: int
    within_bits: int
    min_quality: int = 0

    @property
    def exact(self) -> bool:
        """Whether only equal values match."""
        return self.within_bits == 0


Measures = Mapping[SignalType, Measure]


def comparable(signal: Signal, measure: Measure) -> bool:
    """Whether the signal is good enough to be compared; one without a quality always is."""
    return signal.quality is None or signal.quality >= measure.min_quality


def radius_by_list(lists: Iterable[HashList], signal_type: SignalType, measure: Measure) -> NDArray[np.int16]:
    """The radius of each list that is asked, indexed by list id; -1 where the list is not asked.

    A list's own radius goes before the type's default; digests match only at 0 whatever a list says.
    """
    asked = list(lists)
    radius = np.full(max((each.id for each in asked), default=-1) + 1, _NOT_ASKED, np.int16)
    for each in asked:
        radius[each.id] = 0 if measure.exact else each.within_bits.get(signal_type, measure.within_bits)
    return radius


def check_radius(signal_type: SignalType, measure: Measure, within_bits: int) -> None:
    """InputError unless the radius makes sense for the type."""
    largest = 0 if measure.exact else 8 * measure.width_bytes
    if not 0 <= within_bits <= largest:
        wanted = f"0 to {largest} bits" if largest else "0 bits: its hashes match when they are equal, or not at all"
        raise InputError(f"a radius for {signal_type} must be {wanted}, got {within_bits}")
