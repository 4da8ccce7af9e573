"""Addresses: what shows the same is written the same, what may differ stays apart, and none is lost in words."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import InputError
from clew.hotline.address import MOST_IN_WORDS, addresses_in, is_onion, parse_address


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("https://board.example", "board.example/"),
        ("HTTP://Board.EXAMPLE:80/", "board.example/"),
        ("https://board.example:443/", "board.example/"),
        ("https://board.example:8443/", "board.example:8443/"),
        ("board.example/a", "board.example/a"),
        ("hxxps[:]//board[.]example/a", "board.example/a"),
        ("http://user:word@board.example./", "board.example/"),
        ("http://board.example/a/../b/./c", "board.example/b/c"),
        ("http://board.example/a/b/..", "board.example/a/"),
        ("http://board.example/../..", "board.example/"),
        ("http://board.example//a", "board.example//a"),
        ("http://board.example/%7euser/%2f%zz", "board.example/~user/%2F%zz"),
        ("http://board.example/ä", "board.example/%C3%A4"),
        ("http://board.example/?b=2&utm_source=x&a=1&fbclid=9", "board.example/?b=2&a=1"),
        ("http://board.example/?utm_source=x", "board.example/"),
        ("http://board.example/#/gallery/1", "board.example/#/gallery/1"),
        ("http://board.example/#:~:text=word", "board.example/"),
        ("http://xn--bcher-kva.example/", "bücher.example/"),
        ("http://BÜCHER.example/", "bücher.example/"),
        ("http://faß.example/", "faß.example/"),
        ("http://[2001:DB8::1]/a", "[2001:db8::1]/a"),
        ("ftp://board.example/f", "ftp://board.example/f"),
        ("http://abcdefghij.onion/x", "abcdefghij.onion/x"),
        ("  https://board.example/a \n", "board.example/a"),
    ],
)
def test_known_forms(text: str, normal: str) -> None:
    assert parse_address(text).normal == normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://board.example/a", "http://board.example/A"),
        ("http://board.example/a", "http://board.example/a/"),
        ("http://board.example/f#key1", "http://board.example/f#key2"),
        ("http://faß.example/", "http://fass.example/"),
        ("http://board.example/?a=1&b=2", "http://board.example/?b=2&a=1"),
        ("http://board.example/a%2Fb", "http://board.example/a/b"),
    ],
)
def test_what_may_show_something_else_stays_apart(one: str, other: str) -> None:
    assert parse_address(one).normal != parse_address(other).normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "data://x",
        "http://",
        "http:///path",
        "http://a b/",
        "http://x..example/",
        "http://board.example:99999/",
        "http://[::1",
        "http://[zz::1]/",
        "http://board.example/\x00",
        "http://board.example/\ud800",
        "http://" + "a" * 64 + ".example/",
        "http://board.example/" + "a" * 4_000,
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_address(text)
    assert "board.example" not in str(caught.value)


_URLS = st.from_regex(
    r"https?://[a-zA-Z0-9]{1,8}(\.[a-z]{2,5}){1,2}(:[0-9]{1,4})?(/[\w.~%!-]{0,6}){0,4}(\?[\w=&%]{0,8})?(#[\w/!]{0,5})?",
    fullmatch=True,
)


@given(_URLS)
def test_writing_it_the_one_way_twice_changes_nothing(text: str) -> None:
    once = parse_address(text)
    again = parse_address(once.normal)
    assert again.normal == once.normal
    assert again.host == once.host


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    addresses_in(text)
    with contextlib.suppress(InputError):
        parse_address(text)


def test_addresses_are_found_in_words_each_once_in_their_order() -> None:
    words = """He sent https://a.example/x, then (see http://b.example/y(1)) and www.c.example/z.
hxxps[:]//q[.]example/w again https://A.example/x
xyz.onion/1 mail me at bob@d.example e.g. this.that
site.example/gallery
I did. He said no."""
    assert [each.normal for each in addresses_in(words)] == [
        "a.example/x",
        "b.example/y(1)",
        "www.c.example/z",
        "q.example/w",
        "xyz.onion/1",
        "site.example/gallery",
    ]


def test_of_very_many_the_first_are_taken() -> None:
    words = "\n".join(f"https://a.example/{number}" for number in range(MOST_IN_WORDS + 10))
    assert len(addresses_in(words)) == MOST_IN_WORDS


@pytest.mark.parametrize(
    ("host", "said"), [("a.onion", True), ("onion", True), ("a.onion.example", False), ("union", False)]
)
def test_hosts_of_the_tor_network_are_known(host: str, said: bool) -> None:
    assert is_onion(host) is said
