"""The operator's numbers: read whole or refused by line, and shown in the page's language."""

from pathlib import Path

import pytest

from clew.errors import InputError
from clew.hotline.numbers import HelpNumbers, read_numbers

HEAD = "country,language,country_name,kind,service,number\n"
GOOD = HEAD + (
    "NL,nl,Nederland,emergency,Alarmnummer,112\n"
    "NL,,Netherlands,emergency,Emergency number,112\n"
    "XX,,Harbourland,helpline,Children's line,+00 (555) 0100\n"
)


def read(tmp_path: Path, text: str) -> HelpNumbers:
    file = tmp_path / "numbers.csv"
    file.write_text(text, "utf-8")
    return read_numbers(str(file))


def test_clew_knows_no_number() -> None:
    assert not read_numbers("").rows


def test_a_page_shows_the_rows_of_its_language_and_those_that_fit_all(tmp_path: Path) -> None:
    numbers = read(tmp_path, GOOD)
    assert [row.service for row in numbers.on("nl")] == ["Alarmnummer", "Children's line"]
    assert [row.service for row in numbers.on("en")] == ["Emergency number", "Children's line"]
    assert numbers.countries("nl") == {"XX": "Harbourland", "NL": "Nederland"}
    assert numbers.on("en")[1].dialled == "+005550100"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("nl,nl,Nederland,emergency,Alarm,112", "country"),
        ("NL,Dutch,Nederland,emergency,Alarm,112", "language"),
        ("NL,nl,Nederland,police,Alarm,112", "kind"),
        ("NL,nl,Nederland,emergency,Alarm,javascript:alert(1)", "number"),
        ("NL,nl,Nederland,emergency,Alarm,", "number"),
        ("NL,nl,Nederland,emergency,,112", "words"),
        (f"NL,nl,Nederland,emergency,{'a' * 101},112", "words"),
        ("NL,nl", "kind"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_its_line(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(InputError, match=f"line 5: .*{said}"):
        read(tmp_path, GOOD + row + "\n")


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="first line"):
        read(tmp_path, "country,number\nNL,112\n")
    (tmp_path / "numbers.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_numbers(str(tmp_path / "numbers.csv"))
    with pytest.raises(InputError, match="cannot be read"):
        read_numbers(str(tmp_path / "missing.csv"))
