"""The scheme by which a hotline assesses what stands at an address: the operator's own list, else a short one."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clew.errors import InputError

_COLUMNS = ("code", "words", "actionable")
_CODE = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
_WORDS_CHARACTERS = 120
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlCategory:
    """One answer to "what stands there".

    Attributes:
        code: as it is stored and exported.
        words: as a person reads it.
        actionable: whether it is to be removed: the police and whoever hosts it are told.
    """

    code: str
    words: str
    actionable: bool


# Source: INHOPE's ICCAM classification (baseline, national, doubtful, ignore), as public code of a hotline's tool has
# it; the words are ours. A hotline with a scheme of its own names it in `hotline.categories`.
DEFAULT = (
    UrlCategory(code="baseline", words="Illegal everywhere (international baseline)", actionable=True),
    UrlCategory(code="national", words="Illegal under national law", actionable=True),
    UrlCategory(code="doubtful", words="Doubtful: another person must look", actionable=False),
    UrlCategory(code="not-illegal", words="Not illegal", actionable=False),
)


def read_categories(path: str) -> tuple[UrlCategory, ...]:
    """The operator's categories, in their order; those of `DEFAULT` when no file is named.

    Raises:
        InputError: the file cannot be read, or a row of it cannot be used; the message says which.
    """
    if not path:
        return DEFAULT
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return _parsed(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"the list of categories {path} cannot be read ({type(error).__name__})") from error


def category_of(categories: Iterable[UrlCategory], code: str) -> UrlCategory:
    """The category of that code; InputError, which names those there are, when it is none."""
    found = next((each for each in categories if each.code == code), None)
    if found is None:
        known = ", ".join(each.code for each in categories)
        raise InputError(f"the category must be one of the scheme's: {known}")
    return found


def _parsed(rows: "csv.DictReader[str]") -> tuple[UrlCategory, ...]:
    if not set(_COLUMNS) <= set(rows.fieldnames or ()):
        raise InputError(f"a list of categories has the columns {', '.join(_COLUMNS)}")
    found: dict[str, UrlCategory] = {}
    for number, row in enumerate(rows, start=2):
        code, words, actionable = (str(row[name] or "").strip() for name in _COLUMNS)
        if not _CODE.match(code) or code in found:
            raise InputError(f"row {number} of the categories: a code is small letters, digits and hyphens, and once")
        if not 0 < len(words) <= _WORDS_CHARACTERS or actionable not in _YES_NO:
            raise InputError(
                f"row {number} of the categories: words of at most {_WORDS_CHARACTERS} characters, and yes or no"
            )
        found[code] = UrlCategory(code=code, words=words, actionable=_YES_NO[actionable])
    if not found:
        raise InputError("the list of categories is empty; leave hotline.categories out for the built-in ones")
    return tuple(found.values())
