"""One pass over a file, without a pool around it."""

import hashlib
import os
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from clew.intake.hash_content import Hasher
from clew.intake.wire import Request
from clew.parts.signals.base import DigestPart
from clew.pipelines.decode_worker import choose_methods
from clew.records.identifiers import SignalType
from clew.records.signal import Reason
from clew.settings import Decode
from tests.pictures import encoded, jpeg, landscape

METHODS = choose_methods(Decode(pixels=4_000_000, file_mb=4, frames=4))
DIGESTS = tuple(map(SignalType, ("md5", "sha1", "sha256")))
PDQ = SignalType("pdq")
EVERY = (*DIGESTS, PDQ)


@pytest.fixture
def hashed(tmp_path):
    """Hashes bytes as a file; the name says nothing."""

    def hash_bytes(content, types=EVERY, methods=METHODS, **how):
        path = tmp_path / "file.txt"
        path.write_bytes(content)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return Hasher(methods).hash_content(descriptor, Request(1, types, **how))[0]
        finally:
            os.close(descriptor)

    return hash_bytes


def digests(hashed):
    return {each.type: each.value for each in hashed.signals if each.type in DIGESTS}


def expected(content):
    return {name: hashlib.new(name, content).digest() for name in DIGESTS}


def why(hashed):
    return {each.type: each.reason for each in hashed.unhashable}


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000])
def test_digests_are_those_of_all_bytes_at_every_size(hashed, size):
    content = (b"landscape" * (size // 9 + 1))[:size]
    found = hashed(content)
    assert digests(found) == expected(content)
    assert found.size_bytes == size


def test_a_picture_larger_than_one_block_is_decoded_whole(hashed):
    content = encoded(landscape(1, 900, 800), "BMP")
    assert len(content) > 2 << 20
    found = hashed(content)
    assert digests(found) == expected(content)
    assert [each.type for each in found.signals][-1] == PDQ


def test_an_empty_file_has_its_digests_and_says_that_it_is_empty(hashed):
    found = hashed(b"")
    assert digests(found) == expected(b"")
    assert why(found) == {PDQ: Reason.EMPTY}


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (b"a shopping list", None, Reason.NOT_A_PICTURE),
        (b"%PDF-1.7 and so on", "application/pdf", Reason.CONTAINER),
        (b"P6\n4 4\n255\n", "image/x-portable-pixmap", Reason.UNSUPPORTED),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", "video/mp4", Reason.UNSUPPORTED),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl", Reason.UNSUPPORTED),
        (b"\xff\xd8\xff\xe0", "image/jpeg", Reason.DAMAGED),
        (b"GIF89a", "image/gif", Reason.DAMAGED),
    ],
)
def test_what_cannot_be_decoded_says_why_and_keeps_its_digests(hashed, content, media_type, reason):
    found = hashed(content)
    assert found.media_type == media_type
    assert why(found) == {PDQ: reason}
    assert digests(found) == expected(content)


def test_a_picture_is_recognised_by_its_bytes_whatever_its_name(hashed):
    found = hashed(jpeg(1, 320, 240))  # the fixture calls every file file.txt
    assert found.media_type == "image/jpeg"
    assert why(found) == {}


def test_a_picture_beyond_the_limit_of_bytes_gets_its_digests_only(hashed):
    content = jpeg(1, 320, 240) + bytes(4 << 20)
    found = hashed(content)
    assert why(found) == {PDQ: Reason.TOO_LARGE}
    assert digests(found) == expected(content)


def test_a_flat_picture_and_a_tiny_one_say_so(hashed):
    assert why(hashed(encoded(landscape(1, 64, 64).resize((1, 1)), "PNG"))) == {PDQ: Reason.TOO_SMALL}
    flat = landscape(1, 1, 1).resize((200, 200))
    assert why(hashed(encoded(flat, "PNG"))) == {PDQ: Reason.FLAT}


def test_only_the_types_asked_for_are_made(hashed):
    assert [each.type for each in hashed(jpeg(1, 320, 240), types=(DIGESTS[2],)).signals] == ["sha256"]
    assert {each.type for each in hashed(jpeg(1, 320, 240), types=(PDQ,)).signals} == {PDQ}


