"""Whom to call: the operator's own list of emergency numbers and helplines. Clew knows none."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clew.errors import InputError
from clew.ground.text import bears_controls

_COLUMNS = ("country", "language", "country_name", "kind", "service", "number")
_KINDS = ("emergency", "helpline")
_COUNTRY = re.compile(r"^[A-Z]{2}$")
_LANGUAGE = re.compile(r"^(?:[a-z]{2,3})?$")
_NUMBER = re.compile(r"^\+?[0-9](?:[0-9 ()./-]{0,28}[0-9])?$")
_MOST_CHARACTERS = 100
_MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpNumber:
    """One number of one country.

    Attributes:
        country: ISO 3166-1 alpha-2.
        language: of the words of this row; "" fits every page.
        kind: "emergency" or "helpline".
        service: who answers, in the operator's words.
    """

    country: str
    language: str
    country_name: str
    kind: str
    service: str
    number: str

    @property
    def dialled(self) -> str:
        """The number as a telephone takes it."""
        return "".join(each for each in self.number if each.isdigit() or each == "+")


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpNumbers:
    """The list."""

    rows: Sequence[HelpNumber] = ()

    def on(self, language: str) -> list[HelpNumber]:
        """The rows for a page in that language: of each country those of the language, else those that fit all."""
        own = {row.country for row in self.rows if row.language == language}
        return [row for row in self.rows if row.language == language or (not row.language and row.country not in own)]

    def countries(self, language: str) -> dict[str, str]:
        """The countries of that page by code, each with its name, by name."""
        found = {row.country: row.country_name for row in self.on(language)}
        return dict(sorted(found.items(), key=lambda each: each[1].casefold()))


def read_numbers(file: str) -> HelpNumbers:
    """The operator's CSV file; none where the setting is empty.

    Raises:
        InputError: it cannot be read, or a row of it cannot be used; the line is named.
    """
    if not file:
        return HelpNumbers()
    try:
        with Path(file).open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            if tuple(reader.fieldnames or ()) != _COLUMNS:
                raise InputError(f"{file}: the first line must be {','.join(_COLUMNS)}")
            rows = [_row(file, reader.line_num, each) for each in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the numbers of {file} cannot be read: {type(error).__name__}") from error
    if len(rows) > _MOST_ROWS:
        raise InputError(f"{file}: at most {_MOST_ROWS:,} rows, got {len(rows):,}")
    return HelpNumbers(rows=tuple(rows))


def _row(file: str, line: int, row: dict[str, str | None]) -> HelpNumber:
    told = {name: (row.get(name) or "").strip() for name in _COLUMNS}
    faults = [
        wanted
        for wanted, right in (
            ("country as two capital letters", _COUNTRY.match(told["country"])),
            ("language as its code, or empty", _LANGUAGE.match(told["language"])),
            (f"kind as one of {', '.join(_KINDS)}", told["kind"] in _KINDS),
            ("number as digits", _NUMBER.match(told["number"])),
            ("country_name and service in words", _are_words(told["country_name"], told["service"])),
        )
        if not right
    ]
    if faults:
        raise InputError(f"{file}, line {line}: expected {'; '.join(faults)}")
    return HelpNumber(**told)


def _are_words(*texts: str) -> bool:
    return all(text and len(text) <= _MOST_CHARACTERS and not bears_controls(text) for text in texts)
