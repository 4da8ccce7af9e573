"""A manifest is read back as it was written, or not at all."""

from dataclasses import replace

import pytest

from clew.errors import DamagedError
from clew.matching import manifest as manifests
from clew.matching.manifest import Manifest, SegmentFile
from clew.records.identifiers import SignalType

SEGMENT = SegmentFile(
    name="00000007.segment", entries=9, after=3, through=12, checksum="ab" * 32, size_bytes=4096, largest_bucket=2
)
MANIFEST = Manifest(
    signal_type=SignalType("pdq"),
    width_bytes=32,
    folder="f0" * 16,
    token="5e" * 16,
    generation=7,
    through=12,
    segments=(SEGMENT,),
    previous=("00000006.segment",),
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "manifest.json"


def test_a_manifest_reads_back_as_it_was_written(path):
    manifests.write(path, MANIFEST)

    assert manifests.find(path) == MANIFEST


def test_a_newer_manifest_takes_the_place_of_the_old_one_and_leaves_nothing_beside_it(path):
    manifests.write(path, MANIFEST)
    newer = replace(MANIFEST, generation=8, segments=())
    manifests.write(path, newer)

    assert manifests.find(path) == newer
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_where_there_is_no_manifest_none_is_found(path):
    assert manifests.find(path) is None


def test_a_flipped_bit_anywhere_is_refused(path):
    manifests.write(path, MANIFEST)
    whole = path.read_bytes()

    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << (at % 8)]) + whole[at + 1 :])
        with pytest.raises(DamagedError):
            manifests.find(path)


def test_a_manifest_cut_short_anywhere_is_refused(path):
    manifests.write(path, MANIFEST)
    whole = path.read_bytes()

    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedError):
            manifests.find(path)


@pytest.mark.parametrize("content", [b"[]", b"null", b"{}", b'{"checksum": 1}', b"\xff", b"\0" * 4096])
def test_what_is_no_manifest_is_refused(path, content):
    path.write_bytes(content)

    with pytest.raises(DamagedError):
        manifests.find(path)
