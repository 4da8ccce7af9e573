"""What holds for every part of the shelf."""

from pathlib import Path

import numpy as np
import pytest

from clew.parts.decoders.base import DeclinedError, Limits, UndecodableError
from clew.records.signal import Reason
from tests.parts.decoders.decoding import IN_ORDER, LIMITS, PARTS, decode, distances
from tests.pictures import chart, encoded, huge_png, jpeg, landscape, shapes

PICTURE = landscape(2, 160, 120)
VECTORS = Path(__file__).parents[2] / "vectors" / "heic"
STILLS = {name: encoded(PICTURE, name) for name in ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")}
each_part = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
each_still = pytest.mark.parametrize("name", STILLS)


@each_part
def test_no_part_accepts_text_or_nothing(part):
    for content in (b"", b"B", b"BM of a text that happens to begin so", b"\x00" * 64, b"a list of things"):
        assert part.accepts(content) is None


@each_part
def test_what_a_part_accepts_is_among_its_media_types(part):
    found = {part.accepts(content[:64]) for content in STILLS.values()} - {None}
    assert found <= set(part.media_types)


@each_still
def test_frames_are_upright_contiguous_bytes_of_three_colours(name):
    for frame, pixels in decode(STILLS[name]):
        assert (pixels.dtype, pixels.shape) == (np.uint8, (120, 160, 3))
        assert frame.pixels.flags.c_contiguous
        assert (frame.full_height, frame.full_width, frame.scale) == (120, 160, 1)


@each_still
def test_a_file_cut_off_anywhere_gives_frames_or_a_refusal(name):
    content = STILLS[name]
    for end in range(8, len(content), max(1, len(content) // 60)):
        try:
            frames = decode(content[:end])
        except (UndecodableError, AssertionError):
            continue
        assert frames


@each_still
def test_a_file_with_flipped_bytes_gives_frames_or_a_refusal(name):
    rng = np.random.default_rng(3)
    for _ in range(60):
        content = bytearray(STILLS[name])
        for at in rng.integers(4, len(content), 6):
            content[at] ^= int(rng.integers(1, 256))
        try:
            decode(bytes(content))
        except (UndecodableError, AssertionError, MemoryError):
            continue


@each_still
def test_a_picture_beyond_the_limit_is_scaled_or_refused(name):
    limits = Limits(pixels=5_000, frames=1)
    if name == "JPEG":
        assert [frame.form for frame, _ in decode(STILLS[name], limits)] == ["scaled-1/2"]
        return
    with pytest.raises(UndecodableError) as refused:
        decode(STILLS[name], limits)
    assert refused.value.reason is Reason.TOO_MANY_PIXELS


def test_a_bomb_is_refused_by_its_header():
    with pytest.raises(UndecodableError) as refused:
        decode(huge_png(), Limits(pixels=100_000_000, frames=1))
    assert refused.value.reason is Reason.TOO_MANY_PIXELS
    assert "30000 x 30000" in refused.value.detail


@pytest.mark.parametrize("name", ["PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "JPEG"])
def test_a_picture_of_one_pixel_is_decoded(name):
    assert [pixels.shape for _, pixels in decode(encoded(PICTURE.crop((0, 0, 1, 1)), name))] == [(1, 1, 3)]


@pytest.mark.parametrize("name", ["JPEG", "PNG", "GIF", "TIFF", "BMP"])
def test_what_is_there_of_a_truncated_picture_is_decoded_and_said_to_be_truncated(name):
    content = STILLS[name]
    assert [frame.form for frame, _ in decode(content[: len(content) * 3 // 4])] == ["truncated"]


@pytest.mark.parametrize("make", [landscape, chart, shapes])
def test_a_scaled_jpeg_hashes_nearly_as_the_whole_one(make):
    picture = make(5, 2000, 1500)
    found = distances(encoded(picture, "JPEG", quality=90), picture, Limits(pixels=1_000_000, frames=1))
    assert set(found) == {"scaled-1/2"}
    assert found["scaled-1/2"] <= 10


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_an_animation_gives_every_frame(name):
    frames = [landscape(seed, 96, 64) for seed in range(30)]
    content = encoded(frames[0], name, save_all=True, append_images=frames[1:])
    limits = Limits(pixels=1_000_000, frames=30)
    assert [frame.form for frame, _ in decode(content, limits)] == [None, *(f"frame-{each}" for each in range(2, 31))]
    assert distances(content, frames[15], limits)["frame-16"] <= 16


def forms_and_refusal(content, limits):
    """The forms of the frames, and what is said after the last."""
    forms: list[str | None] = []
    stream = next(part for part in IN_ORDER if part.accepts(content[:64])).decode(memoryview(content), limits)
    with pytest.raises(UndecodableError) as told:
        forms.extend(frame.form for frame in stream)
    return forms, (told.value.reason, told.value.detail.partition(" frames")[0])


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_of_too_many_frames_the_first_and_evenly_spaced_ones_are_taken_and_the_others_said(name):
    frames = [landscape(seed, 96, 64) for seed in range(30)]
    content = encoded(frames[0], name, save_all=True, append_images=frames[1:])
    left_out = (Reason.FRAMES_LEFT_OUT, "4 of 30")
    for offset, forms in (
        (0.0, [None, "frame-2", "frame-11", "frame-21"]),
        (0.5, [None, "frame-6", "frame-16", "frame-26"]),
        (0.99, [None, "frame-11", "frame-21", "frame-30"]),
    ):
        limits = Limits(pixels=1_000_000, frames=4, offset=offset)
        assert forms_and_refusal(content, limits) == (forms, left_out)


def test_a_long_animation_is_walked_only_as_far_as_the_limit_allows():
    frames = [landscape(seed, 100, 100) for seed in range(20)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    forms, said = forms_and_refusal(content, Limits(pixels=10_000, frames=12))
    assert forms == [None, "frame-2", "frame-3", "frame-4"]
    assert said == (Reason.FRAMES_LEFT_OUT, "4 of 20")


def test_no_further_frame_is_begun_after_the_time():
    frames = [landscape(seed, 100, 100) for seed in range(5)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert forms_and_refusal(content, Limits(pixels=10_000, frames=12, seconds=0.0)) == (
        [None],
        (Reason.FRAMES_LEFT_OUT, "1 of 5"),
    )


# ---- files that hold several pictures


def multi_picture(*seeds):
    pictures = [landscape(seed, 160, 120) for seed in seeds]
    return encoded(pictures[0], "MPO", save_all=True, append_images=pictures[1:])


def test_every_picture_of_a_multi_picture_file_is_a_frame():
    content = multi_picture(1, 2, 3)
    assert [frame.form for frame, _ in decode(content)] == [None, "frame-2", "frame-3"]
    for seed, form in ((1, None), (2, "frame-2"), (3, "frame-3")):
        assert distances(content, landscape(seed, 160, 120))[form] <= 16


def test_a_false_size_in_the_index_hides_no_picture():
    content = bytearray(multi_picture(1, 2))
    index = content.index(b"MPF\x00") + 4
    offset = content.rindex(b"\xff\xd8\xff") - index
    at = content.index(offset.to_bytes(4, "big" if content[index : index + 2] == b"MM" else "little"), index)
    content[at - 4 : at] = bytes(4)  # the size stands before the offset
    assert [frame.form for frame, _ in decode(bytes(content))] == [None, "frame-2"]


def test_pictures_beyond_the_limit_are_said():
    assert forms_and_refusal(multi_picture(1, 2, 3), Limits(pixels=100_000, frames=2)) == (
        [None, "frame-2"],
        (Reason.FRAMES_LEFT_OUT, "2 of 3"),
    )


def test_an_index_that_names_what_is_not_there_is_passed_over():
    content = multi_picture(1, 2)
    first_alone = content[: content.index(b"\xff\xd9") + 2]
    assert [frame.form for frame, _ in decode(first_alone)] == [None]


def test_a_second_picture_that_cannot_be_decoded_is_said():
    content = multi_picture(1, 2)
    forms, (reason, _) = forms_and_refusal(content[: content.rindex(b"\xff\xd8\xff") + 40], LIMITS)
    assert (forms, reason) == ([None], Reason.DAMAGED)


def test_every_picture_of_a_heic_container_is_a_frame():
    content = (VECTORS / "landscapes-two.heic").read_bytes()
    assert [frame.form for frame, _ in decode(content)] == [None, "frame-2"]
    assert distances(content, landscape(1, 320, 240))[None] <= 16
    assert distances(content, landscape(2, 320, 240))["frame-2"] <= 16
    assert forms_and_refusal(content, Limits(pixels=100_000, frames=1))[1] == (Reason.FRAMES_LEFT_OUT, "1 of 2")


def test_frames_before_the_damage_of_an_animation_stand():
    frames = [landscape(seed, 100, 100) for seed in range(10)]
    content = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:])
    stream = PARTS["pillow"].decode(memoryview(content)[: len(content) // 2], LIMITS)
    assert next(stream).form is None
    with pytest.raises(UndecodableError):
        list(stream)


def test_the_fast_decoder_is_asked_before_the_general_one():
    accepting = [part.name for part in IN_ORDER if part.accepts(STILLS["JPEG"][:64])]
    assert accepting == ["jpeg", "pillow"]


def test_what_the_fast_decoder_does_not_read_it_declines():
    inks = encoded(PICTURE.convert("CMYK"), "JPEG")
    with pytest.raises(DeclinedError):
        list(PARTS["jpeg"].decode(memoryview(inks), LIMITS))


def test_an_exif_thumbnail_is_never_looked_at():
    thumbnail = jpeg(9, 64, 48)
    block = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00" + thumbnail
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2) + block
    content = jpeg(4)
    assert distances(content[:2] + segment + content[2:], landscape(4))[None] <= 2


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"II*\x00",
        b"MM\x00*\xff\xff\xff\xff",
        b"II*\x00\x08\x00\x00\x00\xff\xff" + b"\xff" * 100,
        b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x63\x00\x00\x00",
        b"no tiff header at all",
    ],
)
def test_corrupt_exif_means_upright(block):
    body = b"Exif\x00\x00" + block
    content = jpeg(4, 160, 120)
    content = content[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2) + body + content[2:]
    assert [frame.form for frame, _ in decode(content)] == [None]


def test_garbage_between_the_segments_of_a_jpeg_is_passed_over_and_ends():
    content = jpeg(4, 160, 120)
    assert decode(content[:2] + b"\xff\xff\xff" + content[2:])
    with pytest.raises(UndecodableError):
        decode(b"\xff\xd8\xff" + b"\x00" * 3_000_000)


@pytest.mark.parametrize("garbage", [b"\xff\x00\xff\xff", b"\xff\x00", b"\xff\xff\x00\x11\x22"])
def test_garbage_that_a_viewer_passes_over_hides_no_picture(garbage):
    content = jpeg(4, 160, 120)
    second = 4 + int.from_bytes(content[4:6])
    for place in (2, second):
        hidden = content[:place] + garbage + content[place:]
        [(frame, pixels)] = decode(hidden)
        assert frame.form is None
        assert np.array_equal(pixels, decode(content)[0][1])


def test_a_jpeg_of_twelve_bits_is_unsupported_not_damaged():
    content = bytearray(jpeg(4, 160, 120))
    frame = content.index(b"\xff\xc0")
    content[frame + 1], content[frame + 4] = 0xC1, 12
    with pytest.raises(UndecodableError) as refused:
        decode(bytes(content))
    assert refused.value.reason in {Reason.UNSUPPORTED, Reason.DAMAGED}
