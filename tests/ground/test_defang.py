"""A defanged address is opened by no program, and comes back as it was."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.ground.defang import defanged, defanged_words, fanged


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://board.example/a.html", "hxxps[:]//board[.]example/a[.]html"),
        ("HTTP://abc.onion", "hxxp[:]//abc[.]onion"),
        ("ftp://x.example/f", "fxp[:]//x[.]example/f"),
        ("board.example/?u=http://c.example", "board[.]example/?u=hxxp[:]//c[.]example"),
        ("http://[2001:db8::1]:8080/", "hxxp[:]//[2001:db8::1]:8080/"),
        ("192.0.2.1", "192[.]0[.]2[.]1"),
        ("", ""),
    ],
)
def test_known_forms(address: str, shown: str) -> None:
    assert defanged(address) == shown
    assert defanged(shown) == shown


@pytest.mark.parametrize(
    "written",
    [
        "hxxps://board[.]example/a",
        "hxxps[:]//board[.]example/a",
        "hXXps://board(.)example/a",
        "h**ps://board{.}example/a",
        "https[://]board[dot]example/a",
        "https://board[ . ]example/a",
    ],
)
def test_the_usual_ways_of_defanging_are_undone(written: str) -> None:
    assert fanged(written) == "https://board.example/a"


_ADDRESSES = st.from_regex(
    r"(https?|ftp)://[a-z0-9-]{1,9}(\.[a-z0-9-]{1,9}){1,3}(/[a-z0-9.~%-]{0,9}){0,4}", fullmatch=True
)


@given(_ADDRESSES)
def test_no_scheme_and_no_bare_dot_is_left_and_undoing_gives_the_address(address: str) -> None:
    shown = defanged(address)
    assert "://" not in shown
    assert not re.search(r"(?<!\[)\.|\.(?!\])", shown)
    assert defanged(shown) == shown
    assert fanged(shown) == address


@given(_ADDRESSES, st.text(st.characters(codec="utf-8"), max_size=20))
def test_an_address_among_words_is_defanged_wherever_it_stands(address: str, words: str) -> None:
    shown = defanged_words(f"{words} {address} {words}")
    assert address not in shown
    assert address.partition("://")[2] not in shown


def test_words_without_an_address_stay_as_they_are() -> None:
    said = "It is gone. Nobody answers: write again on Monday, to abuse@quay"
    assert defanged_words(said) == said
