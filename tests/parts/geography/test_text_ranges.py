"""The two text forms: Tor's and the registries'."""

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.errors import InputError
from clew.parts import shelf
from clew.parts.geography._building import Family, Territories, build
from clew.parts.geography.base import Addresses, Flag, GeographyPart, Ranges
from clew.records.routing import Territory

TOR = """# Generated: Thu, 14 May 2026 06:19:29 GMT
# License:   CC BY-SA 4.0
3221225984,3221226111,NL
3221226112,3221226239,A1
3325256704,3325256959,??
"""
TOR6 = "2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,DE\n2001:db8:1::,2001:db8:1::1,FR\n"
RIR = """2|ripencc|20260501|4|19830705|20260430|+0200
ripencc|*|ipv4|*|2|summary
ripencc|*|ipv6|*|1|summary
ripencc|*|asn|*|1|summary
ripencc|BE|ipv4|198.51.100.0|256|20200101|assigned|b
ripencc|NL|ipv4|192.0.2.0|128|20200101|allocated|a
ripencc||ipv4|203.0.113.0|256||available|
ripencc|FR|ipv6|2001:db8::|32|20200101|allocated|c
ripencc|NL|asn|64500|1|20200101|allocated|a
"""


def opened(folder: Path, part: str, text: str) -> Ranges:
    path = folder / "ranges.txt"
    path.write_text(text, "utf-8")
    return shelf.load("geography", part, GeographyPart).open(path)


def codes(ranges: Ranges, *texts: str) -> list[str | None]:
    found = [ranges.territories[each] for each in ranges.find(Addresses.of(texts)).places]
    return [each.country if each else None for each in found]


def test_tors_ipv4_rows_are_numbers_and_its_comments_date_them(tmp_path: Path) -> None:
    ranges = opened(tmp_path, "tor_ranges", TOR)
    assert codes(ranges, "192.0.2.127", "192.0.2.128", "198.51.100.9", "203.0.113.1") == ["NL", None, None, None]
    assert list(ranges.find(Addresses.of(["192.0.2.127", "192.0.2.128"])).flags) == [0, Flag.ANONYMOUS]
    assert ranges.snapshot is not None
    assert ranges.snapshot.isoformat() == "2026-05-14"


def test_tors_ipv6_rows_are_addresses(tmp_path: Path) -> None:
    ranges = opened(tmp_path, "tor_ranges", TOR6)
    asked = ["2001:db7:ffff::", "2001:db8::", "2001:db8:0:ffff::9", "2001:db8:1::1", "2001:db8:1::2"]
    assert codes(ranges, *asked) == [None, "DE", "DE", "FR", None]
    assert ranges.snapshot is None


def test_an_older_header_dates_the_rows_too(tmp_path: Path) -> None:
    ranges = opened(tmp_path, "tor_ranges", "# Last updated based on February 7 2018 Some Country\n" + TOR6)
    assert str(ranges.snapshot) == "2018-02-07"


def test_a_registry_says_who_holds_a_block_in_any_order(tmp_path: Path) -> None:
    ranges = opened(tmp_path, "rir", RIR)
    assert codes(ranges, "192.0.2.127", "192.0.2.128", "198.51.100.255", "203.0.113.1") == ["NL", None, "BE", None]
    assert codes(ranges, "2001:db8:ffff::", "2001:db9::") == ["FR", None]
    assert str(ranges.snapshot) == "2026-04-30"


