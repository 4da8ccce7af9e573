"""MaxMind DB files, whoever makes them: countries, regions, autonomous systems, marks of proxies.

The search tree is walked level by level, all nodes of a level at once, and each record is decoded once however many
networks share it: seconds where asking the library network by network takes minutes.

Source: MaxMind DB File Format Specification, version 2.0.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import maxminddb
import numpy as np
from maxminddb.decoder import Decoder
from numpy.typing import NDArray

from clew.errors import InputError
from clew.parts.geography._building import Family, Territories, build
from clew.parts.geography._kept import kept
from clew.parts.geography.base import Flag, GeographyPart, Ranges, Told
from clew.records.routing import Territory

_SEPARATOR_BYTES = 16
_V6_BITS, _V4_AT = 128, 96
_WORD_BITS = 64
_FULL = np.uint64(0xFFFFFFFFFFFFFFFF)
# A tree in which many roads lead to one node can unfold to more than any machine holds. Honest ones meet a node once.
_MOST_VISITS_EACH = 8
_LEAST_VISITS = 1 << 16
# What the library and NumPy raise where a file is not as its head says.
_UNSOUND = (maxminddb.InvalidDatabaseError, ValueError, TypeError, KeyError, IndexError, OverflowError, OSError)
_COUNTRY_LETTERS = 2
_MOST_REGION = 8
_MOST_ASN = (1 << 32) - 1

# Both where MaxMind's own products write them: at the top of an anonymity file, under `traits` of others.
_MARKS = {
    "is_anonymous": Flag.ANONYMOUS,
    "is_anonymous_proxy": Flag.ANONYMOUS,
    "is_public_proxy": Flag.ANONYMOUS,
    "is_residential_proxy": Flag.ANONYMOUS,
    "is_anonymous_vpn": Flag.VPN,
    "is_tor_exit_node": Flag.TOR_EXIT,
    "is_hosting_provider": Flag.HOSTING,
    "is_satellite_provider": Flag.SATELLITE,
    "is_anycast": Flag.ANYCAST,
}
_WORDS = {"hosting": Flag.HOSTING, "cellular": Flag.SHARED}


class MaxMindDb(GeographyPart):
    """Any file of the format."""

    name = "mmdb"
    title = "MaxMind DB files (country, city, ASN, anonymity)"

    def open(self, path: Path) -> Ranges:
        """Flattened once and kept beside the file."""
        return kept(path, self.name, _read)


@dataclass(slots=True)
class _Leaves:
    """Networks that have a record, level by level."""

    high: list[NDArray[np.uint64]]
    low: list[NDArray[np.uint64]]
    depth: list[NDArray[np.intp]]
    record: list[NDArray[np.int64]]


def _read(body: bytes) -> Ranges:
    try:
        with maxminddb.open_database(io.BytesIO(body), maxminddb.MODE_FD) as opened:
            head = opened.metadata()
        tree_bytes = head.node_count * head.record_size // 4
        nodes = _nodes(body, head.node_count, head.record_size)
        leaves = _walk(nodes, six=head.ip_version == 6)  # noqa: PLR2004  the family's name
        records = np.concatenate([*leaves.record, np.zeros(0, np.int64)])
        territories = Territories()
        different, which = np.unique(records, return_inverse=True)
        decoder = Decoder(body, tree_bytes + _SEPARATOR_BYTES)
        said = [_said(decoder.decode(int(each) - head.node_count + tree_bytes)[0], territories) for each in different]
        snapshot = _day(head.build_epoch)
    except _UNSOUND as error:
        raise InputError(f"this is no sound MaxMind DB file ({type(error).__name__}); fetch it again") from error
    told = np.array(said, np.uint32).reshape(len(said), 3)[which]
    four, six = _families(leaves, told)
    return build(snapshot, territories, four, six)


def _nodes(body: bytes, count: int, record_bits: int) -> NDArray[np.int64]:
    """Left and right child of each node."""
    size = record_bits // 4
    raw = np.frombuffer(body, np.uint8, count * size).reshape(count, size).astype(np.int64)
    if record_bits == 28:  # noqa: PLR2004  the one size whose records share a byte
        left = (raw[:, 3] >> 4) << 24 | raw[:, 0] << 16 | raw[:, 1] << 8 | raw[:, 2]
        right = (raw[:, 3] & 15) << 24 | raw[:, 4] << 16 | raw[:, 5] << 8 | raw[:, 6]
        return np.stack([left, right], axis=1)
    half = size // 2
    shifts = np.arange(half - 1, -1, -1) * 8
    children: NDArray[np.int64] = (raw.reshape(count, 2, half) << shifts).sum(axis=2)
    return children


def _walk(nodes: NDArray[np.int64], *, six: bool) -> _Leaves:
    """Every network that has a record; InputError when the tree is deeper or wider than an honest one."""
    count = len(nodes)
    leaves = _Leaves([], [], [], [])
    four = _start_of_v4(nodes) if six else -1
    here = np.zeros(min(count, 1), np.int64)
    high, low = np.zeros(len(here), np.uint64), np.zeros(len(here), np.uint64)
    visits = 0
    for depth in range(0 if six else _V4_AT, _V6_BITS):
        visits += len(here)
        if visits > max(_MOST_VISITS_EACH * count, _LEAST_VISITS):
            raise InputError("its tree leads many ways to the same nodes; it is damaged or made to do harm")
        bit = np.uint64(1) << np.uint64((_V6_BITS - 1 - depth) % _WORD_BITS)
        step_high, step_low = (bit, np.uint64(0)) if depth < _WORD_BITS else (np.uint64(0), bit)
        child = nodes[here].T.reshape(-1)
        high = np.concatenate([high, high | step_high])
        low = np.concatenate([low, low | step_low])
        ends = child > count
        leaves.high.append(high[ends])
        leaves.low.append(low[ends])
        leaves.record.append(child[ends])
        leaves.depth.append(np.full(int(ends.sum()), depth + 1))
        goes_on = child < count
        if four >= 0:  # other roads to the IPv4 part (mapped, 6to4, Teredo) repeat it
            goes_on &= (child != four) | ((high == 0) & (low == 0))
        here, high, low = child[goes_on], high[goes_on], low[goes_on]
    if len(here):
        raise InputError("its tree is deeper than an address is long; it is damaged, fetch it again")
    return leaves


def _start_of_v4(nodes: NDArray[np.int64]) -> int:
    """The node behind 96 zero bits; -1 when there is none."""
    node = 0
    for _ in range(_V4_AT):
        if node >= len(nodes):
            return -1
        node = int(nodes[node, 0])
    return node if node < len(nodes) else -1


def _families(leaves: _Leaves, told: NDArray[np.uint32]) -> tuple[Family, Family]:
    high, low, depth = (
        np.concatenate([*leaves.high, np.zeros(0, np.uint64)]),
        np.concatenate([*leaves.low, np.zeros(0, np.uint64)]),
        np.concatenate([*leaves.depth, np.zeros(0, np.intp)]),
    )
    last_high = high | _below(np.clip(_WORD_BITS - depth, 0, _WORD_BITS))
    last_low = low | _below(np.clip(_V6_BITS - depth, 0, _WORD_BITS))
    fours = (depth >= _V4_AT) & (high == 0) & (low <= np.uint64(0xFFFFFFFF))

    def family(chosen: NDArray[np.bool_]) -> Family:
        columns = told[chosen]
        said = Told(places=columns[:, 0], asns=columns[:, 1], flags=columns[:, 2].astype(np.uint8))
        return Family(high[chosen], low[chosen], last_high[chosen], last_low[chosen], said)

    return family(fours), family(~fours)


def _below(bits: NDArray[np.intp]) -> NDArray[np.uint64]:
    """So many ones at the low end of a word; a shift by the whole word is none in C, hence the detour."""
    short = np.minimum(bits, _WORD_BITS - 1).astype(np.uint64)
    ones: NDArray[np.uint64] = np.where(bits == _WORD_BITS, _FULL, (np.uint64(1) << short) - np.uint64(1))
    return ones


def _said(record: Any, territories: Territories) -> tuple[int, int, int]:
    """Number of the territory, autonomous system, flags."""
    if not isinstance(record, Mapping):
        raise InputError("a record of it is no map; it says nothing of places")
    traits = record.get("traits")
    parts = [record, traits] if isinstance(traits, Mapping) else [record]
    flags, asn = Flag(0), 0
    for part in parts:
        for name, flag in _MARKS.items():
            if part.get(name) is True:
                flags |= flag
        for name in ("user_type", "connection_type"):
            flags |= _WORDS.get(str(part.get(name)).lower(), Flag(0))
        asn = asn or _asn(part.get("autonomous_system_number") or part.get("asn"))
    return territories.number(_territory(record)), asn, int(flags)


def _territory(record: Mapping[str, Any]) -> Territory | None:
    """`country.iso_code` with the first subdivision, or `country`/`country_code` as flat files write it."""
    country = record.get("country", record.get("country_code"))
    code = country.get("iso_code") if isinstance(country, Mapping) else country
    if not isinstance(code, str) or len(code) != _COUNTRY_LETTERS or not (code.isascii() and code.isalpha()):
        return None
    parts = record.get("subdivisions")
    first = parts[0].get("iso_code") if isinstance(parts, list) and parts and isinstance(parts[0], Mapping) else None
    region = first if isinstance(first, str) and len(first) <= _MOST_REGION and first.isalnum() else ""
    return Territory(country=code.upper(), region=region.upper())


def _asn(value: object) -> int:
    """64500, or "AS64500"."""
    text = str(value).upper().removeprefix("AS") if isinstance(value, (int, str)) else ""
    return int(text) if text.isdecimal() and int(text) <= _MOST_ASN else 0


def _day(epoch_s: int) -> date | None:
    return datetime.fromtimestamp(epoch_s, UTC).date() if epoch_s else None


PART = MaxMindDb()
