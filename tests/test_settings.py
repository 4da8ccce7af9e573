from pathlib import Path

import pytest

from clew import settings
from clew.errors import InputError


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(tmp_path: Path) -> None:
    (tmp_path / "clew.toml").write_text("[decode]\nworkers = 3\nseconds = 5\n[matching]\nlimit = 7\n")
    loaded = settings.load(tmp_path, {"CLEW_DECODE_WORKERS": "4"})
    assert (loaded.decode.workers, loaded.decode.seconds, loaded.matching.limit) == (4, 5.0, 7)
    assert loaded.matching.dihedral is True


def test_every_fault_of_the_settings_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "clew.toml").write_text("colour = 'red'\n[decode]\nworkers = -1\n[web]\nport = 'many'\n")
    with pytest.raises(InputError) as caught:
        settings.load(tmp_path, {"CLEW_MATCHING_DIHEDRAL": "perhaps"})
    message = str(caught.value)
    for part in ("colour", "decode.workers", "web.port", "matching.dihedral"):
        assert part in message


def test_a_variable_that_is_no_setting_is_a_fault_and_the_tests_own_are_none(tmp_path: Path) -> None:
    known = {"CLEW_CPU": "portable", "CLEW_TEST_ANYTHING": "1", "CLEWED": "1", "CLEW_DATA_DIR": str(tmp_path)}
    settings.load(tmp_path, known)
    with pytest.raises(InputError, match=r"CLEW_WEB_PROT is no setting of ours"):
        settings.load(tmp_path, {**known, "CLEW_WEB_PROT": "80"})


@pytest.mark.parametrize(("name", "word"), [("environment", "prodution"), ("log", "verbose"), ("log", "")])
def test_a_word_that_is_none_of_ours_is_a_fault(tmp_path: Path, name: str, word: str) -> None:
    with pytest.raises(InputError, match=rf"{name} must be one of"):
        settings.load(tmp_path, {f"CLEW_{name.upper()}": word})


@pytest.mark.parametrize("given", ["desks = []", 'desks = ["platform", "market"]', "desks = [1]", "desks = 1"])
def test_desks_are_some_of_ours(tmp_path: Path, given: str) -> None:
    (tmp_path / "clew.toml").write_text(given)
    with pytest.raises(InputError, match="desks must be"):
        settings.load(tmp_path, {})


def test_a_list_stands_in_the_file_or_with_commas_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "clew.toml").write_text('desks = ["clearinghouse"]')
    assert settings.load(tmp_path, {}).desks == ("clearinghouse",)
    both = settings.load(tmp_path, {"CLEW_DESKS": "clearinghouse, platform"})
    assert both.desks == ("clearinghouse", "platform")


def test_a_settings_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "clew.toml").write_bytes(b"\xff\xfe[decode")
    with pytest.raises(InputError, match=r"clew\.toml is not TOML"):
        settings.load(tmp_path, {})


def test_a_settings_file_named_by_the_environment_must_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        settings.load(tmp_path, {"CLEW_SETTINGS": str(tmp_path / "none.toml")})


def test_the_data_folder_comes_from_flag_then_environment(tmp_path: Path) -> None:
    assert settings.load(tmp_path, {"CLEW_DATA_DIR": "elsewhere"}).data_dir == tmp_path
    assert settings.load(None, {"CLEW_DATA_DIR": "elsewhere"}).data_dir == Path("elsewhere")
