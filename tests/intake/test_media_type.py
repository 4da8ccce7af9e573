"""What is named by its first bytes: pictures that nobody here decodes, and containers that nobody looked into."""

import pytest

from clew.intake.media_type import is_container, is_visual, recognise


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"P1\n# drawn by hand\n4 4\n", "image/x-portable-bitmap"),
        (b"P4 4 4\n", "image/x-portable-bitmap"),
        (b"P2\n4 4 255\n", "image/x-portable-graymap"),
        (b"P5\t4 4 255\n", "image/x-portable-graymap"),
        (b"P3\r\n4 4 255\n", "image/x-portable-pixmap"),
        (b"P6\n4 4\n255\n", "image/x-portable-pixmap"),
        (b"P7\nWIDTH 4\n", "image/x-portable-arbitrarymap"),
        (b"\x0a\x05\x01\x08\x00\x00", "image/vnd.zbrush.pcx"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', "image/svg+xml"),
        (b'\xef\xbb\xbf \n<?xml version="1.0"?>\n<!-- a chart -->\n<svg width="4">', "image/svg+xml"),
        (b"DDS \x7c\x00\x00\x00", "image/vnd.ms-dds"),
        (b"\x76\x2f\x31\x01\x02\x00\x00\x00", "image/x-exr"),
        (b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n", "image/vnd.radiance"),
        (b"#?RGBE\n", "image/vnd.radiance"),
        (b"qoif\x00\x00\x00\x04", "image/qoi"),
    ],
)
def test_a_picture_format_without_a_decoder_is_known_as_a_picture(head: bytes, media_type: str) -> None:
    assert recognise(head) == media_type
    assert is_visual(media_type)


@pytest.mark.parametrize(
    "head",
    [
        b"P1 is the first parking lot\n",
        b"P8\n4 4\n",
        b"P6",
        b"\x0a\x01\x01\x08",
        b"\x0a\x05\x01\x07",
        b'<?xml version="1.0"?>\n<rss version="2.0">',
        b"<p>an <svg> inside a page</p>",
        b"",
    ],
)
def test_what_only_begins_like_one_is_not_taken_for_a_picture(head: bytes) -> None:
    assert not is_visual(recognise(head))


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04\x14\x00", "application/zip"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
    ],
)
def test_what_holds_other_files_is_known_as_a_container(head: bytes, media_type: str) -> None:
    assert recognise(head) == media_type
    assert is_container(media_type)
    assert not is_visual(media_type)


def test_a_picture_and_the_unknown_are_no_containers() -> None:
    assert not is_container("image/qoi")
    assert not is_container(None)
