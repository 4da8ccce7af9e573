"""A form that cannot be as the operator wants it does not open, and the start says why."""

from pathlib import Path

import pytest

from clew.errors import InputError
from clew.settings import Public
from tests.web.web_desk import open_desk


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Public(exit_url="javascript:alert(1)"), "exit_url"),
        (Public(exit_url=""), "exit_url"),
        (Public(exit_url="weather.example"), "exit_url"),
        (Public(languages=()), "languages"),
        (Public(languages=("en", "xx")), "there are words in ar, de, en"),
        (Public(address_header="X Forwarded"), "address_header"),
        (Public(numbers="/nowhere/numbers.csv"), "cannot be read"),
    ],
)
def test_a_setting_that_cannot_be_stops_the_start(
    tmp_path: Path, sqlite_template: Path, settings: Public, said: str
) -> None:
    with (
        pytest.raises(InputError, match=said),
        open_desk(tmp_path / "data", sqlite_template, desks=("public",), public=settings),
    ):
        pass


@pytest.mark.parametrize(("text", "said"), [(b"\xff\xfe\xff", "cannot be read"), (b"x" * 5_001, "at most 5,000")])
def test_promises_that_cannot_be_shown_stop_the_start(
    tmp_path: Path, sqlite_template: Path, text: bytes, said: str
) -> None:
    (tmp_path / "en.txt").write_bytes(text)
    settings = Public(promises=str(tmp_path))
    with (
        pytest.raises(InputError, match=said),
        open_desk(tmp_path / "data", sqlite_template, desks=("public",), public=settings),
    ):
        pass


def test_a_desk_that_is_closed_asks_nothing_of_its_settings(tmp_path: Path, sqlite_template: Path) -> None:
    settings = Public(exit_url="")
    with open_desk(tmp_path / "data", sqlite_template, desks=("platform",), public=settings) as desk:
        assert desk.get("/write").status_code == 404
