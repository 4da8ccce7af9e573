"""Text from outside."""

import pytest

from clew.ground.text import bears_controls


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\x80", "\x85", "\x9b", "\x9f", "\ud800"])
def test_what_is_no_character_to_be_read_is_found_with_and_without_lines(character: str) -> None:
    assert bears_controls(f"a{character}b")
    assert bears_controls(f"a{character}b", lines=True)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\t"])
def test_only_text_of_several_lines_may_have_line_ends(end: str) -> None:
    assert bears_controls(f"a{end}b")
    assert not bears_controls(f"a{end}b", lines=True)


def test_every_script_is_text() -> None:
    assert not bears_controls("Straße, 東京　港区, مرحبا, 👩‍🔬")
