"""A small writer of MaxMind DB files, for documentation ranges only."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"
MADE = 1_767_225_600  # 2026-01-01

Records = Mapping[str, Mapping[str, Any]]


class U16(int):
    """Of two bytes, where the specification says so."""


class U64(int):
    """Of eight."""


_KINDS: dict[type, int] = {U16: 5, U64: 9}


def value(given: Any) -> bytes:
    """One value of the data section."""
    match given:
        case bool():
            return _head(14, int(given))
        case str():
            raw = given.encode()
            return _head(2, len(raw)) + raw
        case int():
            raw = given.to_bytes((given.bit_length() + 7) // 8, "big")
            return _head(_KINDS.get(type(given), 6), len(raw)) + raw
        case Mapping():
            return _head(7, len(given)) + b"".join(value(key) + value(each) for key, each in given.items())
        case Sequence():
            return _head(11, len(given)) + b"".join(map(value, given))
    raise TypeError(type(given))


def _head(kind: int, size: int) -> bytes:
    assert size < 285
    low = min(size, 29)
    head = bytes([kind << 5 | low]) if kind < 8 else bytes([low, kind - 7])
    return head + (bytes([size - 29]) if low == 29 else b"")


def tree(networks: Sequence[str], *, six: bool) -> tuple[list[list[int]], dict[str, tuple[int, int]]]:
    """Nodes with children (-1 is empty), and by network which node and side is its leaf."""
    nodes, places = [[-1, -1]], {}
    for text in networks:
        network = ipaddress.ip_network(text)
        whole, depth = int(network.network_address), network.prefixlen
        width = network.max_prefixlen
        bits = [(whole >> (width - 1 - each)) & 1 for each in range(depth)]
        if six and width == 32:
            bits = [0] * 96 + bits
        here = 0
        for bit in bits[:-1]:
            if nodes[here][bit] < 0:
                nodes.append([-1, -1])
                nodes[here][bit] = len(nodes) - 1
            here = nodes[here][bit]
        places[text] = (here, bits[-1])
    return nodes, places


def write(records: Records, *, six: bool = True, bits: int = 24, made: int = MADE, alias: bool = False) -> bytes:
    """A file; with `alias` the IPv4-mapped range leads to the IPv4 part too, as in the files that are sold."""
    nodes, places = tree(list(records), six=six)
    if alias:
        nodes += [[-1, -1] for _ in range(48)]
        start = 0
        for _ in range(80):  # the way of ::/96 and of ::ffff:0:0/96 is the same for 80 bits
            start = nodes[start][0]
        four, mapped = start, start
        for _ in range(16):
            four = nodes[four][0]
        for step in range(16):
            nodes[mapped][1] = four if step == 15 else (following := len(nodes) - 48 + step)
            mapped = following
    data, offsets = b"", {}
    for text, record in records.items():
        body = value(record)
        offsets[text] = data.find(body) if body in data else len(data)
        data += b"" if body in data else body
    count = len(nodes)
    rows = [[count if child < 0 else child for child in node] for node in nodes]
    for text, (node, side) in places.items():
        rows[node][side] = count + 16 + offsets[text]
    return (
        b"".join(_node(left, right, bits) for left, right in rows)
        + bytes(16)
        + data
        + MARKER
        + value(_about(count, six, bits, made))
    )


def _node(left: int, right: int, bits: int) -> bytes:
    if bits == 28:
        middle = (left >> 24) << 4 | right >> 24
        return (left & 0xFFFFFF).to_bytes(3, "big") + bytes([middle]) + (right & 0xFFFFFF).to_bytes(3, "big")
    return left.to_bytes(bits // 8, "big") + right.to_bytes(bits // 8, "big")


def _about(count: int, six: bool, bits: int, made: int) -> dict[str, Any]:
    return {
        "node_count": count,
        "record_size": U16(bits),
        "ip_version": U16(6 if six else 4),
        "database_type": "Test",
        "languages": ["en"],
        "binary_format_major_version": U16(2),
        "binary_format_minor_version": U16(0),
        "build_epoch": U64(made),
        "description": {"en": "documentation ranges"},
    }


def country(code: str, **more: Any) -> dict[str, Any]:
    return {"country": {"iso_code": code}, **more}
