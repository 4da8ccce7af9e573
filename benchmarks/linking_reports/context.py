"""What never joins people by itself: addresses leased in time or shared by a carrier, ports, files.

Addresses stand in ranges that reach nobody: lines in 10.0.0.0/8 (RFC 1918), carrier NAT in 100.64.0.0/10 (RFC 6598),
relays in 198.18.0.0/15 (RFC 2544).
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.linking_reports.codes import Codes, Numbers, scatter
from benchmarks.linking_reports.draw import Flags, mix
from benchmarks.linking_reports.people import DAY_S, LEASE_DAYS
from benchmarks.linking_reports.world import World

LINES, CARRIER, RELAYS, FLOOD_IP = (
    10 << 24,
    (100 << 24) + (64 << 16),
    (198 << 24) + (18 << 16),
    (198 << 24) + (19 << 16),
)
STRIDE = 104_729  # a prime: how far a line's address moves in its pool with each lease
PORT_BLOCK = 1008  # assumed: ports that a carrier gives one subscriber for a day, 64 blocks above 1023
OWN_FILES = 5  # assumed: files that a person sends again and again


def make_addresses(world: World) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """Address and source port. Two lines never hold one address at the same time; later another line does."""
    draw, profile, count = world.draw("addresses"), world.profile, world.count
    line = world.people.line[world.person]
    ip = LINES + 1 + _leased(world, line)
    kind = draw.uniform(count)
    relay, carrier = kind < profile.relay, (kind >= profile.relay) & (kind < profile.relay + profile.carrier_nat)
    shared = max(50, count // 200)
    ip[carrier] = CARRIER + draw.popular(shared, int(carrier.sum()), 3)
    ip[relay] = RELAYS + draw.popular(max(20, shared // 50), int(relay.sum()), 3)
    port = 1024 + draw.below(64_512, count)
    block = (mix(line * 400 + world.time_s // DAY_S, world.seed) % np.uint64(64)).astype(np.int64)
    port[carrier] = 1024 + block[carrier] * PORT_BLOCK + port[carrier] % PORT_BLOCK
    given = draw.happens(profile.ip, count)
    ip[world.known :] = FLOOD_IP  # the flood comes from one address
    with_port = world.gives(profile.port, "technical", "port") & given
    return np.where(given, ip, 0).astype(np.uint32), np.where(with_port, port, 0).astype(np.uint16)


def _leased(world: World, line: Numbers) -> Numbers:
    """Each report's place among the lines' addresses: a pool for each length of lease, as large as its lines and a
    quarter more, through which they all move in step."""
    lines = len(world.people.line)
    length = (mix(np.arange(lines), world.seed) % np.uint64(len(LEASE_DAYS))).astype(np.int64)
    place, base = np.zeros(len(line), np.int64), 0
    for each, days in enumerate(LEASE_DAYS):
        mine = length == each
        pool = int(mine.sum()) * 5 // 4 + 1
        rank = np.cumsum(mine) - 1
        rows = mine[line]
        lease = world.time_s[rows] // (int(days) * DAY_S)
        place[rows] = base + (rank[line[rows]] + lease * STRIDE) % pool
        base += pool
    return place


def make_files(world: World) -> Codes:
    """Viral files over thousands of people, files that a person sends again, and files seen once."""
    draw, profile, count = world.draw("files"), world.profile, world.count
    given: Flags = np.zeros(count, bool)
    given[: world.known] = draw.happens(profile.file, world.known)
    viral = max(20, count // 20)
    persons = len(world.people.reports)
    own = viral + world.person * OWN_FILES + draw.below(OWN_FILES, count)
    once = viral + persons * OWN_FILES + np.arange(count)
    kind = draw.uniform(count)
    chosen = np.where(kind < profile.viral_file + profile.own_file, own, once)
    chosen = np.where(kind < profile.viral_file, draw.popular(viral, count, 4), chosen)
    return np.where(given, scatter(1 + chosen), 0).astype(np.int32)