def test_a_file_that_must_not_be_decoded_bears_that_reason(hashed):
    content = jpeg(1, 320, 240)
    found = hashed(content, undecoded=Reason.CRASHED)
    assert why(found) == {PDQ: Reason.CRASHED}
    assert digests(found) == expected(content)


def test_equal_frames_are_one_signal(hashed):
    frames = [landscape(1, 80, 60)] * 3 + [landscape(2, 80, 60)]
    content = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert [each.form for each in hashed(content, types=(PDQ,)).signals] in ([None, "frame-4"], [None, "frame-2"])


class Meddling(DigestPart):
    """A digest part whose digest changes the file under the reader."""

    name = SignalType("md5")
    title = "MD5"
    width_bytes = 16

    def __init__(self, meddle):
        self.meddle = meddle

    def new(self):
        return self

    def update(self, block):
        self.meddle()

    def digest(self):
        return b"\x01" * 16


@pytest.mark.parametrize("what", ["grows", "shrinks", "is written over"])
def test_a_file_that_changes_while_it_is_read_has_no_signals(tmp_path, what):
    path = tmp_path / "file"
    path.write_bytes(bytes(3 << 20))
    descriptor = os.open(path, os.O_RDWR)

    def meddle():
        if what == "grows":
            os.pwrite(descriptor, b"more", 3 << 20)
        elif what == "shrinks":
            os.ftruncate(descriptor, 1 << 20)
        else:
            os.utime(descriptor, ns=(1, 1))

    methods = replace(METHODS, digests={DIGESTS[0]: Meddling(meddle)})
    found, _ = Hasher(methods).hash_content(descriptor, Request(1, (DIGESTS[0], PDQ)))
    os.close(descriptor)
    assert found.signals == ()
    assert why(found) == {DIGESTS[0]: Reason.CHANGED, PDQ: Reason.CHANGED}


def test_a_pipe_and_an_unreadable_descriptor_are_refused(tmp_path):
    reading, writing = os.pipe()
    assert set(why(Hasher(METHODS).hash_content(reading, Request(1, EVERY))[0]).values()) == {Reason.NOT_A_FILE}
    os.close(reading)
    os.close(writing)
    descriptor = os.open(tmp_path / "written", os.O_WRONLY | os.O_CREAT)
    assert set(why(Hasher(METHODS).hash_content(descriptor, Request(1, EVERY))[0]).values()) == {Reason.UNREADABLE}
    os.close(descriptor)


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP"])
@pytest.mark.parametrize("hidden", [1, 3, 24])
def test_a_picture_in_whatever_frame_is_found(hashed, name, hidden):
    frames = [landscape(1, 80, 60)] * 25
    frames[hidden] = landscape(2, 80, 60)
    # Durations differ, so that equal frames are not stored as one.
    durations = [20 + 10 * (place % 2) for place in range(25)]
    content = encoded(frames[0], name, save_all=True, append_images=frames[1:], duration=durations, lossless=True)
    methods = choose_methods(Decode(pixels=4_000_000, file_mb=4))
    found = hashed(content, types=(PDQ,), methods=methods)
    known = hashed(encoded(frames[hidden], name, lossless=True), types=(PDQ,)).signals[0].value
    assert min((int.from_bytes(known) ^ int.from_bytes(each.value)).bit_count() for each in found.signals) <= 16
    assert found.unhashable == ()


def test_frames_that_are_left_out_are_said_beside_the_signals(hashed):
    frames = [landscape(seed, 80, 60) for seed in range(7)]
    found = hashed(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert len([each for each in found.signals if each.type == PDQ]) == 4
    (said,) = found.unhashable
    assert (said.type, said.reason) == (PDQ, Reason.FRAMES_LEFT_OUT)
    assert said.detail.startswith("4 of 7 frames hashed")


def test_flat_frames_and_frames_left_out_are_both_said(hashed):
    frames = [Image.new("RGB", (80, 60), (place, 0, 0)) for place in range(7)]
    found = hashed(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), types=(PDQ,))
    assert {each.reason for each in found.unhashable} == {Reason.FLAT, Reason.FRAMES_LEFT_OUT}


def test_more_signals_than_an_answer_holds_are_not_made(hashed, monkeypatch):
    monkeypatch.setattr("clew.intake.hash_content._MOST_SIGNALS", 10)
    frames = [landscape(seed, 80, 60) for seed in range(4)]
    found = hashed(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]), types=(PDQ,), dihedral=True)
    assert len(found.signals) == 16
    assert why(found) == {PDQ: Reason.FRAMES_LEFT_OUT}


