"""A part of a package outside Clew is picked up by its entry point alone, as docs/guides/extend.md says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

OUTSIDE = Path(__file__).parent / "outside"
SOURCE = ("--source", "own-desk", "--kind", "own", "--jurisdiction", "DE", "--since", "2026-01-01")


def clew(folder: Path, *arguments: str, outside: bool = True) -> subprocess.CompletedProcess[str]:
    """One command in a process of its own, with the outside package on its path or not."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLEW_")}
    environment["PYTHONPATH"] = str(OUTSIDE) if outside else ""
    environment["CLEW_DECODE_WORKERS"] = "1"
    command = [sys.executable, "-m", "clew", "--data-dir", str(folder / "data"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with a drawing of hills and a flat one."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    hills = Image.new("RGB", (320, 240), (120, 170, 220))
    pen = ImageDraw.Draw(hills)
    pen.polygon([(0, 240), (0, 150), (90, 60), (170, 170), (250, 100), (320, 180), (320, 240)], fill=(40, 90, 50))
    pen.ellipse((230, 20, 280, 70), fill=(250, 230, 150))
    hills.save(folder / "hills.png")
    Image.new("RGB", (320, 240), (90, 90, 90)).save(folder / "flat.png")
    return folder


def test_parts_shows_what_an_outside_package_brings(tmp_path: Path) -> None:
    rows = [
        {"shelf": "signals", "part": "blockmean", "state": "ready"},
        {"shelf": "decoders", "part": "farbfeld", "state": "ready"},
        {"shelf": "identifiers", "part": "vin", "state": "ready"},
    ]
    with_it, without_it = (lines(clew(tmp_path, "parts", "--json", outside=here)) for here in (True, False))
    assert [row in with_it for row in rows] == [True] * 3
    assert [row in without_it for row in rows] == [False] * 3


_EXTRACT = """
from clew.parts import shelf
from clew.parts.identifiers.base import Context, IdentifierPart
from clew.triage.extract_text import identifiers_in
parts = list(shelf.load_all("identifiers", IdentifierPart).values())
print([each[2].value for each in identifiers_in("a car, 1M8GDM9AXKP042788, by the quay", parts, Context())])
"""


@pytest.mark.parametrize(("outside", "found"), [(True, "['vin:1M8GDM9AXKP042788']"), (False, "[]")])
def test_an_outside_sort_of_identifier_is_found_in_words(outside: bool, found: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(OUTSIDE) if outside else ""}
    command = [sys.executable, "-c", _EXTRACT]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == found


@pytest.mark.slow
def test_an_outside_signal_type_is_hashed_listed_and_matched(tmp_path: Path, pictures: Path) -> None:
    hashed = clew(tmp_path, "hash", "--type", "blockmean", "--json", str(pictures))
    by_name = {Path(line["path"]).name: line for line in lines(hashed)}
    assert by_name["flat.png"]["unhashable"] == [
        {"type": "blockmean", "reason": "flat", "detail": "blocks differ by 0.00 levels"}
    ]
    assert len(by_name["hills.png"]["signals"]) == 1
    value = bytes.fromhex(by_name["hills.png"]["signals"][0]["value"])

    near = bytes([value[0] ^ 0b11]) + value[1:]
    far = bytes(each ^ 0x0F for each in value)
    known = tmp_path / "known.csv"
    known.write_text(f"type,value\nblockmean,{near.hex()}\nblockmean,{far.hex()}\n", "utf-8")
    ground = ("--legal-basis", "Terms of service, section 4")
    imported = clew(tmp_path, "lists", "import", str(known), "--list", "mine", "--vetted", *SOURCE, *ground)
    assert imported.returncode == 0, imported.stderr

    screened = clew(tmp_path, "screen", "--json", str(pictures))
    assert screened.returncode == 1, screened.stderr
    hit = next(line for line in lines(screened) if line["hit"])
    assert hit["action"] == "review"  # near pixels never block, whoever made the hash
    assert [(each["type"], each["distance"]) for each in hit["matches"]] == [("blockmean", 2)]

    # Without the package nothing is compared with that list, and nobody is left to think that it was.
    silent = clew(tmp_path, "screen", str(pictures), outside=False)
    assert "2 entries of type blockmean cannot be searched" in silent.stderr
    doctor = clew(tmp_path, "doctor", outside=False)
    assert re.search(r"signals/blockmean +missing +2 entries", doctor.stdout)


def farbfeld(picture: Image.Image) -> bytes:
    """The picture in that format; 255 becomes 65,535."""
    wide = np.asarray(picture.convert("RGBA"), np.uint16) * 257
    size = b"".join(side.to_bytes(4) for side in picture.size)
    return b"farbfeld" + size + wide.astype(">u2").tobytes()


@pytest.mark.slow
def test_an_outside_decoder_works_in_the_confined_workers(tmp_path: Path, pictures: Path) -> None:
    with Image.open(pictures / "hills.png") as hills:
        content = farbfeld(hills)
    (pictures / "hills.ff").write_bytes(content)
    (pictures / "broken.ff").write_bytes(content[:5000])
    done = clew(tmp_path, "hash", "--type", "pdq", "--json", str(pictures))
    by_name = {Path(line["path"]).name: line for line in lines(done)}
    assert by_name["hills.ff"]["signals"] == by_name["hills.png"]["signals"]
    assert by_name["broken.ff"]["unhashable"][0]["reason"] == "damaged"

    without_it = clew(tmp_path, "hash", "--type", "pdq", "--json", str(pictures / "hills.ff"), outside=False)
    assert lines(without_it)[0]["unhashable"][0]["reason"] == "not-a-picture"


def test_a_list_of_an_outside_type_is_not_taken_without_its_package(tmp_path: Path) -> None:
    known = tmp_path / "known.csv"
    known.write_text(f"type,value\nblockmean,{'5a' * 32}\n", "utf-8")
    ground = ("--legal-basis", "Terms of service, section 4")
    done = clew(tmp_path, "lists", "import", str(known), "--list", "mine", *SOURCE, *ground, outside=False)
    assert done.returncode != 0
    assert "blockmean" in done.stdout + done.stderr
