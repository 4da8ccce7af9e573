import contextlib
import ipaddress
from pathlib import Path
from typing import Any

import maxminddb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.errors import InputError, UnavailableError
from clew.parts import shelf
from clew.parts.geography import mmdb
from clew.parts.geography.base import Addresses, Flag, GeographyPart, Ranges
from clew.records.routing import Territory
from tests.parts.geography.mmdb_writer import MARKER, country, value, write

RECORDS = {
    "192.0.2.0/25": country("NL"),
    "192.0.2.128/25": country("BE", subdivisions=[{"iso_code": "VLG"}]),
    "198.51.100.0/24": country("US", subdivisions=[{"iso_code": "ca"}], traits={"is_anonymous_proxy": True}),
    "2001:db8::/33": country("DE"),
    "2001:db8:8000::/126": country("FR"),
    "2001:db8:8000::4/128": country("NL"),
}


def opened(path: Path, body: bytes) -> Ranges:
    path.write_bytes(body)
    return shelf.load("geography", "mmdb", GeographyPart).open(path)


def places(ranges: Ranges, *texts: str) -> list[Territory | None]:
    return [ranges.territories[each] for each in ranges.find(Addresses.of(texts)).places]


@pytest.mark.parametrize("bits", [24, 28, 32])
@pytest.mark.parametrize("alias", [False, True])
def test_every_record_size_says_the_same(tmp_path: Path, bits: int, alias: bool) -> None:
    ranges = opened(tmp_path / "x.mmdb", write(RECORDS, bits=bits, alias=alias))
    nl, be = Territory(country="NL"), Territory(country="BE", region="VLG")
    assert places(ranges, "192.0.1.255", "192.0.2.0", "192.0.2.127", "192.0.2.128", "192.0.3.0") == [
        None,
        nl,
        nl,
        be,
        None,
    ]
    assert places(ranges, "2001:db8::1", "2001:db8:8000::3", "2001:db8:8000::4", "2001:db8:8000::5", "::") == [
        Territory(country="DE"),
        Territory(country="FR"),
        nl,
        None,
        None,
    ]
    assert places(ranges, "::ffff:192.0.2.1", "198.51.100.7") == [nl, Territory(country="US", region="CA")]
    assert ranges.snapshot is not None
    assert ranges.snapshot.isoformat() == "2026-01-01"


def test_a_second_road_to_the_ipv4_part_adds_no_range(tmp_path: Path) -> None:
    plain, aliased = (opened(tmp_path / f"{alias}.mmdb", write(RECORDS, alias=alias)) for alias in (False, True))
    assert list(aliased.v6_low) == list(plain.v6_low)
    assert list(aliased.v4_starts) == list(plain.v4_starts)


def test_a_file_of_ipv4_alone_says_nothing_of_ipv6(tmp_path: Path) -> None:
    ranges = opened(tmp_path / "x.mmdb", write({"192.0.2.0/24": country("NL")}, six=False))
    assert places(ranges, "192.0.2.9", "2001:db8::1", "::1") == [Territory(country="NL"), None, None]


def test_marks_and_systems_are_read_wherever_they_stand(tmp_path: Path) -> None:
    records: dict[str, dict[str, Any]] = {
        "192.0.2.0/25": {"is_tor_exit_node": True, "is_anonymous": True},
        "192.0.2.128/25": {"traits": {"user_type": "cellular", "autonomous_system_number": 64500}},
        "198.51.100.0/24": {"autonomous_system_number": 64501, "is_hosting_provider": True},
        "203.0.113.0/24": {"country": "SE", "asn": "AS64502"},
    }
    found = opened(tmp_path / "x.mmdb", write(records)).find(
        Addresses.of(["192.0.2.1", "192.0.2.200", "198.51.100.1", "203.0.113.1"])
    )
    assert list(found.flags) == [Flag.TOR_EXIT | Flag.ANONYMOUS, Flag.SHARED, Flag.HOSTING, 0]
    assert list(found.asns) == [0, 64500, 64501, 64502]
    assert [bool(each) for each in found.places] == [False, False, False, True]


