"""A segment file whose header was written by somebody else, with a checksum that fits."""

import hashlib
import os
from dataclasses import replace

import pytest

from clew.errors import DamagedError
from clew.parts.indexes._file import PAGE, SegmentFile, plan


@pytest.fixture
def crafted(tmp_path):
    """Opens a file with that header page over two pages of zeros."""

    def open_file(page: bytes) -> SegmentFile:
        path = tmp_path / "00000001.segment"
        path.write_bytes(page + bytes(2 * PAGE))
        return SegmentFile(path, "exact", private_huge_pages=False)

    return open_file


HEADER = plan("exact", width_bytes=16, count=1, stamp=(1, 1), sizes={"rows": PAGE, "lists": PAGE})


def signed(body: bytes) -> bytes:
    return body + hashlib.sha256(body).digest()


def test_a_header_as_we_write_it_is_read(crafted):
    assert crafted(HEADER.pack()).header == HEADER


@pytest.mark.parametrize(
    "section",
    [
        {"offset": 2 * PAGE, "length": 2 * PAGE},
        {"offset": 0},
        {"offset": PAGE + 8},
        {"offset": 1 << 63},
        {"offset": 2 * PAGE, "length": (1 << 64) - 1},
    ],
)
def test_a_section_outside_of_the_file_is_damage(crafted, section):
    sections = {**HEADER.sections, "lists": replace(HEADER.sections["lists"], **section)}
    with pytest.raises(DamagedError, match=r"section 2 of 00000001\.segment lies outside"):
        crafted(replace(HEADER, sections=sections).pack())


def test_more_sections_than_a_header_has_room_for_are_damage(crafted):
    page = HEADER.pack()[: -hashlib.sha256().digest_size]
    place = page.index((2).to_bytes(4, "little"), 8 + 16 + 4)
    with pytest.raises(DamagedError, match="is none of ours"):
        crafted(signed(page[:place] + b"\xff" * 4 + page[place + 4 :]))


@pytest.mark.parametrize("name", [b"exact", b"lists"])
def test_a_name_that_is_no_text_is_damage(crafted, name):
    page = HEADER.pack()[: -hashlib.sha256().digest_size]
    with pytest.raises(DamagedError):
        crafted(signed(page.replace(name, b"\xff" + name[1:], 1)))


def test_what_is_no_file_is_damage_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "00000001.segment")
    with pytest.raises(DamagedError, match="is no file"):
        SegmentFile(tmp_path / "00000001.segment", "exact", private_huge_pages=False)


def test_a_file_in_use_that_was_written_to_is_damage(crafted):
    opened = crafted(HEADER.pack())
    opened.demand_unchanged()
    os.utime(opened.path, ns=(1, 1))
    with pytest.raises(DamagedError, match="was changed while it was in use"):
        opened.verify()
