"""What a signal type is: how its values are written, checked and compared; and the two ways to make one.

A digest is made from bytes as they stream by and matches only an equal one. A pixel hash is made from decoded pixels
and matches a near one, within a Hamming distance.
"""

import enum
from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from clew.errors import InputError
from clew.records.identifiers import SignalType
from clew.records.signal import Signal, Unhashable

Pixels = NDArray[np.uint8]


class Metric(enum.StrEnum):
    """How two values of a type are compared."""

    EXACT = "exact"
    HAMMING = "hamming"


class SignalPart(ABC):
    """One type of signal.

    Attributes:
        name: the signal type, and the part's name on the shelf.
        title: the type as its trade writes it.
        width_bytes: of every value.
        default_within_bits: the largest distance at which two values match, unless a list says otherwise; exact: 0.
        min_quality: a signal below it is neither listed nor compared; 0 where the type knows no quality.
    """

    name: ClassVar[SignalType]
    title: ClassVar[str]
    width_bytes: ClassVar[int]
    metric: ClassVar[Metric]
    default_within_bits: ClassVar[int] = 0
    min_quality: ClassVar[int] = 0

    def parse(self, text: str) -> bytes:
        """The value that hexadecimal text writes, in capitals or not; whether it may stand on a list, `check` says.

        Raises:
            InputError: not `2 * width_bytes` hex digits; the message does not repeat them.
        """
        digits = text.strip()
        expected = 2 * self.width_bytes
        if len(digits) != expected:
            raise InputError(f"{self.title} hash must be {expected} hex digits, got {len(digits)}")
        try:
            value = bytes.fromhex(digits)
        except ValueError:
            value = b""
        if len(value) != self.width_bytes:  # fromhex passes over spaces between bytes
            raise InputError(f"{self.title} hash must be {expected} hex digits, got other characters among them")
        return value

    def format(self, value: bytes) -> str:
        """The value in lower-case hexadecimal, as the trade's tools print it."""
        return value.hex()

    def check(self, value: bytes, quality: int | None = None) -> None:
        """Nothing, when a value may stand on a list: it can be the hash of a file and not of all too many.

        Raises:
            InputError: it cannot; the message says why and does not repeat the value.
        """
        if len(value) != self.width_bytes:
            raise InputError(f"{self.title} hash must be {self.width_bytes} bytes, got {len(value)}")
        nothing = self.why_nothing(value)
        if nothing:
            raise InputError(f"{self.title} hash is {nothing}; leave the row out")
        if quality is not None and quality < self.min_quality:
            raise InputError(
                f"{self.title} hash of quality {quality} matches unrelated files; at least {self.min_quality} is needed"
            )

    def why_nothing(self, value: bytes) -> str:
        """What a value is that stands for no file, as hashers that fail send it; "" for any other."""
        return "" if any(value) else "all zero, which stands for no hash"


class Digest(Protocol):
    """A digest under way, as `hashlib` gives it."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Further bytes are taken in."""

    def digest(self) -> bytes:
        """The value of all bytes so far."""


class DigestPart(SignalPart):
    """A type that is made from the bytes of a file, however many they are."""

    metric = Metric.EXACT

    @abstractmethod
    def new(self) -> Digest:
        """A digest of no bytes yet."""

    def why_nothing(self, value: bytes) -> str:
        """As `SignalPart.why_nothing`; broken uploads have the digest of an empty file."""
        return super().why_nothing(value) or (
            "that of an empty file, which says nothing" if value == self.new().digest() else ""
        )


class PixelPart(SignalPart):
    """A type that is made from decoded pixels."""

    metric = Metric.HAMMING

    @abstractmethod
    def hash(
        self, pixels: Pixels, *, form: str | None = None, full_size: tuple[int, int] | None = None, scale: int = 1
    ) -> Signal | Unhashable:
        """The signal of one picture, or why it has none; one of low quality is a signal all the same, and says so.

        Args:
            pixels: uint8, C order, (height, width, 3) RGB or (height, width) grey.
            form: which form of the file the pixels are, for `Signal.form`.
            full_size: (height, width) before scaling; needed when scale is not 1.
            scale: pixels has the full size divided by it, rounded up.
        Raises:
            InputError: the array is no such picture: a mistake of the caller, not of the file.
        """

    def hash_turned(
        self, pixels: Pixels, *, form: str | None = None, full_size: tuple[int, int] | None = None, scale: int = 1
    ) -> tuple[Signal, ...] | Unhashable:
        """The signal of `hash` and those of the turned and mirrored picture, for queries; here the first alone.

        Args and Raises: as `hash`.
        """
        found = self.hash(pixels, form=form, full_size=full_size, scale=scale)
        return (found,) if isinstance(found, Signal) else found
