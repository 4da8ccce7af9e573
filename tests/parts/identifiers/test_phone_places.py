"""To which country a telephone number belongs, by the numbering plans."""

import pytest

from clew.parts import shelf
from clew.parts.identifiers.base import NumberedPart
from clew.records.routing import NumberPlace


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+46701740605", NumberPlace(countries=("SE",), valid=True, roaming=False)),
        ("+46701740605;ext=5", NumberPlace(countries=("SE",), valid=True, roaming=False)),
        ("+447012345678", NumberPlace(countries=("GB",), valid=True, roaming=True)),
        ("+35812345", NumberPlace(countries=("FI", "AX"), valid=False, roaming=False)),
        ("+88210001", None),
        ("000000", None),
    ],
)
def test_the_numbering_plans_place_a_number(number: str, expected: NumberPlace | None) -> None:
    assert shelf.load("identifiers", "phone", NumberedPart).place(number) == expected
