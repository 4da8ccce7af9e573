from datetime import UTC, datetime
from pathlib import Path

import pytest

from clew.errors import InputError, UnavailableError
from clew.parts import shelf
from clew.parts.geography.base import Addresses, ExitKind, Exits, ExitsPart

LIST = """@type tordnsel 1.0
ExitNode 0011BD2485AD45D984EC4159C88FC066E5E3300E
Published 2026-05-01 02:11:01
LastStatus 2026-05-01 03:00:00
ExitAddress 192.0.2.7 2026-05-01 03:02:01
"""


def opened(folder: Path, **files: str) -> Exits:
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.txt").write_text(text)
    return shelf.load("geography", "exits", ExitsPart).open(folder)


def on(exits: Exits, kind: ExitKind, at: datetime, *texts: str) -> list[list[bool]]:
    return [list(each.holds(Addresses.of(texts))) for each in exits.around(kind, at)]


def test_addresses_ranges_and_tors_own_form_are_read(tmp_path: Path) -> None:
    exits = opened(
        tmp_path, tor_2026_05_01T0600Z=LIST, vpn_2026_05_01="# a\n198.51.100.0/25\n2001:db8::5\n198.51.100.3\n"
    )
    at = datetime(2026, 5, 1, 7, tzinfo=UTC)
    assert on(exits, ExitKind.TOR, at, "192.0.2.7", "192.0.2.8") == [[True, False]]
    asked = ("198.51.100.0", "198.51.100.127", "198.51.100.128", "2001:db8::5", "2001:db8::6")
    assert on(exits, ExitKind.VPN, at, *asked) == [[True, True, False, True, False]]


def test_the_lists_around_an_event_speak_for_it_and_older_ones_do_not(tmp_path: Path) -> None:
    exits = opened(tmp_path, tor_2026_05_01="192.0.2.1\n", tor_2026_05_02="192.0.2.2\n", tor_2026_05_03="192.0.2.3\n")
    asked = ("192.0.2.1", "192.0.2.2", "192.0.2.3")
    noon = datetime(2026, 5, 2, 12, tzinfo=UTC)
    assert on(exits, ExitKind.TOR, noon, *asked) == [[False, True, False], [False, False, True]]
    assert on(exits, ExitKind.TOR, datetime(2026, 5, 4, tzinfo=UTC), *asked) == [[False, False, True]]
    assert on(exits, ExitKind.TOR, datetime(2026, 6, 1, tzinfo=UTC), *asked) == []
    assert on(exits, ExitKind.VPN, noon, *asked) == []


@pytest.mark.parametrize("name", ["exits", "tor-2026-13-01", "proxy-2026-05-01", "tor-2026-05-01T9999Z", "tor"])
def test_a_list_without_kind_and_date_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"\.txt: "):
        opened(tmp_path, **{name: "192.0.2.1\n"})


def test_a_line_that_is_no_address_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2: expected an address"):
        opened(tmp_path, tor_2026_05_01="192.0.2.1\n192.0.2.0/99\n")


def test_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        shelf.load("geography", "exits", ExitsPart).open(tmp_path / "none")
