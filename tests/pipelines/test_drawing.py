from pathlib import Path

from clew.pipelines import drawing


def content(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*.*"))}


def test_the_same_seed_draws_the_same_day(tmp_path: Path) -> None:
    for name in ("one", "two"):
        drawing.draw(tmp_path / name, seed=3, pictures=6)
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_another_seed_draws_another_day(tmp_path: Path) -> None:
    first = content(drawing.draw(tmp_path / "one", seed=3, pictures=1).known)
    second = content(drawing.draw(tmp_path / "two", seed=4, pictures=1).known)
    assert first.keys() == second.keys()
    assert first != second


def test_every_known_picture_comes_back_unchanged_and_altered(tmp_path: Path) -> None:
    day = drawing.draw(tmp_path, seed=3, pictures=6)
    known = {file.stem.removeprefix("known-"): file.read_bytes() for file in day.known.iterdir()}
    assert sorted(known) == ["0000", "0005"]
    for number, original in known.items():
        copies = {file.name.split("-", 2)[2] for file in day.uploads.glob(f"upload-{number}-*")}
        assert copies == {
            "same-bytes.jpg",
            "re-encoded.jpg",
            "re-encoded.webp",
            "resized.png",
            "brightened.jpg",
            "cropped.jpg",
            "captioned.jpg",
            "turned.jpg",
        }
        assert (day.uploads / f"upload-{number}-same-bytes.jpg").read_bytes() == original


def test_drawing_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[int] = []
    day = drawing.draw(tmp_path, seed=3, pictures=6, advance=told.append)
    assert sum(told) == len(list(day.uploads.iterdir()))
