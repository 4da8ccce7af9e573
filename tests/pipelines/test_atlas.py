"""The operator's files together: each address at its moment, and files that change."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from clew.errors import InputError, MissingPartError, UnavailableError
from clew.parts.geography.base import ExitKind
from clew.pipelines import doctor
from clew.pipelines.atlas import AtlasShelf, open_atlas
from clew.pipelines.doctor import Health
from clew.settings import Geography, Settings
from tests.parts.geography.mmdb_writer import country, write

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
TODAY = date(2026, 6, 1)


def geography(folder: Path, code: str = "NL") -> Geography:
    (folder / "a.mmdb").write_bytes(write({"192.0.2.0/24": country(code)}))
    (folder / "exits").mkdir(exist_ok=True)
    (folder / "exits" / "tor-2026-05-01.txt").write_text("192.0.2.9\n")
    return Geography(files=f" mmdb:{folder / 'a.mmdb'} ,", exits=str(folder / "exits"))


def test_each_address_is_seen_at_its_own_moment(tmp_path: Path) -> None:
    atlas = open_atlas(geography(tmp_path))
    sought = [("192.0.2.9", AT), ("192.0.2.9", None), ("192.0.2.8", AT), ("192.0.2.9", AT.replace(month=8)), ("no", AT)]
    seen = atlas.see(sought, TODAY)
    assert set(seen) == set(sought[:4])
    assert [seen[each].listed for each in sought[:4]] == [{ExitKind.TOR}, set(), set(), set()]
    assert [seen[each].lists for each in sought[:4]] == [{ExitKind.TOR}, set(), {ExitKind.TOR}, set()]
    ages = [seen[each].said[0].age_days for each in sought[:4]]
    assert ages == [120, 151, 120, 212]
    assert atlas.see([], TODAY) == {}


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ("country.mmdb", InputError),
        ("mmdb:", InputError),
        ("legacy:/x", MissingPartError),
        ("mmdb:/x", UnavailableError),
    ],
)
def test_a_setting_that_names_no_file_is_told(files: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        open_atlas(Geography(files=files))


def test_an_atlas_of_exits_alone_cannot_stand_in_for_ranges(tmp_path: Path) -> None:
    with pytest.raises(MissingPartError, match="is no GeographyPart"):
        open_atlas(Geography(files=f"exits:{tmp_path}"))


def test_a_file_that_changes_is_read_anew_and_else_nothing_is(tmp_path: Path) -> None:
    shelf = AtlasShelf(geography(tmp_path))
    first = shelf.newest()
    assert shelf.newest() is first
    geography(tmp_path, "BE")
    os.utime(tmp_path / "a.mmdb", ns=(1, 1))
    second = shelf.newest()
    assert second.files[0].ranges.territories != first.files[0].ranges.territories
    (tmp_path / "exits" / "tor-2026-05-02.txt").write_text("192.0.2.9\n")
    assert shelf.newest() is not second


def test_no_setting_is_an_empty_atlas() -> None:
    atlas = open_atlas(replace(Geography(), stale_days=1))
    assert atlas.see([("192.0.2.1", AT)], TODAY)["192.0.2.1", AT].said == ()


def test_the_doctor_names_files_that_are_old_or_cannot_be_read(tmp_path: Path) -> None:
    files = geography(tmp_path)

    def told(geography: Geography, at: datetime) -> list[tuple[Health, str]]:
        settings = Settings(data_dir=tmp_path / "data", geography=geography)
        return [(each.health, each.told) for each in doctor._geography(settings, lambda: at)]

    assert told(Geography(), AT) == []
    assert told(files, AT) == [(Health.GOOD, "a.mmdb is 120 days old")]
    assert told(files, AT.replace(month=11)) == [
        (Health.WEAK, "a.mmdb is 304 days old; such files count less"),
        (Health.WEAK, "no list of Tor exits of these days: exits of today cannot be told from homes"),
    ]
    (missing,) = told(Geography(files="mmdb:/nowhere/a.mmdb"), AT)
    assert missing[0] is Health.MISSING