@pytest.mark.parametrize(
    ("part", "text", "told"),
    [
        ("tor_ranges", TOR[:-4], "ends within a line"),
        ("tor_ranges", "", "ends within a line"),
        ("tor_ranges", "# nothing\n", "holds no range"),
        ("tor_ranges", TOR6 + TOR6, "do not ascend"),
        ("tor_ranges", "3221225984,3221226111\n", "line 1 is no row"),
        ("tor_ranges", "9,8,NL\n", "ends before it begins"),
        ("tor_ranges", "1,9,NL\n5,12,BE\n", "1 of 2 IPv4 ranges overlap"),
        ("tor_ranges", "1,4294967296,NL\n", "line 1 is no row"),
        ("tor_ranges", "-1,9,NL\n", "line 1 is no row"),
        ("tor_ranges", "1,9,NLD\n", "no country of two letters"),
        ("tor_ranges", "1,9,Ñ\n", "is not ASCII"),
        ("tor_ranges", "::1,::z,NL\n", "line 1 is no row"),
        ("rir", "", "is empty or ends within"),
        ("rir", RIR[:-9], "ends within a line"),
        ("rir", "\n".join(RIR.splitlines()[:-2]) + "\n", "1 rows of ipv6 are missing"),
        ("rir", RIR.partition("\n")[2], "version line"),
        ("rir", RIR + "ripencc|NL|ipv4|192.0.2.64|128|20200101|allocated|a\n", "overlap"),
        ("rir", RIR + "ripencc|NL|ipv4|203.0.113.0|0|20200101|allocated|a\n", "line 10 ends before it begins"),
        ("rir", RIR + "ripencc|NL|ipv4|255.255.255.0|257|20200101|allocated|a\n", "beyond the last"),
        ("rir", RIR + "ripencc|NL|ipv6|2001:db8::|129|20200101|allocated|a\n", "more than 128"),
        ("rir", RIR + "ripencc|NL|ipv4|192.0.2|1|20200101|allocated|a\n", "begins at no ipv4"),
        ("rir", RIR + "ripencc|NL|ipv4|192.0.2.200|-1|20200101|allocated|a\n", "no number"),
        ("rir", RIR + "ripencc|NL|ipv5|192.0.2.200|1|20200101|allocated|a\n", "none of ipv4"),
        ("rir", RIR + "ripencc|NL|ipv4|192.0.2.200\n", "has 4 fields"),
    ],
)
def test_a_damaged_file_says_what_is_wrong_and_where(tmp_path: Path, part: str, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        opened(tmp_path, part, text)


# ---- the lookup itself, against looking at each range


@st.composite
def rows(draw: st.DrawFn, bits: int) -> list[tuple[int, int, int, int, int]]:
    """Ranges that lie apart, many of them close together and at both ends of the family."""
    whole = (1 << bits) - 1
    near = (
        st.integers(0, 40) | st.integers(whole - 40, whole) | st.integers((1 << bits // 2) - 20, (1 << bits // 2) + 20)
    )
    cuts = sorted(draw(st.sets(near, min_size=2, max_size=16)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return [(first, last, draw(st.integers(1, 3)), 0, 0) for first, last in draw(st.permutations(pairs))]


@given(fours=rows(32), sixes=rows(128))
def test_every_address_is_found_where_a_range_says_it_is(
    fours: list[tuple[int, int, int, int, int]], sixes: list[tuple[int, int, int, int, int]]
) -> None:
    territories = Territories()
    for code in ("NL", "BE", "FR"):
        territories.number(Territory(country=code))
    ranges = build(None, territories, Family.of(fours), Family.of(sixes))
    for given_rows, kind, most in (
        (fours, ipaddress.IPv4Address, (1 << 32) - 1),
        (sixes, ipaddress.IPv6Address, (1 << 128) - 1),
    ):
        ends = {end for row in given_rows for end in row[:2]}
        asked = sorted({each for end in ends for each in (end - 1, end, end + 1) if 0 <= each <= most})
        asked = [each for each in asked if kind is ipaddress.IPv4Address or each >> 32 != 0xFFFF]
        expected = [next((row[2] for row in given_rows if row[0] <= each <= row[1]), 0) for each in asked]
        assert list(ranges.find(Addresses.of(str(kind(each)) for each in asked)).places) == expected


@pytest.mark.parametrize(
    "text", ["", "192.0.2", "192.0.2.256", "2001:db8::g", "fe80::1%eth0", "192.0.2.1\0", "\u0661.1.1.1"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected IPv4 or IPv6"):
        Addresses.of(["192.0.2.1", text])


@given(st.lists(st.ip_addresses()))
def test_texts_become_the_same_columns_as_numbers(
    given_addresses: list[ipaddress.IPv4Address | ipaddress.IPv6Address],
) -> None:
    found = Addresses.of(map(str, given_addresses))
    numbers = [int(each) | (0xFFFF << 32 if each.version == 4 else 0) for each in given_addresses]
    assert [int(high) << 64 | int(low) for high, low in zip(found.high, found.low, strict=True)] == numbers
