"""Names as reports write them: every spelling in one sorted table, a name's code its place there, counted from 1.

Equal texts have equal codes, and one spelling may stand for two names, as it does in life. Names are syllables of no
language; the people are synthetic. Code 0 means that the name is not given.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

ROMANISED, CYRILLIC, FIRST_TYPO, SPELLINGS = 1, 3, 4, 16  # of a name's spellings: 0 true, 1-2, 3, from 4 on
_CYRILLIC = str.maketrans("abcdefghiklmnoprstuvwyz", "абцдефгхиклмнопрстувшыз")
_ROMAN = (str.maketrans({"k": "c", "v": "w", "y": "i"}), str.maketrans({"a": "ah", "z": "s", "i": "y"}))
_SLIPS = "etaoinsrhlud"  # one letter for each kind of typing error


@dataclass(frozen=True, slots=True)
class Names:
    """The spellings there are.

    Attributes:
        texts: sorted, without repetition; a code is the place counted from 1.
        codes: (names, SPELLINGS) of int32; column 0 is how the name is truly written.
    """

    texts: tuple[str, ...]
    codes: NDArray[np.int32]

    def render(self, code: int) -> str | None:
        return self.texts[code - 1] if code else None


@cache
def first_names() -> Names:
    """960 first names."""
    return _joined(
        "ba ce di fa ga he ka le li ma na no pa ra ro sa te va ve ze",
        "l m n r s t v d",
        "a e i o an ir",
    )


@cache
def last_names() -> Names:
    """3,360 last names."""
    return _joined(
        "ab bal bor cas dov ed fal gan gor hil iv kal kos lam lor mal nev ol pav ras sel tal ur zan",
        "d g k l m n r s t v",
        "er is son ov ek ita ez am en u ari old ic as",
    )


def _joined(*syllables: str) -> Names:
    return _table(["".join(parts) for parts in product(*(each.split() for each in syllables))])


def _table(names: list[str]) -> Names:
    spelt = [_spellings(each) for each in names]
    texts = sorted({text for row in spelt for text in row})
    code = {text: place for place, text in enumerate(texts, 1)}
    return Names(tuple(texts), np.array([[code[text] for text in row] for row in spelt], np.int32))


def _spellings(name: str) -> list[str]:
    """SPELLINGS ways to write a name: true, two romanisations, Cyrillic, then a letter lost, exchanged, doubled."""
    typos = []
    for kind in range(SPELLINGS - FIRST_TYPO):
        place, change = (kind * 5 + len(name)) % len(name), kind % 3
        middle = ("", _SLIPS[kind], name[place] * 2)[change]
        typos.append(name[:place] + middle + name[place + 1 :])
    return [name, *(name.translate(each) for each in _ROMAN), name.translate(_CYRILLIC), *typos]