def smooth(seed):
    """A landscape without grain: its dim copies have the very same hash, at a lower quality."""
    return landscape(seed, 320, 240).filter(ImageFilter.GaussianBlur(2))


def comparable_distance(known, found):
    """Bits between a picture's hash and the nearest of the signals that are good enough to be compared."""
    value = int.from_bytes(next(each.value for each in known.signals if each.type == PDQ))
    good = [each for each in found.signals if each.type == PDQ and each.quality >= 50]
    return min((value ^ int.from_bytes(each.value)).bit_count() for each in good)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("alpha", [8, 24, 32, 48, 64, 96, 128, 200, 250])
def test_a_picture_behind_a_plain_alpha_is_found(hashed, alpha, seed):
    picture = smooth(seed)
    veiled = picture.convert("RGBA")
    veiled.putalpha(alpha)
    known = hashed(encoded(picture, "PNG"), types=(PDQ,))
    found = hashed(encoded(veiled, "PNG"), types=(PDQ,), dihedral=True)
    assert comparable_distance(known, found) <= 10
    assert found.unhashable == ()


@pytest.mark.parametrize("name", ["PNG", "WEBP", "TIFF", "GIF"])
def test_a_picture_behind_its_own_dim_copy_is_found(hashed, name):
    for seed in range(1, 7):
        picture = smooth(seed)
        dims = [picture.point(lambda level, part=part: level * part // 255) for part in (40, 48, 64)]
        known = hashed(encoded(picture, "PNG"), types=(PDQ,))
        lossless = {"lossless": True} if name == "WEBP" else {}
        content = encoded(dims[0], name, save_all=True, append_images=[*dims[1:], picture.copy()], **lossless)
        assert comparable_distance(known, hashed(content, types=(PDQ,))) <= 10


def test_a_poor_frame_behind_a_good_one_is_said(hashed):
    poor = Image.new("RGB", (80, 60))
    poor.paste((9, 9, 9), (0, 0, 40, 60))
    for lacking, reason in ((poor, Reason.LOW_QUALITY), (landscape(1, 4, 4).resize((4, 4)), Reason.TOO_SMALL)):
        content = encoded(landscape(1, 80, 60), "TIFF", save_all=True, append_images=[lacking])
        found = hashed(content, types=(PDQ,))
        assert why(found) == {PDQ: reason}
        assert found.unhashable[0].detail.startswith("1 of 2 frames")


def test_a_frame_of_one_colour_hides_nothing_and_is_not_said(hashed):
    black = Image.new("RGB", (80, 60))
    for frames in ([black, landscape(1, 80, 60)], [landscape(1, 80, 60), black]):
        found = hashed(encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:]), types=(PDQ,))
        assert found.unhashable == ()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "BMP", "TIFF"])
def test_a_picture_that_breaks_off_is_hashed_and_said(hashed, name):
    content = encoded(landscape(1), name)
    found = hashed(content[: 2 * len(content) // 3])
    assert {each.type for each in found.signals} == set(EVERY)
    assert why(found) == {PDQ: Reason.TRUNCATED}
    assert why(hashed(content)) == {}


def test_sixteen_bit_grey_with_a_transparent_value_has_the_hash_of_the_picture(hashed):
    grey = np.asarray(landscape(1).convert("L")).astype(np.uint16)
    known = hashed(encoded(landscape(1).convert("L"), "PNG"), types=(PDQ,))
    for factor in (1, 2, 3, 4, 16, 257):
        picture = Image.fromarray((grey * factor).astype(np.uint16))
        plain = encoded(picture, "PNG")
        # A tRNS chunk behind IHDR: 65535 is a value that no pixel has, unless the range is full.
        clear = b"tRNS" + (65535).to_bytes(2, "big")
        chunk = (2).to_bytes(4, "big") + clear + zlib.crc32(clear).to_bytes(4, "big")
        found = hashed(plain[:33] + chunk + plain[33:], types=(PDQ,))
        assert comparable_distance(known, found) <= 10, factor
        assert comparable_distance(known, hashed(plain, types=(PDQ,))) <= 10, factor
