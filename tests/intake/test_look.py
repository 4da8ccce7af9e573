"""Small pictures for people's eyes: made in the confined worker, believed only as bare pixels of the size asked for."""

import io

import numpy as np
import pytest
from PIL import Image

from clew.intake.look import VIEW
from clew.intake.receive import hold
from clew.intake.wire import Request, Wanted, pack_request, unpack_request
from clew.intake.zygote import Outcome
from clew.records.signal import Reason
from tests.intake.rough_worker import FIELD_LIES, PICTURE_LIES
from tests.intake.test_decode import Bench, rough
from tests.pictures import encoded, jpeg, landscape, stored_turned

SMALL = Wanted(side_pixels=64)


class LookBench(Bench):
    def look(self, content: bytes, wanted: Wanted = SMALL) -> Outcome:
        answer: list[Outcome] = []
        self.pool.submit_look(hold(content), wanted, answer.append, size_bytes=len(content))  # type: ignore[arg-type]
        found: Outcome = self.finish(answer)
        return found

    def pixels(self, content: bytes, **wanted: object) -> np.ndarray:
        outcome = self.look(content, Wanted(**({"side_pixels": 64} | wanted)))  # type: ignore[arg-type]
        picture = outcome.picture
        assert picture is not None, outcome.hashed.unhashable
        return np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)

    def refusal(self, content: bytes, wanted: Wanted = SMALL) -> Reason:
        outcome = self.look(content, wanted)
        assert outcome.picture is None
        assert outcome.fields == ()
        (refusal,) = outcome.hashed.unhashable
        assert refusal.type == VIEW
        return refusal.reason


@pytest.fixture(scope="module")
def bench():
    made = LookBench()
    yield made
    made.close()


def test_a_picture_is_made_small_and_stays_itself(bench: LookBench):
    found = bench.pixels(jpeg(1, 320, 240), side_pixels=80)
    assert found.shape == (60, 80, 3)
    with Image.open(io.BytesIO(jpeg(1, 320, 240))) as picture:
        expected = np.asarray(picture.resize((80, 60), Image.Resampling.BOX), dtype=float)
    assert np.abs(found - expected).mean() < 1


def test_a_small_picture_is_not_made_larger(bench: LookBench):
    assert bench.pixels(encoded(landscape(1, 40, 30), "PNG")).shape == (30, 40, 3)


@pytest.mark.parametrize("size", [(64, 64), (65, 1), (1, 200), (333, 77), (1, 1)])
def test_no_side_is_longer_than_asked_whatever_the_size(bench: LookBench, size: tuple[int, int]):
    for wanted in ({}, {"blur": True}, {"grey": True}):
        height, width, _ = bench.pixels(encoded(landscape(2, *size), "PNG"), **wanted).shape
        assert 0 < max(height, width) <= 64


def test_grey_has_no_colour_and_the_same_light(bench: LookBench):
    content = encoded(landscape(3, 128, 96), "PNG")
    grey, colour = bench.pixels(content, grey=True), bench.pixels(content)
    assert (grey[..., 0] == grey[..., 1]).all()
    assert (grey[..., 1] == grey[..., 2]).all()
    assert abs(grey[..., 0].mean() - (colour @ [0.299, 0.587, 0.114]).mean()) < 1


def test_what_is_blurred_away_is_gone_and_not_only_hidden(bench: LookBench):
    """A chessboard of one-pixel squares becomes an even grey: no sharpening brings it back."""
    board = Image.fromarray(((np.indices((240, 240)).sum(axis=0) % 2) * 255).astype(np.uint8))
    found = bench.pixels(encoded(board.convert("RGB"), "PNG"), blur=True, side_pixels=240)
    assert found.shape == (240, 240, 3)
    assert found.max() - found.min() <= 1
    assert bench.pixels(encoded(board.convert("RGB"), "PNG"), side_pixels=240).max() == 255


def test_a_crop_is_that_part(bench: LookBench):
    halves = Image.new("RGB", (100, 50), (255, 0, 0))
    halves.paste((0, 0, 255), (50, 0, 100, 50))
    found = bench.pixels(encoded(halves, "PNG"), left=500, width=500)
    assert found.shape == (50, 50, 3)
    assert (found == [0, 0, 255]).all()
    assert bench.pixels(encoded(halves, "PNG"), left=999, width=1, top=999, height=1).shape == (1, 1, 3)


def test_a_picture_that_is_stored_turned_is_shown_upright(bench: LookBench):
    upright = landscape(4, 96, 64)
    found = bench.pixels(stored_turned(upright, 6, "PNG"), side_pixels=96)
    assert np.abs(found - np.asarray(upright, dtype=float)).mean() < 1


def test_the_fields_of_a_file_come_as_printable_texts(bench: LookBench):
    exif = Image.Exif()
    exif[0x010F] = "Lakeside\nCameras"
    exif.get_ifd(0x8825)[1] = "N"
    content = encoded(landscape(1, 64, 64), "JPEG", exif=exif)
    fields = bench.look(content, Wanted(side_pixels=1, metadata=True)).fields
    assert ("Make", "Lakeside?Cameras") in fields
    assert ("GPSLatitudeRef", "N") in fields


def test_a_file_without_fields_has_none(bench: LookBench):
    outcome = bench.look(encoded(landscape(1, 8, 8), "PNG"), Wanted(side_pixels=1, metadata=True))
    assert (outcome.fields, outcome.picture) == ((), None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a text", Reason.UNSUPPORTED),
        (b"", Reason.UNSUPPORTED),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(40), Reason.UNSUPPORTED),
        (encoded(landscape(1, 64, 64), "PNG")[:40], Reason.DAMAGED),
        (rough("segfault"), Reason.CRASHED),
        (rough("raise"), Reason.CRASHED),
        (rough("hoard"), Reason.TOO_MUCH_MEMORY),
        (rough("socket"), Reason.DAMAGED),
    ],
    ids=["text", "empty", "film", "cut", "segfault", "raises", "hoards", "calls out"],
)
def test_what_cannot_be_shown_says_why_and_the_next_file_is_shown(bench: LookBench, content: bytes, reason: Reason):
    assert bench.refusal(content) is reason
    assert bench.pixels(jpeg(1, 64, 64)).shape == (64, 64, 3)


@pytest.mark.parametrize("lie", PICTURE_LIES)
def test_a_worker_that_a_file_has_taken_over_cannot_hand_out_a_picture_that_cannot_be(bench: LookBench, lie: str):
    assert bench.refusal(rough(lie)) is Reason.CRASHED


@pytest.mark.parametrize("lie", FIELD_LIES)
def test_nor_fields_that_cannot_be_shown(bench: LookBench, lie: str):
    assert bench.refusal(rough(lie), Wanted(side_pixels=64, metadata=True)) is Reason.CRASHED


def test_hashing_is_given_no_picture(bench: LookBench):
    assert Reason.CRASHED in {each.reason for each in bench.hash(rough("too-wide")).hashed.unhashable}


def test_what_is_wanted_arrives_as_it_was_asked():
    wanted = Wanted(side_pixels=768, left=1, top=2, width=3, height=4, blur=True, grey=True, metadata=True)
    for request in (
        Request(7, (VIEW,), wanted=wanted),
        Request(8, (VIEW,), undecoded=Reason.TOO_MUCH_MEMORY, wanted=wanted),
        Request(9, (VIEW,)),
    ):
        assert unpack_request(pack_request(request)) == request
