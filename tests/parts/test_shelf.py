import sys
from pathlib import Path

import pytest

from clew.errors import MissingPartError
from clew.parts import shelf
from clew.parts.signals.base import SignalPart


def bring(folder: Path, package: str, entry_point: str) -> None:
    """A distribution in a folder, as installed, that announces one signal."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[clew.signals]\n{entry_point}\n", "utf-8")


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path


def test_an_outside_package_cannot_take_the_name_of_a_part(outside: Path) -> None:
    bring(outside, "impostor", "sha256 = clew.parts.signals.md5:PART")
    with pytest.raises(MissingPartError, match=r"signals/sha256 is there more than once"):
        shelf.load("signals", "sha256", SignalPart)


def test_two_outside_packages_cannot_share_a_name(outside: Path) -> None:
    for package in ("one", "two"):
        bring(outside, package, "other = clew.parts.signals.md5:PART")
    with pytest.raises(MissingPartError, match=r"signals/other is there more than once"):
        shelf.load_all("signals", SignalPart)


def test_a_part_whose_library_is_missing_is_named_with_the_library(outside: Path) -> None:
    bring(outside, "lonely", "lonely = no_such_library:PART")
    assert "lonely" in shelf.names("signals")
    with pytest.raises(MissingPartError, match=r"signals/lonely needs the library 'no_such_library'"):
        shelf.load("signals", "lonely", SignalPart)


def test_an_entry_point_that_names_something_else_is_refused(outside: Path) -> None:
    bring(outside, "wrong", "wrong = clew.parts.signals.md5:Md5Part")
    with pytest.raises(MissingPartError, match="must name its PART"):
        shelf.load("signals", "wrong", SignalPart)


def test_an_unknown_part_is_told_which_there_are() -> None:
    with pytest.raises(MissingPartError, match="md5, pdq"):
        shelf.load("signals", "nothing", SignalPart)


def test_what_parts_of_a_shelf_share_is_no_part() -> None:
    assert "base" not in shelf.names("decoders")
    assert not [name for name in shelf.names("decoders") if name.startswith("_")]
