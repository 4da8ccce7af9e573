"""What holds for every part of the shelf."""

import hashlib

import numpy as np
import pytest

from clew.errors import InputError
from clew.parts import shelf
from clew.parts.signals.base import DigestPart, Metric, PixelPart, SignalPart
from clew.records.signal import Signal

PARTS = shelf.load_all("signals", SignalPart)
DIGESTS = [part for part in PARTS.values() if isinstance(part, DigestPart)]
PIXEL_PARTS = [part for part in PARTS.values() if isinstance(part, PixelPart)]
each_part = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)


def some_value(part):
    return np.random.default_rng(1).bytes(part.width_bytes)


def test_the_shelf_holds_three_digests_and_pdq():
    assert {"md5", "sha1", "sha256", "pdq"} <= set(PARTS)


@each_part
def test_a_part_is_named_as_its_file(part):
    assert PARTS[part.name] is part
    assert part.title


@each_part
def test_every_part_makes_its_signals_in_one_of_the_two_ways(part):
    assert isinstance(part, DigestPart) != isinstance(part, PixelPart)
    assert part.metric is (Metric.EXACT if isinstance(part, DigestPart) else Metric.HAMMING)
    assert (part.default_within_bits == 0) == (part.metric is Metric.EXACT)
    assert 0 <= part.default_within_bits < 4 * part.width_bytes


@each_part
def test_what_is_written_is_read_again(part):
    value = some_value(part)
    assert part.parse(part.format(value)) == value
    assert part.parse(f" {part.format(value).upper()}\r\n") == value
    part.check(value)


@each_part
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: "",
        lambda text: "g" + text[1:],
        lambda text: "0x" + text[2:],
        lambda text: text[:4] + "  " + text[6:],
        lambda text: "é" + text[1:],
        lambda text: "\0" + text[1:],
    ],
    ids=["short", "long", "empty", "no hex", "prefixed", "spaces inside", "not ASCII", "NUL"],
)
def test_other_text_is_refused_and_not_repeated(part, spoil):
    text = spoil(part.format(some_value(part)))
    with pytest.raises(InputError, match=f"{2 * part.width_bytes} hex digits") as caught:
        part.parse(text)
    assert text[8:24] not in str(caught.value) or not text


@each_part
def test_a_value_of_all_zeros_may_not_stand_on_a_list(part):
    with pytest.raises(InputError, match="all zero"):
        part.check(bytes(part.width_bytes))


@each_part
def test_a_value_of_another_width_may_not_stand_on_a_list(part):
    with pytest.raises(InputError, match=f"{part.width_bytes} bytes, got {part.width_bytes - 1}"):
        part.check(some_value(part)[1:])


@pytest.mark.parametrize("part", DIGESTS, ids=lambda part: part.name)
def test_a_digest_is_hashlibs_and_does_not_depend_on_how_the_bytes_come(part):
    content = np.random.default_rng(2).bytes(100_001)
    digest = part.new()
    for at in range(0, len(content), 977):
        digest.update(memoryview(content)[at : at + 977])
    assert digest.digest() == hashlib.new(part.name, content).digest()
    assert len(digest.digest()) == part.width_bytes


@pytest.mark.parametrize("part", DIGESTS, ids=lambda part: part.name)
def test_the_digest_of_an_empty_file_may_not_stand_on_a_list(part):
    with pytest.raises(InputError, match="empty file"):
        part.check(hashlib.new(part.name, b"").digest())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # Of "abc": RFC 1321, appendix A.5; FIPS 180-4's examples.
        ("md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ],
)
def test_a_digest_gives_the_published_answer(name, value):
    part = PARTS[name]
    assert isinstance(part, DigestPart)
    digest = part.new()
    digest.update(b"abc")
    assert part.format(digest.digest()) == value


@pytest.mark.parametrize("part", PIXEL_PARTS, ids=lambda part: part.name)
def test_a_pixel_hash_is_a_signal_of_its_type_and_the_first_of_its_forms(part):
    pixels = np.random.default_rng(3).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    signal = part.hash(pixels, form="frame-3")
    assert isinstance(signal, Signal)
    assert (signal.type, len(signal.value), signal.form) == (part.name, part.width_bytes, "frame-3")
    assert part.hash_turned(pixels, form="frame-3")[0] == signal