def test_it_agrees_with_the_library_on_random_networks_and_addresses(tmp_path: Path) -> None:
    pick = np.random.default_rng(7)
    records = {}
    for _ in range(60):
        records[f"198.51.100.{pick.integers(64) * 4}/{pick.integers(30, 33)}"] = country(
            "ABCDEFGH"[pick.integers(8)] * 2
        )
        low = int(pick.integers(1 << 60))
        text = str(ipaddress.ip_network(((0x20010DB8 << 96) | low << 4, int(pick.integers(124, 129))), strict=False))
        records[text] = country("IJKLMNOP"[pick.integers(8)] * 2)
    apart: dict[
        str, ipaddress.IPv4Network | ipaddress.IPv6Network
    ] = {}  # one network within another is no file of this form
    for text, record in sorted(records.items(), key=lambda each: ipaddress.ip_network(each[0]).prefixlen):
        network = ipaddress.ip_network(text)
        if not any(network.version == other.version and network.overlaps(other) for other in apart.values()):
            apart[text] = network
            records[text] = record
    body = write({text: records[text] for text in apart}, alias=True)
    ranges = opened(tmp_path / "x.mmdb", body)
    asked = [str(each) for network in apart.values() for each in (network[0], network[-1], network[-1] + 1)]
    asked += [f"198.51.100.{each}" for each in range(256)]
    with maxminddb.open_database(str(tmp_path / "x.mmdb")) as reader:
        expected = [reader.get(each) for each in asked]
    found = [{"country": {"iso_code": each.country}} if each else None for each in places(ranges, *asked)]
    assert found == expected


def bad_files() -> dict[str, bytes]:
    whole = write(RECORDS)
    loop = bytes(6) * 4 + bytes(16) + MARKER
    about = {"node_count": 4, "record_size": 24, "ip_version": 6, "database_type": "t", "languages": ["en"]}
    about |= {"binary_format_major_version": 2, "binary_format_minor_version": 0, "build_epoch": 1, "description": {}}
    return {
        "empty": b"",
        "text": b"192.0.2.0,192.0.2.255,NL\n",
        "cut": whole[: len(whole) // 2],
        "no data": whole[: whole.index(MARKER) - 40] + whole[whole.index(MARKER) :],
        "loop": loop + value(about),
        "size": loop + value(about | {"record_size": 27}),
        "nodes": loop + value(about | {"node_count": 1 << 31}),
        "text record": write({"192.0.2.0/24": "NL"}),  # type: ignore[dict-item]
    }


@pytest.mark.parametrize("name", list(bad_files()))
def test_a_damaged_or_hostile_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"bad\.mmdb: "):
        opened(tmp_path / "bad.mmdb", bad_files()[name])
    assert [each.name for each in tmp_path.iterdir()] == ["bad.mmdb"]


def test_what_is_kept_beside_the_file_is_used_only_for_its_very_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x.mmdb"
    first = opened(path, write({"192.0.2.0/24": country("NL")}))
    beside = tmp_path / "x.mmdb.clew-ranges"
    kept = beside.read_bytes()
    again = shelf.load("geography", "mmdb", GeographyPart).open(path)
    assert beside.read_bytes() == kept
    assert again.territories == first.territories
    assert again.snapshot == first.snapshot
    assert places(again, "192.0.2.1") == [Territory(country="NL")]
    assert places(opened(path, write({"192.0.2.0/24": country("BE")})), "192.0.2.1") == [Territory(country="BE")]
    assert beside.read_bytes() != kept
    for damaged in (b"", kept[:-5], kept[:40] + bytes([kept[40] ^ 1]) + kept[41:]):
        beside.write_bytes(damaged)
        found = shelf.load("geography", "mmdb", GeographyPart).open(path)
        assert places(found, "192.0.2.1") == [Territory(country="BE")]


def test_a_file_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot be read"):
        shelf.load("geography", "mmdb", GeographyPart).open(tmp_path / "no.mmdb")


@settings(max_examples=300)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6), st.sampled_from([24, 28, 32]))
def test_any_bytes_changed_make_a_file_that_is_read_or_refused(changes: list[tuple[float, int]], bits: int) -> None:
    body = bytearray(write(RECORDS, bits=bits))
    for place, byte in changes:
        body[int(place * (len(body) - 1))] = byte
    with contextlib.suppress(InputError):
        ranges = mmdb._read(bytes(body))
        assert places(ranges, "0.0.0.0", "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
