import pytest

from clew.errors import MissingPartError
from clew.parts import shelf
from clew.parts.signals.base import PixelPart, Pixels, SignalPart
from clew.pipelines.installation import _index_of, _measure
from clew.records.identifiers import SignalType
from clew.records.signal import Signal, Unhashable


class Small(PixelPart):
    """A pixel hash of 64 bits, as a package outside might bring it."""

    name = SignalType("small")
    title = "Small"
    width_bytes = 8
    default_within_bits = 6

    def hash(
        self, pixels: Pixels, *, form: str | None = None, full_size: tuple[int, int] | None = None, scale: int = 1
    ) -> Signal | Unhashable:
        """The mean of each row of an 8 x 8 thumbnail."""
        return Signal(type=self.name, value=pixels[:8, 0].tobytes(), form=form)


class Careless(Small):
    """The same, its author having forgotten the radius."""

    default_within_bits = 0


def test_a_pixel_hash_is_never_taken_for_equal_bytes() -> None:
    assert not _measure(Small()).exact
    with pytest.raises(MissingPartError, match="at least 1"):
        _measure(Careless())


def test_every_type_that_is_installed_has_a_measure_and_an_index_for_its_width() -> None:
    indexes = {name: _index_of(part) for name, part in shelf.load_all("signals", SignalPart).items()}
    assert {name: indexes[name] for name in ("md5", "sha1", "sha256", "pdq")} == {
        "md5": "exact",
        "sha1": "exact",
        "sha256": "exact",
        "pdq": "hamming",
    }


def test_a_pixel_hash_of_another_width_is_held_by_the_plain_index() -> None:
    assert _index_of(Small()) == "linear"
