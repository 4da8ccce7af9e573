"""Sealed packages: whole, once, signed, and their receipts."""

import hashlib
import json
import os
import socket
import stat
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest

from clew.errors import DamagedError, InputError, UnavailableError
from clew.ground import signing
from clew.parts.clearinghouses.base import Access, Outlet, Package, PackedFile, PackedStream
from clew.parts.clearinghouses.folder import PART

KEY = signing.key_from(bytes(range(32)))
PACKAGE = Package(
    name="01KA2VJ5T0M3N4P5Q6R7S8T9V0",
    files=(PackedFile(name="report.json", media_type="application/json", body=b"{}\n"),),
)


def outlet(folder: Path) -> Outlet:
    return PART.open(Access(place=str(folder)), folder, KEY.sign)


def test_a_package_lies_whole_with_a_signed_manifest_for_its_owner_alone(tmp_path: Path):
    manifest = outlet(tmp_path / "place").put(PACKAGE)
    place = tmp_path / "place" / PACKAGE.name
    assert (place / "report.json").read_bytes() == b"{}\n"
    assert (place / "manifest.json").read_bytes() == manifest
    assert json.loads(manifest)["files"][0]["sha256"] == hashlib.sha256(b"{}\n").hexdigest()
    signature = bytes.fromhex((place / "manifest.sig").read_text())
    assert signing.verify(KEY.public, manifest, signature)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in place.iterdir()} == {0o400}


def test_putting_it_again_changes_nothing(tmp_path: Path):
    first = outlet(tmp_path).put(PACKAGE)
    later = Package(name=PACKAGE.name, files=(PackedFile(name="report.json", media_type="", body=b"other"),))
    assert outlet(tmp_path).put(later) == first
    assert (tmp_path / PACKAGE.name / "report.json").read_bytes() == b"{}\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == [PACKAGE.name, "receipts"]


def test_what_a_killed_worker_left_aside_is_never_taken_for_a_package(tmp_path: Path):
    aside = tmp_path / f".{PACKAGE.name}.1"
    aside.mkdir()
    (aside / "report.json").write_bytes(b"half")
    outlet(tmp_path).put(PACKAGE)
    assert (tmp_path / PACKAGE.name / "report.json").read_bytes() == b"{}\n"


def test_a_document_that_breaks_off_while_it_is_written_leaves_nothing(tmp_path: Path):
    def pieces():
        yield b"half"
        raise DamagedError("the evidence is damaged")

    broken = Package(name=PACKAGE.name, files=(PackedStream(name="evidence.cms", media_type="", pieces=pieces),))
    with pytest.raises(DamagedError, match="is damaged"):
        outlet(tmp_path).put(broken)
    assert [each.name for each in tmp_path.iterdir()] == ["receipts"]


def test_the_manifest_has_size_and_digest_of_what_was_written_in_pieces(tmp_path: Path):
    file = PackedStream(name="evidence.cms", media_type="", pieces=lambda: iter([b"a", b"bc"]))
    manifest = json.loads(outlet(tmp_path).put(Package(name=PACKAGE.name, files=(file,))))
    line = manifest["files"][0]
    assert (line["size_bytes"], line["sha256"]) == (3, hashlib.sha256(b"abc").hexdigest())


def test_a_package_that_lost_a_document_is_not_taken_for_whole(tmp_path: Path):
    outlet(tmp_path).put(PACKAGE)
    (tmp_path / PACKAGE.name / "report.json").unlink()
    with pytest.raises(DamagedError, match="not whole"):
        outlet(tmp_path).put(PACKAGE)


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError):
        outlet(tmp_path / "file" / "place").put(PACKAGE)


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "line\nbreak"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str):
    with pytest.raises(InputError, match="plain names"):
        outlet(tmp_path).put(Package(name=name, files=()))


def test_a_receipt_is_found_by_the_packages_name_and_never_behind_a_link(tmp_path: Path):
    there = outlet(tmp_path)
    there.put(PACKAGE)
    assert there.receipts(PACKAGE.name) == []
    secret = tmp_path / "secret"
    secret.write_bytes(b"key")
    link = tmp_path / "receipts" / f"{PACKAGE.name}.pdf"
    link.symlink_to(secret)
    with pytest.raises(UnavailableError):
        there.receipts(PACKAGE.name)
    link.unlink()
    link.write_bytes(b"received")
    assert there.receipts(PACKAGE.name) == [b"received"]


def test_the_packages_of_one_filing_are_found_by_what_their_names_begin_with(tmp_path: Path):
    there = outlet(tmp_path / "place")
    assert there.packages("01KA") == []
    for name in ("01KA-B", "01KA-A", "01KB-A"):
        there.put(Package(name=name, files=()))
    (tmp_path / "place" / "receipts" / "01KA-A.pdf").write_bytes(b"received")
    assert there.packages("01KA") == ["01KA-A", "01KA-B"]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened, chdir(path.parent):  # a socket's path is short
        opened.bind(path.name)


@pytest.mark.parametrize("lay", [pipe, listening, Path.mkdir], ids=["pipe", "socket", "folder"])
def test_what_is_no_regular_file_is_refused_by_name_and_never_waited_for(tmp_path: Path, lay: Callable[[Path], None]):
    there = outlet(tmp_path)
    there.put(PACKAGE)
    lay(tmp_path / "receipts" / f"{PACKAGE.name}.pdf")
    with pytest.raises(UnavailableError, match=f"{PACKAGE.name}.pdf"):
        there.receipts(PACKAGE.name)


def test_a_receipt_larger_than_any_answer_is_refused(tmp_path: Path):
    there = outlet(tmp_path)
    there.put(PACKAGE)
    with (tmp_path / "receipts" / f"{PACKAGE.name}.pdf").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UnavailableError, match="larger"):
        there.receipts(PACKAGE.name)
